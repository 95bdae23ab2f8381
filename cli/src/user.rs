//! `weir user`: who may take calls.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use weir_assistant::{AccountError, Accounts, Assistant, UserRole};

use crate::configured::Source;
use crate::failure::Failure;
use crate::output;

/// Say who may take live calls and see them
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    source: Source,
}

#[derive(Subcommand)]
enum Command {
    /// Let somebody take calls; asks for a password, or reads it from a pipe
    Add {
        /// What they log in as
        name: String,
        /// What they may: agent, who sees own calls; or supervisor, who sees all
        #[arg(long, default_value = "agent")]
        role: UserRole,
    },
    /// Give somebody another password, which ends all log-ins
    Password {
        /// Whom
        name: String,
    },
    /// Let somebody take no more calls; those that were taken stay
    Remove {
        /// Whom
        name: String,
    },
    /// Show everybody
    List,
}

const EXAMPLES: &str = "\
Examples:
  weir user add ida                          asks for a password
  pass show weir | weir user add ida         reads it from a pipe
  weir user add bo --role supervisor         sees everybody's calls
  weir user list --config weir.toml          of a server that is set up otherwise";

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let wrong = |why: String| Failure::BadInput(why);
    let config = args.source.config(&[]).map_err(|error| wrong(error.to_string()))?;
    let folder = config.data_dir.join("assistant");
    let assistant = Assistant::open(config.assistant, &folder, Vec::new());
    let assistant = assistant.map_err(|error| wrong(format!("assistant.{error}")))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("starting threads")?;
    match runtime.block_on(serve(&args.command, assistant.accounts())) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => match error.downcast_ref() {
            Some(AccountError::Unknown) => {
                Err(wrong("there is nobody of this name".to_owned()).into())
            }
            Some(AccountError::Wrong(why)) => Err(wrong(why.clone()).into()),
            _ => Err(error),
        },
    }
}

async fn serve(command: &Command, accounts: &Accounts) -> anyhow::Result<()> {
    match command {
        Command::Add { name, role } => {
            let user = accounts.add(name, &password()?, *role).await?;
            output::notice(&format!("{} may log in now, as {}", user.name, user.role.name()));
        }
        Command::Password { name } => {
            accounts.set_password(name, &password()?).await?;
            output::notice(&format!("{name} has another password"));
        }
        Command::Remove { name } => {
            accounts.remove(name).await?;
            output::notice(&format!("{name} may log in no more"));
        }
        Command::List => {
            for user in accounts.all().await? {
                output::result(&format!("{}\t{}", user.name, user.role.name()))?;
            }
        }
    }
    Ok(())
}

/// Asks for a password, twice where somebody types it.
fn password() -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("reading the password")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let first = rpassword::prompt_password("Password: ").context("reading the password")?;
    let again = rpassword::prompt_password("Again: ").context("reading the password")?;
    if first != again {
        return Err(Failure::BadInput("the two passwords differ".to_owned()).into());
    }
    Ok(first)
}

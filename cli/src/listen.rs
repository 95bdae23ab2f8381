//! `weir listen`: takes a call, from files or from this machine's devices.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use url::Url;
use weir_listen::{
    Board, Event, ListenConfig, ListenError, LogInError, Pace, Recorded, Source, SourceError,
    Token, listen, log_in,
};
use weir_live::{ErrorCode, Reason};

use crate::failure::{Failure, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::output;
use crate::progress;

/// Take a call: send two voices to a server, and show what it makes of them
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The agent's voice: a file of sound
    #[arg(long, value_name = "FILE", requires = "customer")]
    agent: Option<PathBuf>,
    /// The customer's voice: a file of sound
    #[arg(long, value_name = "FILE", requires = "agent")]
    customer: Option<PathBuf>,
    /// Both in one WAV file: the agent to the left, the customer to the right
    #[arg(long, value_name = "FILE", conflicts_with = "agent")]
    stereo: Option<PathBuf>,
    #[cfg(feature = "microphone")]
    #[command(flatten)]
    devices: Devices,
    /// Send files as fast as the server takes them, not as they were spoken
    #[arg(long)]
    fast: bool,
    /// Where calls are taken
    #[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:8765/calls/ws")]
    server: Url,
    /// Where one logs in
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    site: Url,
    /// Who calls; `weir user add` lets somebody in
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// What the call is called in lists
    #[arg(long)]
    title: Option<String>,
    /// Everybody in the call agreed to be heard; without, nothing is sent
    #[arg(long)]
    consent: bool,
}

/// Sound of this machine.
#[cfg(feature = "microphone")]
#[derive(clap::Args)]
struct Devices {
    /// The agent speaks into the microphone, and the customer comes out of the speaker
    #[arg(long, conflicts_with_all = ["agent", "stereo", "fast"])]
    live: bool,
    /// Which microphone: its name, or a part of it
    #[arg(long, value_name = "NAME", requires = "live")]
    microphone: Option<String>,
    /// Which speaker; on Linux a monitor of PulseAudio or PipeWire
    #[arg(long, value_name = "NAME", requires = "live")]
    speaker: Option<String>,
    /// Show what can be listened to, and end
    #[arg(long, exclusive = true)]
    list_devices: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir serve                                             in another window
  weir user add ida                                      once
  weir listen --agent a.wav --customer b.wav --user ida --consent
  weir listen --stereo call.wav --user ida --consent --title 'Pipes for Bo'
  pass show weir | weir listen --stereo call.wav --user ida --consent | jq .is

On a terminal it shows what is said, what is reached, what remains and what may
be said next. Into a pipe it writes the words of the protocol, JSON, one a line.

The password is WEIR_PASSWORD, or comes from a pipe, or is asked for. Files have
any rate and are sent as fast as they were spoken. A connection that is cut is
made again, and what was not heard is sent again; when a minute of sound waits,
no more is taken, and that is said. Ctrl-C says goodbye, and waits for the last
word; a second one does not.

A build with `--features microphone` also takes --live, --microphone, --speaker
and --list-devices: a call of this machine, as it is spoken.";

#[cfg(not(feature = "microphone"))]
const WHENCE: &str = "takes --agent and --customer, or --stereo: where the voices come from; \
                      a build with the feature `microphone` also takes --live";
#[cfg(feature = "microphone")]
const WHENCE: &str =
    "takes --agent and --customer, --stereo, or --live: where the voices come from";

/// Takes the call.
///
/// # Errors
/// Nobody agreed to it, there is no sound, the server does not take it, or it was lost.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    #[cfg(feature = "microphone")]
    if args.devices.list_devices {
        for device in weir_listen::devices().map_err(unheard)? {
            output::result(&device.to_string())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let wrong = |why: &str| Failure::BadInput(why.to_owned());
    if !args.consent {
        let why = "--consent: say it when everybody in the call has agreed to be heard; \
                   nothing was sent";
        return Err(wrong(why).into());
    }
    let user = args.user.as_deref().ok_or_else(|| wrong("--user: takes the name of who calls"))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("starting threads")?;
    let source = runtime.block_on(source(args))?;
    let password = password()?;
    let interrupt = Interrupt::listen()?;
    runtime.block_on(take(args, source, (user, &password), &interrupt))
}

async fn source(args: &Args) -> anyhow::Result<Box<dyn Source>> {
    #[cfg(feature = "microphone")]
    if args.devices.live {
        let (microphone, speaker) = (&args.devices.microphone, &args.devices.speaker);
        let opened = weir_listen::Microphone::open(microphone.clone(), speaker.clone()).await;
        return opened.map(|opened| Box::new(opened) as _).map_err(unheard);
    }
    let pace = if args.fast { Pace::Fast } else { Pace::Spoken };
    let recorded = match (&args.agent, &args.customer, &args.stereo) {
        (Some(agent), Some(customer), None) => Recorded::two_files([agent, customer], pace),
        (None, None, Some(stereo)) => Recorded::stereo_file(stereo, pace),
        _ => return Err(Failure::BadInput(WHENCE.to_owned()).into()),
    };
    recorded.map(|recorded| Box::new(recorded) as _).map_err(unheard)
}

fn unheard(error: SourceError) -> anyhow::Error {
    Failure::BadInput(error.to_string()).into()
}

/// Of the environment, from a pipe, or from who sits there.
fn password() -> anyhow::Result<String> {
    if let Ok(password) = std::env::var("WEIR_PASSWORD") {
        return Ok(password);
    }
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("reading the password")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    rpassword::prompt_password("Password: ").context("reading the password")
}

async fn take(
    args: &Args,
    source: Box<dyn Source>,
    (user, password): (&str, &str),
    interrupt: &Interrupt,
) -> anyhow::Result<ExitCode> {
    let token = log_in(&args.site, user, password).await.map_err(|error| match error {
        LogInError::Wrong | LogInError::Address(_) => Failure::BadInput(format!("--site: {error}")),
        error => Failure::Lacking(format!("--site {}: {error}", args.site)),
    })?;
    let title = args.title.clone();
    let config = ListenConfig { consent: true, title, ..ListenConfig::new(args.server.clone()) };
    let asked = interrupt.clone();
    let stop = async move {
        while !asked.asked() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let ended = show(&config, &token, source, stop).await?;
    let ended = ended.map_err(|error| match error {
        ListenError::Refused { code: ErrorCode::Refused, .. }
        | ListenError::Consent
        | ListenError::Source(_) => Failure::BadInput(error.to_string()),
        error => Failure::Lacking(error.to_string()),
    })?;
    let cuts = match ended.cuts {
        0 => String::new(),
        cuts => format!(", over {cuts} cuts"),
    };
    output::notice(&format!("call {} of {:.0} s{cuts} is over", ended.call_id, ended.duration_s));
    match ended.reason {
        Reason::Bye if interrupt.asked() => Ok(ExitCode::from(INTERRUPTED)),
        Reason::Bye => Ok(ExitCode::SUCCESS),
        reason => {
            let reason = serde_json::json!(reason);
            Err(Failure::Lacking(format!("the server ended it early: {reason}")).into())
        }
    }
}

/// Takes the call, and shows it. The outer error is that of standard output.
async fn show(
    config: &ListenConfig,
    token: &Token,
    source: Box<dyn Source>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<Result<weir_listen::Ended, ListenError>> {
    let is_shown = std::io::stdout().is_terminal();
    let mut board = Board::new(config.channels);
    let below = is_shown.then(|| progress::bar(None, "{msg}")).flatten();
    let mut written = Ok(());
    let mut told = |event: Event| {
        let line = match &event {
            Event::Told(told) if !is_shown => {
                if written.is_ok() {
                    written = output::result(&told.text());
                }
                return;
            }
            Event::Told(told) => board.take(&told.word),
            Event::Cut { why, again } => {
                let again_s = again.as_secs_f32();
                Some(format!("cut: {why}; tries again in {again_s:.1} s, nothing is lost yet"))
            }
            Event::Full { held_s } => {
                Some(format!("{held_s:.0} s of sound wait: no more is taken until there is room"))
            }
            Event::Room => Some("there is room for sound again".to_owned()),
        };
        let is_said = matches!(event, Event::Told(_));
        let mut write = || match line {
            Some(line) if is_said && written.is_ok() => written = output::result(&line),
            Some(line) => output::notice(&line),
            None => {}
        };
        match &below {
            Some(below) => {
                below.suspend(write);
                below.set_message(board.now().join("\n"));
            }
            None => write(),
        }
    };
    let ended = listen(config, token, source, stop, &mut told).await;
    if let Some(below) = below {
        below.finish_and_clear();
    }
    written.context("standard output")?;
    Ok(ended)
}

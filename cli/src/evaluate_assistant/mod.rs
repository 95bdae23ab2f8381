//! `weir evaluate-assistant`: how good hearing, calls and answers are.
//!
//! Sets, figures and goals are those of [`weir_evaluation`]; this opens what is to be measured,
//! shows how far it is, and makes a report of what comes of it.

mod figures;
mod machine;
mod page;
mod report;
mod table;
mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::ValueEnum;
use weir_assistant::{Assistant, config::AssistantConfig};
use weir_evaluation::Set;
use weir_server::Content;

use crate::configured::Source;
use crate::failure::{Failure, GATE_FAILED};
use crate::new_file::NewFile;
use crate::output;
use machine::Machine;
use report::Report;

/// Measure speech, calls and answers on sets that nothing was chosen by
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only this part; once for each [default: all]
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<What>,
    /// Which calls and questions
    #[arg(long, value_enum, default_value_t = Which::HeldOut)]
    of: Which,
    /// Write report.html and report.json into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Exit with 1 if a goal is missed
    #[arg(long)]
    gate: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: Source,
}

const EXAMPLES: &str = "\
Examples:
  weir evaluate-assistant --only calls --only retrieval     some seconds
  weir evaluate-assistant --out report                      and speech: some minutes
  weir evaluate-assistant --only retrieval --config weir.toml   with the models of a server
  weir evaluate-assistant --gate --only calls               for a script

Speech is spoken by flite and heard by PocketSphinx, with its general language model and with one
that expects the playbook and the documents; or by whoever the configuration names. Word errors
are counted in everyday sentences, in sentences of the domain's text, in such that were left out of
it, and in turns of calls. Questions are spoken at the pace of speech: how long after the last word
do text and answer come? Calls are played to the detector turn by turn, and questions are asked of
the documents that come with weir, whatever the configuration answers from.

Intervals are of 95 %, by the bootstrap with a fixed seed. The held-out calls and questions were
written by others and nothing was chosen by them: whoever wants to make something better looks at
the figures of --of dev. No sentence of either is printed. With --config, models elsewhere are
paid from the purse of that configuration; the vectors of its server are not touched. Where it has
`embeddings.by = \"minilm\"`, landmarks are found by what is meant, too, and have a higher goal.

Exits with 0 whatever the figures are; with --gate, 1 if a goal is missed, and 3 if a part that
was asked for could not be measured.";

/// A part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Word errors, speed, and how long one who asks has to wait
    Speech,
    /// Landmarks and pushbacks that are found in calls
    Calls,
    /// Questions that are answered, rightly or not, and those that are not
    Retrieval,
}

/// Which calls and questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Those that everything was made better by: they flatter
    Dev,
    /// Those that nothing was chosen by
    HeldOut,
}

impl Which {
    fn set(self) -> Set {
        match self {
            Self::Dev => Set::Dev,
            Self::HeldOut => Set::HeldOut,
        }
    }
}

/// Measures.
///
/// # Errors
/// The configuration is wrong, the folder takes no report, or a model that is configured fails.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let config = args.source.config(&[]).map_err(|error| Failure::BadInput(error.to_string()))?;
    if let Some(folder) = &args.out {
        takes_reports(folder)?;
    }
    let machine = Machine::look();
    let folder = config.data_dir.join("assistant");
    let configured = config.assistant;
    let assistant = open(configured.clone(), &folder)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("starting threads")?;
    let is_asked = |what: What| args.only.is_empty() || args.only.contains(&what);
    let evaluation = runtime.block_on(work::evaluate(&assistant, args.of.set(), is_asked))?;
    let seconds = begun.elapsed().as_secs_f64();
    let report = Report::new(args.of.set(), &configured, machine, seconds, evaluation);
    if let Some(folder) = &args.out {
        save(&report, folder)?;
    }
    let text = if args.json { serde_json::to_string(&report)? } else { table::text(&report) };
    output::result(&text)?;
    Ok(ExitCode::from(match args.gate {
        true if report.goals.iter().any(|goal| !goal.is_reached) => GATE_FAILED,
        true => match report.skipped().next() {
            Some((part, why)) => {
                return Err(Failure::Lacking(format!("{part} was not measured: {why}")).into());
            }
            None => 0,
        },
        false => 0,
    }))
}

/// The assistant as it is configured, but for its documents: questions are about those that come
/// with weir.
fn open(config: AssistantConfig, folder: &Path) -> anyhow::Result<Assistant> {
    let config = AssistantConfig { documents: "default".to_owned(), ..config };
    let content =
        Content::load().map_err(|error| Failure::BadInput(format!("content: {error}")))?;
    // The pages that the questions are about; the rest of the content is about its owner.
    let is_asked_about = |name: &str| name.starts_with("posts/") || name.starts_with("projects/");
    let site = content.documents().iter().filter(|(name, _)| is_asked_about(name)).cloned();
    let assistant = Assistant::open(config, folder, site.collect());
    Ok(assistant.map_err(|error| Failure::BadInput(format!("assistant.{error}")))?)
}

/// Refuses a folder before the work, not after.
fn takes_reports(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::BadInput(format!("--out: {}: takes no report: {error}", folder.display()))
    })?;
    for name in ["report.html", "report.json"] {
        NewFile::create("--out", &folder.join(name))?;
    }
    Ok(())
}

fn save(report: &Report, folder: &Path) -> anyhow::Result<()> {
    use std::io::Write as _;
    let json = serde_json::to_string_pretty(report)? + "\n";
    for (name, text) in [("report.html", page::html(report)?), ("report.json", json)] {
        let path = folder.join(name);
        let mut file = NewFile::create("--out", &path)?;
        let written = file.file().write_all(text.as_bytes());
        written.with_context(|| format!("writing {}", path.display()))?;
        file.keep()?;
    }
    Ok(())
}

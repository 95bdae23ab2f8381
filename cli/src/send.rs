//! `weir send`: notes of runs that were kept in their folders, to an MLflow server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde::Serialize;
use weir_surrogate::train::{self, Sent, TrackingError};
use weir_training::notes;

use crate::failure::Failure;
use crate::{output, progress};

/// Where runs are looked for if none is named.
const RUNS: &str = "runs";

/// Send the notes of training runs to an MLflow server
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Folders of runs [default: all in runs/]
    #[arg(value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// The MLflow server [default: MLFLOW_TRACKING_URI]
    #[arg(long, value_name = "URI")]
    track: Option<String>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir send --track http://localhost:5000               all runs in runs/
  weir send runs/small                                  one, to MLFLOW_TRACKING_URI

What is there already is not sent again, so it can be said any number of times.
User name and password, or a token, are read from MLFLOW_TRACKING_USERNAME,
MLFLOW_TRACKING_PASSWORD and MLFLOW_TRACKING_TOKEN.";

/// What the command says at its end; names are only ever added.
#[derive(Serialize)]
struct Report {
    runs: Vec<Row>,
}

/// What became of a run.
#[derive(Serialize)]
struct Row {
    run: PathBuf,
    /// Its id on the server; null if it is being recorded at this moment.
    run_id: Option<String>,
    /// Entries that went there just now.
    sent: u64,
    /// Entries that the server has refused for good.
    refused: u64,
    /// Entries that are lost.
    torn: u64,
}

/// Sends.
///
/// # Errors
/// No such run, no address, or no server there.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let runs = if args.runs.is_empty() { all()? } else { args.runs.clone() };
    let mut report = Report { runs: Vec::new() };
    for run in runs {
        let sent = send(&run, args.track.as_deref());
        report.runs.push(row(run, sent, args.track.is_some())?);
    }
    output::result(&if args.json { serde_json::to_string(&report)? } else { report.table() })?;
    Ok(ExitCode::SUCCESS)
}

/// All runs in [`RUNS`] that keep notes, by name.
fn all() -> anyhow::Result<Vec<PathBuf>> {
    let folder = Path::new(RUNS);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).with_context(|| RUNS.to_owned())?;
    let mut runs: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    runs.retain(|run| run.join(notes::FOLDER).is_dir());
    runs.sort();
    Ok(runs)
}

/// Sends one run, with a bar on a terminal.
fn send(run: &Path, server: Option<&str>) -> Result<Sent, TrackingError> {
    let bar = progress::bar(None, "{bar:32.cyan} {pos}/{len}  {msg}, {eta} left")
        .map(|bar| bar.with_message(run.display().to_string()));
    let sent = train::send(&notes::folder_of(run), server, |done, of| {
        if let Some(bar) = &bar {
            bar.set_length(of);
            bar.set_position(done);
        }
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    sent
}

fn row(run: PathBuf, sent: Result<Sent, TrackingError>, named: bool) -> anyhow::Result<Row> {
    match sent {
        Ok(Sent { run_id, entries, refused, torn }) => {
            Ok(Row { run, run_id: Some(run_id), sent: entries, refused, torn })
        }
        // It is sent by whoever records it.
        Err(TrackingError::Busy(_)) => Ok(Row { run, run_id: None, sent: 0, refused: 0, torn: 0 }),
        Err(error @ TrackingError::Empty(_)) => Err(Failure::BadInput(error.to_string()).into()),
        Err(TrackingError::Address(error)) if named => {
            let text = format!("--track: {error}").replace("MLFLOW_TRACKING_URI: ", "");
            Err(Failure::BadInput(text).into())
        }
        Err(TrackingError::Address(error)) => {
            Err(Failure::Lacking(format!("{error}; --track names one")).into())
        }
        Err(error) => {
            let text = format!("{}: {error}; what is there is kept", run.display());
            Err(Failure::Lacking(text).into())
        }
    }
}

impl Report {
    fn table(&self) -> String {
        if self.runs.is_empty() {
            return format!("no run in {RUNS}/ keeps notes");
        }
        let line = |row: &Row| {
            let Row { run, run_id, sent, refused, torn } = row;
            let run = run.display();
            let Some(run_id) = run_id else {
                return format!("{run}: is being recorded at this moment");
            };
            let sent = match sent {
                0 => "nothing new".to_owned(),
                1 => "1 entry sent".to_owned(),
                n => format!("{n} entries sent"),
            };
            let mut text = format!("{run}: {sent}, run {run_id}");
            if *refused > 0 {
                text += &format!("; {refused} refused, see {}/refused.jsonl", notes::FOLDER);
            }
            if *torn > 0 {
                text += &format!("; {torn} lost when a machine went down");
            }
            text
        };
        self.runs.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

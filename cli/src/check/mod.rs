//! `weir check`: whether a data set is what it says.
//!
//! Leaves `qa.json` and `qa.html` in the data set, and exits with 1 if anything
//! is wrong.

pub mod figures;
mod page;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use weir_datasets::check::{Check, check};
use weir_datasets::storage::{Folder, Storage};
use weir_datasets::{Fault, Quality};

use crate::failure::{Failure, GATE_FAILED};
use crate::{output, progress};

/// Check a data set: files, physics, leakage, licence
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The folder of the data set
    folder: PathBuf,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir check drawn                                     a table, and drawn/qa.html
  weir check drawn --json | jq '.checks[] | select(.pass | not)'

Exits with 1 if a check fails.";

/// Findings of a check that the table shows; `qa.json` has all.
const SHOWN: usize = 3;

/// Checks the data set.
///
/// # Errors
/// There is no data set in the folder, or it takes no report.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let bar = progress::bar(None, "{spinner} {pos} scenes, {per_sec}, {elapsed}");
    let seen = AtomicUsize::new(0);
    let quality = check(&args.folder, |_| {
        let seen = 1 + seen.fetch_add(1, Ordering::Relaxed);
        match &bar {
            Some(bar) => bar.inc(1),
            None if seen.is_multiple_of(100) => output::notice(&format!("{seen} scenes")),
            None => {}
        }
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let quality = quality.map_err(|error| match error.fault {
        // What is not there, or not a data set, was the wrong folder.
        Fault::Absent | Fault::Text { .. } | Fault::Version { .. } => {
            anyhow::Error::from(Failure::BadInput(error.to_string()))
        }
        _ => error.into(),
    })?;

    let json = serde_json::to_string(&quality)?;
    let folder = Folder::existing(&args.folder)?;
    folder.put("qa.json", format!("{json}\n").into_bytes()).context("writing the report")?;
    let page = page::html(&quality, &figures::figures(&quality))?;
    folder.put("qa.html", page.into_bytes()).context("writing the report")?;
    output::result(&if args.json { json } else { table(&quality) })?;
    Ok(if quality.pass { ExitCode::SUCCESS } else { ExitCode::from(GATE_FAILED) })
}

fn table(quality: &Quality) -> String {
    let mut lines: Vec<String> = Vec::new();
    for check in &quality.checks {
        let verdict = if check.pass { "pass" } else { "FAIL" };
        lines.push(format!("{:14} {verdict}  {}", check.name, words(check)));
        let shown = check.findings.iter().take(SHOWN).map(|finding| match finding.scene {
            Some(scene) => format!("{:21}scene {scene}: {}", "", finding.what),
            None => format!("{:21}{}", "", finding.what),
        });
        lines.extend(shown);
        let more = check.findings.len().saturating_sub(SHOWN);
        if more > 0 {
            lines.push(format!("{:21}and {more} more, in qa.json", ""));
        }
    }
    let verdict = if quality.pass { "passes" } else { "FAILS" };
    let Quality { name, scenes, frames, .. } = quality;
    lines.push(format!("{name}: {scenes} scenes, {frames} frames: {verdict}"));
    lines.join("\n")
}

/// The number and its gate, where there are any, and what it is about.
fn words(check: &Check) -> String {
    match (check.measured, check.gate) {
        (Some(measured), Some(gate)) => {
            format!("{measured:.4} at most, gate {gate}: {}", check.about)
        }
        (None, Some(_)) => format!("nothing to measure: {}", check.about),
        _ => check.about.to_owned(),
    }
}

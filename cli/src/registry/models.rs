//! `weir models`: what there is in a registry.

use std::process::ExitCode;

use serde::Serialize;
use weir_registry::Version;

use super::{Where, refusal};
use crate::date::date;
use crate::output;

/// List the versions in a registry, and which of them is the champion
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir models --registry models                        a folder
  WEIR_REGISTRY__PLACE=http://localhost:5000 weir models --json | jq '.versions[0]'

User name and password of an MLflow server, or a token, are read from
MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD and MLFLOW_TRACKING_TOKEN.";

/// What the command says; names are only ever added.
#[derive(Serialize)]
struct Report {
    name: String,
    place: String,
    versions: Vec<Version>,
}

/// Lists.
///
/// # Errors
/// The registry cannot be reached or read.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let registry = args.place.open()?;
    let versions = registry.versions().map_err(refusal)?;
    let report = Report { name: registry.name().to_owned(), place: registry.place(), versions };
    output::result(&if args.json { serde_json::to_string(&report)? } else { report.table() })?;
    Ok(ExitCode::SUCCESS)
}

impl Report {
    fn table(&self) -> String {
        if self.versions.is_empty() {
            return format!("{}: no version of {}", self.place, self.name);
        }
        let head = ["version", "aliases", "sha256", "added", "gate", "note"].map(str::to_owned);
        let rows: Vec<[String; 6]> =
            std::iter::once(head).chain(self.versions.iter().map(row)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths = [0, 1, 2, 3, 4, 5].map(|column| width(column).unwrap_or_default());
        let line = |row: &[String; 6]| {
            let cell = |(cell, width): (&String, usize)| format!("{cell:width$}");
            let cells: Vec<String> = row.iter().zip(widths).map(cell).collect();
            cells.join("  ").trim_end().to_owned()
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn row(version: &Version) -> [String; 6] {
    let aliases: Vec<&str> = version.aliases.iter().map(|alias| alias.name()).collect();
    // What comes from a server stays on its line.
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let gate = match &version.forced {
        Some(reason) => format!("{}, forced: {}", version.gate.name(), plain(reason)),
        None => version.gate.name().to_owned(),
    };
    [
        version.number.to_string(),
        aliases.join(", "),
        // As much as tells versions apart; --json has all of it.
        version.sha256.chars().take(12).collect(),
        date(version.made_s),
        gate,
        plain(&version.note),
    ]
}

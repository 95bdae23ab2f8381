//! `weir rollback`: back to the version that was champion before.

use std::process::ExitCode;

use serde::Serialize;
use weir_registry::{Alias, Registry};

use super::{Where, refusal};
use crate::output;

/// Go back to the network that was champion before
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Print one JSON object instead of a line
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir rollback --registry models                      a folder
  weir rollback --registry http://localhost:5000       an MLflow server

What was `champion` becomes `previous` and the other way round, so that the next rollback
undoes this one. A server that serves from the registry notices within `registry.poll_s`, and no
run is interrupted. If it is cut off, give the command again: it goes on where it was.";

/// What the command says at its end; names are only ever added.
#[derive(Serialize)]
struct Report {
    name: String,
    champion: u32,
    sha256: String,
    previous: Option<u32>,
}

/// Goes back.
///
/// # Errors
/// There is nothing to go back to, or the registry cannot be reached.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    go_back(&args.place.open()?, args.json)
}

/// Goes back, and says to what.
///
/// # Errors
/// As [`run`].
pub fn go_back(registry: &Registry, json: bool) -> anyhow::Result<ExitCode> {
    let champion = registry.rollback().map_err(refusal)?;
    let previous = registry.alias(Alias::Previous).map_err(refusal)?;
    let report = Report {
        name: registry.name().to_owned(),
        champion: champion.number,
        sha256: champion.sha256,
        previous: previous.map(|version| version.number),
    };
    let text = if json {
        serde_json::to_string(&report)?
    } else {
        format!("version {} of {} is champion again", report.champion, report.name)
    };
    output::result(&text)?;
    Ok(ExitCode::SUCCESS)
}

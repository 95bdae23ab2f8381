//! `weir promote`: a network that the gate let through becomes the champion.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde::Serialize;
use weir_registry::{About, Alias, GATE_FILE, Registry, RegistryError, Verdict};
use weir_surrogate::gate::decide;

use super::source::Source;
use super::{Where, refusal, rollback};
use crate::failure::{Failure, GATE_FAILED};
use crate::gate::GateFile;
use crate::output;

/// Put a network into the registry, and make it the champion
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The folder of a model, the name of one that comes with weir, or challenger
    #[arg(value_name = "CANDIDATE", required_unless_present = "to")]
    candidate: Option<String>,
    /// What `weir gate` wrote of it; card.md and failures/ beside it are kept with it
    #[arg(long, value_name = "FILE")]
    gate: Option<PathBuf>,
    #[command(flatten)]
    place: Where,
    /// What it becomes: the champion, or a challenger that is tried beside it
    #[arg(long = "as", value_enum, default_value_t = As::Champion)]
    role: As,
    /// Whatever the gate says; takes --reason
    #[arg(long, requires = "reason")]
    force: bool,
    /// Why; it is kept with the version
    #[arg(long, value_name = "TEXT", requires = "force")]
    reason: Option<String>,
    /// A word on the version [default: the model's name]
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Go back instead, as `weir rollback` does
    #[arg(long, value_enum, conflicts_with_all = ["candidate", "gate", "force", "note", "role"])]
    to: Option<Back>,
    /// Print one JSON object instead of a line
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir promote runs/a/model --gate gate/gate.json --registry models
  weir promote runs/a/model --gate gate/gate.json --registry models --as challenger
  weir promote default --registry models --force --reason 'the first of all'
  weir promote --to previous --registry models

What was `champion` becomes `previous`. It is refused, and exits with 1, if gate.json says no, is
about another model, or compared with one that is not the champion any more. A challenger need
not be better, but nothing may have happened that must not. --force goes over all of this, and
keeps the reason. If the command is cut off, give it again: there is a champion at any time.";

/// What it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum As {
    /// It moves the water
    Champion,
    /// It is tried beside the champion
    Challenger,
}

/// Where to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Back {
    /// The version that was champion before
    Previous,
}

/// What the command says at its end; names are only ever added.
#[derive(Serialize)]
struct Report {
    name: String,
    version: u32,
    sha256: String,
    alias: Alias,
    /// Why it would have been refused.
    forced_over: Vec<String>,
}

/// Promotes.
///
/// # Errors
/// No such model, no such gate.json, or the registry cannot be reached.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let registry = args.place.open()?;
    let Some(candidate) = args.candidate.as_deref().filter(|_| args.to.is_none()) else {
        return rollback::go_back(&registry, args.json);
    };
    let reason = args.reason.as_deref().map(str::trim);
    if reason.is_some_and(str::is_empty) {
        return Err(Failure::BadInput("--reason: got nothing, takes a reason".to_owned()).into());
    }
    if args.gate.is_none() && !args.force {
        let text = "--gate: got nothing, takes the gate.json that `weir gate` wrote; \
                    --force --reason TEXT goes without";
        return Err(Failure::BadInput(text.to_owned()).into());
    }
    let gate = args.gate.as_deref().map(GateFile::read).transpose()?;
    let scratch = tempfile::tempdir()?;
    let source = Source::open(candidate, "flex", Some(&registry), scratch.path())?;
    let mut objections = Vec::new();
    if let Some(gate) = &gate {
        objections.extend(about_another(gate, &source));
        objections.extend(says_no(gate, args.role)?);
        if args.role == As::Champion {
            objections.extend(is_stale(gate, &source, &registry)?);
        }
    } else {
        objections.push("nobody asked the gate".to_owned());
    }
    if !objections.is_empty() && !args.force {
        objections.iter().for_each(|objection| output::notice(&format!("refused: {objection}")));
        return Ok(ExitCode::from(GATE_FAILED));
    }
    for objection in &objections {
        output::notice(&format!("note: forced, though {objection}"));
    }
    // What was said of another model is nothing to keep with this one.
    let gate = gate.filter(|gate| about_another(gate, &source).is_none());
    let kept = args.gate.as_deref().filter(|_| gate.is_some());
    let about = About {
        note: args.note.clone().unwrap_or_else(|| source.model.config.name.clone()),
        gate: gate.map_or(Verdict::None, |gate| {
            if gate.decision.promote { Verdict::Passed } else { Verdict::Failed }
        }),
        forced: reason.filter(|_| !objections.is_empty()).map(str::to_owned),
        files: kept.map_or_else(Vec::new, files),
    };
    let version = registry.add(&source.folder, &about).map_err(refusal)?;
    let alias = match args.role {
        As::Challenger => {
            registry.point(Alias::Challenger, version.number).map_err(refusal)?;
            Alias::Challenger
        }
        As::Champion => {
            if matches!(&source.version, Some((Alias::Challenger, _))) {
                // It is this version now, and its promotion takes the alias away.
                registry.point(Alias::Challenger, version.number).map_err(refusal)?;
            }
            registry.promote(version.number).map_err(refusal)?;
            Alias::Champion
        }
    };
    let report = Report {
        name: registry.name().to_owned(),
        version: version.number,
        sha256: version.sha256,
        alias,
        forced_over: objections,
    };
    let text = if args.json {
        serde_json::to_string(&report)?
    } else {
        format!("version {} of {} is {alias}: {}", report.version, report.name, report.sha256)
    };
    output::result(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Says so if the gate measured another model.
fn about_another(gate: &GateFile, source: &Source) -> Option<String> {
    for (what, got, takes) in [
        ("weights", &gate.candidate.sha256, &source.sha256),
        ("description", &gate.candidate.config_sha256, &source.config_sha256),
    ] {
        if got != takes {
            return Some(format!("gate.json is about another model: {what} {got}, takes {takes}"));
        }
    }
    None
}

/// Says so if the gate would not have it.
///
/// # Errors
/// What the file decides does not follow from what it measured.
fn says_no(gate: &GateFile, role: As) -> Result<Option<String>, Failure> {
    let again = decide(&gate.candidate, &gate.champion, &gate.limits);
    if (again.promote, again.safe) != (gate.decision.promote, gate.decision.safe) {
        let text = "gate.json: its decision does not follow from what it measured; \
                    `weir gate` makes a new one";
        return Err(Failure::BadInput(text.to_owned()));
    }
    let (is_good, is_broken): (bool, fn(&weir_surrogate::gate::Rule) -> bool) = match role {
        As::Champion => (again.promote, |_| true),
        As::Challenger => (again.safe, |rule| rule.is_hard),
    };
    if is_good {
        return Ok(None);
    }
    let broken: Vec<&str> =
        again.broken().filter(|rule| is_broken(rule)).map(|rule| rule.name.as_str()).collect();
    Ok(Some(format!("gate.json says no: {}", broken.join("; "))))
}

/// Says so if the gate compared with somebody who is not the champion any more.
fn is_stale(
    gate: &GateFile,
    source: &Source,
    registry: &Registry,
) -> Result<Option<String>, Failure> {
    let champion = match registry.alias(Alias::Champion) {
        Ok(Some(champion)) => champion,
        // The first makes the folder.
        Ok(None) | Err(RegistryError::NoPlace(_)) => return Ok(None),
        Err(error) => return Err(refusal(error)),
    };
    let is = |sha256: &str, config_sha256: &str| {
        champion.sha256 == sha256 && champion.config_sha256 == config_sha256
    };
    let compared = is(&gate.champion.sha256, &gate.champion.config_sha256);
    // Of a promotion that was cut off before its end, or is said twice.
    if compared || is(&source.sha256, &source.config_sha256) {
        return Ok(None);
    }
    Ok(Some(format!(
        "gate.json compares with {}, and the champion is version {}: {}",
        gate.champion.sha256, champion.number, champion.sha256
    )))
}

/// The gate's file, and what it wrote beside it.
fn files(gate: &Path) -> Vec<(String, PathBuf)> {
    let folder = gate.parent().unwrap_or(Path::new(""));
    let mut files = vec![(GATE_FILE.to_owned(), gate.to_owned())];
    let card = folder.join("card.md");
    if card.is_file() {
        files.push(("card.md".to_owned(), card));
    }
    let pictures = std::fs::read_dir(folder.join("failures")).into_iter().flatten().flatten();
    let mut pictures: Vec<PathBuf> = pictures.map(|entry| entry.path()).collect();
    pictures.retain(|path| path.extension().is_some_and(|kind| kind == "png"));
    pictures.sort();
    let name = |path: &Path| Some(format!("failures/{}", path.file_name()?.to_str()?));
    files.extend(pictures.into_iter().filter_map(|path| Some((name(&path)?, path))));
    files
}

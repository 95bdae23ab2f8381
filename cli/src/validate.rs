//! `weir validate`: the solver against numbers that others found.

mod page;

use std::io::IsTerminal as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use weir_sim::validation::{Case, CaseReport, Check, Resolution, Trial, ValidationError, cases};

use crate::backend::{self, Backend};
use crate::failure::{Failure, GATE_FAILED, INTERRUPTED};
use crate::figure;
use crate::interrupt::Interrupt;
use crate::output;

/// Run the solver against analytic solutions, experiments and published tables.
///
/// Exits with 1 if a number is outside its gate.
#[derive(clap::Args)]
pub struct Args {
    /// Which cases to run; all of them when none is named
    cases: Vec<String>,
    /// Where the solver runs
    #[arg(long, value_enum, default_value = "cpu")]
    backend: Backend,
    /// Coarse grids: half a minute for all cases instead of several
    #[arg(long)]
    quick: bool,
    /// Draw the figures of each case into this folder
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,
    /// Write the numbers of each case between its comments in this Markdown page
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Print one JSON object, and nothing else, on standard output
    #[arg(long)]
    json: bool,
    /// List the cases and what they compare
    #[arg(long)]
    list: bool,
}
/// Runs the cases that were asked for.
///
/// # Errors
/// An unknown case, a solver that stopped, a file that cannot be written. A
/// failed gate is an exit code, not an error.
pub fn run(args: &Args) -> Result<ExitCode> {
    let cases = chosen(&args.cases)?;
    if args.list {
        for case in &cases {
            output::result(&format!("{:14} {}", case.name(), case.about()))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(folder) = &args.figures {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }

    let interrupt = Interrupt::listen()?;
    let mut rows = Vec::new();
    let mut interrupted = false;
    for case in &cases {
        let report = match watch(case.as_ref(), args.backend.into(), args.quick, &interrupt) {
            Err(ValidationError::Interrupted) => {
                interrupted = true;
                break;
            }
            Err(ValidationError::Solver(error)) => {
                return Err(backend::refusal(case.name(), &error).into());
            }
            report => report.with_context(|| case.name().to_owned())?,
        };
        if !args.json {
            for check in &report.checks {
                output::result(&format!("{}/{check}", case.name()))?;
            }
        }
        // Case by case, so that an interruption loses no finished one.
        publish(args, case.name(), &report)?;
        rows.extend(report.checks.into_iter().map(|check| Row::new(case.name(), check)));
    }

    let pass = rows.iter().all(|row| row.pass);
    if args.json {
        output::result(&serde_json::to_string(&Results { cases: rows, pass })?)?;
    }
    Ok(match (interrupted, pass) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, false) => ExitCode::from(GATE_FAILED),
        (false, true) => ExitCode::SUCCESS,
    })
}

/// The cases of these names, or all.
fn chosen(names: &[String]) -> Result<Vec<Box<dyn Case>>, Failure> {
    let known = cases();
    if let Some(unknown) = names.iter().find(|name| known.iter().all(|case| case.name() != *name)) {
        let list: Vec<&str> = known.iter().map(|case| case.name()).collect();
        return Err(Failure::BadInput(format!(
            "case {unknown:?} is not one of {}",
            list.join(", ")
        )));
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    Ok(known.into_iter().filter(|case| wanted(case.name())).collect())
}

/// Runs one case under a bar on a terminal, or between two lines elsewhere.
fn watch(
    case: &dyn Case,
    backend: weir_sim::Backend,
    quick: bool,
    interrupt: &Interrupt,
) -> Result<CaseReport, ValidationError> {
    const UNITS: u64 = 1000;
    let began = Instant::now();
    let bar = if std::io::stderr().is_terminal() {
        let style = ProgressStyle::with_template("{msg:14} {bar:30} {percent:>3} %, {eta} left");
        ProgressBar::new(UNITS).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    } else {
        output::notice(&format!("{}: {}", case.name(), case.about()));
        ProgressBar::hidden()
    };
    bar.set_message(case.name());
    let resolution = if quick { Resolution::Quick } else { Resolution::Full };
    let mut progress = |fraction: f64| {
        bar.set_position((fraction * UNITS as f64) as u64);
        if interrupt.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = case.run(&mut Trial::new(backend, resolution, &mut progress))?;
    bar.finish_and_clear();
    let verdict = if report.pass() { "pass" } else { "FAIL" };
    output::notice(&format!(
        "{}: {verdict} in {:.1} s",
        case.name(),
        began.elapsed().as_secs_f64()
    ));
    Ok(report)
}

/// Draws a case's figures and writes its numbers into the page, if asked for.
fn publish(args: &Args, name: &str, report: &CaseReport) -> Result<()> {
    if let Some(folder) = &args.figures {
        for figure in &report.figures {
            figure::save(figure, folder)?;
        }
    }
    match &args.page {
        Some(path) => page::update(path, name, report, args.figures.as_deref()),
        None => Ok(()),
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Results {
    cases: Vec<Row>,
    pass: bool,
}

/// A check as `--json` prints it; NaN becomes null.
#[derive(Serialize)]
struct Row {
    name: String,
    measured: f64,
    reference: Option<f64>,
    unit: &'static str,
    error: f64,
    relative: bool,
    gate: Option<f64>,
    pass: bool,
}

impl Row {
    fn new(case: &str, check: Check) -> Self {
        let Check { name, measured, reference, unit, error, relative, gate, pass } = check;
        Self {
            name: format!("{case}/{name}"),
            measured,
            reference,
            unit,
            error,
            relative,
            gate,
            pass,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_case_is_answered_with_the_known_ones() {
        let refused = chosen(&["dam-brake".to_owned()]).err().map(|e| e.to_string());
        let text = refused.expect("refused");
        assert!(text.contains("dam-brake") && text.contains("dam-break, hydrostatic"), "{text}");
        assert_eq!(chosen(&[]).expect("all").len(), cases().len());
        assert_eq!(chosen(&["couette".to_owned()]).expect("known").len(), 1);
    }

    #[test]
    fn json_has_the_keys_of_the_contract() {
        let check = Check::relative("period", "s", f64::NAN, 1.6713, 0.01);
        let pass = check.pass;
        let results = Results { cases: vec![Row::new("standing-wave", check)], pass };
        let json = serde_json::to_value(&results).expect("JSON");
        let row = &json["cases"][0];
        assert_eq!(row["name"], "standing-wave/period");
        assert!(row["measured"].is_null() && row["error"].is_null());
        assert_eq!((row["reference"].as_f64(), row["gate"].as_f64()), (Some(1.6713), Some(0.01)));
        assert_eq!((&row["pass"], &json["pass"]), (&false.into(), &false.into()));
    }
}

//! The decision on standard output.

use weir_surrogate::gate::{Compared, Value};

use super::file::GateFile;
use crate::evaluate::table::short;

/// Letters of a hash that a rule shows: as much as tells them apart.
const SHOWN: usize = 12;

/// A value in few letters.
pub fn value(value: &Value) -> String {
    match value {
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e9 => {
            format!("{number:.0}")
        }
        Value::Number(number) => short(*number),
        Value::Word(word) => word.chars().take(SHOWN).collect(),
    }
}

/// How large an error is, of the champion's.
pub fn compared(compared: &Compared) -> String {
    let ratio = format!("{:.3}", compared.ratio);
    compared.bound.map_or(ratio.clone(), |bound| format!("{ratio}, at most {bound:.3}"))
}

/// What was decided, in a line.
pub fn verdict(gate: &GateFile) -> String {
    let broken: Vec<&str> = gate.decision.broken().map(|rule| rule.name.as_str()).collect();
    if gate.decision.promote {
        "promote: every rule is kept".to_owned()
    } else if gate.decision.safe {
        format!(
            "do not promote; it may be tried beside the champion. Broken: {}",
            broken.join("; ")
        )
    } else {
        format!("do not promote, nor try it. Broken: {}", broken.join("; "))
    }
}

/// The table.
pub fn text(gate: &GateFile) -> String {
    let GateFile { candidate, champion, decision, .. } = gate;
    let mut lines = vec![format!(
        "{} beside {}: {} scenes of {}, digest {}",
        candidate.name,
        champion.name,
        candidate.scenes.len(),
        gate.data.join(", "),
        candidate.digest,
    )];
    let width = decision.rules.iter().map(|rule| rule.name.chars().count()).max().unwrap_or(0);
    for rule in &decision.rules {
        lines.push(format!(
            "{:6} {:width$} {:>12} {} {}",
            if rule.pass { "ok" } else { "BROKEN" },
            rule.name,
            value(&rule.measured),
            rule.sign.word(),
            value(&rule.limit),
        ));
    }
    for error in &decision.errors {
        let scenes = error.scenes;
        lines.push(format!(
            "{} of the champion's, {scenes} scenes: {}",
            error.what,
            compared(error)
        ));
    }
    let few = |slice: &&Compared| slice.scenes < gate.limits.least_slice_scenes;
    let few: Vec<String> = decision.slices.iter().filter(few).map(|s| s.what.clone()).collect();
    if !few.is_empty() {
        lines.push(format!("slices of too few scenes to be judged: {}", few.join(", ")));
    }
    for (who, measured) in [("candidate", candidate), ("champion", champion)] {
        let time = measured.call_ms.map_or("not timed".to_owned(), |ms| {
            format!("a call {} ms, p95 {} ms", short(ms.p50), short(ms.p95))
        });
        lines.push(format!("{who}: {} bytes, {time}", measured.bytes));
    }
    lines.push(verdict(gate));
    lines.join("\n")
}

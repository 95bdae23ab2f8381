//! `card.md`: what whoever serves or is served by a network should know of it.

use std::fmt::Write;

use weir_surrogate::Model;
use weir_surrogate::evaluate::bootstrap::{self, Interval};
use weir_surrogate::gate::{Compared, Measured};

use super::file::GateFile;
use super::gallery::Shown;
use super::table::{compared, value, verdict};
use crate::date::date;
use crate::evaluate::table::short;

/// The card.
pub fn text(gate: &GateFile, model: &Model, failures: &[Shown]) -> String {
    let mut text = format!("# The model `{}`\n\n", model.config.name);
    text += "Written by `weir gate`; every number is in `gate.json` beside it.\n";
    for (heading, part) in [
        ("What it is for", purpose()),
        ("What it is", facts(gate, model)),
        ("How good it is", metrics(gate)),
        ("What the gate says", rules(gate)),
        ("In parts of the scenes", slices(gate)),
        ("Where it is worst", gallery(gate, failures)),
        ("Limits of its use", limits(gate, model)),
    ] {
        let _ = write!(text, "\n## {heading}\n\n{part}");
    }
    text
}

fn purpose() -> String {
    "To move water against drawn lines, for people who watch and draw: on weir's website, in its \
     window, and with `weir simulate --model`. It is no engineering tool: nobody should size a \
     weir, a pipe or a hull by it.\n"
        .to_owned()
}

/// What a file said, as it can stand in a cell.
fn cell(text: &str) -> String {
    let escaped = |c: char| match c {
        '|' | '`' | '<' | '>' | '[' | ']' | '\\' => format!("\\{c}"),
        c if c.is_control() => " ".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

fn facts(gate: &GateFile, model: &Model) -> String {
    let origin =
        |key: &str| model.config.origin.get(key).map_or("not said".to_owned(), |v| cell(v));
    let shape = &model.config.shape;
    let channels: Vec<String> = shape.channels.iter().map(ToString::to_string).collect();
    let rows = [
        (
            "network",
            format!("U-Net of {} channels; {} numbers", channels.join("-"), model.parameters()),
        ),
        ("weights", format!("sha256 `{}`", gate.candidate.sha256)),
        ("description", format!("sha256 `{}`", gate.candidate.config_sha256)),
        ("files", format!("{} bytes", gate.candidate.bytes)),
        (
            "learned from",
            format!(
                "{}, {} scenes, digest `{}`",
                origin("data"),
                origin("scenes"),
                origin("data_digest")
            ),
        ),
        ("for", format!("{} steps; {}", origin("steps"), origin("from"))),
        ("built by commit", format!("`{}`", origin("commit"))),
        (
            "judged",
            format!(
                "{}, by weir {}, commit {}",
                date(gate.made_s),
                gate.weir,
                gate.commit.as_ref().map_or("not known".to_owned(), |c| format!("`{}`", cell(c)))
            ),
        ),
        (
            "judged on",
            format!(
                "{} test scenes of {}, digest `{}`; {} frames of 1/60 s beside the solver, {} alone",
                gate.candidate.scenes.len(),
                cell(&gate.data.join(", ")),
                gate.candidate.digest,
                gate.frames,
                gate.long_frames
            ),
        ),
        (
            "beside",
            format!("`{}`, weights sha256 `{}`", cell(&gate.champion.name), gate.champion.sha256),
        ),
    ];
    let rows: Vec<String> =
        rows.iter().map(|(key, said)| format!("| {key} | {said} |\n")).collect();
    format!("| | |\n|---|---|\n{}", rows.concat())
}

fn mean(measured: &Measured, metric: &str) -> Option<Interval> {
    let errors: Vec<f64> = measured.scenes.iter().filter_map(|run| run.error(metric)).collect();
    bootstrap::mean(&errors)
}

fn interval(interval: Option<Interval>) -> String {
    interval.map_or("n/a".to_owned(), |i| {
        format!("{} [{}, {}]", short(i.mean), short(i.lo), short(i.hi))
    })
}

fn metrics(gate: &GateFile) -> String {
    let mut text = "Means over scenes with 95 % intervals by the bootstrap over scenes; how large \
                    an error is of the champion's is the geometric mean over scenes, with its \
                    one-sided 95 % bound. Less is better.\n\n"
        .to_owned();
    text += "| error | this | champion | of the champion's | scenes |\n|---|--:|--:|--:|--:|\n";
    for metric in gate.candidate.metrics.all() {
        let found = gate.decision.errors.iter().find(|compared| compared.what == metric);
        let _ = writeln!(
            text,
            "| {metric} | {} | {} | {} | {} |",
            interval(mean(&gate.candidate, metric)),
            interval(mean(&gate.champion, metric)),
            found.map_or("n/a".to_owned(), compared),
            found.map_or(0, |compared| compared.scenes),
        );
    }
    for (who, measured) in [("this", &gate.candidate), ("the champion", &gate.champion)] {
        let told = measured.call_ms.map_or("was not timed".to_owned(), |ms| {
            let [p50, p95] = [ms.p50, ms.p95].map(short);
            format!("takes {p50} ms in the middle of {} calls, p95 {p95} ms", ms.calls)
        });
        let _ = write!(text, "\nA call of {who} {told} on the machine that judged.\n");
    }
    text
}

fn rules(gate: &GateFile) -> String {
    let mut text = format!("**{}**\n\n", verdict(gate));
    text += "| rule | measured | | limit | |\n|---|--:|:-:|--:|---|\n";
    for rule in &gate.decision.rules {
        let (name, measured, limit) = (cell(&rule.name), value(&rule.measured), value(&rule.limit));
        let kept = if rule.pass { "kept" } else { "**broken**" };
        let _ = writeln!(text, "| {name} | {measured} | {} | {limit} | {kept} |", rule.sign.word());
    }
    text
}

fn slices(gate: &GateFile) -> String {
    let least = gate.limits.least_slice_scenes;
    let mut text = format!(
        "{} of the champion's. Slices of fewer than {least} scenes are not judged.\n\n\
         | slice | scenes | of the champion's |\n|---|--:|--:|\n",
        gate.candidate.metrics.primary
    );
    let row = |slice: &Compared| {
        format!("| {} | {} | {} |\n", cell(&slice.what), slice.scenes, compared(slice))
    };
    text.extend(gate.decision.slices.iter().map(row));
    text
}

fn gallery(gate: &GateFile, failures: &[Shown]) -> String {
    let primary = &gate.candidate.metrics.primary;
    if failures.is_empty() {
        return "No scene has pictures.\n".to_owned();
    }
    let mut text =
        format!("The scenes with the largest {primary}: left the solver, right the network.\n");
    for Shown { file, words } in failures {
        let words = cell(words);
        let _ = write!(text, "\n{words}\n\n![{words}]({file})\n");
    }
    text
}

fn limits(gate: &GateFile, model: &Model) -> String {
    let scales = &model.config.scales;
    format!(
        "* It was judged on scenes of {}. What it makes of others nobody has measured here.\n\
         * It knows cells of {} m, gravity of 9.81 m/s² downwards and water without viscosity.\n\
         * Bodies are walls to it: they neither move nor float.\n\
         * After some seconds particles are where chaos has them: the shape of the water is to be \
           looked at then, not one drop.\n\
         * The times are of the machine that judged, and of nothing else.\n\
         \n\
         What does not depend on what it has learned: no particle passes a line or is lost, and free fall \
         is exact.\n",
        cell(&gate.data.join(", ")),
        scales.cell_m
    )
}

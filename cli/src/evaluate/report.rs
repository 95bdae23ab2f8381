//! The report: one text, as Markdown and as a page.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use weir_surrogate::evaluate::MEASURES;
use weir_surrogate::evaluate::bootstrap::Interval;

use super::figures::{self, COST_ERROR};
use super::judge::Outcome;
use super::summary::Summary;
use super::table::{SHOWN, columns, short};
use crate::page::{self, Part};

/// Writes `report.md`, `report.html` and the figures into a folder.
///
/// # Errors
/// A file cannot be written.
pub fn save(summary: &Summary, outcomes: &[Outcome], folder: &Path) -> Result<()> {
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned());
    let saved = figures::save(summary, outcomes, folder)?;
    let saved = saved.into_iter().filter_map(|(path, title)| Some((name(&path)?, title)));
    let parts = parts(summary, saved.collect());
    for (name, text) in [
        ("report.md", markdown(summary, &parts)),
        ("report.html", page::html(&title(summary), &parts)),
    ] {
        std::fs::write(folder.join(name), text).with_context(|| name.to_owned())?;
    }
    let json = serde_json::to_string_pretty(summary)?;
    std::fs::write(folder.join("report.json"), json + "\n").context("report.json")
}

fn parts(summary: &Summary, figures: Vec<(String, String)>) -> Vec<Part> {
    let mut parts = vec![Part::Words(method(summary))];
    if !summary.failures.is_empty() {
        parts.push(Part::Heading("What could not be judged"));
        parts.push(Part::List(
            summary
                .failures
                .iter()
                .map(|p| {
                    let who = p.contender.as_deref().unwrap_or("no reference");
                    format!("{} ({who}): {}", p.scene, p.why)
                })
                .collect(),
        ));
    }
    parts.push(Part::Heading("What must not happen"));
    parts.push(Part::List(never(summary)));
    parts.push(Part::Heading("Errors"));
    parts.push(errors(summary));
    parts.push(Part::Heading("Beside the others"));
    parts.push(Part::Words(format!(
        "How many times as large as those of {} the errors of others are, over the same scenes. \
         Above 1 the network is better.",
        summary.model
    )));
    parts.push(ratios(summary));
    if !summary.speed.is_empty() {
        parts.push(Part::Heading("What it costs"));
        parts.push(Part::Words(lost(summary)));
        parts.push(cost(summary));
    }
    parts.push(Part::Heading("Slices"));
    parts.push(slices(summary));
    parts.push(Part::Heading("Figures"));
    parts.extend(figures.into_iter().map(|(file, title)| Part::Figure(file, title)));
    parts.push(Part::Heading("What the numbers are"));
    let meaning = MEASURES.iter().map(|m| {
        let unit = if m.unit == "1" { String::new() } else { format!(" [{}]", m.unit) };
        format!("{}{unit}: {}", m.name, m.about)
    });
    parts.push(Part::List(meaning.collect()));
    parts.push(Part::Heading("Who was judged"));
    parts.push(Part::List(
        summary
            .contenders
            .iter()
            .map(|c| format!("{}: {}, to frame {}", c.name, c.about, c.frames))
            .collect(),
    ));
    parts
}

fn method(summary: &Summary) -> String {
    let r = &summary.references;
    let seconds = |frame: usize| short(frame as f64 * summary.frame_s);
    format!(
        "{} scenes of {} (split {}), means over scenes with {:.0} % intervals by the bootstrap over \
         scenes ({} drawings). A frame is 1/60 s: frames 1, 20, 100 and 600 are {}, {}, {} and {} s. \
         All begin where the scene begins; warm_ numbers begin from states of the reference after 0.5, 1 \
         and 1.5 s. The reference is the solver at the scene's resolution: read from the files in {} \
         runs, solved anew in {} because the recording is too short (where recorded, the same to the \
         last bit), solved anew and other than recorded in {}, and solved without a recording in {}. \
         Particles of coarser solvers are others: a particle of the reference is followed by the one \
         that is nearest when it is first seen, and what that is off then is taken off.{}",
        summary.scenes,
        folders(summary),
        summary.split,
        100.0 * summary.interval,
        summary.resamples,
        seconds(1),
        seconds(20),
        seconds(100),
        seconds(600),
        r.recorded,
        r.solved,
        r.solved_otherwise,
        r.new,
        if summary.interrupted {
            " The run was stopped: these are the scenes that were whole."
        } else {
            ""
        },
    )
}

fn never(summary: &Summary) -> Vec<String> {
    let line = |(name, runs): (&String, &super::summary::LongRuns)| {
        let mut line = format!("{name}: {}", runs.told(summary.long_frames));
        for problem in &runs.blown_up {
            let _ = write!(line, "; {} blew up in {}", problem.scene, problem.why);
        }
        line
    };
    summary.long.iter().map(line).collect()
}

fn interval(interval: Option<&Interval>) -> String {
    match interval {
        Some(i) if i.lo == i.hi => short(i.mean),
        Some(i) => format!("{} [{}, {}]", short(i.mean), short(i.lo), short(i.hi)),
        None => "n/a".to_owned(),
    }
}

fn errors(summary: &Summary) -> Part {
    let columns = columns(summary);
    let mut head = vec![String::new()];
    head.extend(columns.iter().map(|name| (*name).to_owned()));
    let rows = SHOWN.iter().copied().chain(["followed"]).filter_map(|number| {
        summary.get(&summary.model, number)?;
        let unit = summary.unit(number);
        let mut row =
            vec![if unit.is_empty() { number.to_owned() } else { format!("{number} [{unit}]") }];
        row.extend(columns.iter().map(|name| interval(summary.get(name, number))));
        Some(row)
    });
    Part::Table(head, rows.collect())
}

fn ratios(summary: &Summary) -> Part {
    let names = columns(summary).into_iter().filter(|name| summary.ratios.contains_key(*name));
    let names: Vec<&str> = names.collect();
    let mut head = vec![String::new()];
    head.extend(names.iter().map(|name| (*name).to_owned()));
    let has = |number: &&str| names.iter().any(|n| summary.ratios[*n].contains_key(*number));
    let rows = SHOWN.iter().copied().filter(has).map(|number| {
        let mut row = vec![number.to_owned()];
        row.extend(names.iter().map(|name| interval(summary.ratios[*name].get(number))));
        row
    });
    Part::Table(head, rows.collect())
}

fn cost(summary: &Summary) -> Part {
    let head = ["", "ms per simulated second", "shortest", "longest", COST_ERROR, "mse_20 [m²]"];
    let rows = summary.speed.iter().map(|cost| {
        vec![
            cost.contender.clone(),
            format!("{:.0}", cost.ms_per_s),
            format!("{:.0}", cost.lo),
            format!("{:.0}", cost.hi),
            interval(summary.get(&cost.contender, COST_ERROR)),
            interval(summary.get(&cost.contender, "mse_20")),
        ]
    });
    Part::Table(head.map(str::to_owned).to_vec(), rows.collect())
}

/// Who is both cheaper and closer than the network, in words.
fn lost(summary: &Summary) -> String {
    let place = |name: &str| {
        let cost = summary.speed.iter().find(|cost| cost.contender == name)?;
        Some((cost.ms_per_s, summary.get(name, COST_ERROR)?.mean))
    };
    let threads = summary.speed.first().map_or(0, |cost| cost.threads);
    let mut words = format!(
        "Medians over three scenes on {threads} threads of the machine that judged, everything \
         included that makes a frame. "
    );
    let Some((ms, error)) = place(&summary.model) else { return words };
    let real = if ms < 1e3 { "faster" } else { "slower" };
    let _ =
        write!(words, "{} takes {ms:.0} ms for a second, {real} than real time. ", summary.model);
    let solvers = summary.contenders.iter().filter(|c| c.name.starts_with("solver-"));
    let better = solvers.filter_map(|c| {
        let (other_ms, other_error) = place(&c.name)?;
        (other_ms < ms && other_error < error).then(|| {
            format!(
                "{} ({:.1} times as fast, {:.1} times as close)",
                c.name,
                ms / other_ms,
                error / other_error
            )
        })
    });
    let better: Vec<String> = better.collect();
    if better.is_empty() {
        words += "No solver that was tried is both cheaper and closer to the reference.";
    } else {
        let _ = write!(
            words,
            "It loses to solvers that are both cheaper and closer to the reference: {}.",
            better.join(", ")
        );
    }
    words
}

fn slices(summary: &Summary) -> Part {
    const NUMBERS: [&str; 6] =
        ["mse_20", "mse_100", "warm_mse_20", "sinkhorn_100", "iou_100", "kinetic_error_100"];
    let mut head = vec!["slice".to_owned(), "scenes".to_owned(), "who".to_owned()];
    head.extend(NUMBERS.map(str::to_owned));
    let mut rows = Vec::new();
    for (name, slice) in &summary.slices {
        for who in [summary.model.as_str(), "ballistic", "solver-1/2"] {
            let Some(metrics) = slice.contenders.get(who).filter(|m| !m.is_empty()) else {
                continue;
            };
            let mut row = vec![name.clone(), slice.scenes.to_string(), who.to_owned()];
            row.extend(NUMBERS.map(|number| interval(metrics.get(number))));
            rows.push(row);
        }
    }
    Part::Table(head, rows)
}

/// Folders of data by their own names: where they were is nobody's business.
fn folders(summary: &Summary) -> String {
    let name = |path: &String| {
        Path::new(path).file_name().map_or(path.clone(), |name| name.to_string_lossy().into_owned())
    };
    summary.data.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn title(summary: &Summary) -> String {
    format!("{} on {}", summary.model, folders(summary))
}

fn markdown(summary: &Summary, parts: &[Part]) -> String {
    let mut text = format!("# {}\n", title(summary));
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    for part in parts {
        text.push('\n');
        let _ = match part {
            Part::Heading(words) => writeln!(text, "## {words}"),
            Part::Words(words) => writeln!(text, "{words}"),
            Part::List(items) => items.iter().try_for_each(|item| writeln!(text, "* {item}")),
            Part::Table(head, rows) => {
                let line = |cells: &[String]| {
                    let cells: Vec<String> = cells.iter().map(|c| cell(c)).collect();
                    format!("| {} |\n", cells.join(" | "))
                };
                text += &line(head);
                text += &format!("|---|{}\n", "--:|".repeat(head.len().saturating_sub(1)));
                rows.iter().for_each(|row| text += &line(row));
                Ok(())
            }
            Part::Figure(file, title) => writeln!(text, "![{title}]({file})"),
            Part::Drawing(svg) => writeln!(text, "{svg}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_number_is_said_to_be_and_one_of_no_spread_has_no_interval() {
        assert_eq!(interval(None), "n/a");
        let of = |lo, hi| Interval { mean: 1.0, lo, hi, n: 3 };
        assert_eq!(interval(Some(&of(1.0, 1.0))), "1.00");
        assert_eq!(interval(Some(&of(0.5, 1.5))), "1.00 [0.500, 1.50]");
    }
}

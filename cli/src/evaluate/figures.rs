//! What the numbers look like.

use std::path::{Path, PathBuf};

use anyhow::Result;
use weir_sim::validation::{Axis, FigureData, Series, Style};
use weir_surrogate::evaluate::Scores;
use weir_surrogate::evaluate::bootstrap::quantile;

use super::judge::Outcome;
use super::sheet;
use super::summary::Summary;
use crate::figure::{self, Band, Extras};

/// Measure by which error is set against cost.
pub const COST_ERROR: &str = "sinkhorn_100";
/// Time after which most water rests, seconds.
const RESTLESS_S: f64 = 4.0;
/// The floors' and the solvers' hues.
const HUES: [(&str, usize); 6] = [
    ("reference", 2),
    ("ballistic", 5),
    ("straight", 3),
    ("solver-1/2", 0),
    ("solver-3/4", 4),
    ("solver-1", 2),
];

/// The networks' hues: vermilion, purple, orange, green. Motion in a straight line is not
/// drawn beside more than one of them, nor are finer solvers that they share a hue with.
const NETWORKS: [usize; 4] = [1, 3, 4, 2];

/// A figure with what goes beyond lines.
pub type Drawn = (FigureData, Extras);

/// Draws all figures into a folder; returns their names and titles.
///
/// # Errors
/// A file cannot be written.
pub fn save(
    summary: &Summary,
    outcomes: &[Outcome],
    folder: &Path,
) -> Result<Vec<(PathBuf, String)>> {
    let mut saved = Vec::new();
    for (data, extras) in figures(summary, outcomes) {
        saved.push((figure::save_with(&data, &extras, folder)?, data.title));
    }
    saved.extend(sheet::save(summary, outcomes, folder)?);
    Ok(saved)
}

/// All figures that there is data for.
pub fn figures(summary: &Summary, outcomes: &[Outcome]) -> Vec<Drawn> {
    let plain: Vec<&Outcome> = outcomes.iter().filter(|o| !o.stress).collect();
    let mut all = vec![
        over_time(
            summary,
            &plain,
            Over {
                slug: "error-over-time",
                title: "How far particles are from where they should be",
                x: Axis::log("time [s]"),
                y: Axis::log("mean squared distance [m²]"),
                // Closer than a tenth of a millimetre nobody sees.
                curve: |scores| scores.mse.iter().copied().filter(|p| p[1] > 1e-8).collect(),
                names: &["ballistic", "straight", "solver-1/2", "solver-3/4", "solver-1"],
            },
        ),
        over_time(
            summary,
            &plain,
            Over {
                slug: "overlap-over-time",
                title: "How much of the wet cells is common",
                x: Axis::log("time [s]"),
                y: Axis::linear("intersection over union"),
                curve: |scores| scores.overlap.clone(),
                names: &["ballistic", "straight", "solver-1/2", "solver-3/4", "solver-1"],
            },
        ),
        kinetic(summary, &plain),
        better(summary),
    ];
    all.extend(cost(summary));
    all
}

fn hue(summary: &Summary, name: &str) -> usize {
    let network = networks(summary).into_iter().position(|network| network == name);
    let known = || HUES.iter().find(|(known, _)| *known == name).map_or(3, |(_, hue)| *hue);
    network.map_or_else(known, |k| NETWORKS[k % NETWORKS.len()])
}

fn networks(summary: &Summary) -> Vec<&str> {
    let others = summary.long.keys().map(String::as_str).filter(|n| *n != summary.model);
    std::iter::once(summary.model.as_str()).chain(others).collect()
}

struct Over {
    slug: &'static str,
    title: &'static str,
    x: Axis,
    y: Axis,
    curve: fn(&Scores) -> Vec<[f64; 2]>,
    names: &'static [&'static str],
}

/// The median over scenes, and for those one looks at the middle half of them.
fn over_time(summary: &Summary, outcomes: &[&Outcome], over: Over) -> Drawn {
    let mut series = Vec::new();
    let mut extras = Extras::default();
    let networks = networks(summary);
    let taken: Vec<usize> = networks.iter().skip(1).map(|name| hue(summary, name)).collect();
    let shown = |name: &&str| {
        let here = summary.contenders.iter().any(|c| c.name == **name);
        here && !taken.contains(&hue(summary, name))
    };
    let names = networks.into_iter().chain(over.names.iter().copied().filter(shown));
    for name in names {
        let curves: Vec<Vec<[f64; 2]>> =
            outcomes.iter().filter_map(|o| Some((over.curve)(o.scores.get(name)?))).collect();
        let [low, middle, high] = quartiles(&curves);
        let hue = hue(summary, name);
        if name == summary.model || name == "solver-1/2" {
            extras.bands.push(Band { low, high, hue });
        }
        series.push(Series::new(name, Style::Line, hue, middle));
    }
    let mut notes =
        vec![format!("medians over {} scenes; shaded the middle half of them", outcomes.len())];
    if series.iter().any(|s| s.name == "solver-1") {
        let text = "solver-1 is the reference with other steps: water is chaotic, and nobody gets \
                    closer for long";
        notes.push(text.to_owned());
    }
    let data = FigureData {
        slug: over.slug,
        title: over.title.to_owned(),
        x: over.x,
        y: over.y,
        series,
        notes,
        same_scale: false,
    };
    (data, extras)
}

/// Lower quartile, median and upper quartile of curves that share their times.
fn quartiles(curves: &[Vec<[f64; 2]>]) -> [Vec<[f64; 2]>; 3] {
    let mut times: Vec<f64> = curves.iter().flatten().map(|point| point[0]).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    let mut bands = [const { Vec::new() }; 3];
    let mut next = vec![0; curves.len()];
    for t in times {
        let mut values = Vec::new();
        for (curve, next) in curves.iter().zip(&mut next) {
            if let Some(point) = curve.get(*next).filter(|p| (p[0] - t).abs() < 1e-6) {
                values.push(point[1]);
                *next += 1;
            }
        }
        values.sort_unstable_by(f64::total_cmp);
        for (band, share) in bands.iter_mut().zip([0.25, 0.5, 0.75]) {
            band.push([t, quantile(&values, share)]);
        }
    }
    bands
}

fn kinetic(summary: &Summary, outcomes: &[&Outcome]) -> Drawn {
    let of = |name: &str| -> Vec<Vec<[f64; 2]>> {
        let curve = |o: &&Outcome| {
            let own =
                if name == "reference" { &o.kinetic_j } else { &o.scores.get(name)?.kinetic_j };
            let most = o.kinetic_j.iter().map(|p| p[1]).fold(0.0, f64::max);
            let shown = own.iter().filter(|p| p[0] <= RESTLESS_S);
            (most > 0.0).then(|| shown.map(|p| [p[0], p[1] / most]).collect())
        };
        outcomes.iter().filter_map(curve).collect()
    };
    let mut extras = Extras::default();
    let mut series = Vec::new();
    let names = networks(summary).into_iter();
    for name in names.chain(["reference", "ballistic", "solver-1/2"]) {
        let [low, middle, high] = quartiles(&of(name));
        let hue = hue(summary, name);
        if name == summary.model || name == "reference" {
            extras.bands.push(Band { low, high, hue });
        }
        series.push(Series::new(name, Style::Line, hue, middle));
    }
    let data = FigureData {
        slug: "kinetic-energy",
        title: "Kinetic energy, of the reference's largest".to_owned(),
        x: Axis::linear("time [s]"),
        y: Axis::linear("kinetic energy"),
        series,
        notes: vec!["medians over scenes; shaded the middle half of them".to_owned()],
        same_scale: false,
    };
    (data, extras)
}

/// How many times as large as the network's the others' errors are.
fn better(summary: &Summary) -> Drawn {
    const ROWS: [&str; 11] = [
        "mse_20",
        "mse_100",
        "mse_600",
        "warm_mse_20",
        "warm_mse_100",
        "sinkhorn_20",
        "sinkhorn_100",
        "sinkhorn_600",
        "kinetic_error_100",
        "momentum_error_100",
        "surface_error_600",
    ];
    let others = networks(summary).into_iter().skip(1);
    let against: Vec<&str> = others.chain(["ballistic", "solver-1/2"]).collect();
    let lane_height = 0.32_f64.min(0.7 / against.len() as f64);
    let has = |number: &&str| {
        against.iter().any(|c| summary.ratios.get(*c).is_some_and(|r| r.contains_key(*number)))
    };
    let rows: Vec<&str> = ROWS.into_iter().filter(has).collect();
    let mut extras = Extras::default();
    let mut series = Vec::new();
    for (k, number) in rows.iter().enumerate() {
        extras.rows.push(((rows.len() - k) as f64, (*number).to_owned()));
    }
    for (lane, contender) in against.iter().copied().enumerate() {
        let offset = lane_height * (0.5 * (against.len() - 1) as f64 - lane as f64);
        let Some(ratios) = summary.ratios.get(contender) else { continue };
        let hue = hue(summary, contender);
        let mut means = Vec::new();
        for (k, number) in rows.iter().enumerate() {
            let Some(ratio) = ratios.get(*number) else { continue };
            let y = (rows.len() - k) as f64 + offset;
            means.push([ratio.mean, y]);
            series.push(Series::new("", Style::Line, hue, [[ratio.lo, y], [ratio.hi, y]]));
        }
        series.push(Series::new(contender, Style::Marks, hue, means));
    }
    let top = rows.len() as f64 + 0.6;
    for x in [1.0, 5.0] {
        series.push(Series::new("", Style::Guide, 0, [[x, 0.4], [x, top]]));
    }
    let data = FigureData {
        slug: "better-than",
        title: format!("How many times as large as those of {} others' errors are", summary.model),
        x: Axis::log("times as large"),
        y: Axis::linear(""),
        series,
        notes: vec![
            format!("{:.0} % intervals over scenes, paired", 100.0 * summary.interval),
            "right of 1 the network is better; the goal beside ballistic is 5".to_owned(),
        ],
        same_scale: false,
    };
    (data, extras)
}

/// Error against cost; nothing if nobody was timed.
fn cost(summary: &Summary) -> Option<Drawn> {
    let place = |name: &str| {
        let cost = summary.speed.iter().find(|cost| cost.contender == name)?;
        Some((cost.ms_per_s, *summary.get(name, COST_ERROR)?))
    };
    let mut series = Vec::new();
    let mut extras = Extras::default();
    let mut highest = 0.0_f64;
    let mut lowest = f64::INFINITY;
    let mut add = |name: &str, members: &[(String, String)], hue: usize, joined: bool| {
        let mut points = Vec::new();
        for (member, label) in members {
            let Some((ms, error)) = place(member) else { continue };
            highest = highest.max(error.hi);
            lowest = lowest.min(error.lo.max(1e-9));
            points.push([ms, error.mean]);
            series.push(Series::new("", Style::Line, hue, [[ms, error.lo], [ms, error.hi]]));
            if !label.is_empty() {
                extras.labels.push(([ms, error.mean], label.clone()));
            }
        }
        if joined && points.len() > 1 {
            series.push(Series::new("", Style::Guide, hue, points.clone()));
        }
        if !points.is_empty() {
            series.push(Series::new(name, Style::Marks, hue, points));
        }
    };
    for name in networks(summary) {
        add(name, &[(name.to_owned(), String::new())], hue(summary, name), false);
    }
    for name in ["ballistic", "straight"] {
        add(name, &[(name.to_owned(), String::new())], hue(summary, name), false);
    }
    for part in ["solver-1/2", "solver-3/4", "solver-1"] {
        let member = |step: u32| match step {
            1 => (part.to_owned(), "dt".to_owned()),
            _ => (format!("{part}-dt{step}"), format!("{step} dt")),
        };
        add(part, &[1, 2, 4].map(member), hue(summary, part), true);
    }
    if series.is_empty() {
        return None;
    }
    series.push(Series::new("real time", Style::Guide, 0, [[1e3, lowest], [1e3, highest]]));
    let threads = summary.speed.first().map_or(0, |cost| cost.threads);
    let data = FigureData {
        slug: "error-and-cost",
        title: "Error after 100 frames, and what a second costs".to_owned(),
        x: Axis::log("ms for a simulated second"),
        y: Axis::log("Sinkhorn divergence [m²]"),
        series,
        notes: vec![
            format!("{threads} threads, transfers and collisions included"),
            "dt is 1/120 s at most; steps also end where the fastest water has crossed a cell"
                .to_owned(),
            "solver-1 with dt is the reference with other steps: how far chaos alone takes it"
                .to_owned(),
        ],
        same_scale: false,
    };
    Some((data, extras))
}

//! From scenes to means with intervals: what `--json` prints.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use weir_surrogate::FPS;
use weir_surrogate::evaluate::bootstrap::{self, COVERAGE, Interval, RESAMPLES};
use weir_surrogate::evaluate::{MEASURES, Measure};

use super::contender::Contender;
use super::judge::{Long, Outcome};
use super::speed::Cost;
use super::table::short;
use super::task::Source;
use super::work::Work;

/// Numbers of one contender: means over scenes by name.
pub type Metrics = BTreeMap<String, Interval>;

/// All that was found.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// The network that is judged; the first, if there are several.
    pub model: String,
    /// Folders of data.
    pub data: Vec<String>,
    /// The split.
    pub split: &'static str,
    /// Scenes that were judged, stress not counted.
    pub scenes: usize,
    /// Time of a frame, seconds.
    pub frame_s: f64,
    /// Last frame that is judged by a reference.
    pub frames: usize,
    /// Frames of long runs.
    pub long_frames: usize,
    /// Share of drawings of scenes within an interval.
    pub interval: f64,
    /// Drawings of scenes.
    pub resamples: usize,
    /// Who was judged.
    pub contenders: Vec<About>,
    /// What the names of numbers mean.
    pub measures: BTreeMap<&'static str, Meaning>,
    /// Means over all scenes: contender, number.
    pub metrics: BTreeMap<String, Metrics>,
    /// Means over some scenes: slice, contender, number.
    pub slices: BTreeMap<String, Slice>,
    /// How many times as large as the network's a contender's error is, over the
    /// same scenes: contender, number.
    pub ratios: BTreeMap<String, Metrics>,
    /// Long runs of all networks.
    pub long: BTreeMap<String, LongRuns>,
    /// What a simulated second costs.
    pub speed: Vec<Cost>,
    /// Where references came from.
    pub references: References,
    /// What could not be judged, and why.
    pub failures: Vec<Problem>,
    /// Seconds that it all took.
    pub wall_s: f64,
    /// Whether Ctrl-C ended it.
    pub interrupted: bool,
}

/// Who was judged.
#[derive(Debug, Serialize)]
pub struct About {
    /// Name in results.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Last frame that it was judged at.
    pub frames: usize,
}

/// What a number means.
#[derive(Debug, Serialize)]
pub struct Meaning {
    unit: &'static str,
    about: &'static str,
}

/// Some of the scenes.
#[derive(Debug, Serialize)]
pub struct Slice {
    /// How many.
    pub scenes: usize,
    /// Contender, number.
    pub contenders: BTreeMap<String, Metrics>,
}

/// Long runs of a network.
#[derive(Debug, Default, Serialize)]
pub struct LongRuns {
    /// Runs.
    pub runs: usize,
    /// Frames of all of them.
    pub frames: usize,
    /// Runs that blew up.
    pub blow_ups: usize,
    /// Moves through a line that the network's own audit saw.
    pub crossings: f64,
    /// Crossings that frames alone prove.
    pub certain_crossings: f64,
    /// Particles that came or went where they cannot.
    pub mass_faults: f64,
    /// Particles outside of the rectangle.
    pub penetrations: f64,
    /// Most energy of any run, as a share of what had come in.
    pub most_energy: f64,
    /// Which, when, and what was seen.
    pub blown_up: Vec<Problem>,
}

impl LongRuns {
    /// What was seen in runs of up to `frames` frames, in words.
    pub fn told(&self, frames: usize) -> String {
        format!(
            "{} runs of up to {frames} frames ({} in all): {} blow-ups; {} line crossings by its \
             own audit, {} that frames alone prove; {} particles that came or went where they \
             cannot; {} outside of the rectangle; energy at most {:.2} of what had come in",
            self.runs,
            self.frames,
            self.blow_ups,
            self.crossings,
            self.certain_crossings,
            self.mass_faults,
            self.penetrations,
            self.most_energy,
        )
    }
}

/// Where references came from, in scenes.
#[derive(Debug, Default, Serialize)]
pub struct References {
    /// Read from files.
    pub recorded: usize,
    /// Solved anew; as far as the recording goes the same to the last bit.
    pub solved: usize,
    /// Solved anew, and other than recorded.
    pub solved_otherwise: usize,
    /// Solved, with no recording.
    pub new: usize,
}

/// Something that went wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// The scene.
    pub scene: String,
    /// Who could not do it; nobody if there was no reference.
    pub contender: Option<String>,
    /// Why.
    pub why: String,
}

/// What the arguments said.
pub struct Asked<'a> {
    /// Folders of data.
    pub data: Vec<String>,
    /// The split.
    pub split: &'static str,
    /// Last frame.
    pub frames: usize,
    /// Frames of long runs.
    pub long: usize,
    /// Who was judged.
    pub contenders: &'a [Contender],
}

impl Summary {
    /// Sums up.
    pub fn new(asked: &Asked<'_>, work: &Work, speed: Vec<Cost>, wall_s: f64) -> Self {
        let plain: Vec<&Outcome> = work.outcomes.iter().filter(|o| !o.stress).collect();
        let network = asked.contenders.iter().find(|c| c.is_network());
        let model = network.map_or(String::new(), |c| c.name.clone());
        let mut names: Vec<String> = Vec::new();
        for slice in work.outcomes.iter().flat_map(|outcome| &outcome.slices) {
            if !names.contains(slice) {
                names.push(slice.clone());
            }
        }
        let slices = names.into_par_iter().map(|name| {
            let some: Vec<&Outcome> =
                work.outcomes.iter().filter(|o| o.slices.contains(&name)).collect();
            (name, Slice { scenes: some.len(), contenders: metrics(asked.contenders, &some) })
        });
        let about = |c: &Contender| About {
            name: c.name.clone(),
            about: c.about.clone(),
            frames: c.frames,
        };
        let meaning = |m: &Measure| (m.name, Meaning { unit: m.unit, about: m.about });
        Self {
            data: asked.data.clone(),
            split: asked.split,
            scenes: plain.len(),
            frame_s: 1.0 / FPS,
            frames: asked.frames,
            long_frames: asked.long,
            interval: COVERAGE,
            resamples: RESAMPLES,
            contenders: asked.contenders.iter().map(about).collect(),
            measures: MEASURES.iter().map(meaning).collect(),
            metrics: metrics(asked.contenders, &plain),
            slices: slices.collect(),
            ratios: ratios(asked.contenders, &plain, &model),
            long: long_runs(&plain),
            speed,
            references: references(&work.outcomes),
            failures: problems(work),
            wall_s,
            interrupted: work.interrupted,
            model,
        }
    }

    /// A mean.
    pub fn get(&self, contender: &str, number: &str) -> Option<&Interval> {
        self.metrics.get(contender)?.get(number)
    }
}

fn numbers(outcomes: &[&Outcome], contender: &str) -> Vec<String> {
    let scores = outcomes.iter().filter_map(|o| o.scores.get(contender));
    let mut names: Vec<String> = scores.flat_map(|s| s.values.keys().cloned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn metrics(contenders: &[Contender], outcomes: &[&Outcome]) -> BTreeMap<String, Metrics> {
    let of = |contender: &Contender| {
        let mean = |number: String| {
            let value = |o: &&Outcome| o.scores.get(&contender.name)?.values.get(&number).copied();
            let values: Vec<f64> = outcomes.iter().filter_map(value).collect();
            Some((number, bootstrap::mean(&values)?))
        };
        let numbers = numbers(outcomes, &contender.name);
        (contender.name.clone(), numbers.into_par_iter().filter_map(mean).collect())
    };
    contenders.par_iter().map(of).collect()
}

/// Numbers of which less is better and a ratio says something.
fn is_error(number: &str) -> bool {
    let name = Measure::of(number).map_or("", |measure| measure.name);
    [
        "mse",
        "warm_mse",
        "sinkhorn",
        "kinetic_error",
        "kinetic_mse",
        "momentum_error",
        "front_error",
        "surface_error",
    ]
    .contains(&name)
}

fn ratios(
    contenders: &[Contender],
    outcomes: &[&Outcome],
    model: &str,
) -> BTreeMap<String, Metrics> {
    let others = contenders.par_iter().filter(|c| c.name != model && c.name != "reference");
    let of = |contender: &Contender| {
        let ratio = |number: String| {
            let value = |o: &Outcome, who: &str| o.scores.get(who)?.values.get(&number).copied();
            let pairs = outcomes.iter();
            let (above, below): (Vec<f64>, Vec<f64>) =
                pairs.filter_map(|o| Some((value(o, &contender.name)?, value(o, model)?))).unzip();
            Some((number, bootstrap::ratio(&above, &below)?))
        };
        let numbers = numbers(outcomes, &contender.name).into_iter().filter(|n| is_error(n));
        (contender.name.clone(), numbers.filter_map(ratio).collect())
    };
    others.map(of).collect()
}

fn long_runs(outcomes: &[&Outcome]) -> BTreeMap<String, LongRuns> {
    let mut all: BTreeMap<String, LongRuns> = BTreeMap::new();
    for outcome in outcomes {
        for (name, Long { frames, blow_up, most_energy }) in &outcome.long {
            let runs = all.entry(name.clone()).or_default();
            let value = |number: &str| {
                outcome.scores.get(name).and_then(|s| s.values.get(number)).copied().unwrap_or(0.0)
            };
            runs.runs += 1;
            runs.frames += frames;
            runs.crossings += value("crossings");
            runs.certain_crossings += value("certain_crossings");
            runs.mass_faults += value("mass_faults");
            runs.penetrations += value("penetrations");
            runs.most_energy = runs.most_energy.max(*most_energy);
            if let Some(blow_up) = blow_up {
                runs.blow_ups += 1;
                runs.blown_up.push(Problem {
                    scene: outcome.label.clone(),
                    contender: Some(name.clone()),
                    why: format!("frame {}: {}", blow_up.frame, blow_up.what),
                });
            }
        }
    }
    all
}

fn references(outcomes: &[Outcome]) -> References {
    let count = |source| outcomes.iter().filter(|o| o.source == source).count();
    References {
        recorded: count(Source::Recorded),
        solved: count(Source::Solved),
        solved_otherwise: count(Source::SolvedOtherwise),
        new: count(Source::New),
    }
}

fn problems(work: &Work) -> Vec<Problem> {
    let scenes = work.failures.iter().map(|(scene, why)| Problem {
        scene: scene.clone(),
        contender: None,
        why: why.clone(),
    });
    let runs = work.outcomes.iter().flat_map(|outcome| {
        outcome.failures.iter().map(|(contender, why)| Problem {
            scene: outcome.label.clone(),
            contender: Some(contender.clone()),
            why: why.clone(),
        })
    });
    scenes.chain(runs).collect()
}

impl Summary {
    /// The unit of a number; nothing for a mere number.
    pub fn unit(&self, number: &str) -> &'static str {
        let unit = Measure::of(number).map_or("", |measure| measure.unit);
        if unit == "1" { "" } else { unit }
    }
}

/// A slice in a line: the network's errors, and how many times as large the floor's are.
pub fn slice_line(summary: &Summary, name: &str, slice: &Slice) -> Option<String> {
    let own = slice.contenders.get(&summary.model)?;
    let floor = slice.contenders.get("ballistic")?;
    let words = ["mse_20", "mse_100", "sinkhorn_100", "iou_100"].into_iter().filter_map(|number| {
        let mean = own.get(number)?.mean;
        let floor = floor.get(number)?.mean;
        Some(format!("{number} {} ({})", short(mean), short(floor)))
    });
    let words: Vec<String> = words.collect();
    Some(format!("{name:16} {:3} scenes: {}", slice.scenes, words.join(", ")))
}

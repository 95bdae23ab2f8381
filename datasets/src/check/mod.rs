//! Quality: whether a data set is what it says, and whether its water is water.
//!
//! Every file is read in full. What is measured in one scene is in [`scene`];
//! what can only be seen across scenes, leakage between splits and coverage, in
//! [`leakage`] and [`Lines`]. Gates are wide enough for a good solver's noise
//! and far too narrow for a leak, a lost particle or a damaged file.

mod leakage;
mod lines;
mod motion;
mod room;
mod scene;

use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::{Dataset, FileError};

pub use lines::{Histogram, Lines};
pub use scene::SceneQuality;

/// The verdict on a data set: the contents of `qa.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Quality {
    /// Name of the data set.
    pub name: String,
    /// Scenes looked at.
    pub scenes: usize,
    /// Frames looked at.
    pub frames: usize,
    /// Whether every check passed.
    pub pass: bool,
    /// Each check.
    pub checks: Vec<Check>,
    /// What the drawn lines are like.
    pub lines: Lines,
    /// Each scene that could be read.
    pub per_scene: Vec<SceneQuality>,
}

/// One thing that a data set has to be.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// A word.
    pub name: &'static str,
    /// What is measured, and in what.
    pub about: &'static str,
    /// The worst found, where there is a number.
    pub measured: Option<f64>,
    /// The most that passes, where there is a number.
    pub gate: Option<f64>,
    /// Whether it passed.
    pub pass: bool,
    /// What is wrong where.
    pub findings: Vec<Finding>,
}

/// What is wrong where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The scene; none for the data set as a whole.
    pub scene: Option<usize>,
    /// What is wrong.
    pub what: String,
}

/// A check of a number that each scene has.
struct Gate {
    name: &'static str,
    about: &'static str,
    most: f64,
    of: fn(&SceneQuality) -> Option<f64>,
}

/// The numbers of a scene that have to stay small.
const GATES: [Gate; 7] = [
    Gate {
        name: "outside",
        about: "particles outside the rectangle, in all frames",
        most: 0.0,
        of: |scene| Some(scene.outside as f64),
    },
    Gate {
        name: "crossings",
        about: "ways from frame to frame that lead through a line",
        most: 0.0,
        of: |scene| Some(scene.crossings as f64),
    },
    Gate {
        name: "in bodies",
        about: "share of particles deeper than half a cell in a body",
        most: 1e-3,
        of: |scene| scene.in_bodies,
    },
    Gate {
        name: "displacement",
        about: "largest way in a frame, relative to falling through the whole height",
        most: 6.0,
        of: |scene| Some(scene.displacement),
    },
    Gate {
        name: "energy",
        about: "most energy ever, relative to the start, less one; closed scenes without bodies",
        most: 0.02,
        of: |scene| scene.energy_rise,
    },
    Gate {
        name: "density",
        about: "particles in full cells, on average over frames, relative to 4, less one, either way",
        most: 0.1,
        of: |scene| scene.density.map(|density| (density - 1.0).abs()),
    },
    Gate {
        name: "crowding",
        about: "share of full cells with more than 9 particles",
        most: 0.02,
        of: |scene| scene.crowded,
    },
];

/// Checks the data set in a folder.
///
/// `watch` hears of each scene when it is done, from any thread.
///
/// # Errors
/// There is no data set to look at: no manifest, or one that cannot be read.
/// Everything else that is wrong is a finding.
pub fn check(folder: &Path, watch: impl Fn(usize) + Sync) -> Result<Quality, FileError> {
    let data = Dataset::open_unchecked(folder)?;
    let files: Vec<_> = data.all_scenes().collect();
    let looked: Vec<Result<SceneQuality, Finding>> = files
        .par_iter()
        .map(|file| {
            let quality = scene::look(file);
            watch(file.entry().index);
            quality.map_err(|fault| Finding { scene: Some(file.entry().index), what: fault })
        })
        .collect();
    let (mut per_scene, mut broken) = (Vec::new(), Vec::new());
    for looked in looked {
        match looked {
            Ok(quality) => per_scene.push(quality),
            Err(finding) => broken.push(finding),
        }
    }

    let mut checks = vec![
        plain("files", "each file is there, whole, unchanged and of the schema", broken),
        plain("complete", "every scene of the recipe is there", missing(&data)),
        plain("licence", "the card names a licence", no_licence(&data)),
    ];
    checks.extend(GATES.iter().map(|gate| gate.check(&per_scene)));
    checks.push(plain(
        "duplicates",
        "no two scenes are the same or nearly so",
        leakage::within_splits(&per_scene),
    ));
    checks.push(plain(
        "leakage",
        "no scene of one split is in another, or nearly so",
        leakage::across_splits(&per_scene),
    ));
    checks.push(plain(
        "dry",
        "water reaches lines, in all but a twentieth of the scenes that have any",
        dry(&per_scene),
    ));
    Ok(Quality {
        name: data.manifest().name.clone(),
        scenes: files.len(),
        frames: files.iter().map(|file| file.entry().frames).sum(),
        pass: checks.iter().all(|check| check.pass),
        checks,
        lines: Lines::of(&per_scene),
        per_scene,
    })
}

fn plain(name: &'static str, about: &'static str, findings: Vec<Finding>) -> Check {
    Check { name, about, measured: None, gate: None, pass: findings.is_empty(), findings }
}

impl Gate {
    fn check(&self, scenes: &[SceneQuality]) -> Check {
        let values = scenes.iter().filter_map(|scene| Some((scene.index, (self.of)(scene)?)));
        // A number that is none passes no gate.
        let passes = |value: f64| value <= self.most;
        let findings: Vec<Finding> = values
            .clone()
            .filter(|&(_, value)| !passes(value))
            .map(|(index, value)| Finding { scene: Some(index), what: format!("{value:.4}") })
            .collect();
        Check {
            name: self.name,
            about: self.about,
            measured: values.map(|(_, value)| value).reduce(f64::max),
            gate: Some(self.most),
            pass: findings.is_empty(),
            findings,
        }
    }
}

fn missing(data: &Dataset) -> Vec<Finding> {
    let missing = data.manifest().missing();
    missing.into_iter().map(|index| finding(Some(index), "is not there")).collect()
}

fn no_licence(data: &Dataset) -> Vec<Finding> {
    let licence = data.manifest().card.license.as_deref().unwrap_or_default();
    if licence.trim().is_empty() {
        return vec![finding(None, "`card.license` is missing")];
    }
    Vec::new()
}

fn dry(scenes: &[SceneQuality]) -> Vec<Finding> {
    let lined = scenes.iter().filter(|scene| scene.lines.length_m > 0.0);
    let dry: Vec<usize> =
        lined.clone().filter(|scene| scene.wet_lines == 0.0).map(|scene| scene.index).collect();
    if dry.len() <= lined.count().div_ceil(20) {
        return Vec::new();
    }
    dry.into_iter().map(|index| finding(Some(index), "water reaches no line")).collect()
}

fn finding(scene: Option<usize>, what: impl ToString) -> Finding {
    Finding { scene, what: what.to_string() }
}

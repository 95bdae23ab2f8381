//! Recipes: what a data set is drawn from.
//!
//! A recipe is a TOML file of ranges, counts and one seed. Scene `i` of a recipe
//! is a function of the two and of nothing else ([`Recipe::scene`]), so any
//! machine can make any part of a data set, in any order, twice.

mod check;
mod span;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use weir_scene::{Scene, Walls};

use crate::compose;
use crate::hand::Family;

pub use span::{Count, Span};

/// A recipe, version 1. Unknown keys are refused.
///
/// ```
/// use weir_datasets::{Recipe, Split};
///
/// let recipe = Recipe::shipped("tiny").expect("comes with the crate")?;
/// assert_eq!(recipe.split(0), Some(Split::Train));
/// assert_eq!(recipe.scene(0)?, recipe.scene(0)?);
/// assert_ne!(recipe.scene(0)?, recipe.scene(1)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Version of the format; [`Recipe::VERSION`].
    pub version: u32,
    /// Name of the data set: lower-case letters, digits and hyphens.
    pub name: String,
    /// What all chance follows from.
    pub seed: u64,
    /// Frames per simulated second.
    pub fps: f64,
    /// How long each scene runs, seconds.
    pub duration_s: f64,
    /// Particles that a scene may have, those of its emitters included.
    pub particles: Count,
    /// What people should know of the data set.
    pub card: Card,
    /// How many scenes, and for what.
    pub scenes: Scenes,
    /// The rectangle.
    pub domain: Domains,
    /// Blocks of water.
    pub blocks: Blocks,
    /// Drawn lines.
    pub lines: Lines,
    /// The hand that draws them.
    pub hand: Hand,
    /// Emitters; none when absent.
    pub emitters: Option<Emitters>,
    /// Drains; none when absent.
    pub drains: Option<Drains>,
    /// Rigid bodies; none when absent.
    pub bodies: Option<Bodies>,
}

/// What people should know of the data set before they use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// A line.
    pub title: String,
    /// A paragraph.
    pub description: String,
    /// SPDX identifier of the licence, `"CC-BY-4.0"`; `weir check` fails without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub creators: Vec<String>,
    /// Where it lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was published, `2026-01-31`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
}

/// Scenes for each purpose. They are numbered in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenes {
    /// To learn from.
    pub train: usize,
    /// To choose by.
    pub valid: usize,
    /// To judge by.
    pub test: usize,
}

/// The rectangle. Sides are rounded to eight cells, which networks halve thrice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domains {
    /// Width, metres.
    pub width_m: Span,
    /// Height, metres.
    pub height_m: Span,
    /// Side of a cell, metres.
    pub cell_m: f64,
    /// What water feels along walls and lines.
    #[serde(default)]
    pub walls: Walls,
}

/// Blocks of water.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// How many.
    pub count: Count,
    /// Width, metres.
    pub width_m: Span,
    /// Height, metres.
    pub height_m: Span,
    /// Initial speed, in any direction, m/s.
    pub speed_m_s: Span,
    /// Share that hangs in the air; the rest stands on the floor.
    pub aloft: f64,
}

/// Drawn lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// How many figures are drawn; some families take two strokes for one.
    pub count: Count,
    /// Extent of a figure, metres.
    pub size_m: Span,
    /// Thickness of a stroke, metres.
    pub thickness_m: Span,
    /// What is drawn, with the weight that each family has.
    pub families: BTreeMap<Family, f64>,
    /// Share of the figures that are placed where water will come.
    pub in_the_way: f64,
    /// Share of the figures that start on another or cross it.
    pub joined: f64,
}

/// The hand that draws: how far it is from a ruler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hand {
    /// Slow wobble, as a share of a figure's extent.
    pub wobble: Span,
    /// Tremor, metres.
    pub tremor_m: Span,
    /// How far a corner is cut, metres.
    pub rounding_m: Span,
    /// How far a line runs on past its end, metres; below zero it falls short.
    pub overshoot_m: Span,
}

/// Emitters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emitters {
    /// Share of the scenes that have any.
    pub share: f64,
    /// How many such a scene has.
    pub count: Count,
    /// Width of the mouth, metres.
    pub width_m: Span,
    /// Speed of the water, m/s.
    pub speed_m_s: Span,
    /// How long it runs, seconds.
    pub open_s: Span,
}

/// Drains, all in the floor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drains {
    /// Share of the scenes that have one.
    pub share: f64,
    /// Width, metres.
    pub width_m: Span,
    /// Height, metres.
    pub height_m: Span,
}

/// Rigid bodies: boxes and balls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bodies {
    /// Share of the scenes that have any.
    pub share: f64,
    /// How many such a scene has.
    pub count: Count,
    /// Extent, metres.
    pub size_m: Span,
    /// Density, kg/m³.
    pub density_kg_m3: Span,
}

/// What a scene is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// To learn from.
    Train,
    /// To choose by.
    Valid,
    /// To judge by.
    Test,
}

impl Split {
    /// All of them, in the order of scenes.
    pub const ALL: [Self; 3] = [Self::Train, Self::Valid, Self::Test];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

/// Why a recipe is refused: the key, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct RecipeError {
    /// The key, `lines.size_m`; for a syntax error, where it is.
    pub key: String,
    /// What is there and what may be.
    pub reason: String,
}

impl RecipeError {
    pub(crate) fn new(key: impl ToString, reason: impl ToString) -> Self {
        Self { key: key.to_string(), reason: reason.to_string() }
    }
}

impl Scenes {
    /// Scenes in all.
    pub fn count(self) -> usize {
        self.train + self.valid + self.test
    }

    /// The scenes of a split, by index.
    pub fn range(self, split: Split) -> Range<usize> {
        let Self { train, valid, test } = self;
        match split {
            Split::Train => 0..train,
            Split::Valid => train..train + valid,
            Split::Test => train + valid..train + valid + test,
        }
    }
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../recipes/", $name, ".toml")))),*]
    };
}

impl Recipe {
    /// The version of the format that this crate reads.
    pub const VERSION: u32 = 1;

    /// The recipes that come with the crate: name and text.
    pub const SHIPPED: &'static [(&'static str, &'static str)] =
        shipped!["tiny", "ramps", "drawn", "heldout"];

    /// The recipe of this name that comes with the crate; `None` without one.
    pub fn shipped(name: &str) -> Option<Result<Self, RecipeError>> {
        let found = Self::SHIPPED.iter().find(|(shipped, _)| *shipped == name);
        found.map(|(_, text)| Self::from_toml(text))
    }

    /// Reads a recipe and checks every range.
    ///
    /// # Errors
    /// The text is not TOML, a key is unknown, missing or twice there, or a
    /// value is out of its range; the error names the key.
    pub fn from_toml(text: &str) -> Result<Self, RecipeError> {
        let recipe: Self = check::parse(text)?;
        recipe.check()?;
        Ok(recipe)
    }

    /// Scenes in all.
    pub fn scene_count(&self) -> usize {
        self.scenes.count()
    }

    /// The scenes of a split, by index.
    pub fn range(&self, split: Split) -> Range<usize> {
        self.scenes.range(split)
    }

    /// What scene `index` is for; `None` past the last.
    pub fn split(&self, index: usize) -> Option<Split> {
        Split::ALL.into_iter().find(|&split| self.range(split).contains(&index))
    }

    /// Frames of each file: the initial state and those that follow it.
    pub fn frames(&self) -> usize {
        (self.duration_s * self.fps).round() as usize + 1
    }

    /// Draws scene `index`: the same one whenever and wherever it is asked for.
    ///
    /// # Errors
    /// The ranges leave no room for a scene: it was drawn many times over, and
    /// something was always in the way.
    pub fn scene(&self, index: usize) -> Result<Scene, RecipeError> {
        compose::scene(self, index)
    }
}

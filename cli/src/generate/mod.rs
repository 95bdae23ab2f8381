//! `weir generate`: a data set from a recipe.
//!
//! Each scene is a file of its own and a function of the recipe and its number,
//! so a run that was cut off goes on where it was, and parts can be made on
//! different machines.

mod progress;
mod together;

use std::fs;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;
use weir_datasets::{
    Event, GenerateError, Job, Recipe, Together, generate, generate_together, storage,
};
use weir_scene::{Advance, Scene};
use weir_sim::gpu::{Batch, Gpu};
use weir_sim::{Solver, SolverConfig};

use crate::backend::{self, Backend};
use crate::failure::{Failure, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::output;
use progress::Progress;
use together::OnCard;

/// Make a data set from a recipe
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A recipe file (.toml), or one that comes with weir: tiny, ramps, drawn, heldout
    recipe: String,
    /// The folder or URL (file:, with the feature `cloud` also s3:, gs:, az:) that takes it
    #[arg(long, value_name = "DIR|URL")]
    out: String,
    /// Make only these scenes, by index; the end is not included [default: all]
    #[arg(long, value_name = "A..B", value_parser = parse_range)]
    scenes: Option<Range<usize>>,
    /// Scenes to make at a time [default: one for each processor]; the files are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    threads: Option<u16>,
    /// What computes the water
    #[arg(long, value_enum, default_value_t = Backend::Cpu)]
    backend: Backend,
    /// Scenes that a graphics card moves together; all their frames have to fit into memory twice
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096), allow_negative_numbers = true)]
    at_once: u16,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir generate tiny --out tiny                          seconds
  weir generate drawn --out drawn                        the same words again go on after a break
  weir generate drawn --out s3://water/drawn --scenes 0..100   one of many machines
  weir generate drawn --out drawn --backend gpu          many scenes at a time, on a graphics card
  weir generate mine.toml --out mine --json | jq .frames_per_s

Ctrl-C keeps the scenes that are whole. Scenes that are whole already are kept.";
fn parse_range(text: &str) -> Result<Range<usize>, String> {
    let ends = text.split_once("..").and_then(|(start, end)| {
        let (start, end) = (start.parse().ok()?, end.parse().ok()?);
        (start <= end).then_some(start..end)
    });
    ends.ok_or_else(|| "takes two numbers in order, as in 0..100".to_owned())
}

/// What the run says at its end; names are only ever added.
#[derive(Serialize)]
struct Report {
    /// Name of the recipe.
    recipe: String,
    /// Where the data set is.
    out: String,
    /// Scenes that the run was asked for.
    scenes: usize,
    /// Scenes made.
    made: usize,
    /// Scenes that were whole already.
    kept: usize,
    /// Scenes of the recipe that are not there yet.
    missing: usize,
    /// Frames made.
    frames: u64,
    /// Particles of these frames, on average.
    particles_mean: f64,
    /// Seconds from the first scene to the manifest.
    wall_s: f64,
    /// Frames made per second.
    frames_per_s: f64,
    /// Scenes at a time.
    threads: usize,
    /// Whether every scene of the recipe is there.
    complete: bool,
    /// Whether Ctrl-C ended the run.
    interrupted: bool,
}

/// Makes the data set.
///
/// # Errors
/// A recipe or range that is refused, or a place that takes no files.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let recipe = recipe(&args.recipe)?;
    let gpu = match args.backend {
        Backend::Cpu => None,
        Backend::Gpu => {
            Some(Gpu::open().map_err(|error| backend::refusal(&args.recipe, &error.into()))?)
        }
    };
    let scenes = args.scenes.clone().unwrap_or(0..recipe.scene_count());
    let threads = args.threads.map_or_else(rayon::current_num_threads, usize::from);
    let job = Job {
        recipe: &recipe,
        scenes: scenes.clone(),
        threads,
        // A card's water has other bits: what was made by the one is no part of the other's.
        producer: match args.backend {
            Backend::Cpu => concat!("weir ", env!("CARGO_PKG_VERSION"), " solver"),
            Backend::Gpu => concat!("weir ", env!("CARGO_PKG_VERSION"), " solver (gpu)"),
        },
        commit: option_env!("WEIR_COMMIT"),
    };
    job.check().map_err(|error| refusal(&args.recipe, error))?;
    let storage = storage::open(&args.out)?;
    let interrupt = Interrupt::listen()?;

    let begun = Instant::now();
    let progress = Progress::new(scenes.len(), recipe.frames());
    // Nobody would hear of the solver's own audit; `weir check` has another.
    let config = SolverConfig { fps: recipe.fps, audit: false, ..SolverConfig::default() };
    let watch = |event: Event| {
        progress.note(event);
        if interrupt.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let outcome = match &gpu {
        None => {
            let solver = |scene: &Scene| -> Result<Box<dyn Advance>, weir_datasets::SolverError> {
                Ok(Box::new(Solver::with_config(scene, weir_sim::Backend::Cpu, config.clone())?))
            };
            generate(&job, &*storage, solver, watch)
        }
        Some(gpu) => {
            let start =
                |scenes: &[Scene]| -> Result<Box<dyn Together>, weir_datasets::SolverError> {
                    Ok(Box::new(OnCard(Batch::new(gpu, scenes, &config)?)))
                };
            generate_together(&job, &*storage, args.at_once.into(), start, watch)
        }
    };
    let counted = progress.finish();
    let outcome = outcome.map_err(|error| refusal(&args.recipe, error))?;

    let wall_s = begun.elapsed().as_secs_f64();
    let report = Report {
        recipe: recipe.name.clone(),
        out: args.out.clone(),
        scenes: scenes.len(),
        made: outcome.made,
        kept: outcome.kept,
        missing: outcome.manifest.missing().len(),
        frames: counted.frames,
        particles_mean: counted.particles as f64 / counted.frames.max(1) as f64,
        wall_s,
        frames_per_s: counted.frames as f64 / wall_s,
        threads,
        complete: outcome.manifest.complete,
        interrupted: outcome.interrupted,
    };
    output::result(&if args.json { serde_json::to_string(&report)? } else { report.table() })?;
    Ok(if outcome.interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

/// The recipe that `given` names: a file if there is one, else one that comes with weir.
pub fn recipe(given: &str) -> Result<Recipe, Failure> {
    let refuse = |reason: String| Failure::BadInput(format!("{given}: {reason}"));
    if Path::new(given).is_file() {
        let text = fs::read_to_string(given)
            .map_err(|error| refuse(format!("cannot be read: {error}")))?;
        return Recipe::from_toml(&text).map_err(|error| refuse(error.to_string()));
    }
    match Recipe::shipped(given) {
        Some(recipe) => recipe.map_err(|error| refuse(error.to_string())),
        None => {
            let names: Vec<&str> = Recipe::SHIPPED.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            Err(Failure::BadInput(format!("recipe: got {given}, takes a file or one of {names}")))
        }
    }
}

/// What the recipe or the range is to blame for is bad input.
fn refusal(recipe: &str, error: GenerateError) -> anyhow::Error {
    match error {
        GenerateError::Recipe(error) => Failure::BadInput(format!("{recipe}: {error}")).into(),
        error @ GenerateError::Scenes { .. } => Failure::BadInput(format!("--{error}")).into(),
        error => error.into(),
    }
}

impl Report {
    /// For people, in a few lines.
    fn table(&self) -> String {
        let state = match (self.interrupted, self.missing) {
            (true, missing) => format!("stopped by Ctrl-C, {missing} scenes to go; run it again"),
            (false, 0) => "complete".to_owned(),
            (false, missing) => format!("{missing} scenes of the recipe are not there yet"),
        };
        format!(
            "recipe           {}\n\
             scenes           {} made, {} kept\n\
             frames           {}, of {:.0} particles on average\n\
             took             {:.1} s: {:.0} frames/s with {} at a time\n\
             data set         {}: {state}",
            self.recipe,
            self.made,
            self.kept,
            self.frames,
            self.particles_mean,
            self.wall_s,
            self.frames_per_s,
            self.threads,
            self.out,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::parse_range;

    #[test]
    fn ranges_are_two_numbers_in_order() {
        assert_eq!(parse_range("3..10"), Ok(3..10));
        assert_eq!(parse_range("3..3"), Ok(3..3));
        for text in ["", "3", "3..", "..4", "4..3", "-1..3", "a..b", "1..2..3"] {
            assert!(parse_range(text).is_err(), "{text}");
        }
    }
}

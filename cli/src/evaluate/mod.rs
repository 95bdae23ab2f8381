//! `weir evaluate`: how good a network is, beside floors and cheaper solvers.
//!
//! Every contender starts where the reference starts and is judged frame by frame
//! by code that cannot tell who made them ([`weir_surrogate::evaluate`]). Scenes
//! run side by side, each on one thread; what a second costs is timed afterwards,
//! one contender at a time on all threads.

pub mod contender;
mod figures;
pub mod judge;
mod report;
pub mod sheet;
pub mod speed;
mod stress;
mod summary;
pub mod table;
pub mod task;
pub mod work;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;
use weir_scene::Scene;
use weir_surrogate::evaluate::MARKS;
use weir_surrogate::{Model, Surrogate};

use crate::failure::{Failure, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::{model_source, output};
use contender::contenders;
use summary::{Asked, Summary};
use task::Data;

/// Judge a network on scenes that it has not seen
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Folders of models, or names of models that come with weir: default. The first
    /// is compared with everything else
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<String>,
    /// The folder of a data set that `weir generate` made; once for each, and each is a slice
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Which of its scenes
    #[arg(long, value_enum, default_value_t = Split::Test)]
    split: Split,
    /// What computes the networks: flex (the processor), and wgpu or cuda where the build has them
    #[arg(long, value_name = "DEVICE", default_value = "flex")]
    device: String,
    /// Only the first scenes of each data set: one number for all, or one for each, as in 32,16 [default: all]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    scenes: Vec<u32>,
    /// Take a data set of which not all scenes are made yet
    #[arg(long)]
    part: bool,
    /// Frames of 1/60 s to compare with the reference [default: 600; with --quick 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    frames: Option<u32>,
    /// Frames that the network alone runs on for, to see whether it blows up [default: 3000; with --quick 300]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    long: Option<u32>,
    /// Also four times the particles, twice the rectangle, ten times the length, and lines that change
    #[arg(long)]
    stress: bool,
    /// Fewer frames and fewer solvers to compare with: a first look
    #[arg(long)]
    quick: bool,
    /// Draw the figures into this folder
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,
    /// Write report.md, report.html and the figures into this folder
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir generate drawn --out drawn --scenes 1060..1120         scenes to judge by
  weir evaluate default --data drawn --part --quick           a first look
  weir evaluate default --data drawn --part --data heldout --report report
  weir evaluate runs/a/model default --data drawn --part --json | jq '.ratios'

Beside the networks there are two floors (free fall, and motion in a straight line)
and the solver at 1/2, 3/4 and all of the resolution with steps once, twice and four
times as long. Numbers are means over scenes with 95 % intervals by the bootstrap
over scenes. A frame is 1/60 s; where a recording is shorter than --frames, the
reference is solved anew. Exits with 0 whatever the numbers are: this measures, it
does not judge.";

/// Which scenes of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Split {
    /// Those that it was trained on
    Train,
    /// Those that it was chosen by
    Valid,
    /// Those that nobody has looked at
    Test,
}

impl Split {
    fn of_data(self) -> weir_datasets::Split {
        match self {
            Self::Train => weir_datasets::Split::Train,
            Self::Valid => weir_datasets::Split::Valid,
            Self::Test => weir_datasets::Split::Test,
        }
    }
}

/// Judges.
///
/// # Errors
/// A model or data that is not there or not what it should be, no scene that could be
/// judged, or a folder that takes no files.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let or = |given: Option<u32>, full: usize, quick: usize| {
        given.map_or(if args.quick { quick } else { full }, |n| n as usize)
    };
    let frames = or(args.frames, MARKS[3], MARKS[2]);
    let long = or(args.long, 3000, 300);
    let models = open_models(&args.models, &args.device)?;
    let data = Data::open(&args.data, args.part)?;
    let split = args.split.of_data();
    if args.scenes.len() > 1 && args.scenes.len() != args.data.len() {
        let (got, takes) = (args.scenes.len(), args.data.len());
        let text =
            format!("--scenes: got {got} numbers, takes one, or one for each of {takes} --data");
        return Err(Failure::BadInput(text).into());
    }
    let counts: Vec<usize> = args.scenes.iter().map(|&n| n as usize).collect();
    let mut tasks = data.tasks(split, &counts, frames)?;
    takes(&models, &tasks)?;
    let interrupt = Interrupt::listen()?;
    let folders: Vec<&PathBuf> = [&args.figures, &args.report].into_iter().flatten().collect();
    for folder in folders {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::BadInput(format!("{}: takes no figures: {error}", folder.display()))
        })?;
    }
    let contenders = contenders(models, frames, args.quick);
    if args.stress {
        let harder = stress::harder(&tasks, args.quick);
        tasks.extend(harder);
    }
    output::notice(&format!("{} scenes, {} contenders", tasks.len(), contenders.len()));
    let work = work::work(&tasks, &contenders, long, &interrupt)?;
    if work.outcomes.is_empty() {
        if work.interrupted {
            output::notice("stopped before any scene was judged: there is nothing to report");
            return Ok(ExitCode::from(INTERRUPTED));
        }
        let why = work.failures.first().map_or("", |(_, why)| why);
        return Err(Failure::BadInput(format!("no scene could be judged: {why}")).into());
    }
    let timed: Vec<(Scene, usize)> = work
        .outcomes
        .iter()
        .filter(|outcome| !outcome.stress)
        .map(|outcome| (outcome.scene.clone(), outcome.particles))
        .collect();
    if !work.interrupted {
        output::notice("timing");
    }
    let costs = if work.interrupted {
        Vec::new()
    } else {
        speed::costs(&contenders, &timed, args.quick, &interrupt)
    };
    let asked = Asked {
        data: args.data.iter().map(|folder| folder.display().to_string()).collect(),
        split: split.name(),
        frames,
        long,
        contenders: &contenders,
    };
    let summary = Summary::new(&asked, &work, costs, begun.elapsed().as_secs_f64());
    if let Some(folder) = &args.figures {
        figures::save(&summary, &work.outcomes, folder)?;
    }
    if let Some(folder) = &args.report {
        report::save(&summary, &work.outcomes, folder)
            .with_context(|| format!("writing {}", folder.display()))?;
    }
    let text = if args.json { serde_json::to_string(&summary)? } else { table::text(&summary) };
    output::result(&text)?;
    let interrupted = work.interrupted || interrupt.asked();
    Ok(if interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

/// The models of these names, each with a name of its own.
fn open_models(given: &[String], device: &str) -> Result<Vec<(String, Model)>, Failure> {
    let mut models: Vec<(String, Model)> = Vec::new();
    for given in given {
        let model = model_source::load(given, device)?;
        let name = model.config.name.clone();
        let twins = models.iter().filter(|(_, other)| other.config.name == name).count();
        let name = match twins {
            // No network goes by the name of somebody that it is compared with.
            0 if name.is_empty() || table::COLUMNS.contains(&name.as_str()) => {
                format!("{name} (model)")
            }
            0 => name,
            _ => format!("{name} ({})", twins + 1),
        };
        models.push((name, model));
    }
    Ok(models)
}

/// Refuses a model that cannot run the very first scene: it will run none.
///
/// # Errors
/// Which one, and why.
pub fn takes(models: &[(String, Model)], tasks: &[task::Task<'_>]) -> Result<(), Failure> {
    let Some(task) = tasks.first() else { return Ok(()) };
    for (name, model) in models {
        let made = Surrogate::new(model.clone(), &task.scene);
        made.map_err(|error| Failure::BadInput(format!("{name} on {}: {error}", task.label)))?;
    }
    Ok(())
}

//! `weir train`: a network from a data set.
//!
//! Data that is damaged is refused before the first step. The state is written
//! every so many steps, and Ctrl-C writes it too: `--resume` goes on as if
//! nothing had happened.

mod log;
mod progress;
mod teacher;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use rayon::prelude::*;
use serde::Serialize;
use weir_datasets::{Dataset, FileError, SceneFile, Split};
use weir_scene::Scene;
use weir_surrogate::train::{
    Clip, MlflowTracker, STATE_FOLDER, Step, Tracker, TrainConfig, TrainError, Trainer,
};
use weir_surrogate::{Model, device};

use crate::failure::{Failure, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::output;
use log::Log;
use progress::Progress;
use teacher::SolverTeacher;

/// Longest that a run cut off at any moment loses.
const SAVE_EVERY: Duration = Duration::from_secs(45);

/// Steps between two that are tracked.
const TRACK_EVERY: u64 = 10;

/// Train a network on a data set
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A training configuration (.toml); an empty file means the defaults
    config: PathBuf,
    /// The folder of a data set that `weir generate` made
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The folder of the run: its state, losses and model [default: runs/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What computes: flex (the processor), and wgpu or cuda where the build has them
    #[arg(long, value_name = "DEVICE", default_value = "flex")]
    device: String,
    /// Start from a trained network of the same shape: a name or a folder
    #[arg(long, value_name = "MODEL")]
    from: Option<String>,
    /// Go on with the run that is in the folder
    #[arg(long)]
    resume: bool,
    /// Take a data set of which not all scenes are made yet
    #[arg(long)]
    part: bool,
    /// Stop after so many seconds, keeping the state
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// An MLflow server to send the run to [default: MLFLOW_TRACKING_URI; else it is kept in the run's folder]
    #[arg(long, value_name = "URI")]
    track: Option<String>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir generate drawn --out drawn                       first, data
  weir train small.toml --data drawn                    Ctrl-C keeps the state
  weir train small.toml --data drawn --resume           and this goes on
  weir simulate funnel --model runs/small/model --video funnel.mp4";

/// What the run says at its end; names are only ever added.
#[derive(Serialize)]
struct Report {
    name: String,
    model: PathBuf,
    parameters: usize,
    clips: usize,
    steps: u64,
    loss: f64,
    free_fall_loss: f64,
    wall_s: f64,
    samples_per_s: f64,
    interrupted: bool,
}

/// Trains.
///
/// # Errors
/// Bad input, a device that is not there, or a folder that cannot be written to.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = read_config(&args.config)?;
    let folder = args.out.clone().unwrap_or_else(|| Path::new("runs").join(&config.name));
    if folder.join(STATE_FOLDER).exists() && !args.resume {
        let text = format!(
            "{}: there is a run already; --resume goes on with it, --out takes another folder",
            folder.display()
        );
        return Err(Failure::BadInput(text).into());
    }
    let device = device::open(&args.device).map_err(|e| Failure::Lacking(e.to_string()))?;
    let from = args.from.as_deref().map(|name| Model::open(name, &device)).transpose();
    let from = from.map_err(|e| Failure::BadInput(e.to_string()))?;
    let (clips, scenes) = read_clips(args, &config)?;
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let teacher = SolverTeacher::new(scenes, config.scales.cell_m, config.motion.sub_frame_s);
    let mut trainer = Trainer::new(config.clone(), &device, &folder)
        .map_err(refusal)?
        .with_teacher(Box::new(teacher));
    if let Some(model) = &from {
        trainer.start_from(model).map_err(refusal)?;
    }
    let mut tracker =
        MlflowTracker::open(&folder.join("tracking"), &config.name, args.track.as_deref())
            .map_err(|e| Failure::BadInput(e.to_string()))?;
    describe(&mut tracker, &config, &args.config);
    let interrupt = Interrupt::listen()?;
    let first = trainer.steps_done();
    let mut log = Log::open(&folder.join("losses.csv"), first)?;
    let mut progress = Progress::new(config.steps, first, config.batch);
    let (begun, mut saved) = (Instant::now(), Instant::now());
    let mut last: Option<Step> = None;
    let mut interrupted = false;
    while trainer.steps_done() < config.steps && !interrupted {
        let step = trainer.step(&clips).map_err(refusal)?;
        log.note(&step)?;
        if step.step.is_multiple_of(TRACK_EVERY) {
            tracker.metric("train/loss", step.loss.into(), step.step);
            tracker.metric("train/loss_of_free_fall", step.free_fall.into(), step.step);
            tracker.metric("train/learning_rate", step.learning_rate, step.step);
        }
        progress.note(&step);
        last = Some(step);
        let late = args.seconds.is_some_and(|s| begun.elapsed() >= Duration::from_secs(s));
        interrupted = interrupt.asked() || late;
        if saved.elapsed() >= SAVE_EVERY || interrupted {
            log.flush()?;
            trainer.save(&folder).map_err(refusal)?;
            trainer.model().save(&folder.join("model"))?;
            saved = Instant::now();
        }
    }
    progress.finish();
    log.flush()?;
    trainer.save(&folder).map_err(refusal)?;
    trainer.model().save(&folder.join("model"))?;
    for file in [weir_surrogate::CONFIG_FILE, weir_surrogate::WEIGHTS_FILE] {
        tracker.artifact(&folder.join("model").join(file), "model");
    }
    let wall_s = begun.elapsed().as_secs_f64();
    if let Some(kept) = tracker.finish(!interrupted) {
        output::notice(&kept);
    }
    let steps = trainer.steps_done();
    let report = Report {
        name: config.name,
        model: folder.join("model"),
        parameters: trainer.model().parameters(),
        clips: clips.len(),
        steps,
        loss: last.map_or(f64::NAN, |step| step.loss.into()),
        free_fall_loss: last.map_or(f64::NAN, |step| step.free_fall.into()),
        wall_s,
        samples_per_s: (steps - first) as f64 * config.batch as f64 / wall_s,
        interrupted,
    };
    output::result(&if args.json { serde_json::to_string(&report)? } else { report.table() })?;
    Ok(if report.interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

/// Notes what decides the run.
fn describe(tracker: &mut dyn Tracker, config: &TrainConfig, path: &Path) {
    if let Ok(serde_json::Value::Object(keys)) = serde_json::to_value(config) {
        for (key, value) in keys {
            tracker.parameter(&key, &value.to_string());
        }
    }
    tracker.artifact(path, "config");
}

fn read_config(path: &Path) -> Result<TrainConfig, Failure> {
    let refuse = |what: String| Failure::BadInput(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|e| refuse(e.to_string()))?;
    let config: TrainConfig = toml::from_str(&text).map_err(|e| refuse(e.to_string()))?;
    config.validate().map_err(refuse)?;
    Ok(config)
}

fn read_clips(args: &Args, config: &TrainConfig) -> anyhow::Result<(Vec<Clip>, Vec<Scene>)> {
    let refuse = |error: FileError| Failure::BadInput(error.to_string());
    let open = if args.part { Dataset::open_part } else { Dataset::open };
    let dataset = open(args.data.clone()).map_err(refuse)?;
    let scenes: Vec<SceneFile> = dataset.scenes(Split::Train).collect();
    output::notice(&format!("reading {} scenes", scenes.len()));
    let clips: Result<Vec<(Clip, Scene)>, FileError> = scenes
        .par_iter()
        .map(|file| {
            file.verify()?;
            let (scene, stored) = (file.scene()?, file.read()?);
            let (positions, velocities) = (&stored.positions_m, &stored.velocities_m_s);
            Ok((Clip::new(&scene, config, stored.frames, positions, velocities), scene))
        })
        .collect();
    let clips = clips.map_err(refuse)?;
    let dt_s = dataset.metadata().dt;
    if (dt_s - config.motion.sub_frame_s).abs() > 1e-6 {
        let text = format!(
            "{}: frames are {dt_s} s apart, motion.sub_frame_s takes {}",
            args.data.display(),
            config.motion.sub_frame_s
        );
        return Err(Failure::BadInput(text).into());
    }
    Ok(clips.into_iter().unzip())
}

fn refusal(error: TrainError) -> anyhow::Error {
    match error {
        TrainError::NoData(_) | TrainError::State(_) | TrainError::OtherShape { .. } => {
            Failure::BadInput(error.to_string()).into()
        }
        _ => error.into(),
    }
}

impl Report {
    fn table(&self) -> String {
        format!(
            "{:<16} {} with {} numbers, {} steps\n\
             {:<16} {:.4}, of {:.4} in free fall\n\
             {:<16} {:.0} s: {:.1} samples/s of {} clips",
            "model",
            self.model.display(),
            self.parameters,
            self.steps,
            "last loss",
            self.loss,
            self.free_fall_loss,
            "took",
            self.wall_s,
            self.samples_per_s,
            self.clips,
        )
    }
}

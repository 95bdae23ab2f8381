//! `weir train`: a network from a data set.
//!
//! Data that is damaged is refused before the first step. The state is written
//! every so many steps, and Ctrl-C writes it too: `--resume` goes on as if
//! nothing had happened.

mod data;
mod log;
mod machine;
pub mod notes;
mod origin;
mod progress;
mod sample;
mod schedule;
mod teacher;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;
use weir_surrogate::train::{
    Examination, Mark, STATE_FOLDER, StateError, Step, TrainConfig, TrainError, Trainer,
};
use weir_surrogate::{Model, checkpoints, device};

use crate::beside::Beside;
use crate::failure::{Failure, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::{model_source, output};
use data::Data;
use log::Log;
use notes::Notes;
use progress::Progress;
use schedule::Schedule;
use teacher::SolverTeacher;

/// Longest that a run cut off at any moment loses.
const SAVE_EVERY: Duration = Duration::from_secs(45);
/// Questions by which a network is examined.
const QUESTIONS: usize = 32;
/// How often a network is examined in a run.
const EXAMINATIONS: u64 = 100;
/// Shortest time between two samples, but for the last.
const SAMPLE_PAUSE: Duration = Duration::from_secs(60);
/// Steps over which the loss at the end is averaged.
const LOSS_OVER: usize = 100;

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
    /// How often the network shows what it makes of two scenes, as pictures and videos; 0 for never
    #[arg(long, value_name = "N", default_value_t = 8)]
    samples: u64,
    /// Register the model under this name when the run is complete
    #[arg(long, value_name = "NAME")]
    register: Option<String>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir generate drawn --out drawn                       first, data
  weir train small.toml --data drawn                    Ctrl-C keeps the state
  weir train small.toml --data drawn --resume           and this goes on
  weir simulate funnel --model runs/small/model --video funnel.mp4
  weir send runs/small --track http://localhost:5000    its notes, to an MLflow server";

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
    validation_loss: Option<f64>,
    validation_free_fall_loss: Option<f64>,
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
    let device = device::open(&args.device).map_err(model_source::refusal)?;
    let from = args.from.as_deref().map(|name| model_source::load(name, &args.device));
    let from = from.transpose()?;
    let mut data = Data::read(args, &config)?;
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let scenes = std::mem::take(&mut data.scenes);
    let teacher = SolverTeacher::new(scenes, config.scales.cell_m, config.motion.sub_frame_s);
    let mut trainer = Trainer::new(config.clone(), &device, &folder)
        .map_err(refusal)?
        .with_teacher(Box::new(teacher));
    if let Some(model) = &from {
        trainer.start_from(model).map_err(refusal)?;
    }
    let mut notes = Notes::open(args, &config, &folder)?;
    notes.describe(args, &config, &data, trainer.steps_done());
    let report = Run::new(args, config, folder, data, trainer, notes)?.finish()?;
    output::result(&if args.json { serde_json::to_string(&report)? } else { report.table() })?;
    Ok(if report.interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

/// A run under way.
struct Run<'a> {
    args: &'a Args,
    config: TrainConfig,
    folder: PathBuf,
    data: Data,
    trainer: Trainer,
    notes: Notes,
    origin: BTreeMap<String, String>,
    examination: Examination,
    samples: Vec<Beside>,
    log: Log,
    begun: Instant,
    /// Seconds that the run had taken before.
    seconds_before: f64,
    /// Losses of the last steps, of the answer and of free fall.
    losses: Vec<[f64; 2]>,
    mark: Option<Mark>,
}

impl<'a> Run<'a> {
    fn new(
        args: &'a Args,
        config: TrainConfig,
        folder: PathBuf,
        data: Data,
        trainer: Trainer,
        notes: Notes,
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let seconds_before = if trainer.steps_done() > 0 {
            origin::seconds_before(&folder.join("model"))
        } else {
            0.0
        };
        let samples =
            if args.samples > 0 { sample::samples(trainer.model(), &data) } else { Vec::new() };
        Ok(Self {
            origin: origin::begin(args, &config, &data),
            examination: Examination::new(&config, &data.valid, QUESTIONS),
            log: Log::open(&folder.join("losses.csv"), trainer.steps_done())?,
            args,
            config,
            folder,
            data,
            trainer,
            notes,
            samples,
            begun,
            seconds_before,
            losses: Vec::new(),
            mark: None,
        })
    }

    fn finish(mut self) -> anyhow::Result<Report> {
        let interrupt = Interrupt::listen()?;
        let (first, steps) = (self.trainer.steps_done(), self.config.steps);
        let mut progress = Progress::new(steps, first, self.config.batch);
        let mut examine = Schedule::new(steps, EXAMINATIONS, Duration::ZERO);
        let mut sample = Schedule::new(steps, self.args.samples, SAMPLE_PAUSE);
        let mut saved = Instant::now();
        let mut interrupted = false;
        if first == 0 {
            self.keep()?;
        }
        while self.trainer.steps_done() < steps && !interrupted {
            let step = self.trainer.step(&self.data.train).map_err(refusal)?;
            self.log.note(&step)?;
            self.notes.step(&step);
            self.remember(&step);
            if let Some(samples_per_s) = progress.note(&step) {
                self.notes.pace(samples_per_s, step.step);
            }
            let done = self.trainer.steps_done();
            if checkpoints::is_kept(done) {
                self.keep()?;
            } else if examine.is_due(done) {
                self.examine()?;
            }
            if saved.elapsed() >= SAVE_EVERY {
                self.save()?;
                saved = Instant::now();
            }
            if sample.is_due(done) && done < steps {
                self.save()?;
                self.sample();
                saved = Instant::now();
            }
            let late = self.args.seconds.map(Duration::from_secs);
            interrupted = interrupt.asked() || late.is_some_and(|s| self.begun.elapsed() >= s);
        }
        progress.finish();
        interrupted &= self.trainer.steps_done() < steps;
        self.save()?;
        if !interrupted && self.trainer.steps_done() > first {
            self.sample();
        }
        Ok(self.end(first, interrupted))
    }

    fn remember(&mut self, step: &Step) {
        if self.losses.len() == LOSS_OVER {
            self.losses.remove(0);
        }
        self.losses.push([step.loss.into(), step.free_fall.into()]);
    }

    /// Mean loss over the last steps, of the answer and of free fall; NaN without any.
    fn losses(&self) -> [f64; 2] {
        let mean = |k: usize| self.losses.iter().map(|loss| loss[k]).sum::<f64>();
        [0, 1].map(|k| mean(k) / self.losses.len() as f64)
    }

    fn examine(&mut self) -> anyhow::Result<()> {
        if !self.examination.is_empty() {
            let mark = self.examination.mark(self.trainer.model())?;
            self.notes.mark(&mark, self.trainer.steps_done());
            self.mark = Some(mark);
        }
        Ok(())
    }

    /// Keeps the network as it is now, to be looked at beside what it becomes.
    fn keep(&mut self) -> anyhow::Result<()> {
        self.examine()?;
        let name = checkpoints::folder_name(self.trainer.steps_done());
        let folder = self.folder.join(checkpoints::FOLDER).join(name);
        Ok(self.described().save_half(&folder)?)
    }

    /// Writes the state, the losses, and the model.
    fn save(&mut self) -> anyhow::Result<()> {
        self.log.flush()?;
        self.trainer.save(&self.folder).map_err(refusal)?;
        Ok(self.described().save(&self.folder.join("model"))?)
    }

    /// The model with where it comes from.
    fn described(&mut self) -> Model {
        let seconds = self.seconds_before + self.begun.elapsed().as_secs_f64();
        let mut say = |key: &str, value: String| drop(self.origin.insert(key.to_owned(), value));
        say("steps", self.trainer.steps_done().to_string());
        say("seconds", format!("{seconds:.0}"));
        let [loss, free_fall] = self.losses();
        let mut say = |key: &str, value: f64| {
            drop(self.origin.insert(key.to_owned(), format!("{value:.4}")));
        };
        if loss.is_finite() {
            say("loss", loss);
            say("loss_of_free_fall", free_fall);
        }
        if let Some(mark) = &self.mark {
            say("validation_loss", mark.loss.into());
            say("validation_loss_of_free_fall", mark.free_fall.into());
        }
        let mut model = self.trainer.model().clone();
        model.config.origin.clone_from(&self.origin);
        model
    }

    /// Lets the network flow. What goes wrong is said, and the run goes on.
    fn sample(&self) {
        let steps = self.trainer.steps_done();
        let folder = self.folder.join("rollouts").join(checkpoints::folder_name(steps));
        for sample in &self.samples {
            let model = self.trainer.model();
            match sample.roll_out(model, sample::LOOKS, &folder, &mut sample::to_its_end) {
                Ok(sampled) => {
                    sampled.iter().for_each(|s| self.notes.sample(&sample.name, s, steps));
                }
                Err(error) => output::notice(&format!("{} is not sampled: {error:#}", sample.name)),
            }
        }
        if steps < self.config.steps {
            self.notes.checkpoint(&self.folder.join("model"), steps);
        }
    }

    fn end(self, first: u64, interrupted: bool) -> Report {
        let (model, steps) = (self.folder.join("model"), self.trainer.steps_done());
        let [loss, free_fall_loss] = self.losses();
        let wall_s = self.begun.elapsed().as_secs_f64();
        if interrupted {
            self.notes.checkpoint(&model, steps);
        } else {
            self.notes.model(self.args, &self.config.name, &model, steps, &self.origin);
        }
        self.notes.finish(!interrupted);
        Report {
            name: self.config.name,
            model,
            parameters: self.trainer.model().parameters(),
            clips: self.data.train.len(),
            steps,
            loss,
            free_fall_loss,
            validation_loss: self.mark.map(|mark| mark.loss.into()),
            validation_free_fall_loss: self.mark.map(|mark| mark.free_fall.into()),
            wall_s,
            samples_per_s: (steps - first) as f64 * self.config.batch as f64 / wall_s,
            interrupted,
        }
    }
}

fn read_config(path: &Path) -> Result<TrainConfig, Failure> {
    let refuse = |what: String| Failure::BadInput(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|e| refuse(e.to_string()))?;
    let config: TrainConfig = toml::from_str(&text).map_err(|e| refuse(e.to_string()))?;
    config.validate().map_err(refuse)?;
    Ok(config)
}

fn refusal(error: TrainError) -> anyhow::Error {
    match error {
        TrainError::State(StateError::File { .. }) => Failure::Lacking(error.to_string()).into(),
        TrainError::NoData(_) | TrainError::State(_) | TrainError::OtherShape { .. } => {
            Failure::BadInput(error.to_string()).into()
        }
        _ => error.into(),
    }
}

impl Report {
    fn table(&self) -> String {
        let against =
            |loss: f64, free_fall: f64| format!("{loss:.4}, of {free_fall:.4} in free fall");
        let examined = match (self.validation_loss, self.validation_free_fall_loss) {
            (Some(loss), Some(free_fall)) => against(loss, free_fall),
            _ => "the data set has no scenes for it".to_owned(),
        };
        format!(
            "{:<16} {} with {} numbers, {} steps\n\
             {:<16} {}\n\
             {:<16} {examined}\n\
             {:<16} {:.0} s: {:.1} samples/s of {} clips",
            "model",
            self.model.display(),
            self.parameters,
            self.steps,
            "last losses",
            against(self.loss, self.free_fall_loss),
            "validation",
            "took",
            self.wall_s,
            self.samples_per_s,
            self.clips,
        )
    }
}

//! A run under way.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_surrogate::train::{Examination, Mark, Step, Tracker, Trainer};
use weir_surrogate::{Model, checkpoints, device};

use crate::log::Log;
use crate::notes::{self, Notes};
use crate::schedule::Schedule;
use crate::{Data, MakeTeacher, Plan, RunError, origin};

/// Name of the file of a run with its losses.
pub(crate) const LOSSES: &str = "losses.csv";
/// Name of the folder of a run with its network.
pub(crate) const MODEL: &str = "model";
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
/// Steps between two notes of how fast a run is.
const PACE_EVERY: u64 = 100;

/// Who looks at a run while it goes on.
pub trait Onlooker {
    /// A step is done. On `Break` the run ends, with all kept that it would go on from.
    fn step(&mut self, run: &Run, step: &Step) -> ControlFlow<()>;

    /// The network was kept as what it is at this step.
    fn kept(&mut self, _model: &Model, _steps: u64) {}

    /// Model and state are on disk.
    fn saved(&mut self, _model: &Model, _steps: u64) {}

    /// It is time to show what the network makes of a scene.
    fn sample(&mut self, _run: &Run) {}
}

/// A training run: it is made, told who takes notes, and let go.
pub struct Run {
    plan: Plan,
    data: Data,
    trainer: Trainer,
    notes: Notes,
    origin: BTreeMap<String, String>,
    examination: Examination,
    log: Log,
    begun: Instant,
    /// Steps that were done before.
    first: u64,
    /// Seconds that the run had taken before.
    seconds_before: f64,
    /// Losses of the last steps, of the answer and of free fall.
    losses: Vec<[f64; 2]>,
    mark: Option<Mark>,
}

impl Run {
    /// Reads and verifies the data, and the state of a run that has begun in the folder. `say`
    /// is told what takes a while.
    ///
    /// # Errors
    /// Damaged data, no such device or network, or a folder that cannot be written to or holds
    /// another run.
    pub fn new(
        plan: Plan,
        teacher: Option<&MakeTeacher>,
        say: &mut dyn FnMut(&str),
    ) -> Result<Self, RunError> {
        let device = device::open(&plan.device)?;
        let from = plan.from.as_deref().map(|name| Model::open(name, &device)).transpose()?;
        let mut data = Data::read(&plan, say)?;
        fs::create_dir_all(&plan.folder).map_err(RunError::file(&plan.folder))?;
        let scenes = std::mem::take(&mut data.scenes);
        let mut trainer = Trainer::new(plan.config.clone(), &device, &plan.folder)?;
        if let Some(make) = teacher {
            trainer = trainer.with_teacher(make(scenes, &plan.config));
        }
        if let Some(model) = &from {
            trainer.start_from(model)?;
        }
        let first = trainer.steps_done();
        let before = plan.folder.join(MODEL);
        Ok(Self {
            origin: origin::begin(&plan, &data),
            examination: Examination::new(&plan.config, &data.valid, QUESTIONS),
            log: Log::open(&plan.folder.join(LOSSES), first)?,
            begun: Instant::now(),
            seconds_before: if first > 0 { origin::seconds_before(&before) } else { 0.0 },
            first,
            plan,
            data,
            trainer,
            notes: Notes::default(),
            losses: Vec::new(),
            mark: None,
        })
    }

    /// Tells `tracker` what decides the run, and from now on all that it yields.
    pub fn tell(&mut self, tracker: Arc<dyn Tracker>) {
        notes::describe(&*tracker, &self.plan, &self.data);
        self.notes.add(tracker);
    }

    /// Goes on to the end, or until the onlooker stops it. Says whether it is complete.
    ///
    /// # Errors
    /// The device failed, the loss is no number any more, or the folder cannot be written to.
    pub fn go(&mut self, onlooker: &mut dyn Onlooker) -> Result<bool, RunError> {
        let (begun, steps) = (Instant::now(), self.plan.config.steps);
        let mut examine = Schedule::new(steps, EXAMINATIONS, Duration::ZERO);
        let mut sample = Schedule::new(steps, self.plan.samples, SAMPLE_PAUSE);
        let mut saved = Instant::now();
        let mut is_stopped = false;
        if self.first == 0 {
            self.keep(onlooker)?;
        }
        while self.trainer.steps_done() < steps && !is_stopped {
            let step = self.trainer.step(&self.data.train)?;
            self.log.note(&step)?;
            self.notes.step(&step);
            self.remember(&step);
            is_stopped = onlooker.step(self, &step).is_break();
            let done = self.trainer.steps_done();
            let fresh = done - self.first;
            if fresh.is_multiple_of(PACE_EVERY) || done == steps {
                self.notes.pace(self.samples_of(fresh) / begun.elapsed().as_secs_f64(), step.step);
            }
            if checkpoints::is_kept(done) {
                self.keep(onlooker)?;
            } else if examine.is_due(done) {
                self.examine()?;
            }
            if saved.elapsed() >= SAVE_EVERY {
                self.save(onlooker)?;
                saved = Instant::now();
            }
            if sample.is_due(done) && done < steps {
                self.save(onlooker)?;
                onlooker.sample(self);
                self.notes.checkpoint(&self.model_folder(), done);
                saved = Instant::now();
            }
        }
        self.save(onlooker)?;
        let done = self.trainer.steps_done();
        let is_complete = done >= steps;
        if is_complete && done > self.first {
            onlooker.sample(self);
        }
        let model = self.model_folder();
        if is_complete {
            self.notes.made(&self.plan, &model, done, &self.origin);
        } else {
            self.notes.checkpoint(&model, done);
        }
        Ok(is_complete)
    }

    /// What it was asked for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What it learns from.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// All who take notes of it.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The network as it is now.
    pub fn model(&self) -> &Model {
        self.trainer.model()
    }

    /// Where the network is kept.
    pub fn model_folder(&self) -> PathBuf {
        self.plan.folder.join(MODEL)
    }

    /// Steps done, now and before.
    pub fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// Mean loss over the last steps, of the answer and of free fall; NaN without any.
    pub fn losses(&self) -> [f64; 2] {
        let mean = |k: usize| self.losses.iter().map(|loss| loss[k]).sum::<f64>();
        [0, 1].map(|k| mean(k) / self.losses.len() as f64)
    }

    /// How the network did in its last examination.
    pub fn mark(&self) -> Option<Mark> {
        self.mark
    }

    /// Time since this run was made, and the samples that it has learned from since.
    pub fn pace(&self) -> (Duration, f64) {
        (self.begun.elapsed(), self.samples_of(self.steps_done() - self.first))
    }

    fn samples_of(&self, steps: u64) -> f64 {
        steps as f64 * self.plan.config.batch as f64
    }

    fn remember(&mut self, step: &Step) {
        if self.losses.len() == LOSS_OVER {
            self.losses.remove(0);
        }
        self.losses.push([step.loss.into(), step.free_fall.into()]);
    }

    fn examine(&mut self) -> Result<(), RunError> {
        if !self.examination.is_empty() {
            let mark = self.examination.mark(self.trainer.model())?;
            self.notes.mark(&mark, self.trainer.steps_done());
            self.mark = Some(mark);
        }
        Ok(())
    }

    /// Keeps the network as it is now, to be looked at beside what it becomes.
    fn keep(&mut self, onlooker: &mut dyn Onlooker) -> Result<(), RunError> {
        self.examine()?;
        let steps = self.trainer.steps_done();
        let folder = self.plan.folder.join(checkpoints::FOLDER);
        let model = self.described();
        model.save_half(&folder.join(checkpoints::folder_name(steps)))?;
        onlooker.kept(&model, steps);
        Ok(())
    }

    /// Writes the state, the losses, and the model.
    fn save(&mut self, onlooker: &mut dyn Onlooker) -> Result<(), RunError> {
        self.log.flush()?;
        self.trainer.save(&self.plan.folder)?;
        let model = self.described();
        model.save(&self.model_folder())?;
        onlooker.saved(&model, self.trainer.steps_done());
        Ok(())
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
}

/// Where the network of the run in `folder` is kept, if there is one by now.
pub(crate) fn model_of(folder: &Path) -> Option<PathBuf> {
    let model = folder.join(MODEL);
    model.is_dir().then_some(model)
}

//! A training run on a thread of its own.
//!
//! The window asks for a run and looks at what it has come to; the thread trains as `weir train`
//! does. The window takes notes of the run as any other [`Tracker`], beside the run's own folder.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use weir_surrogate::checkpoints::{self, Checkpoint};
use weir_surrogate::train::{DataUsed, History, ModelMade, Step, Tracker};
use weir_surrogate::{Model, ModelError};
use weir_training::notes::Kept;
use weir_training::{MakeTeacher, Onlooker, Plan, Run, is_begun};

/// What whoever opens the window brings for training.
#[derive(Clone, Default)]
pub struct Means {
    /// Who gives lessons, where a configuration asks for them; the solver.
    pub teacher: Option<MakeTeacher>,
    /// The commit that the program was built from, if that is known.
    pub commit: Option<&'static str>,
}

/// Which run is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The file with the training configuration.
    pub config: PathBuf,
    /// The folder of the data set.
    pub data: PathBuf,
    /// The folder of the run.
    pub folder: PathBuf,
    /// What computes.
    pub device: String,
    /// Whether a run that has begun there is gone on with.
    pub resumes: bool,
}

/// Where a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// It reads its data.
    #[default]
    Reading,
    /// It learns.
    Learning,
    /// It was stopped, and can be gone on with.
    Stopped,
    /// It is complete.
    Complete,
    /// It came to nothing; why, in words.
    Failed(String),
}

/// What a run has come to.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Where it is.
    pub stage: Stage,
    /// Steps done.
    pub steps: u64,
    /// Steps in all.
    pub of: u64,
    /// How long it will take from here, by how long it took so far.
    pub left: Option<Duration>,
    /// What it said last.
    pub said: String,
}

/// A network that learns, as it was last.
#[derive(Clone)]
pub struct Learned {
    /// The network.
    pub model: Model,
    /// Its steps.
    pub steps: u64,
    /// What it was on its way.
    pub checkpoints: Vec<Checkpoint>,
}

/// A run at work.
pub struct School {
    /// What was asked for.
    pub asked: Asked,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    standing: Mutex<Standing>,
    history: Mutex<History>,
    learned: Mutex<Option<Learned>>,
    is_to_stop: AtomicBool,
}

impl School {
    /// Begins a run, or goes on with it. `wake` is called whenever there is something new to see.
    ///
    /// # Errors
    /// The machine gives no thread. All else that goes wrong is told by [`School::standing`].
    pub fn begin(
        asked: Asked,
        means: Means,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let shared: Arc<Shared> = Arc::default();
        let (own, order) = (Arc::clone(&shared), asked.clone());
        let thread =
            std::thread::Builder::new().name("weir trains".to_owned()).spawn(move || {
                let stage = match attend(&order, &means, &own, &wake) {
                    Ok(true) => Stage::Complete,
                    Ok(false) => Stage::Stopped,
                    Err(why) => Stage::Failed(why),
                };
                own.standing().stage = stage;
                wake();
            })?;
        Ok(Self { asked, shared, thread: Some(thread) })
    }

    /// Lets it stop after the step that it is at, with its state kept.
    pub fn stop(&self) {
        self.shared.is_to_stop.store(true, Ordering::Relaxed);
    }

    /// Whether it has been told to stop.
    pub fn is_to_stop(&self) -> bool {
        self.shared.is_to_stop.load(Ordering::Relaxed)
    }

    /// What it has come to.
    pub fn standing(&self) -> Standing {
        let mut standing = self.shared.standing().clone();
        if !self.is_at_work() && matches!(standing.stage, Stage::Reading | Stage::Learning) {
            standing.stage = Stage::Failed("it ended in a fault of its own".to_owned());
        }
        standing
    }

    /// Whether its thread is at work.
    pub fn is_at_work(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Its numbers. Whoever holds on to them holds up the run.
    pub fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.shared.history)
    }

    /// Steps of the network that can be had, if there is one.
    pub fn learned_steps(&self) -> Option<u64> {
        lock(&self.shared.learned).as_ref().map(|learned| learned.steps)
    }

    /// The network as it was last.
    pub fn learned(&self) -> Option<Learned> {
        lock(&self.shared.learned).clone()
    }
}

impl Drop for School {
    /// Waits until the state is kept: nobody wants to lose a run with the window.
    fn drop(&mut self) {
        self.stop();
        // Had it panicked, `standing` would have told.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        lock(&self.standing)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Trains. Says whether the run is complete.
fn attend(
    asked: &Asked,
    means: &Means,
    shared: &Arc<Shared>,
    wake: &dyn Fn(),
) -> Result<bool, String> {
    let place = asked.folder.display();
    match (is_begun(&asked.folder), asked.resumes) {
        (true, false) => {
            return Err(format!(
                "{place}: there is a run already; Resume goes on with it, or name another folder"
            ));
        }
        (false, true) => return Err(format!("{place}: there is no run to go on with")),
        _ => {}
    }
    let config = Plan::read_config(&asked.config).map_err(|error| error.to_string())?;
    let name = config.name.clone();
    let plan = Plan {
        config_file: Some(asked.config.clone()),
        device: asked.device.clone(),
        commit: means.commit,
        ..Plan::new(config, asked.data.clone(), asked.folder.clone())
    };
    let mut say = |words: &str| {
        shared.standing().said = words.to_owned();
        wake();
    };
    let run = Run::new(plan, means.teacher.as_ref(), &mut say);
    let mut run = run.map_err(|error| error.to_string())?;
    let kept = Kept::open(&asked.folder, &name, None).map_err(|error| error.to_string())?;
    say(&kept.said.join("; "));
    {
        let mut history = lock(&shared.history);
        (history.name, history.is_running) = (name, true);
    }
    run.tell(Arc::new(Slate(Arc::clone(shared))));
    if let Some(tracker) = &kept.tracker {
        run.tell(Arc::clone(tracker) as _);
    }
    if run.steps_done() > 0 {
        *lock(&shared.learned) = Some(taken_up(&run).map_err(|error| error.to_string())?);
    }
    {
        let mut standing = shared.standing();
        (standing.steps, standing.of) = (run.steps_done(), run.plan().config.steps);
        standing.stage = Stage::Learning;
    }
    let (first, begun) = (run.steps_done(), Instant::now());
    let done = run.go(&mut Pupil { shared, wake, first, begun });
    lock(&shared.history).is_running = false;
    drop(run);
    let is_complete = done.map_err(|error| error.to_string())?;
    if let Some(said) = kept.finish(is_complete) {
        shared.standing().said = said;
    }
    Ok(is_complete)
}

/// The network of a run that is gone on with.
fn taken_up(run: &Run) -> Result<Learned, ModelError> {
    let (model, folder) = (run.model().clone(), run.model_folder());
    let checkpoints = checkpoints::of(&model, &folder.to_string_lossy())?;
    Ok(Learned { model, steps: run.steps_done(), checkpoints })
}

/// Leaves where the window looks how far the run is.
struct Pupil<'a> {
    shared: &'a Shared,
    wake: &'a dyn Fn(),
    first: u64,
    begun: Instant,
}

impl Pupil<'_> {
    fn leave(&self, model: &Model, steps: u64, is_kept: bool) {
        let mut learned = lock(&self.shared.learned);
        let mut checkpoints = learned.take().map(|last| last.checkpoints).unwrap_or_default();
        if is_kept {
            // A run that was cut off passes some steps once more.
            checkpoints.retain(|one| one.steps < steps);
            checkpoints.push(Checkpoint { steps, model: model.clone() });
        }
        *learned = Some(Learned { model: model.clone(), steps, checkpoints });
        drop(learned);
        (self.wake)();
    }
}

impl Onlooker for Pupil<'_> {
    fn step(&mut self, run: &Run, _step: &Step) -> ControlFlow<()> {
        let (done, of) = (run.steps_done(), run.plan().config.steps);
        let each = self.begun.elapsed().as_secs_f64() / (done - self.first).max(1) as f64;
        let left_s = each * of.saturating_sub(done) as f64;
        let mut standing = self.shared.standing();
        (standing.steps, standing.of) = (done, of);
        standing.left = Duration::try_from_secs_f64(left_s).ok();
        drop(standing);
        (self.wake)();
        let is_to_stop = self.shared.is_to_stop.load(Ordering::Relaxed);
        if is_to_stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn kept(&mut self, model: &Model, steps: u64) {
        self.leave(model, steps, true);
    }

    fn saved(&mut self, model: &Model, steps: u64) {
        self.leave(model, steps, false);
    }
}

/// Takes notes for the window: of every step, since somebody looks.
struct Slate(Arc<Shared>);

impl Tracker for Slate {
    fn every(&self) -> u64 {
        1
    }

    fn parameter(&self, key: &str, value: &str) {
        lock(&self.0.history).parameters.insert(key.to_owned(), value.to_owned());
    }

    fn metric(&self, key: &str, value: f64, step: u64) {
        lock(&self.0.history).note(key, step, value);
    }

    fn tag(&self, _key: &str, _value: &str) {}
    fn data(&self, _data: &DataUsed) {}
    fn artifact(&self, _file: &Path, _folder: &str) {}
    fn picture(&self, _key: &str, _step: u64, _png: &Path) {}
    fn model(&self, _model: &ModelMade<'_>) {}
}

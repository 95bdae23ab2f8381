//! From a recipe to files: many scenes side by side, each on one thread ([`generate`]), or all of
//! them on a device that moves many at once ([`generate_together`]).
//!
//! A scene's file is written when it is whole, and its receipt after it. A run
//! that was cut off is repeated with the same words: scenes whose receipt and
//! checksum hold are kept, the others are made again, and the result is the same
//! to the last byte. Parts of a data set can be made on many machines at once;
//! whoever ends last collects the receipts into the manifest.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};

use rayon::ThreadPoolBuilder;
use weir_scene::{Advance, AdvanceError, Frame, Scene, Trajectory, rollout_with};

use crate::digest::sha256;
use crate::manifest::{Entry, Manifest};
use crate::motion::Motion;
use crate::storage::Storage;
use crate::{FileError, Recipe, RecipeError, trajectory};

/// An error of whatever makes the water.
pub type SolverError = Box<dyn std::error::Error + Send + Sync>;

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// What the scenes are drawn from.
    pub recipe: &'a Recipe,
    /// Which of them, by index.
    pub scenes: Range<usize>,
    /// How many at a time.
    pub threads: usize,
    /// What makes the frames, with its version; files made by another are made again.
    pub producer: &'a str,
    /// Commit that the program was built from, if known.
    pub commit: Option<&'a str>,
}

impl Job<'_> {
    /// Checks that the recipe has the scenes asked for.
    ///
    /// # Errors
    /// [`GenerateError::Scenes`] if it has not.
    pub fn check(&self) -> Result<(), GenerateError> {
        let count = self.recipe.scene_count();
        if self.scenes.start > self.scenes.end || self.scenes.end > count {
            return Err(GenerateError::Scenes { got: self.scenes.clone(), count });
        }
        Ok(())
    }
}

/// What a run says on its way, from any of its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A frame was made.
    Frame {
        /// Of this scene.
        scene: usize,
        /// Particles that live in it.
        particles: usize,
    },
    /// A scene is whole.
    Made {
        /// Its index.
        scene: usize,
    },
    /// A scene was whole already.
    Kept {
        /// Its index.
        scene: usize,
    },
}

/// What a run has done.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Scenes made.
    pub made: usize,
    /// Scenes that were there already.
    pub kept: usize,
    /// Whether the run was asked to stop before its end.
    pub interrupted: bool,
    /// What there is now.
    pub manifest: Manifest,
}

/// Why a run could not go on. The scenes that are whole stay.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The recipe asks for scenes that cannot be.
    #[error("recipe: {0}")]
    Recipe(#[from] RecipeError),
    /// Scenes that the recipe does not have.
    #[error("scenes: got {}..{}, takes a part of 0..{count}", got.start, got.end)]
    Scenes {
        /// What was asked for.
        got: Range<usize>,
        /// How many the recipe has.
        count: usize,
    },
    /// The solver does not take a scene.
    #[error("scene {scene}: {source}")]
    Solver {
        /// Its index.
        scene: usize,
        /// Why.
        source: SolverError,
    },
    /// The solver could not finish a scene.
    #[error("scene {scene}: {source}")]
    Advance {
        /// Its index.
        scene: usize,
        /// Why.
        source: AdvanceError,
    },
    /// A file cannot be written or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A thread could not be made ready.
    #[error("threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Makes the scenes of a job and publishes the manifest.
///
/// `solver` makes water at time zero that advances by a frame of the recipe's.
/// `watch` hears of every frame and scene, from any thread, and stops the run by
/// breaking; scenes that are not whole by then are dropped.
///
/// # Errors
/// The first that any scene meets; scenes that are whole stay.
pub fn generate<S, W>(
    job: &Job,
    storage: &dyn Storage,
    solver: S,
    watch: W,
) -> Result<Outcome, GenerateError>
where
    S: Fn(&Scene) -> Result<Box<dyn Advance>, SolverError> + Sync,
    W: Fn(Event) -> ControlFlow<()> + Sync,
{
    job.check()?;
    let run = Run { job, storage, watch, tally: Mutex::new(Tally::default()) };
    let next = AtomicUsize::new(job.scenes.start);
    std::thread::scope(|scope| {
        for _ in 0..job.threads.clamp(1, job.scenes.len().max(1)) {
            scope.spawn(|| run.work(&next, &solver));
        }
    });
    run.finish()
}

/// Water of many scenes that moves on together: a graphics card's.
pub trait Together {
    /// Time between two frames, seconds.
    fn frame_dt_s(&self) -> f64;

    /// Writes the present state of each scene into a frame.
    ///
    /// # Errors
    /// The device cannot be asked.
    fn snapshot(&self, frames: &mut [Frame]) -> Result<(), AdvanceError>;

    /// Moves all scenes on by one frame.
    ///
    /// # Errors
    /// One of them could not be advanced.
    fn advance(&mut self) -> Result<(), AdvanceError>;
}

/// Makes the scenes of a job `at_once` at a time and publishes the manifest. While some are
/// made, those before them are written, by as many threads as the job says.
///
/// `start` makes water of several scenes at time zero that advances by a frame of the recipe's;
/// the rest is as in [`generate`]. All frames of two times `at_once` scenes are kept in memory.
///
/// # Errors
/// The first that any scene meets; scenes that are whole stay.
pub fn generate_together<S, W>(
    job: &Job,
    storage: &dyn Storage,
    at_once: usize,
    mut start: S,
    watch: W,
) -> Result<Outcome, GenerateError>
where
    S: FnMut(&[Scene]) -> Result<Box<dyn Together>, SolverError>,
    W: Fn(Event) -> ControlFlow<()> + Sync,
{
    job.check()?;
    let run = Run { job, storage, watch, tally: Mutex::new(Tally::default()) };
    let (made, written) = mpsc::sync_channel::<(Task, Trajectory)>(at_once.max(1));
    let written = Mutex::new(written);
    std::thread::scope(|scope| {
        for _ in 0..job.threads.max(1) {
            scope.spawn(|| run.write_all(&written));
        }
        let mut indices = job.scenes.clone();
        while !run.stopped() {
            let wave = run.collect(&mut indices, at_once.max(1));
            let done = wave.and_then(|wave| {
                let runs = if wave.is_empty() { None } else { run.simulate(&wave, &mut start)? };
                Ok((wave, runs))
            });
            match done {
                Ok((wave, _)) if wave.is_empty() => break,
                Ok((wave, Some(runs))) => {
                    // Whoever writes is gone only if it failed, which is told already.
                    wave.into_iter().zip(runs).for_each(|both| drop(made.send(both)));
                }
                Ok((_, None)) => break,
                Err(error) => run.note(Err(error)),
            }
        }
        drop(made);
    });
    run.finish()
}

/// A scene that is to be made.
struct Task {
    index: usize,
    scene: Scene,
    scene_json: String,
}

struct Run<'a, W> {
    job: &'a Job<'a>,
    storage: &'a dyn Storage,
    watch: W,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    made: usize,
    kept: usize,
    interrupted: bool,
    failure: Option<GenerateError>,
}

/// How a scene ended, if not by a failure.
enum Ended {
    Made,
    Kept,
    Dropped,
}

impl<W> Run<'_, W>
where
    W: Fn(Event) -> ControlFlow<()> + Sync,
{
    /// One thread's work: a scene after the other until none is left.
    fn work<S>(&self, next: &AtomicUsize, solver: &S)
    where
        S: Fn(&Scene) -> Result<Box<dyn Advance>, SolverError> + Sync,
    {
        // The thread is all of its own pool, so a scene never waits for another.
        let alone = match ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
            Ok(alone) => alone,
            Err(error) => return self.note(Err(error.into())),
        };
        while !self.stopped() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= self.job.scenes.end {
                break;
            }
            self.note(alone.install(|| self.scene(index, solver)));
        }
    }

    /// Publishes what there is: what is whole is worth a manifest, also after a failure.
    fn finish(self) -> Result<Outcome, GenerateError> {
        let Tally { made, kept, interrupted, failure } =
            self.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        let manifest = Manifest::publish(self.job.recipe, self.job.commit, self.storage);
        match failure {
            Some(failure) => Err(failure),
            None => Ok(Outcome { made, kept, interrupted, manifest: manifest? }),
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // A thread that panicked has left whole numbers behind.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> bool {
        let tally = self.tally();
        tally.interrupted || tally.failure.is_some()
    }

    fn note(&self, ended: Result<Ended, GenerateError>) {
        let mut tally = self.tally();
        match ended {
            Ok(Ended::Made) => tally.made += 1,
            Ok(Ended::Kept) => tally.kept += 1,
            Ok(Ended::Dropped) => {}
            Err(error) => {
                tally.failure.get_or_insert(error);
            }
        }
    }

    fn scene<S>(&self, index: usize, solver: &S) -> Result<Ended, GenerateError>
    where
        S: Fn(&Scene) -> Result<Box<dyn Advance>, SolverError> + Sync,
    {
        let Some(task) = self.task(index)? else { return Ok(Ended::Kept) };
        let Some(frames) = self.simulate_alone(&task, solver)? else { return Ok(Ended::Dropped) };
        self.keep(&task, &frames)?;
        Ok(Ended::Made)
    }

    /// What has to be done for a scene; nothing if it is whole.
    fn task(&self, index: usize) -> Result<Option<Task>, GenerateError> {
        let scene = self.job.recipe.scene(index)?;
        let scene_json =
            scene.to_json().map_err(|error| RecipeError::new(format!("scene {index}"), error))?;
        if self.is_whole(index, &scene_json)? {
            let _ = self.tell(Event::Kept { scene: index });
            return Ok(None);
        }
        Ok(Some(Task { index, scene, scene_json }))
    }

    /// The next scenes that are not whole, `count` at most.
    fn collect(
        &self,
        indices: &mut Range<usize>,
        count: usize,
    ) -> Result<Vec<Task>, GenerateError> {
        let mut tasks = Vec::new();
        while tasks.len() < count && !self.stopped() {
            let Some(index) = indices.next() else { break };
            match self.task(index)? {
                Some(task) => tasks.push(task),
                None => self.note(Ok(Ended::Kept)),
            }
        }
        Ok(tasks)
    }

    /// One thread's work: to write what others have made.
    fn write_all(&self, written: &Mutex<mpsc::Receiver<(Task, Trajectory)>>) {
        loop {
            let next = written.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((task, frames)) = next else { return };
            self.note(self.keep(&task, &frames).map(|()| Ended::Made));
        }
    }

    /// Says what happened, and remembers it when the answer is to stop.
    fn tell(&self, event: Event) -> ControlFlow<()> {
        let told = (self.watch)(event);
        if told.is_break() {
            self.tally().interrupted = true;
        }
        told
    }

    /// Whether the file is there that would be made.
    fn is_whole(&self, index: usize, scene_json: &str) -> Result<bool, FileError> {
        let Some(entry) = Entry::receipt(self.storage, index)? else { return Ok(false) };
        let recipe = self.job.recipe;
        let same = entry.scene_sha256 == sha256(scene_json.as_bytes())
            && entry.producer == self.job.producer
            && entry.frames == recipe.frames()
            && Some(entry.split) == recipe.split(index)
            && entry.seed == recipe.seed;
        if !same {
            return Ok(false);
        }
        let bytes = self.storage.get(&entry.file)?;
        Ok(bytes.is_some_and(|bytes| entry.check(&bytes).is_ok()))
    }

    /// All frames, or `None` when asked to stop.
    fn simulate_alone<S>(
        &self,
        task: &Task,
        solver: &S,
    ) -> Result<Option<Trajectory>, GenerateError>
    where
        S: Fn(&Scene) -> Result<Box<dyn Advance>, SolverError> + Sync,
    {
        let scene = task.index;
        let mut water =
            solver(&task.scene).map_err(|source| GenerateError::Solver { scene, source })?;
        let frames = self.job.recipe.frames();
        let mut trajectory = Trajectory::new(water.frame_dt_s());
        rollout_with(&mut *water, frames - 1, |_, frame| {
            trajectory.push(frame);
            self.tell(Event::Frame { scene, particles: frame.ids.len() })
        })
        .map_err(|source| GenerateError::Advance { scene, source })?;
        Ok((trajectory.frames.len() == frames).then_some(trajectory))
    }

    /// All frames of several scenes, or `None` when asked to stop.
    fn simulate<S>(
        &self,
        tasks: &[Task],
        start: &mut S,
    ) -> Result<Option<Vec<Trajectory>>, GenerateError>
    where
        S: FnMut(&[Scene]) -> Result<Box<dyn Together>, SolverError>,
    {
        // What moves all of them does not say which one it fails at.
        let scene = tasks[0].index;
        let scenes: Vec<Scene> = tasks.iter().map(|task| task.scene.clone()).collect();
        let mut water = start(&scenes).map_err(|source| GenerateError::Solver { scene, source })?;
        let failed = |source| GenerateError::Advance { scene, source };
        let mut frames = vec![Frame::default(); tasks.len()];
        let mut runs = vec![Trajectory::new(water.frame_dt_s()); tasks.len()];
        for frame in 0..self.job.recipe.frames() {
            if frame > 0 {
                water.advance().map_err(failed)?;
            }
            water.snapshot(&mut frames).map_err(failed)?;
            for ((task, run), frame) in tasks.iter().zip(&mut runs).zip(&frames) {
                run.push(frame);
                let event = Event::Frame { scene: task.index, particles: frame.ids.len() };
                if self.tell(event).is_break() {
                    return Ok(None);
                }
            }
        }
        Ok(Some(runs))
    }

    /// Writes the file, then its receipt.
    fn keep(&self, task: &Task, run: &Trajectory) -> Result<(), GenerateError> {
        let Task { index, scene_json, .. } = task;
        let (index, Job { recipe, producer, .. }) = (*index, self.job);
        let file = Entry::file_name(index);
        let bytes = trajectory::encode(run, scene_json, producer)
            .map_err(|fault| fault.of(file.as_ref()))?;
        let count = recipe.scene_count();
        let outside = || GenerateError::Scenes { got: index..index + 1, count };
        let entry = Entry {
            index,
            file,
            split: recipe.split(index).ok_or_else(outside)?,
            seed: recipe.seed,
            producer: (*producer).to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(&bytes),
            scene_sha256: sha256(scene_json.as_bytes()),
            frames: run.frames.len(),
            particles: run.particle_count(),
            bodies: run.frames.first().map_or(0, |frame| frame.body_poses.len()),
            motion: Motion::of(run),
        };
        self.storage.put(&entry.file, bytes)?;
        entry.hand_out(self.storage)?;
        let _ = self.tell(Event::Made { scene: index });
        Ok(())
    }
}

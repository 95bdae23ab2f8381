//! From a recipe to files: many scenes side by side, each on one thread.
//!
//! A scene's file is written when it is whole, and its receipt after it. A run
//! that was cut off is repeated with the same words: scenes whose receipt and
//! checksum hold are kept, the others are made again, and the result is the same
//! to the last byte. Parts of a data set can be made on many machines at once;
//! whoever ends last collects the receipts into the manifest.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::ThreadPoolBuilder;
use weir_scene::{Advance, AdvanceError, Scene, Trajectory, rollout_with};

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
    let run = Run {
        job,
        storage,
        solver,
        watch,
        next: AtomicUsize::new(job.scenes.start),
        tally: Mutex::new(Tally::default()),
    };
    std::thread::scope(|scope| {
        for _ in 0..job.threads.clamp(1, job.scenes.len().max(1)) {
            scope.spawn(|| run.work());
        }
    });
    let Tally { made, kept, interrupted, failure } =
        run.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    // What is whole is worth a manifest, also after a failure.
    let manifest = Manifest::publish(job.recipe, job.commit, storage);
    match failure {
        Some(failure) => Err(failure),
        None => Ok(Outcome { made, kept, interrupted, manifest: manifest? }),
    }
}

struct Run<'a, S, W> {
    job: &'a Job<'a>,
    storage: &'a dyn Storage,
    solver: S,
    watch: W,
    next: AtomicUsize,
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

impl<S, W> Run<'_, S, W>
where
    S: Fn(&Scene) -> Result<Box<dyn Advance>, SolverError> + Sync,
    W: Fn(Event) -> ControlFlow<()> + Sync,
{
    /// One thread's work: a scene after the other until none is left.
    fn work(&self) {
        // The thread is all of its own pool, so a scene never waits for another.
        let alone = match ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
            Ok(alone) => alone,
            Err(error) => return self.note(Err(error.into())),
        };
        while !self.stopped() {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.job.scenes.end {
                break;
            }
            self.note(alone.install(|| self.scene(index)));
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

    fn scene(&self, index: usize) -> Result<Ended, GenerateError> {
        let scene = self.job.recipe.scene(index)?;
        let scene_json =
            scene.to_json().map_err(|error| RecipeError::new(format!("scene {index}"), error))?;
        if self.is_whole(index, &scene_json)? {
            let _ = self.tell(Event::Kept { scene: index });
            return Ok(Ended::Kept);
        }
        let Some(frames) = self.simulate(index, &scene)? else { return Ok(Ended::Dropped) };
        self.keep(index, &scene_json, &frames)?;
        let _ = self.tell(Event::Made { scene: index });
        Ok(Ended::Made)
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
    fn simulate(&self, index: usize, scene: &Scene) -> Result<Option<Trajectory>, GenerateError> {
        let mut water = (self.solver)(scene)
            .map_err(|source| GenerateError::Solver { scene: index, source })?;
        let frames = self.job.recipe.frames();
        let mut trajectory = Trajectory::new(water.frame_dt_s());
        rollout_with(&mut *water, frames - 1, |_, frame| {
            trajectory.push(frame);
            self.tell(Event::Frame { scene: index, particles: frame.ids.len() })
        })
        .map_err(|source| GenerateError::Advance { scene: index, source })?;
        Ok((trajectory.frames.len() == frames).then_some(trajectory))
    }

    /// Writes the file, then its receipt.
    fn keep(&self, index: usize, scene_json: &str, run: &Trajectory) -> Result<(), GenerateError> {
        let Job { recipe, producer, .. } = self.job;
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
        Ok(entry.hand_out(self.storage)?)
    }
}

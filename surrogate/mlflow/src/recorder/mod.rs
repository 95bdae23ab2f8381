//! A run recorded from a loop that must neither wait nor fail.

mod builder;
mod model;
mod worker;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

pub use builder::RecorderBuilder;
pub use model::RecordedModel;
use worker::Worker;

use crate::batch::Item;
use crate::spool::{Entry, Event, Folder, Journal, ModelEntry, ModelFile, Progress};
use crate::{
    Client, DatasetInput, Error, ImageName, Metric, Param, Result, RunStatus, Tag, clock, limits,
};

/// Problems that are kept in words; the rest are counted.
const PROBLEMS_KEPT: usize = 20;
/// What dropping a recorder waits for the server.
const PATIENCE_OF_DROP: Duration = Duration::from_secs(2);

/// Records a run to a folder, and sends it to the server from another thread.
///
/// No method waits for the network, and none fails: what cannot be recorded is
/// counted and described in the [`Report`], and the training goes on. A metric
/// costs one write to a local file, about a microsecond, and it is in that file
/// when the call returns: the file is the queue, so that memory does not grow
/// when the server is away, and a killed process loses nothing. What the server
/// has not got at the end is sent later by [`spool::send`](crate::spool::send),
/// from any process, or by the recorder that [resumes](Recorder::resume) the run.
///
/// Dropped without [`finish`](Recorder::finish), by a panic or an early return,
/// the run ends as [`RunStatus::Failed`].
///
/// It may be shared between threads by reference.
#[derive(Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    worker: Option<Worker>,
    patience: Duration,
    is_finished: bool,
}

/// What the recorder and its worker have in common.
#[derive(Debug)]
struct Shared {
    folder: Folder,
    /// The recording's own id.
    recording: String,
    journal: Mutex<Journal>,
    standing: Mutex<Standing>,
    /// Something was recorded.
    recorded: Notify,
}

#[derive(Debug, Default)]
struct Standing {
    recorded: u64,
    outage: Option<String>,
    problems: Vec<String>,
    problem_count: u64,
}

/// How a recording stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where it is recorded.
    pub folder: PathBuf,
    /// The run on the server, once it is there.
    pub run_id: Option<String>,
    /// Entries that are recorded.
    pub recorded: u64,
    /// Of those, what is still to be sent.
    pub pending: u64,
    /// Of those, what the server refused for good; `refused.jsonl` says why.
    pub refused: u64,
    /// Why nothing can be sent at the moment.
    pub outage: Option<String>,
    /// What could not be recorded: bad keys, values that are too long, a full
    /// disk. The first 20.
    pub problems: Vec<String>,
    /// All of these, counted.
    pub problem_count: u64,
}

impl Report {
    /// Whether all that was to be recorded is on the server.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.pending == 0 && self.refused == 0 && self.problem_count == 0
    }
}

impl Recorder {
    /// A new run of an experiment, to be recorded in `folder`.
    pub fn builder(experiment: &str, folder: impl Into<PathBuf>) -> RecorderBuilder {
        RecorderBuilder::new(experiment, folder.into())
    }

    /// Goes on with the run that is recorded in `folder`.
    ///
    /// # Errors
    ///
    /// [`Error::Spool`] when none is, or somebody else records or sends there;
    /// [`Error::File`] when the folder cannot be used.
    pub fn resume(folder: &Path, client: Option<Client>) -> Result<Self> {
        builder::resume(folder, client)
    }

    /// Records the value of a metric, now.
    pub fn metric(&self, key: &str, value: f64, step: i64) {
        self.item(Item::Metric(Metric::new(key, value, step)));
    }

    /// Records a param. The server keeps the first value of each.
    pub fn param(&self, key: &str, value: impl ToString) {
        self.item(Item::Param(Param::new(key, value)));
    }

    /// Records a tag.
    pub fn tag(&self, key: &str, value: impl ToString) {
        self.item(Item::Tag(Tag::new(key, value)));
    }

    /// Records what data the run was given.
    pub fn input(&self, dataset: DatasetInput) {
        self.record(dataset.check(), Event::Dataset(dataset));
    }

    /// Records a file under `path`, `"checkpoints/best.bin"`, as it is now: it is
    /// copied to the recording, which takes as long as a copy takes.
    pub fn artifact(&self, path: &str, file: &Path) {
        self.artifact_from(path, |copy| {
            std::fs::copy(file, copy).map(drop).map_err(Error::file("copy", file))
        });
    }

    /// Records what is in memory as a file under `path`.
    pub fn artifact_bytes(&self, path: &str, bytes: &[u8]) {
        self.artifact_from(path, |copy| {
            std::fs::write(copy, bytes).map_err(Error::file("write", copy))
        });
    }

    /// Records a picture for the run's image grid; see
    /// [`Client::log_image`] for the small one.
    pub fn image(&self, key: &str, step: u64, png: &[u8], small_webp: Option<&[u8]>) {
        match ImageName::new(key, step) {
            Ok(name) => {
                self.artifact_bytes(&name.full(), png);
                self.artifact_bytes(&name.small(), small_webp.unwrap_or(png));
                self.tag(ImageName::TAG.0, ImageName::TAG.1);
            }
            Err(error) => self.shared.problem(&error),
        }
    }

    /// Records a model that the run brought forth, with its files as they are now.
    /// On the server it is a logged model, and the next version of a registered
    /// one if it is to be. The same name at the same step is the same model,
    /// however often it is recorded.
    pub fn model(&self, model: RecordedModel) {
        match self.model_entry(model) {
            Ok(entry) => self.record(Ok(()), Event::Model(entry)),
            Err(error) => self.shared.problem(&error),
        }
    }

    fn model_entry(&self, model: RecordedModel) -> Result<ModelEntry> {
        model.params.iter().try_for_each(Param::check)?;
        model.tags.iter().try_for_each(Tag::check)?;
        // It stands in a filter, between quotes.
        let name = model.name.replace(['\'', '\\'], "_");
        let recording = format!("{}/{name}/{}", self.shared.recording, model.step);
        let files = model.files.iter().map(|(path, file)| {
            limits::artifact_path(path)?;
            let copy = Uuid::new_v4().to_string();
            std::fs::copy(file, self.shared.folder.copy(&copy))
                .map_err(Error::file("copy", file))?;
            Ok(ModelFile { path: path.clone(), copy })
        });
        let files = files.collect::<Result<_>>()?;
        Ok(ModelEntry { recording, model, files })
    }

    /// How the recording stands at this moment.
    #[must_use]
    pub fn report(&self) -> Report {
        self.shared.report()
    }

    /// Ends the run, waits for the server until it has not taken anything for as long as
    /// the [patience](RecorderBuilder::patience) lasts, and reports. What is
    /// [pending](Report::pending) then stays in the folder.
    pub fn finish(mut self, status: RunStatus) -> Report {
        self.end(status, self.patience);
        self.shared.report()
    }

    fn end(&mut self, status: RunStatus, patience: Duration) {
        self.is_finished = true;
        self.record(Ok(()), Event::End { status, time: clock::now_ms() });
        if let Err(error) = self.shared.journal().sync() {
            self.shared.problem(&error);
        }
        if let Some(worker) = self.worker.take() {
            worker.stop(patience, || Progress::load(&self.shared.folder.progress()).lines);
        }
    }

    fn item(&self, item: Item) {
        self.record(item.check(), item);
    }

    fn record(&self, checked: Result<()>, entry: impl Into<Entry>) {
        match checked.and_then(|()| self.shared.append(&entry.into())) {
            Ok(()) => self.shared.recorded.notify_one(),
            Err(error) => self.shared.problem(&error),
        }
    }

    fn artifact_from(&self, path: &str, fill: impl FnOnce(&Path) -> Result<()>) {
        let name = Uuid::new_v4().to_string();
        let filled =
            limits::artifact_path(path).and_then(|()| fill(&self.shared.folder.copy(&name)));
        self.record(filled, Event::Artifact { path: path.to_owned(), copy: name });
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.is_finished {
            self.end(RunStatus::Failed, self.patience.min(PATIENCE_OF_DROP));
        }
    }
}

impl Shared {
    fn append(&self, entry: &Entry) -> Result<()> {
        self.journal().append(entry)?;
        self.standing().recorded += 1;
        Ok(())
    }

    fn problem(&self, problem: &dyn Display) {
        let mut standing = self.standing();
        standing.problem_count += 1;
        if standing.problems.len() < PROBLEMS_KEPT {
            standing.problems.push(problem.to_string());
        }
    }

    fn report(&self) -> Report {
        // From the folder, where each step is noted; and before what is recorded,
        // of which it is a part.
        let progress = Progress::load(&self.folder.progress());
        let standing = self.standing();
        Report {
            folder: self.folder.path().to_owned(),
            run_id: progress.run.map(|run| run.run_id),
            recorded: standing.recorded,
            pending: standing.recorded.saturating_sub(progress.lines),
            refused: progress.refused,
            outage: standing.outage.clone(),
            problems: standing.problems.clone(),
            problem_count: standing.problem_count,
        }
    }

    // A thread that panicked while it recorded takes nothing from the others.
    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

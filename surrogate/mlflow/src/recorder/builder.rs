//! How a recorder comes about.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use super::worker::{Pace, Worker};
use super::{Recorder, Shared, Standing};
use crate::spool::{self, Event, Folder, Header, Journal};
use crate::{Backoff, Client, Result, Tag, clock};

/// How a [`Recorder`] is set up.
#[must_use]
pub struct RecorderBuilder {
    folder: PathBuf,
    header: Header,
    client: Option<Client>,
    pace: Pace,
    patience: Duration,
}

impl RecorderBuilder {
    pub(super) fn new(experiment: &str, folder: PathBuf) -> Self {
        Self {
            folder,
            header: Header {
                version: Header::VERSION,
                recording: Uuid::new_v4().to_string(),
                experiment: experiment.to_owned(),
                run_id: None,
                run_name: None,
                start_time: clock::now_ms(),
                tags: Vec::new(),
            },
            client: None,
            pace: Pace::default(),
            patience: Duration::from_secs(10),
        }
    }

    /// Names the run; the server makes a name up otherwise.
    pub fn run_name(mut self, name: &str) -> Self {
        self.header.run_name = Some(name.to_owned());
        self
    }

    /// Tags the run; see [`NewRun`](crate::NewRun) for tags that the server knows.
    pub fn tag(mut self, key: &str, value: impl ToString) -> Self {
        self.header.tags.push(Tag::new(key, value));
        self
    }

    /// Logs to a run that is on the server already, `MLFLOW_RUN_ID`.
    pub fn run_id(mut self, run_id: &str) -> Self {
        self.header.run_id = Some(run_id.to_owned());
        self
    }

    /// The server to send to. Without one the run is recorded to the folder alone.
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// How long entries are gathered before they are sent, 1 s by default.
    pub fn gather(mut self, gather: Duration) -> Self {
        self.pace.gather = gather;
        self
    }

    /// When sending is tried again after a failure: 1 s to 30 s by default, for
    /// as long as the recorder lives. [`Backoff::attempts`] means nothing here.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.pace.backoff = backoff;
        self
    }

    /// How long [`finish`](Recorder::finish) waits for a server that takes nothing, 10 s
    /// by default.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Begins to record.
    ///
    /// # Errors
    ///
    /// [`Error::Name`](crate::Error::Name) and [`Error::Limit`](crate::Error::Limit)
    /// for a tag, [`Error::Spool`](crate::Error::Spool) when a run is recorded
    /// there already, [`Error::File`](crate::Error::File) when the folder cannot
    /// be used. A server that is away is no error.
    pub fn start(self) -> Result<Recorder> {
        self.header.tags.iter().try_for_each(Tag::check)?;
        let folder = Folder::create(&self.folder)?;
        let recording = self.header.recording.clone();
        let first = Event::Run(self.header);
        record(folder, recording, first, self.client, self.pace, self.patience)
    }
}

/// See [`Recorder::resume`].
pub(super) fn resume(folder: &Path, client: Option<Client>) -> Result<Recorder> {
    let folder = Folder::open(folder)?;
    let RecorderBuilder { header, pace, patience, .. } = RecorderBuilder::new("", PathBuf::new());
    let recording = spool::recording(&folder)?.unwrap_or(header.recording);
    record(folder, recording, Event::Resume { time: clock::now_ms() }, client, pace, patience)
}

fn record(
    folder: Folder,
    recording: String,
    first: Event,
    client: Option<Client>,
    pace: Pace,
    patience: Duration,
) -> Result<Recorder> {
    let journal = Journal::open(folder.entries())?;
    let standing = Standing { recorded: spool::count(&folder.entries())?, ..Standing::default() };
    let shared = Arc::new(Shared {
        folder,
        recording,
        journal: Mutex::new(journal),
        standing: Mutex::new(standing),
        recorded: Notify::new(),
    });
    shared.append(&first.into())?;
    let worker = client.map(|client| Worker::start(&shared, &client, pace)).transpose()?;
    Ok(Recorder { shared, worker, patience, is_finished: false })
}

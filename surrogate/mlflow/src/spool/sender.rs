//! From the folder to the server.

use serde::Serialize;

use super::journal::{Line, Lines};
use super::progress::RemoteRun;
use super::{Entry, Event, Folder, Header, Journal, Progress, Sent};
use crate::batch::Packet;
use crate::error::{Error, Result, SpoolFault};
use crate::{ArtifactRoot, Batch, Client, NewRun, Run, RunSearch, RunStatus, Tag};

/// The tag by which a recording finds its run again.
pub(super) const RECORDING: &str = "mlflow-client.recording";

/// Sends the entries of one folder, from where the last sender left off.
pub(crate) struct Sender<'a> {
    pub(super) client: Client,
    pub(super) folder: Folder,
    /// As it is noted in the folder.
    progress: Progress,
    /// As it will be when `packet` has been sent.
    ahead: Progress,
    packet: Packet,
    /// Told how many lines are done with.
    watch: Box<dyn FnMut(u64) + Send + 'a>,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(client: Client, folder: &Folder) -> Self {
        let progress = Progress::load(&folder.progress());
        let (ahead, packet) = (progress.clone(), Packet::default());
        Self { client, folder: folder.clone(), progress, ahead, packet, watch: Box::new(|_| ()) }
    }

    /// With somebody who is told how many lines are done with.
    pub(crate) fn watched(self, watch: impl FnMut(u64) + Send + 'a) -> Self {
        Self { watch: Box::new(watch), ..self }
    }

    /// Lines that are done with.
    pub(crate) fn lines(&self) -> u64 {
        self.progress.lines
    }

    /// Sends all whole lines that are there now. After an error, or when it is
    /// dropped half-way, the next call goes on from what was noted last.
    pub(crate) async fn send_new(&mut self) -> Result<()> {
        self.ahead = self.progress.clone();
        self.packet = Packet::default();
        let mut lines = Lines::open(&self.folder.entries(), self.progress.offset)?;
        while let Some(line) = lines.next()? {
            self.take(line).await?;
        }
        self.flush().await
    }

    /// Ends a run that nobody has ended, now that nobody records it any more.
    pub(crate) async fn close(&mut self) -> Result<()> {
        if self.progress.ended {
            return Ok(());
        }
        self.ahead = self.progress.clone();
        self.client.update_run(self.run_id()?, RunStatus::Killed, self.ahead.time).await?;
        self.ahead.ended = true;
        self.note()
    }

    pub(crate) fn sent(&self) -> Result<Sent> {
        let Progress { lines, refused, torn, offset, .. } = self.progress;
        let entries = self.folder.entries();
        let bytes = std::fs::metadata(&entries).map_err(Error::file("read", entries))?.len();
        Ok(Sent {
            run_id: self.run_id()?.to_owned(),
            accepted: lines - refused - torn,
            refused,
            // Half a line at the end is torn, though a next recorder may end it.
            torn: torn + u64::from(bytes > offset),
        })
    }

    async fn take(&mut self, Line { entry, end }: Line) -> Result<()> {
        let time = entry.as_ref().and_then(Entry::time);
        let pass = |ahead: &mut Progress| {
            ahead.offset = end;
            ahead.lines += 1;
            ahead.time = time.or(ahead.time);
        };
        match entry {
            None => {
                self.ahead.torn += 1;
                pass(&mut self.ahead);
            }
            Some(Entry::Item(item)) => {
                if let Err(item) = self.packet.push(item) {
                    self.flush().await?;
                    self.packet = Packet::of(item);
                }
                pass(&mut self.ahead);
            }
            Some(Entry::Event(event)) => {
                self.flush().await?;
                let is_accepted = self.send_event(&event).await?;
                pass(&mut self.ahead);
                self.note()?;
                for copy in event.copies().into_iter().filter(|_| is_accepted) {
                    // Only now: without the note it would be needed again. One
                    // that stays takes room, and does no other harm.
                    let _ = std::fs::remove_file(self.folder.copy(copy));
                }
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let packet = std::mem::take(&mut self.packet);
        if !packet.is_empty() {
            self.send_packet(packet).await?;
        }
        self.note()
    }

    /// Notes that all is done that `ahead` says.
    fn note(&mut self) -> Result<()> {
        if self.ahead != self.progress {
            self.ahead.save(&self.folder.progress())?;
            self.progress = self.ahead.clone();
            (self.watch)(self.progress.lines);
        }
        Ok(())
    }

    /// Sends a packet. The server refuses one as a whole for one bad item; halving
    /// finds it, and to send the good ones twice does no harm.
    async fn send_packet(&mut self, packet: Packet) -> Result<()> {
        let run_id = self.run_id()?.to_owned();
        let mut parts = vec![packet];
        let mut refused_before = false;
        while let Some(part) = parts.pop() {
            let error = match self.client.log_packet(&run_id, &part).await {
                Ok(()) => continue,
                Err(error) if is_refusal(&error) => error,
                Err(error) => return Err(error),
            };
            if !refused_before && self.client.run(&run_id).await?.info.lifecycle_stage == "deleted"
            {
                // Nothing is wrong with the items, and the run may be restored.
                return Err(error);
            }
            refused_before = true;
            match part.halves() {
                Ok((first, second)) => parts.extend([second, first]),
                Err(single) => {
                    for item in single.into_items() {
                        self.refuse(&item.into(), &error)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends what is not part of a batch, and returns whether it was accepted.
    async fn send_event(&mut self, event: &Event) -> Result<bool> {
        let sent = match event {
            Event::Run(header) => {
                self.ahead.run = Some(self.find_or_create(header).await?);
                self.ahead.ended = false;
                Ok(())
            }
            Event::Dataset(input) => {
                self.client.log_inputs(self.run_id()?, std::slice::from_ref(input)).await
            }
            Event::Artifact { path, copy } => self.send_artifact(path, copy).await,
            Event::Model(entry) => self.send_model(entry).await,
            Event::Resume { .. } => {
                self.ahead.ended = false;
                self.client.update_run(self.run_id()?, RunStatus::Running, None).await
            }
            Event::End { status, time } => {
                self.ahead.ended = true;
                self.client.update_run(self.run_id()?, *status, Some(*time)).await
            }
        };
        match sent {
            Ok(()) => Ok(true),
            // A server from before there were logged models does not know the call.
            Err(error)
                if is_refusal(&error)
                    || (error.is_not_found() && matches!(event, Event::Model(_))) =>
            {
                self.refuse(&event.clone().into(), &error).map(|()| false)
            }
            Err(error) => Err(error),
        }
    }

    async fn send_artifact(&self, path: &str, copy: &str) -> Result<()> {
        let root = ArtifactRoot::from_uri(&self.run()?.artifact_uri)?;
        self.client.log_artifact(&root, path, &self.folder.copy(copy)).await
    }

    /// The run on the server, of which there shall be one however often this is
    /// asked for.
    async fn find_or_create(&self, header: &Header) -> Result<RemoteRun> {
        if header.version > Header::VERSION {
            return Err(self.folder.fault(SpoolFault::Version(header.version)));
        }
        let Run { info, .. } = match &header.run_id {
            Some(run_id) => {
                let tags = Batch { tags: header.tags.clone(), ..Batch::default() };
                self.client.log_batch(run_id, &tags).await?;
                self.client.update_run(run_id, RunStatus::Running, None).await?;
                self.client.run(run_id).await?
            }
            None => {
                let experiment = self.client.get_or_create_experiment(&header.experiment).await?;
                let same = format!("tags.`{RECORDING}` = '{}'", header.recording);
                let search = RunSearch::new(&experiment.experiment_id).filter(&same);
                match self.client.all_runs(&search, 1).await?.pop() {
                    Some(run) => run,
                    None => self.create(header, experiment.experiment_id).await?,
                }
            }
        };
        Ok(RemoteRun { run_id: info.run_id, artifact_uri: info.artifact_uri })
    }

    async fn create(&self, header: &Header, experiment_id: String) -> Result<Run> {
        let mut tags = header.tags.clone();
        tags.push(Tag::new(RECORDING, &header.recording));
        let run_name = header.run_name.clone();
        let start_time = header.start_time;
        self.client.create_run(&NewRun { experiment_id, run_name, start_time, tags }).await
    }

    fn run(&self) -> Result<&RemoteRun> {
        self.ahead.run.as_ref().ok_or_else(|| self.folder.fault(SpoolFault::Headless))
    }

    pub(super) fn run_id(&self) -> Result<&str> {
        self.run().map(|run| &*run.run_id)
    }

    /// Puts an entry aside that the server will never take.
    fn refuse(&mut self, entry: &Entry, error: &Error) -> Result<()> {
        #[derive(Serialize)]
        struct Refused<'a> {
            reason: String,
            #[serde(flatten)]
            entry: &'a Entry,
        }
        let reason = error.to_string();
        Journal::open(self.folder.refused())?.append(&Refused { reason, entry })?;
        self.ahead.refused += 1;
        Ok(())
    }
}

/// Whether the same call will fail whenever it is made.
fn is_refusal(error: &Error) -> bool {
    match error {
        Error::Status { status, .. } => matches!(status, 400 | 413),
        // A recorder checks before it records, but a file can be changed by hand.
        Error::Name { .. } | Error::Limit { .. } | Error::NotProxied { .. } => true,
        Error::File { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

//! Runs recorded in a folder, to be sent when there is a server.
//!
//! | file | what |
//! |---|---|
//! | `entries.jsonl` | what was recorded, one entry a line, in order; only ever appended to |
//! | `progress.json` | how far it has been sent, and as which run; replaced as a whole |
//! | `refused.jsonl` | what the server refused for good, and why |
//! | `artifacts/` | copies of the artifacts that have not been sent |
//! | `lock` | held by whoever records or sends |
//!
//! An entry is in the file before the call that records it returns, so the end of
//! the process, however sudden, loses nothing; a power cut may lose the last
//! seconds. A line that was torn is skipped and counted.
//!
//! Everything arrives once. Progress is noted after each call; when a sender dies
//! between call and note, the call is made again, and all of them bear it: the
//! run is looked up by a tag with the recording's own id before it is created,
//! metrics are kept once by the server, and the rest replaces itself.

mod entry;
mod folder;
mod journal;
mod model;
mod progress;
mod reader;
mod sender;

use std::path::Path;

pub(crate) use entry::{Entry, Event, Header, ModelEntry, ModelFile};
pub(crate) use folder::Folder;
pub(crate) use journal::{Journal, count};
pub(crate) use progress::Progress;
pub use reader::{Reader, Recorded};
pub(crate) use sender::Sender;

use crate::{Client, Result};

/// The id of what is recorded in a folder, by its first line.
pub(crate) fn recording(folder: &Folder) -> Result<Option<String>> {
    let first = journal::Lines::open(&folder.entries(), 0)?.next()?;
    Ok(match first.and_then(|line| line.entry) {
        Some(Entry::Event(Event::Run(header))) => Some(header.recording),
        _ => None,
    })
}

/// What [`send`] has done, now and in times before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The run on the server.
    pub run_id: String,
    /// Entries that the server has.
    pub accepted: u64,
    /// Entries that it refused for good; `refused.jsonl` says why.
    pub refused: u64,
    /// Lines that were torn when a machine went down, and are lost.
    pub torn: u64,
}

/// Sends what is recorded in `folder` and has not been sent. To do it twice does
/// no harm.
///
/// A run that nobody finished, because its process was killed, ends as
/// [`RunStatus::Killed`](crate::RunStatus::Killed) at the time of its last entry.
///
/// # Errors
///
/// [`Error::Spool`](crate::Error::Spool) when no run is recorded there, or one is
/// being recorded at this moment. As the server's otherwise; what was sent until
/// then is noted, and the next time goes on from there.
pub async fn send(folder: &Path, client: &Client) -> Result<Sent> {
    send_with(folder, client, |_, _| ()).await
}

/// As [`send`], and tells `watch` time and again how many entries are done with,
/// and how many there are.
///
/// # Errors
///
/// As [`send`].
pub async fn send_with(
    folder: &Path,
    client: &Client,
    mut watch: impl FnMut(u64, u64) + Send,
) -> Result<Sent> {
    let folder = Folder::open(folder)?;
    let of = count(&folder.entries())?;
    let sender = Sender::new(client.clone(), &folder);
    watch(sender.lines(), of);
    let mut sender = sender.watched(move |done| watch(done, of));
    sender.send_new().await?;
    sender.close().await?;
    sender.sent()
}

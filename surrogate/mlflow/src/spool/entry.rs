//! What a line of the recording says.

use serde::{Deserialize, Serialize};

use crate::batch::Item;
use crate::recorder::RecordedModel;
use crate::{DatasetInput, RunStatus, Tag};

/// One line. Its field `entry` says of what kind it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Entry {
    /// Goes to the server together with others.
    Item(Item),
    /// Goes alone.
    Event(Event),
}

/// What is not part of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The run that all else belongs to; the first line.
    Run(Header),
    Dataset(DatasetInput),
    /// A file that was copied into the folder, and where it belongs on the server.
    Artifact {
        path: String,
        copy: String,
    },
    /// A model that the run brought forth, with copies of its files.
    Model(ModelEntry),
    /// The run goes on after its process had ended.
    Resume {
        time: i64,
    },
    /// The run has ended.
    End {
        status: RunStatus,
        time: i64,
    },
}

/// A model that the run brought forth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModelEntry {
    /// Its own id, by which the logged model is found again.
    pub(crate) recording: String,
    #[serde(flatten)]
    pub(crate) model: RecordedModel,
    pub(crate) files: Vec<ModelFile>,
}

/// A file of a model: where it belongs, and the copy in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModelFile {
    pub(crate) path: String,
    pub(crate) copy: String,
}

/// What there is to know about a run before it has an id on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) version: u32,
    /// The recording's own id, by which its run is found again.
    pub(crate) recording: String,
    pub(crate) experiment: String,
    /// A run that is on the server already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run_name: Option<String>,
    pub(crate) start_time: i64,
    pub(crate) tags: Vec<Tag>,
}

impl Header {
    pub(crate) const VERSION: u32 = 1;
}

impl Event {
    /// The copies in the folder that it needs until it is sent.
    pub(crate) fn copies(&self) -> Vec<&str> {
        match self {
            Self::Artifact { copy, .. } => vec![copy],
            Self::Model(entry) => entry.files.iter().map(|file| &*file.copy).collect(),
            _ => Vec::new(),
        }
    }
}

impl Entry {
    /// When it was recorded, milliseconds since 1970, where the line says so.
    pub(crate) fn time(&self) -> Option<i64> {
        match self {
            Self::Item(Item::Metric(metric)) => Some(metric.timestamp),
            Self::Event(Event::Run(header)) => Some(header.start_time),
            Self::Event(Event::Resume { time } | Event::End { time, .. }) => Some(*time),
            _ => None,
        }
    }
}

impl From<Item> for Entry {
    fn from(item: Item) -> Self {
        Self::Item(item)
    }
}

impl From<Event> for Entry {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

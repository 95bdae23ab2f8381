//! A run that somebody else does, or did: in a folder, or on an MLflow server.
//!
//! A thread of its own reads it, and reads it again for as long as somebody looks.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use weir_surrogate::Model;
use weir_surrogate::checkpoints::Checkpoint;
use weir_surrogate::train::{History, ServedRun};
use weir_training::Record;

use crate::files;
use crate::open::Opened;

/// Time between two looks at a run.
const EVERY: Duration = Duration::from_secs(3);

/// Where a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In its folder.
    Folder(PathBuf),
    /// On a server.
    Server {
        /// Its address; nothing for the one that `MLFLOW_TRACKING_URI` names.
        uri: String,
        /// The run's id there.
        run_id: String,
    },
}

/// What was read last.
#[derive(Clone, Default)]
pub struct Found {
    /// The run's notes, as far as they could be read.
    pub history: Option<Arc<History>>,
    /// Why they could not be read the last time, in words.
    pub fault: Option<String>,
}

/// A network with what it was on its way, or why there is none, in words.
pub type Brought = Result<(Box<Model>, Vec<Checkpoint>), String>;

/// A run that is looked at. The reading ends when this is let go of; nobody waits for that.
pub struct Watching {
    /// Where it is.
    pub source: Source,
    found: Arc<Mutex<Found>>,
    /// Asks for the network.
    asks: Sender<()>,
    brought: Receiver<Brought>,
    /// Whether the network is on its way.
    pub is_bringing: bool,
}

impl Watching {
    /// Begins to look at a run. `wake` is called whenever there is something new to see.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn begin(source: Source, wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (asks, asked) = channel();
        let (bring, brought) = channel();
        let found: Arc<Mutex<Found>> = Arc::default();
        let (own, place) = (Arc::clone(&found), source.clone());
        std::thread::Builder::new().name("weir reads".to_owned()).spawn(move || {
            let mut open = None;
            loop {
                let read = Open::get(&mut open, &place).and_then(Open::read);
                let mut latest = own.lock().unwrap_or_else(PoisonError::into_inner);
                match read {
                    Ok(history) => {
                        *latest = Found { history: Some(Arc::new(history)), fault: None };
                    }
                    // What was read before stays to be looked at.
                    Err(why) => latest.fault = Some(why),
                }
                drop(latest);
                wake();
                match asked.recv_timeout(EVERY) {
                    Ok(()) => {
                        // Nobody waits any more if the run was let go of.
                        let _ = bring.send(Open::get(&mut open, &place).and_then(Open::bring));
                        wake();
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok(Self { source, found, asks, brought, is_bringing: false })
    }

    /// What was read last.
    pub fn found(&self) -> Found {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for the run's network.
    pub fn bring(&mut self) {
        self.is_bringing = self.asks.send(()).is_ok();
    }

    /// The network that was asked for, once it is here.
    pub fn brought(&mut self) -> Option<Brought> {
        let brought = self.brought.try_recv().ok()?;
        self.is_bringing = false;
        Some(brought)
    }
}

/// A run that can be read.
enum Open {
    Folder(Record),
    Server(ServedRun),
}

impl Open {
    /// The run that is open, or else the one that is there.
    fn get<'a>(open: &'a mut Option<Self>, source: &Source) -> Result<&'a mut Self, String> {
        let found = match (open.take(), source) {
            (Some(found), _) => found,
            (None, Source::Folder(folder)) => {
                Self::Folder(Record::open(folder).map_err(|error| error.to_string())?)
            }
            (None, Source::Server { uri, run_id }) => {
                let named = (!uri.is_empty()).then_some(&**uri);
                let run = ServedRun::new(named, run_id).map_err(|error| error.to_string());
                // What was typed in is not what the variable says.
                let said = |why: String| match named {
                    Some(_) => why.replace("MLFLOW_TRACKING_URI", "MLflow server"),
                    None => why,
                };
                Self::Server(run.map_err(said)?)
            }
        };
        Ok(open.insert(found))
    }

    fn read(&mut self) -> Result<History, String> {
        match self {
            Self::Folder(record) => record.read().map_err(|error| error.to_string()),
            Self::Server(run) => run.read().map_err(|error| error.to_string()),
        }
    }

    fn bring(&mut self) -> Brought {
        match self {
            Self::Folder(record) => {
                let none = || "the run has kept no network yet".to_owned();
                model_in(record.model().ok_or_else(none)?)
            }
            Self::Server(run) => {
                let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
                model_in(run.download(folder.path()).map_err(|error| error.to_string())?)
            }
        }
    }
}

fn model_in(folder: PathBuf) -> Brought {
    match files::read(&folder)? {
        Opened::Model(model, checkpoints) => Ok((model, checkpoints)),
        Opened::Scene(_) | Opened::Recording(..) => {
            Err(format!("{}: is no network", folder.display()))
        }
    }
}

//! Follows a registry: which network is the champion now, and which the challenger.
//!
//! It looks now and then, on a thread of its own, and never on behalf of a visitor. What it
//! fetches it keeps, so that a server begins with its last good network wherever the registry
//! is; and what cannot move water does not come to: the network before it goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use weir_surrogate::{Model, checkpoints, device};

use crate::conduct::Swap;
use crate::engine::{Engines, Reference, Role, Version};
use crate::priority::after_the_water;
use crate::stage::Stage;

/// Below the data folder: networks that were fetched, and which of them was the last good one.
const FOLDER: &str = "models";
const LAST_GOOD: &str = "champion.toml";

/// Where networks are promoted. It may take its time.
pub trait Registry: Send + Sync {
    /// Which version has a role, if one has.
    ///
    /// # Errors
    /// It cannot be asked.
    fn version(&self, role: Role) -> Result<Option<Version>, Fault>;

    /// A folder below `cache` with the files of a version, whose weights have its SHA-256.
    ///
    /// # Errors
    /// They cannot be had, or are not what they should be.
    fn fetch(&self, version: &Version, cache: &Path) -> Result<PathBuf, Fault>;
}

/// Why a version does not come, in words for a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It cannot be had now, which may pass.
    #[error("{0}")]
    Lacking(String),
    /// It is no network that can move water, and never will be.
    #[error("{0}")]
    Wrong(String),
}

/// Whether the registry could be asked when that was last tried. Clones are one.
#[derive(Clone, Debug, Default)]
pub struct Reach(Arc<AtomicBool>);

impl Reach {
    /// Whether it could.
    pub fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, is_there: bool) {
        self.0.store(is_there, Ordering::Relaxed);
    }
}

/// Makes networks out of folders.
#[derive(Clone)]
pub struct Maker {
    folder: PathBuf,
    device: String,
    reference: Reference,
}

/// The file that says which network was the last good one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LastGood {
    champion: Version,
}

impl Maker {
    /// For a server with this folder for its data and this device for its networks.
    pub fn new(data_dir: &Path, device: &str, reference: Reference) -> Self {
        Self { folder: data_dir.join(FOLDER), device: device.to_owned(), reference }
    }

    /// The champion that a server had when it last ended, if it is still whole.
    ///
    /// # Errors
    /// There was one, and it is not whole any more; in words for a log.
    pub fn last_good(&self) -> Result<Option<Engines>, String> {
        let path = self.folder.join(LAST_GOOD);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let read = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()));
        let LastGood { champion } = read?;
        let folder = self.folder.join(&champion.sha256);
        self.make(&folder, Role::Champion, champion).map(Some)
    }

    fn make(&self, folder: &Path, role: Role, version: Version) -> Result<Engines, String> {
        let words = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
        let device = device::open(&self.device).map_err(|error| words(&error))?;
        let model = Model::load(folder, &device).map_err(|error| words(&error))?;
        let before = checkpoints::of(&model, &folder.to_string_lossy());
        let before = before.map_err(|error| words(&error))?;
        let engines = Engines::new(model, before, Arc::clone(&self.reference));
        Ok(engines.map_err(|error| words(&error))?.promoted(role, version))
    }

    fn remember(&self, champion: &Version) -> Result<(), String> {
        let text = toml::to_string(&LastGood { champion: champion.clone() });
        let text = text.map_err(|error| error.to_string())?;
        let (path, partial) = (self.folder.join(LAST_GOOD), self.folder.join("champion.partial"));
        fs::write(&partial, text)
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Follows a registry for a stage.
pub struct Follower {
    stage: Stage,
    registry: Arc<dyn Registry>,
    maker: Maker,
    reach: Reach,
    /// Versions that cannot move water, by role: they are not tried again and again.
    refused: [Option<Version>; 2],
}

impl Follower {
    /// For this stage.
    pub fn new(stage: Stage, registry: Arc<dyn Registry>, maker: Maker, reach: Reach) -> Self {
        Self { stage, registry, maker, reach, refused: [None, None] }
    }

    /// Looks every so often until the server closes.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(mut self, every: Duration, closing: CancellationToken) -> std::io::Result<()> {
        let work = move || {
            after_the_water();
            while !closing.is_cancelled() {
                self.look();
                // A server that closes does not wait for this thread.
                std::thread::sleep(every);
            }
        };
        std::thread::Builder::new().name("registry".to_owned()).spawn(work).map(|_| ())
    }

    /// Looks once.
    pub fn look(&mut self) {
        for role in Role::ALL {
            let version = self.registry.version(role);
            self.reach.set(version.is_ok());
            match version {
                Ok(version) => self.follow(role, version),
                Err(why) => {
                    tracing::warn!(%why, "the registry cannot be asked; the networks stay");
                    return;
                }
            }
        }
    }

    fn follow(&mut self, role: Role, version: Option<Version>) {
        let now = self.stage.cast().of(role).and_then(|engines| engines.version.clone());
        let Some(version) = version else {
            // A champion stays: something has to move the water.
            if role == Role::Challenger && now.is_some() {
                tracing::info!("there is no challenger any more");
                self.stage.dismiss_challenger();
            }
            return;
        };
        let refused = &mut self.refused[role as usize];
        if now.as_ref() == Some(&version) || refused.as_ref() == Some(&version) {
            return;
        }
        match self.bring(role, &version) {
            Ok(engines) => {
                tracing::info!(role = role.name(), version = version.number, "another network");
                self.refused[role as usize] = None;
                self.stage.recast(Arc::new(engines));
                self.stage.witness().conduct.swap(Swap::Swapped);
            }
            Err(Fault::Lacking(why)) => {
                tracing::warn!(why, "a network cannot be fetched; the one before goes on");
                self.reach.set(false);
            }
            Err(Fault::Wrong(why)) => {
                tracing::error!(
                    role = role.name(),
                    version = version.number,
                    why,
                    "a network is refused; the one before goes on"
                );
                self.refused[role as usize] = Some(version);
                self.stage.witness().conduct.swap(Swap::Refused);
            }
        }
    }

    fn bring(&self, role: Role, version: &Version) -> Result<Engines, Fault> {
        let folder = self.registry.fetch(version, &self.maker.folder)?;
        let engines = self.maker.make(&folder, role, version.clone()).map_err(Fault::Wrong)?;
        if role == Role::Champion
            && let Err(why) = self.maker.remember(version)
        {
            tracing::warn!(why, "the champion is not remembered");
        }
        Ok(engines)
    }
}

//! What moves water, and what of it the server has.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use weir_scene::{Draw, Scene};
use weir_surrogate::Model;
use weir_surrogate::checkpoints::Checkpoint;
pub use weir_words::Engine;

use crate::atlas::{Atlas, AtlasError};

/// Makes the reference that the network is set beside: the solver, from a scene.
pub type Reference = Arc<dyn Fn(&Scene) -> Result<Box<dyn Draw>, String> + Send + Sync>;

/// What a network is here for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// It moves the water of visitors.
    #[default]
    Champion,
    /// It may come to: it moves the water of a few, or is set beside the other.
    Challenger,
}

impl Role {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Champion, Self::Challenger];

    /// As an alias in a registry, and in words to visitors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Challenger => "challenger",
        }
    }
}

/// A version that somebody has promoted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Version {
    /// Its number in the registry.
    pub number: u32,
    /// SHA-256 of the file with its weights: nothing else is taken for it.
    pub sha256: String,
}

/// What runs are made with.
pub struct Engines {
    /// The network.
    pub model: Model,
    /// What it was before, by steps of training.
    pub checkpoints: Vec<Checkpoint>,
    /// What there is to see inside of it.
    pub atlas: Arc<Atlas>,
    /// The solver.
    pub reference: Reference,
    /// What the network is here for.
    pub role: Role,
    /// Which one of a registry it is, if it is of one.
    pub version: Option<Version>,
}

impl Debug for Engines {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Engines");
        debug.field("name", &self.atlas.name).field("role", &self.role);
        debug.field("version", &self.version).finish_non_exhaustive()
    }
}

impl Engines {
    /// Watches the network at work for a second. It is the champion, and of no registry.
    ///
    /// # Errors
    /// It failed.
    pub fn new(
        model: Model,
        checkpoints: Vec<Checkpoint>,
        reference: Reference,
    ) -> Result<Self, AtlasError> {
        let atlas = Arc::new(Atlas::of(&model, &checkpoints)?);
        Ok(Self { model, checkpoints, atlas, reference, role: Role::Champion, version: None })
    }

    /// The same as this version of a registry, for this role.
    #[must_use]
    pub fn promoted(self, role: Role, version: Version) -> Self {
        Self { role, version: Some(version), ..self }
    }

    /// The network as it was at a checkpoint, or as it is.
    ///
    /// # Errors
    /// There is no such checkpoint.
    pub fn network(&self, checkpoint: Option<usize>) -> Result<&Model, String> {
        let Some(k) = checkpoint else { return Ok(&self.model) };
        let found = self.checkpoints.get(k).map(|checkpoint| &checkpoint.model);
        let takes = match self.checkpoints.len() {
            0 => "null: nobody kept what this network was before".to_owned(),
            n => format!("null, or 0 to {}", n - 1),
        };
        found.ok_or_else(|| format!("checkpoint: got {k}, takes {takes}"))
    }

    /// Whether it can take the place of another while water flows.
    pub fn is_like(&self, other: &Self) -> bool {
        self.model.config.is_like(&other.model.config)
    }

    /// SHA-256 by which it is known: of the file in the registry, or of its weights as they are
    /// here.
    pub fn sha256(&self) -> &str {
        self.version.as_ref().map_or(&self.atlas.sha256, |version| &version.sha256)
    }
}

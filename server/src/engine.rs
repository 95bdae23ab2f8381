//! What moves water, and what of it the server has.

use std::sync::Arc;

use weir_scene::{Draw, Scene};
use weir_surrogate::Model;
use weir_surrogate::checkpoints::Checkpoint;
pub use weir_words::Engine;

use crate::atlas::{Atlas, AtlasError};

/// Makes the reference that the network is set beside: the solver, from a scene.
pub type Reference = Arc<dyn Fn(&Scene) -> Result<Box<dyn Draw>, String> + Send + Sync>;

/// What runs are made with; there is one for all.
pub struct Engines {
    /// The network.
    pub model: Model,
    /// What it was before, by steps of training.
    pub checkpoints: Vec<Checkpoint>,
    /// What there is to see inside of it.
    pub atlas: Atlas,
    /// The solver.
    pub reference: Reference,
}

impl Engines {
    /// Watches the network at work for a second.
    ///
    /// # Errors
    /// It failed.
    pub fn new(
        model: Model,
        checkpoints: Vec<Checkpoint>,
        reference: Reference,
    ) -> Result<Self, AtlasError> {
        let atlas = Atlas::of(&model, &checkpoints)?;
        Ok(Self { model, checkpoints, atlas, reference })
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
}

//! Many scenes on one graphics card.

use weir_datasets::Together;
use weir_scene::{AdvanceError, Frame};
use weir_sim::gpu::Batch;

/// A batch, as data sets are made of it.
pub struct OnCard(pub Batch);

impl Together for OnCard {
    fn frame_dt_s(&self) -> f64 {
        self.0.frame_dt_s()
    }

    fn snapshot(&self, frames: &mut [Frame]) -> Result<(), AdvanceError> {
        self.0.snapshot(frames).map_err(|error| AdvanceError::Other(error.into()))
    }

    fn advance(&mut self) -> Result<(), AdvanceError> {
        self.0.advance()
    }
}

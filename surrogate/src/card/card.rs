//! One rectangle of water on a card: a batch of one.

use weir_gpu::Gpu;
use weir_scene::{Advance, AdvanceError, Frame, GridField, Scene, Stroke};

use super::batch::Batch;
use crate::bed::Bed;
use crate::rollout::Rollout;
use crate::surrogate::density_of;
use crate::{Model, ModelError, StrokeId, Totals};

/// Water that a network moves without leaving the card. The frame that is shown is read back.
pub struct Card {
    batch: Batch,
    shown: Frame,
}

impl Card {
    /// The network at time zero of `scene`. The model has to be on this card
    /// ([`crate::device::on`]).
    ///
    /// # Errors
    /// As [`Batch::new`].
    pub fn new(gpu: &Gpu, model: &Model, scene: &Scene) -> Result<Self, ModelError> {
        let batch = Batch::new(gpu, model, std::slice::from_ref(scene))?;
        let mut card = Self { batch, shown: Frame::default() };
        card.look().map_err(|error| ModelError::Run(error.to_string()))?;
        Ok(card)
    }

    fn look(&mut self) -> Result<(), AdvanceError> {
        self.batch.snapshot(std::slice::from_mut(&mut self.shown))
    }

    fn bed(&self) -> &Bed {
        self.batch.basin(0).bed()
    }
}

impl Advance for Card {
    fn frame_dt_s(&self) -> f64 {
        1.0 / crate::FPS
    }

    fn snapshot(&self, frame: &mut Frame) {
        frame.clone_from(&self.shown);
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        self.batch.advance()?;
        self.look()?;
        self.snapshot(frame);
        Ok(())
    }
}

impl Rollout for Card {
    fn model(&self) -> &Model {
        self.batch.model()
    }

    fn card(&self) -> Option<&str> {
        Some(self.batch.gpu().name())
    }

    fn totals(&self) -> Totals {
        self.batch.totals(0)
    }

    fn density(&self) -> GridField {
        let cell_m = self.batch.basin(0).scene().domain.cell_m as f32;
        let places = self.shown.positions_m.iter().map(|p| p.map(|c| c / cell_m));
        density_of(self.bed(), places)
    }

    fn add_stroke(&mut self, stroke: &Stroke) -> Result<StrokeId, ModelError> {
        self.batch.add_stroke(0, stroke)
    }

    fn erase_stroke(&mut self, id: StrokeId) -> Result<(), ModelError> {
        self.batch.erase_stroke(0, id)
    }

    fn resume(&mut self, frame: &Frame) -> Result<(), ModelError> {
        self.batch.resume(std::slice::from_ref(frame))?;
        self.look().map_err(|error| ModelError::Run(error.to_string()))
    }
}

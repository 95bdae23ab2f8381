//! Water that a network moves, wherever that computes.

use weir_scene::{Advance, Frame, GridField, Scene, Stroke};

use crate::{Model, ModelError, StrokeId, Surrogate, Totals, device};

/// A producer of frames that a network is behind: [`Surrogate`] on the processor, and
/// [`card::Card`](crate::card::Card) on a graphics card.
pub trait Rollout: Advance {
    /// The model that moves the water.
    fn model(&self) -> &Model;

    /// Name of the graphics card, if one moves the water.
    fn card(&self) -> Option<&str>;

    /// Sums since the scene began.
    fn totals(&self) -> Totals;

    /// How full each cell is in the frame that is shown, ρ/ρ₀.
    fn density(&self) -> GridField;

    /// Adds a line to the running scene. It counts from the next call on.
    ///
    /// # Errors
    /// The stroke is not valid in this rectangle.
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<StrokeId, ModelError>;

    /// Takes a line away.
    ///
    /// # Errors
    /// No such line.
    fn erase_stroke(&mut self, id: StrokeId) -> Result<(), ModelError>;

    /// Goes on from the water of `frame`, which another producer of the same scene
    /// may have made. Emitters are then where they are at the frame's time.
    ///
    /// # Errors
    /// There is no room for it.
    fn resume(&mut self, frame: &Frame) -> Result<(), ModelError>;
}

/// The model of this name, or in this folder, at time zero of `scene`, on the device that
/// [`device::open`] has under a name. With `wgpu` all that surrounds the network is on the card
/// as well.
///
/// # Errors
/// There is no such model or device, or the scene is more than the network has learned.
pub fn start(model: &str, device: &str, scene: &Scene) -> Result<Box<dyn Rollout>, ModelError> {
    #[cfg(feature = "wgpu")]
    if device == "wgpu" {
        let gpu = weir_gpu::Gpu::open()?;
        let model = Model::open(model, &device::on(&gpu)?)?;
        return Ok(Box::new(crate::card::Card::new(&gpu, &model, scene)?));
    }
    let model = Model::open(model, &device::open(device)?)?;
    Ok(Box::new(Surrogate::new(model, scene)?))
}

impl Rollout for Surrogate {
    fn model(&self) -> &Model {
        self.model()
    }

    fn card(&self) -> Option<&str> {
        None
    }

    fn totals(&self) -> Totals {
        self.totals()
    }

    fn density(&self) -> GridField {
        self.density()
    }

    fn add_stroke(&mut self, stroke: &Stroke) -> Result<StrokeId, ModelError> {
        self.add_stroke(stroke)
    }

    fn erase_stroke(&mut self, id: StrokeId) -> Result<(), ModelError> {
        self.erase_stroke(id)
    }

    fn resume(&mut self, frame: &Frame) -> Result<(), ModelError> {
        self.resume(frame);
        Ok(())
    }
}

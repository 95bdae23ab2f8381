//! The seam: whatever can make the next frame of water.

use std::ops::ControlFlow;

use crate::{Frame, Trajectory};

/// Why a frame could not be made. The frames before it stand.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The producer's state stopped being finite.
    #[error("{what} is not finite at t = {time_s:.4} s; the frames before it are whole")]
    NotFinite {
        /// The quantity, in words.
        what: &'static str,
        /// Time of the step that failed, seconds.
        time_s: f64,
    },
    /// The producer has no further frame: a recording is at its end.
    #[error("no frame after t = {time_s:.4} s")]
    Ended {
        /// Time of the last frame, seconds.
        time_s: f64,
    },
    /// Anything else, from a device or a file.
    #[error("{0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// A producer of frames: the solver, the network, or a recording.
pub trait Advance {
    /// Time between two frames, seconds.
    fn frame_dt_s(&self) -> f64;

    /// Writes the present state into `frame`, reusing its memory.
    fn snapshot(&self, frame: &mut Frame);

    /// Moves on by one frame and writes the new state into `frame`.
    ///
    /// # Errors
    /// The state could not be advanced; see [`AdvanceError`].
    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError>;
}

/// Records the present state and the `frames` that follow it.
///
/// # Errors
/// The first error of the producer.
pub fn rollout(producer: &mut dyn Advance, frames: usize) -> Result<Trajectory, AdvanceError> {
    let mut trajectory = Trajectory::new(producer.frame_dt_s());
    rollout_with(producer, frames, |_, frame| {
        trajectory.push(frame);
        ControlFlow::Continue(())
    })?;
    Ok(trajectory)
}

/// Hands the present state (index 0) and up to `frames` more to `on_frame`, until it breaks.
///
/// # Errors
/// The first error of the producer.
pub fn rollout_with(
    producer: &mut dyn Advance,
    frames: usize,
    mut on_frame: impl FnMut(usize, &Frame) -> ControlFlow<()>,
) -> Result<(), AdvanceError> {
    let mut frame = Frame::default();
    producer.snapshot(&mut frame);
    for index in 0..=frames {
        if index > 0 {
            producer.advance(&mut frame)?;
        }
        if on_frame(index, &frame).is_break() {
            break;
        }
    }
    Ok(())
}

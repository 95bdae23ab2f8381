//! A recorded run that plays like a live one.

use crate::{Advance, AdvanceError, Frame, Trajectory};

/// Plays a [`Trajectory`] from its first frame to its last.
///
/// ```
/// use weir_scene::{AdvanceError, Frame, Recording, Trajectory, rollout};
///
/// let mut trajectory = Trajectory::new(1.0 / 60.0);
/// trajectory.push(&Frame::default());
/// trajectory.push(&Frame { time_s: 1.0 / 60.0, ..Frame::default() });
///
/// let mut recording = Recording::new(trajectory.clone());
/// assert_eq!(rollout(&mut recording, 1)?, trajectory);
/// assert!(matches!(rollout(&mut recording, 1), Err(AdvanceError::Ended { .. })));
/// # Ok::<(), AdvanceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recording {
    trajectory: Trajectory,
    present: usize,
}

impl Recording {
    /// Stands at the first frame. A recording of no frames shows an empty one
    /// and is at its end.
    pub fn new(trajectory: Trajectory) -> Self {
        Self { trajectory, present: 0 }
    }

    /// What is being played.
    pub fn trajectory(&self) -> &Trajectory {
        &self.trajectory
    }

    /// Index of the present frame.
    pub fn position(&self) -> usize {
        self.present
    }

    /// Goes to frame `index`, or to the last one if that is sooner.
    pub fn seek(&mut self, index: usize) {
        self.present = index.min(self.trajectory.frames.len().saturating_sub(1));
    }
}

impl Advance for Recording {
    fn frame_dt_s(&self) -> f64 {
        self.trajectory.dt_s
    }

    fn snapshot(&self, frame: &mut Frame) {
        match self.trajectory.frames.get(self.present) {
            Some(present) => frame.clone_from(present),
            None => frame.clear(),
        }
    }

    /// # Errors
    /// [`AdvanceError::Ended`] after the last frame, which stays the present one.
    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        let Some(next) = self.trajectory.frames.get(self.present + 1) else {
            let last = self.trajectory.frames.last();
            return Err(AdvanceError::Ended { time_s: last.map_or(0.0, |last| last.time_s) });
        };
        frame.clone_from(next);
        self.present += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plays_to_the_end_and_again_after_seeking() {
        let mut trajectory = Trajectory::new(0.5);
        for t in 0..3 {
            trajectory.push(&Frame { time_s: 0.5 * f64::from(t), ..Frame::default() });
        }
        let mut recording = Recording::new(trajectory);
        let mut frame = Frame::default();
        assert!(recording.advance(&mut frame).is_ok() && recording.advance(&mut frame).is_ok());
        assert_eq!((frame.time_s, recording.position()), (1.0, 2));
        let ended = recording.advance(&mut frame);
        assert!(matches!(ended, Err(AdvanceError::Ended { time_s }) if time_s == 1.0));
        recording.seek(0);
        recording.snapshot(&mut frame);
        assert_eq!(frame.time_s, 0.0);
        recording.seek(99);
        assert_eq!(recording.position(), 2);
    }

    #[test]
    fn an_empty_recording_is_at_its_end() {
        let mut recording = Recording::new(Trajectory::new(0.5));
        let mut frame = Frame { time_s: 3.0, ..Frame::default() };
        recording.snapshot(&mut frame);
        assert_eq!(frame, Frame::default());
        assert!(recording.advance(&mut frame).is_err());
    }
}

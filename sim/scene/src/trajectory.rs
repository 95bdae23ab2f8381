//! A recorded run, in the order of persistent particle ids.

use crate::{Frame, Pose};

/// Frames of one run. Entry `[t][id]` is where particle `id` was in frame `t`,
/// `NaN` before its birth and after its drainage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// Time between two frames, seconds.
    pub dt_s: f64,
    /// The recorded frames.
    pub frames: Vec<Frame>,
}

impl Trajectory {
    /// An empty recording.
    pub fn new(dt_s: f64) -> Self {
        Self { dt_s, frames: Vec::new() }
    }

    /// Appends a frame.
    pub fn push(&mut self, frame: &Frame) {
        self.frames.push(frame.clone());
    }

    /// Particles that ever lived: one more than the highest id, or zero.
    pub fn particle_count(&self) -> usize {
        let highest = self.frames.iter().flat_map(|f| &f.ids).max();
        highest.map_or(0, |&id| id as usize + 1)
    }

    /// Positions of frame `t` by id, `NaN` where the particle does not live, metres.
    pub fn positions_by_id(&self, t: usize) -> Vec<[f32; 2]> {
        self.by_id(t, &self.frames[t].positions_m)
    }

    /// Velocities of frame `t` by id, `NaN` where the particle does not live, m/s.
    pub fn velocities_by_id(&self, t: usize) -> Vec<[f32; 2]> {
        self.by_id(t, &self.frames[t].velocities_m_s)
    }

    /// Body poses of frame `t`.
    pub fn body_poses(&self, t: usize) -> &[Pose] {
        &self.frames[t].body_poses
    }

    fn by_id(&self, t: usize, values: &[[f32; 2]]) -> Vec<[f32; 2]> {
        let mut table = vec![[f32::NAN; 2]; self.particle_count()];
        for (&id, &value) in self.frames[t].ids.iter().zip(values) {
            table[id as usize] = value;
        }
        table
    }
}

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

    /// The recording by particle id; counts the particles once, for as many
    /// tables as are asked for.
    pub fn by_id(&self) -> ById<'_> {
        ById { trajectory: self, particles: self.particle_count() }
    }

    /// Positions of frame `t` by id, `NaN` where the particle does not live,
    /// metres. For more than one frame, ask [`Trajectory::by_id`].
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn positions_by_id(&self, t: usize) -> Vec<[f32; 2]> {
        self.by_id().positions_m(t)
    }

    /// Velocities of frame `t` by id, `NaN` where the particle does not live,
    /// m/s. For more than one frame, ask [`Trajectory::by_id`].
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn velocities_by_id(&self, t: usize) -> Vec<[f32; 2]> {
        self.by_id().velocities_m_s(t)
    }

    /// Body poses of frame `t`.
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn body_poses(&self, t: usize) -> &[Pose] {
        &self.frames[t].body_poses
    }
}

/// A recording seen by persistent particle ids: row `id` of every table is the
/// same particle.
#[derive(Clone, Copy, Debug)]
pub struct ById<'a> {
    trajectory: &'a Trajectory,
    particles: usize,
}

impl ById<'_> {
    /// Rows of every table; as [`Trajectory::particle_count`].
    pub fn particle_count(&self) -> usize {
        self.particles
    }

    /// Positions of frame `t`, `NaN` where the particle does not live, metres.
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn positions_m(&self, t: usize) -> Vec<[f32; 2]> {
        let frame = &self.trajectory.frames[t];
        self.table(&frame.ids, &frame.positions_m)
    }

    /// Velocities of frame `t`, `NaN` where the particle does not live, m/s.
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn velocities_m_s(&self, t: usize) -> Vec<[f32; 2]> {
        let frame = &self.trajectory.frames[t];
        self.table(&frame.ids, &frame.velocities_m_s)
    }

    fn table(&self, ids: &[u32], values: &[[f32; 2]]) -> Vec<[f32; 2]> {
        let mut table = vec![[f32::NAN; 2]; self.particles];
        for (&id, &value) in ids.iter().zip(values) {
            table[id as usize] = value;
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(ids: &[u32]) -> Frame {
        let values: Vec<[f32; 2]> = ids.iter().map(|&id| [id as f32, 0.5]).collect();
        let (positions_m, velocities_m_s) = (values.clone(), values);
        Frame { ids: ids.to_vec(), positions_m, velocities_m_s, ..Frame::default() }
    }

    #[test]
    fn tables_follow_ids_and_not_the_order_of_a_frame() {
        let mut trajectory = Trajectory::new(0.1);
        trajectory.push(&frame(&[1, 0]));
        trajectory.push(&frame(&[3, 1]));
        let by_id = trajectory.by_id();
        assert_eq!(by_id.particle_count(), 4);
        let alive = |t| by_id.positions_m(t).iter().map(|p| !p[0].is_nan()).collect::<Vec<_>>();
        assert_eq!(alive(0), [true, true, false, false]);
        assert_eq!(alive(1), [false, true, false, true]);
        assert_eq!(by_id.velocities_m_s(1)[3], [3.0, 0.5]);
        assert_eq!(trajectory.positions_by_id(0)[1], [1.0, 0.5]);
    }

    #[test]
    fn an_empty_recording_has_no_particles() {
        assert_eq!(Trajectory::new(0.1).particle_count(), 0);
    }
}

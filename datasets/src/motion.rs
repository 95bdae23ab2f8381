//! How much particles move from frame to frame: what networks normalise by.

use serde::{Deserialize, Serialize};
use weir_scene::Trajectory;

/// Sums over particles that live in the frames concerned. Sums of data sets add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motion {
    /// Of the way from a frame to the next, metres.
    pub velocity: Moments,
    /// Of the change of that way from a frame to the next, metres.
    pub acceleration: Moments,
}

/// Count, sum and sum of squares of a vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// How many.
    pub count: u64,
    /// Sum, by axis.
    pub sum: [f64; 2],
    /// Sum of squares, by axis.
    pub squares: [f64; 2],
}

impl Moments {
    /// Mean by axis; 0 of nothing.
    pub fn mean(&self) -> [f64; 2] {
        self.sum.map(|sum| sum / self.count.max(1) as f64)
    }

    /// Standard deviation by axis; 0 of nothing.
    pub fn deviation(&self) -> [f64; 2] {
        let mean = self.mean();
        [0, 1].map(|axis| {
            let square = self.squares[axis] / self.count.max(1) as f64;
            (square - mean[axis] * mean[axis]).max(0.0).sqrt()
        })
    }

    fn add(&mut self, value: [f64; 2]) {
        self.count += 1;
        for axis in 0..2 {
            self.sum[axis] += value[axis];
            self.squares[axis] += value[axis] * value[axis];
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        for axis in 0..2 {
            self.sum[axis] += other.sum[axis];
            self.squares[axis] += other.squares[axis];
        }
    }
}

impl Motion {
    /// Of one run.
    pub(crate) fn of(trajectory: &Trajectory) -> Self {
        let by_id = trajectory.by_id();
        let mut motion = Self::default();
        let mut before: Vec<[f32; 2]> = Vec::new();
        let mut way: Vec<[f64; 2]> = Vec::new();
        for t in 0..trajectory.frames.len() {
            let now = by_id.positions_m(t);
            let step = |id: usize| {
                let was = before.get(id).copied().unwrap_or([f32::NAN; 2]);
                [0, 1].map(|axis| f64::from(now[id][axis]) - f64::from(was[axis]))
            };
            let next: Vec<[f64; 2]> = (0..now.len()).map(step).collect();
            for (id, step) in next.iter().enumerate() {
                if !step[0].is_nan() {
                    motion.velocity.add(*step);
                }
                let was = way.get(id).copied().unwrap_or([f64::NAN; 2]);
                if !(step[0] - was[0]).is_nan() {
                    motion.acceleration.add([step[0] - was[0], step[1] - was[1]]);
                }
            }
            (before, way) = (now, next);
        }
        motion
    }

    /// Adds another's sums.
    pub(crate) fn join(&mut self, other: &Self) {
        self.velocity.join(&other.velocity);
        self.acceleration.join(&other.acceleration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_scene::Frame;

    #[test]
    fn a_fall_has_a_mean_way_and_a_constant_acceleration() {
        let mut fall = Trajectory::new(0.1);
        for t in 0..5 {
            // The second is born in frame 2 and rests.
            let ids: Vec<u32> = if t < 2 { vec![0] } else { vec![0, 1] };
            let positions_m =
                ids.iter().map(|&id| [1.0, if id == 0 { -(t * t) as f32 } else { 0.5 }]);
            let positions_m: Vec<[f32; 2]> = positions_m.collect();
            let velocities_m_s = positions_m.clone();
            fall.push(&Frame { ids, positions_m, velocities_m_s, ..Frame::default() });
        }
        let motion = Motion::of(&fall);
        assert_eq!((motion.velocity.count, motion.acceleration.count), (4 + 2, 3 + 1));
        assert_eq!(motion.velocity.sum, [0.0, -16.0]);
        assert_eq!(motion.acceleration.sum, [0.0, -6.0]);
        assert_eq!(motion.acceleration.mean(), [0.0, -1.5]);
        let spread = motion.acceleration.deviation()[1];
        assert!((spread - 0.75_f64.sqrt()).abs() < 1e-12, "{spread}");
        assert_eq!(Moments::default().deviation(), [0.0; 2]);
    }
}

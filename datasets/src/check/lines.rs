//! What the drawn lines are like: of a scene, and of a data set.

use serde::Serialize;
use weir_scene::Scene;

use super::SceneQuality;
use crate::plane::{distance, sub};

/// Bins of a direction, from level to upright.
const DIRECTIONS: usize = 6;

/// The lines of a scene in a few numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineStatistics {
    /// Strokes.
    pub strokes: usize,
    /// Length of all, metres.
    pub length_m: f64,
    /// Turning of all, radians: how much a pen on them changes its direction.
    pub turning_rad: f64,
    /// Middle of all, weighted by length, metres.
    pub middle_m: [f64; 2],
    /// Share of the length by direction: from level to upright, 15° each.
    pub directions: [f64; DIRECTIONS],
}

impl LineStatistics {
    /// Of a scene.
    pub(super) fn of(scene: &Scene) -> Self {
        let (mut length_m, mut turning_rad) = (0.0, 0.0);
        let (mut middle, mut directions) = ([0.0; 2], [0.0; DIRECTIONS]);
        for stroke in &scene.strokes {
            let mut before: Option<f64> = None;
            for [a, b] in stroke.segments() {
                let piece_m = distance(a, b);
                let [x, y] = sub(b, a);
                length_m += piece_m;
                for axis in 0..2 {
                    middle[axis] += 0.5 * piece_m * (a[axis] + b[axis]);
                }
                let steep = y.abs().atan2(x.abs()).to_degrees() / 90.0;
                let bin = (steep * DIRECTIONS as f64) as usize;
                directions[bin.min(DIRECTIONS - 1)] += piece_m;
                let heading = y.atan2(x);
                let turn = before
                    .map_or(0.0, |before| (heading - before).sin().atan2((heading - before).cos()));
                turning_rad += turn.abs();
                before = Some(heading);
            }
        }
        let share = |sum: f64| if length_m > 0.0 { sum / length_m } else { 0.0 };
        Self {
            strokes: scene.strokes.len(),
            length_m,
            turning_rad,
            middle_m: middle.map(share),
            directions: directions.map(share),
        }
    }

    /// All of it, for comparing two scenes.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> + '_ {
        [self.strokes as f64, self.length_m, self.turning_rad]
            .into_iter()
            .chain(self.middle_m)
            .chain(self.directions)
    }
}

/// The lines of a data set.
#[derive(Clone, Debug, Serialize)]
pub struct Lines {
    /// Scenes by number of strokes.
    pub strokes: Histogram,
    /// Scenes by length of all lines, metres.
    pub length_m: Histogram,
    /// Scenes by turning per metre of line, radians.
    pub turning_rad_m: Histogram,
    /// Scenes by the share of their lines that water comes near.
    pub wet: Histogram,
    /// Share of all length by direction, from level to upright, 15° each.
    pub directions: [f64; DIRECTIONS],
}

/// How many scenes there are in each of some equal bins.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Histogram {
    /// Where the first bin starts.
    pub low: f64,
    /// Where the last bin ends.
    pub high: f64,
    /// How many there are in each.
    pub counts: Vec<usize>,
}

impl Histogram {
    /// Of some values, in bins from 0 to the largest.
    fn of(bins: usize, values: impl Iterator<Item = f64> + Clone) -> Self {
        let high = values.clone().fold(0.0, f64::max);
        let high = if high > 0.0 { high } else { 1.0 };
        let mut counts = vec![0; bins];
        for value in values {
            counts[((value / high * bins as f64) as usize).min(bins - 1)] += 1;
        }
        Self { low: 0.0, high, counts }
    }

    /// The middle of each bin, and how many there are in it.
    pub fn points(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let width = (self.high - self.low) / self.counts.len() as f64;
        let middle = move |k: usize| self.low + (k as f64 + 0.5) * width;
        self.counts.iter().enumerate().map(move |(k, &count)| [middle(k), count as f64])
    }
}

impl Lines {
    pub(super) fn of(scenes: &[SceneQuality]) -> Self {
        let of = |bins: usize, value: fn(&SceneQuality) -> f64| {
            Histogram::of(bins, scenes.iter().map(value))
        };
        let length_m: f64 = scenes.iter().map(|scene| scene.lines.length_m).sum();
        let direction = |k: usize| {
            let sum: f64 = scenes.iter().map(|s| s.lines.directions[k] * s.lines.length_m).sum();
            if length_m > 0.0 { sum / length_m } else { 0.0 }
        };
        Self {
            strokes: of(12, |scene| scene.lines.strokes as f64),
            length_m: of(16, |scene| scene.lines.length_m),
            turning_rad_m: of(16, |scene| scene.lines.turning_rad / scene.lines.length_m.max(1e-9)),
            wet: of(20, |scene| scene.wet_lines),
            directions: std::array::from_fn(direction),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_scene::Stroke;

    #[test]
    fn a_corner_has_two_directions_and_a_quarter_turn() {
        let stroke = Stroke::from(vec![[0.1, 0.1], [0.4, 0.1], [0.4, 0.2]]);
        let lines = LineStatistics::of(&Scene { strokes: vec![stroke], ..Scene::default() });
        assert!((lines.length_m - 0.4).abs() < 1e-12);
        assert!((lines.turning_rad - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        assert!(
            (lines.directions[0] - 0.75).abs() < 1e-12
                && (lines.directions[5] - 0.25).abs() < 1e-12
        );
        assert!((lines.middle_m[0] - (0.3 * 0.25 + 0.1 * 0.4) / 0.4).abs() < 1e-12);
    }

    #[test]
    fn a_histogram_counts_everything_once() {
        let histogram = Histogram::of(4, [0.0, 1.0, 2.0, 4.0].into_iter());
        assert_eq!(histogram.counts, [1, 1, 1, 1]);
        assert_eq!(histogram.points().next(), Some([0.5, 1.0]));
        assert_eq!(Histogram::of(3, std::iter::empty()).counts, [0, 0, 0]);
    }
}

//! Drawn lines: what a hand, a key, a file or a voice put into the rectangle.
//!
//! A [`Stroke`] is a polyline with a thickness, which may be zero and must hold
//! water all the same. What a pointer delivers is longer and rougher than what
//! a solver needs; [`Scene::from_strokes`](crate::Scene::from_strokes) and
//! [`Stroke::fitted`] thin it, cut it to the domain and check it.

mod clip;
mod crossing;
mod fit;
mod resample;
mod simplify;

use serde::{Deserialize, Serialize};

use crate::geometry::distance;

pub use crossing::Crossing;

/// A drawn line.
///
/// ```
/// use weir_scene::Stroke;
///
/// let ramp = Stroke::from(vec![[0.2, 0.5], [0.5, 0.4], [0.8, 0.3]]);
/// assert_eq!(ramp.simplified(1e-3).points_m, [[0.2, 0.5], [0.8, 0.3]]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    /// Vertices, metres.
    #[serde(deserialize_with = "crate::scene::points")]
    pub points_m: Vec<[f64; 2]>,
    /// Full thickness, metres. Zero holds water too.
    #[serde(default)]
    pub thickness_m: f64,
    /// Whether the last point joins the first.
    #[serde(default)]
    pub closed: bool,
}

impl Stroke {
    /// The straight pieces in order, the one that closes a closed line
    /// included; neighbouring points that coincide make none.
    pub fn segments(&self) -> impl Iterator<Item = [[f64; 2]; 2]> + '_ {
        let points = &self.points_m;
        let closing = match (self.closed, points.first(), points.last()) {
            (true, Some(&first), Some(&last)) => Some([last, first]),
            _ => None,
        };
        let drawn = points.windows(2).map(|pair| [pair[0], pair[1]]);
        drawn.chain(closing).filter(|[from, to]| from != to)
    }

    /// Length along the line, metres.
    pub fn length_m(&self) -> f64 {
        self.segments().map(|[from, to]| distance(from, to)).sum()
    }

    /// This stroke's thickness and closedness over other points.
    fn with_points(&self, points_m: Vec<[f64; 2]>) -> Self {
        Self { points_m, thickness_m: self.thickness_m, closed: self.closed }
    }
}

impl From<Vec<[f64; 2]>> for Stroke {
    /// An open line of no thickness.
    fn from(points_m: Vec<[f64; 2]>) -> Self {
        Self { points_m, thickness_m: 0.0, closed: false }
    }
}

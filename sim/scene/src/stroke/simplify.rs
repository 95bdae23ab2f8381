//! Fewer points for the same line: Ramer 1972, Douglas & Peucker 1973.
//!
//! Of a run of points, keep the one farthest from the chord if it is farther
//! than the tolerance, and go on with the runs to both sides of it. A stack of
//! runs stands for the recursion: a stranger's line must not choose its depth.

use super::Stroke;
use crate::geometry::{Point, distance, distance_to_segment};

impl Stroke {
    /// The line with as few points as keep every old point within
    /// `tolerance_m` of it. Ends stay where they are; a closed line keeps its
    /// first point, and at least three where it had three. Simplifying again
    /// changes nothing.
    ///
    /// The time is the square of the number of points at worst, and usually
    /// close to linear.
    pub fn simplified(&self, tolerance_m: f64) -> Self {
        let points = &self.points_m;
        if points.len() < 3 {
            return self.clone();
        }
        if !self.closed {
            let mut kept = marked(points, &[(0, points.len() - 1)], tolerance_m);
            kept.sort_unstable();
            return self.with_points(kept.into_iter().map(|i| points[i]).collect());
        }
        // A loop has no chord: cut it at its first point and the one farthest from that.
        let mut ring = points.clone();
        ring.push(points[0]);
        let far = farthest(points, |point| distance(points[0], point));
        let runs = [(0, far), (far, points.len())];
        let mut kept = marked(&ring, &runs, tolerance_m);
        kept.retain(|&i| i < points.len());
        if kept.len() == 2 {
            // The loop is flat, but stays one.
            let chord = [points[0], points[far]];
            let third = (1..points.len())
                .filter(|&i| i != far)
                .map(|i| (distance_to_segment(points[i], chord), i))
                .reduce(|best, next| if next.0 > best.0 { next } else { best });
            kept.extend(third.map(|(_, i)| i));
        }
        kept.sort_unstable();
        self.with_points(kept.into_iter().map(|i| points[i]).collect())
    }
}

/// Indices that Douglas and Peucker keep in runs `(first, last)`, in no order;
/// ends that runs share are there once.
fn marked(points: &[Point], runs: &[(usize, usize)], tolerance_m: f64) -> Vec<usize> {
    let mut kept: Vec<usize> = runs.iter().flat_map(|&(first, last)| [first, last]).collect();
    kept.dedup();
    let mut open = runs.to_vec();
    while let Some((first, last)) = open.pop() {
        if last - first < 2 {
            continue;
        }
        let chord = [points[first], points[last]];
        let inner = &points[first + 1..last];
        let far = first + 1 + farthest(inner, |point| distance_to_segment(point, chord));
        if distance_to_segment(points[far], chord) > tolerance_m {
            kept.push(far);
            open.extend([(first, far), (far, last)]);
        }
    }
    kept
}

/// Index of the first point of the greatest measure; zero when there are none.
fn farthest(points: &[Point], measure: impl Fn(Point) -> f64) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (i, &point) in points.iter().enumerate() {
        let value = measure(point);
        if value > best.1 {
            best = (i, value);
        }
    }
    best.0
}

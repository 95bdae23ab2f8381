//! Points at even distances along a line.

use super::Stroke;
use crate::geometry::{between, distance};

/// Most pieces that a line is cut into, whatever the spacing.
const PIECES_MAX: f64 = 1e6;

impl Stroke {
    /// The line as points at even arc length, about `spacing_m` apart: the
    /// spacing is stretched to divide the length. Ends stay where they are, and
    /// the first point of a closed line, which keeps three points at least.
    ///
    /// Corners between two new points are cut, so the line becomes no longer,
    /// and no old point is farther than half a spacing from a new one. A line
    /// without length, or a spacing that is not above zero, changes nothing.
    pub fn resampled(&self, spacing_m: f64) -> Self {
        let length_m = self.length_m();
        if !(length_m > 0.0 && spacing_m > 0.0 && length_m.is_finite()) {
            return self.clone();
        }
        let fewest = if self.closed { 3.0 } else { 1.0 };
        let pieces = (length_m / spacing_m).round().clamp(fewest, PIECES_MAX) as usize;
        let piece_m = length_m / pieces as f64;

        let mut points_m = Vec::with_capacity(pieces + 1);
        points_m.push(self.points_m[0]);
        let mut walked_m = 0.0;
        for [from, to] in self.segments() {
            let segment_m = distance(from, to);
            // The last point is the end itself, not where rounding leads.
            while points_m.len() < pieces && points_m.len() as f64 * piece_m <= walked_m + segment_m
            {
                let share = (points_m.len() as f64 * piece_m - walked_m) / segment_m;
                points_m.push(between(from, to, share.clamp(0.0, 1.0)));
            }
            walked_m += segment_m;
        }
        if !self.closed {
            points_m.extend(self.points_m.last());
        }
        self.with_points(points_m)
    }
}

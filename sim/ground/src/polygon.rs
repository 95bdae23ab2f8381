//! Closed outlines: the inside of a body or of a thick line.

use crate::segment::orient;
use crate::{Point, Segment};

/// A simple polygon in cell widths, counter-clockwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygon {
    points: Vec<Point>,
    min: Point,
    max: Point,
}

impl Polygon {
    /// The polygon through `points`, turned counter-clockwise if it was not.
    pub fn new(mut points: Vec<Point>) -> Self {
        let doubled_area: f64 = edges(&points).map(|s| s.a[0] * s.b[1] - s.b[0] * s.a[1]).sum();
        if doubled_area < 0.0 {
            points.reverse();
        }
        let bound = |pick: fn(f64, f64) -> f64, start: f64| {
            points.iter().fold([start; 2], |m, p| [pick(m[0], p[0]), pick(m[1], p[1])])
        };
        let (min, max) = (bound(f64::min, f64::INFINITY), bound(f64::max, f64::NEG_INFINITY));
        Self { points, min, max }
    }

    /// Its sides, in order; the inside lies to their left.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        edges(&self.points)
    }

    /// Lower left corner of the bounding box.
    pub fn min(&self) -> Point {
        self.min
    }

    /// Upper right corner of the bounding box.
    pub fn max(&self) -> Point {
        self.max
    }

    /// Whether it turns left at every corner.
    pub fn is_convex(&self) -> bool {
        let corners = self.segments().zip(self.segments().skip(1).chain(self.segments().take(1)));
        corners.into_iter().all(|(s, next)| orient(s.a, s.b, next.b) >= 0.0)
    }

    /// Whether `p` lies inside, by the parity of sides to its right.
    pub fn contains(&self, p: Point) -> bool {
        if (0..2).any(|k| p[k] < self.min[k] || p[k] > self.max[k]) {
            return false;
        }
        let mut inside = false;
        for Segment { a, b } in self.segments() {
            if (a[1] > p[1]) != (b[1] > p[1]) {
                let x = a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
                inside ^= p[0] < x;
            }
        }
        inside
    }

    /// Point of the outline nearest to `p` and the outward unit normal there.
    pub fn nearest_outline(&self, p: Point) -> (Point, Point) {
        let mut best = (f64::INFINITY, p, [0.0, 1.0]);
        for Segment { a, b } in self.segments() {
            let d = [b[0] - a[0], b[1] - a[1]];
            let squared = d[0] * d[0] + d[1] * d[1];
            if squared == 0.0 {
                continue;
            }
            let t = (((p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1]) / squared).clamp(0.0, 1.0);
            let on = [a[0] + t * d[0], a[1] + t * d[1]];
            let distance = (p[0] - on[0]).hypot(p[1] - on[1]);
            if distance < best.0 {
                let length = squared.sqrt();
                best = (distance, on, [d[1] / length, -d[0] / length]);
            }
        }
        (best.1, best.2)
    }
}

fn edges(points: &[Point]) -> impl Iterator<Item = Segment> + '_ {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|(&a, &b)| Segment { a, b })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square_clockwise() -> Polygon {
        Polygon::new(vec![[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    }

    #[test]
    fn inside_is_inside_and_the_normal_points_out() {
        let square = square_clockwise();
        assert!(square.contains([0.5, 0.5]) && !square.contains([1.5, 0.5]));
        let (on, normal) = square.nearest_outline([0.5, 0.9]);
        assert_eq!((on, normal), ([0.5, 1.0], [0.0, 1.0]));
    }

    #[test]
    fn a_star_is_not_its_hull() {
        let star = Polygon::new(vec![[0.0, 0.0], [2.0, 0.0], [1.0, 0.5], [1.0, 2.0]]);
        assert!(star.contains([0.9, 0.3]) && !star.contains([1.4, 0.6]));
    }
}

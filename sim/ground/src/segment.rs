//! Segments and the one question asked of them: does a move cross?
//!
//! All tests are signs of the orientation determinant in `f64` (Shewchuk 1997
//! names it `orient2d`). They are *inclusive*: touching counts as crossing. Two
//! segments that share a vertex evaluate the same expression for it, so no move
//! slips between them, and a particle never comes to rest on a line.

/// A point in cell widths.
pub type Point = [f64; 2];

/// A straight piece of a line or of an outline, in cell widths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// One end.
    pub a: Point,
    /// The other end.
    pub b: Point,
}

/// Twice the signed area of the triangle `a b c`; positive when it turns left.
#[inline]
pub fn orient(a: Point, b: Point, c: Point) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

#[inline]
fn same_strict_side(s: f64, t: f64) -> bool {
    (s > 0.0 && t > 0.0) || (s < 0.0 && t < 0.0)
}

impl Segment {
    /// Whether the move `p → q` touches this segment.
    #[inline]
    pub fn crosses(&self, p: Point, q: Point) -> bool {
        // Most segments that are asked are near, but not in the way.
        let apart = |k: usize| {
            self.a[k].max(self.b[k]) < p[k].min(q[k]) || self.a[k].min(self.b[k]) > p[k].max(q[k])
        };
        if apart(0) || apart(1) {
            return false;
        }
        let (sp, sq) = (orient(self.a, self.b, p), orient(self.a, self.b, q));
        if same_strict_side(sp, sq) {
            return false;
        }
        // On one common line the determinants say nothing, but the boxes met.
        !same_strict_side(orient(p, q, self.a), orient(p, q, self.b))
    }

    /// Where on `p → q` (0 to 1) the move touches this segment, if it does.
    #[inline]
    pub fn hit(&self, p: Point, q: Point) -> Option<f64> {
        if !self.crosses(p, q) {
            return None;
        }
        let (sp, sq) = (orient(self.a, self.b, p), orient(self.a, self.b, q));
        let span = sp - sq;
        Some(if span == 0.0 { 0.0 } else { (sp / span).clamp(0.0, 1.0) })
    }

    /// Unit normal on the side where `p` lies.
    #[inline]
    pub fn normal_towards(&self, p: Point) -> Point {
        let d = [self.b[0] - self.a[0], self.b[1] - self.a[1]];
        let length = d[0].hypot(d[1]);
        if length == 0.0 {
            return [0.0, 0.0];
        }
        let side = if orient(self.a, self.b, p) >= 0.0 { 1.0 } else { -1.0 };
        [-d[1] / length * side, d[0] / length * side]
    }

    /// Whether any part lies in the closed box.
    pub fn touches_box(&self, min: Point, max: Point) -> bool {
        for k in 0..2 {
            if self.a[k].max(self.b[k]) < min[k] || self.a[k].min(self.b[k]) > max[k] {
                return false;
            }
        }
        let corners =
            [min, [max[0], min[1]], max, [min[0], max[1]]].map(|c| orient(self.a, self.b, c));
        !(corners.iter().all(|&s| s > 0.0) || corners.iter().all(|&s| s < 0.0))
    }

    /// The part inside the closed box, if it has length (Liang & Barsky 1984).
    pub fn clipped(&self, min: Point, max: Point) -> Option<Segment> {
        let d = [self.b[0] - self.a[0], self.b[1] - self.a[1]];
        let (mut t0, mut t1) = (0.0_f64, 1.0_f64);
        for k in 0..2 {
            if d[k] == 0.0 {
                if self.a[k] < min[k] || self.a[k] > max[k] {
                    return None;
                }
                continue;
            }
            let (enter, leave) = ((min[k] - self.a[k]) / d[k], (max[k] - self.a[k]) / d[k]);
            t0 = t0.max(enter.min(leave));
            t1 = t1.min(enter.max(leave));
        }
        let at = |t: f64| [self.a[0] + t * d[0], self.a[1] + t * d[1]];
        (t1 > t0).then(|| Segment { a: at(t0), b: at(t1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Segment = Segment { a: [0.0, 0.0], b: [1.0, 0.0] };

    #[test]
    fn touching_counts_and_passing_the_tip_does_not() {
        assert!(UNIT.crosses([0.5, 1.0], [0.5, -1.0]));
        assert!(UNIT.crosses([1.0, 1.0], [1.0, 0.0]), "ends on the tip");
        assert!(!UNIT.crosses([1.001, 1.0], [1.001, -1.0]));
        assert!(!UNIT.crosses([0.5, 1.0], [0.5, 1e-12]));
        assert!(!UNIT.crosses([1.5, 0.0], [2.0, 0.0]), "ahead of the tip on the same line");
        assert!(UNIT.crosses([0.5, 0.0], [2.0, 0.0]), "along it");
    }

    #[test]
    fn no_move_slips_through_a_joint() {
        let joint = [0.3, 0.7];
        let left = Segment { a: [-1.1, 0.13], b: joint };
        let right = Segment { a: joint, b: [1.7, 0.19] };
        for k in 0..2000 {
            let x = 0.3 + (f64::from(k) - 1000.0) * 1e-17;
            let (p, q) = ([x, 2.0], [0.6 - x, -2.0]);
            assert!(left.crosses(p, q) || right.crosses(p, q), "slipped through at {x:e}");
        }
    }

    #[test]
    fn the_hit_lies_on_the_segment_and_the_normal_points_back() {
        let t = UNIT.hit([0.25, 0.5], [0.25, -1.5]).expect("it hits");
        assert!((t - 0.25).abs() < 1e-15);
        assert_eq!(UNIT.normal_towards([0.0, -3.0]), [0.0, -1.0]);
    }

    #[test]
    fn clipping_keeps_what_is_inside() {
        let part = Segment { a: [-1.0, 0.5], b: [3.0, 0.5] }.clipped([0.0, 0.0], [1.0, 1.0]);
        assert_eq!(part, Some(Segment { a: [0.0, 0.5], b: [1.0, 0.5] }));
        assert_eq!(UNIT.clipped([2.0, 0.0], [3.0, 1.0]), None);
    }
}

//! A little plane geometry.

/// A point or a step, metres.
pub(crate) type Point = [f64; 2];

pub(crate) fn add(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1]]
}

pub(crate) fn sub(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

pub(crate) fn scale(a: Point, by: f64) -> Point {
    [a[0] * by, a[1] * by]
}

pub(crate) fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// Twice the area of the triangle from the origin; above zero when `b` is to the left of `a`.
pub(crate) fn cross(a: Point, b: Point) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

pub(crate) fn distance(a: Point, b: Point) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// The step of length 1 in the same direction; zero stays zero.
pub(crate) fn unit(a: Point) -> Point {
    let length = a[0].hypot(a[1]);
    if length > 0.0 { scale(a, 1.0 / length) } else { a }
}

/// `a` turned counter-clockwise.
pub(crate) fn turned(a: Point, angle_rad: f64) -> Point {
    let (sin, cos) = angle_rad.sin_cos();
    [cos * a[0] - sin * a[1], sin * a[0] + cos * a[1]]
}

/// Distance from `p` to the segment, metres.
pub(crate) fn distance_to_segment(p: Point, [a, b]: [Point; 2]) -> f64 {
    let way = sub(b, a);
    let length2 = dot(way, way);
    if length2 == 0.0 {
        return distance(p, a);
    }
    let share = (dot(sub(p, a), way) / length2).clamp(0.0, 1.0);
    distance(p, add(a, scale(way, share)))
}

/// Whether two segments cross, other than at an end.
pub(crate) fn segments_cross([a, b]: [Point; 2], [c, d]: [Point; 2]) -> bool {
    let side = |from: Point, to: Point, p: Point| cross(sub(to, from), sub(p, from));
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Least distance between two segments, metres.
pub(crate) fn segment_distance(s: [Point; 2], t: [Point; 2]) -> f64 {
    if segments_cross(s, t) {
        return 0.0;
    }
    let ends = [
        distance_to_segment(s[0], t),
        distance_to_segment(s[1], t),
        distance_to_segment(t[0], s),
        distance_to_segment(t[1], s),
    ];
    ends.into_iter().fold(f64::INFINITY, f64::min)
}

/// An upright rectangle, metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) min: Point,
    pub(crate) max: Point,
}

impl Rect {
    /// Larger by `by_m` on each side.
    pub(crate) fn grown(self, by_m: f64) -> Self {
        Self { min: add(self.min, [-by_m; 2]), max: add(self.max, [by_m; 2]) }
    }

    pub(crate) fn centre(self) -> Point {
        scale(add(self.min, self.max), 0.5)
    }

    pub(crate) fn contains(self, p: Point) -> bool {
        (0..2).all(|axis| (self.min[axis]..=self.max[axis]).contains(&p[axis]))
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        (0..2).all(|axis| self.min[axis] < other.max[axis] && other.min[axis] < self.max[axis])
    }

    /// Whether any of a segment lies inside.
    pub(crate) fn meets_segment(self, segment: [Point; 2]) -> bool {
        let [min, max] = [self.min, self.max];
        let corners = [min, [max[0], min[1]], max, [min[0], max[1]]];
        segment.iter().any(|&end| self.contains(end))
            || (0..4).any(|k| segments_cross(segment, [corners[k], corners[(k + 1) % 4]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_have_a_distance() {
        let s = [[0.0, 0.0], [2.0, 0.0]];
        assert_eq!(segment_distance(s, [[1.0, -1.0], [1.0, 1.0]]), 0.0);
        assert_eq!(segment_distance(s, [[1.0, 3.0], [5.0, 4.0]]), 3.0);
        assert_eq!(segment_distance(s, [[5.0, 4.0], [9.0, 9.0]]), 5.0);
    }

    #[test]
    fn a_rectangle_meets_what_passes_through_it() {
        let rect = Rect { min: [0.0, 0.0], max: [2.0, 1.0] };
        assert!(rect.meets_segment([[-1.0, 0.5], [3.0, 0.6]]));
        assert!(rect.meets_segment([[0.5, 0.5], [0.6, 0.6]]));
        assert!(!rect.meets_segment([[-1.0, 1.5], [3.0, 1.1]]));
        assert!(rect.meets(rect.grown(-0.1)));
        assert!(!rect.meets(Rect { min: [2.0, 0.0], max: [3.0, 1.0] }));
    }
}

//! Plane geometry that validation and strokes share.
//!
//! Whatever decides on a sign goes through Shewchuk's exact predicate
//! (J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast
//! robust geometric predicates", 1997), so that no crossing is missed by rounding.

use robust::{Coord, orient2d};

/// A point, metres.
pub(crate) type Point = [f64; 2];

/// Above zero when `a → b → c` turns left, below when right, zero exactly when straight.
pub(crate) fn turn(a: Point, b: Point, c: Point) -> f64 {
    let coord = |p: Point| Coord { x: p[0], y: p[1] };
    orient2d(coord(a), coord(b), coord(c))
}

/// Whether two closed segments have a point in common.
pub(crate) fn segments_touch([a, b]: [Point; 2], [c, d]: [Point; 2]) -> bool {
    let apart = |axis: usize| {
        a[axis].max(b[axis]) < c[axis].min(d[axis]) || c[axis].max(d[axis]) < a[axis].min(b[axis])
    };
    if apart(0) || apart(1) {
        return false;
    }
    // Boxes that meet and ends that lie on or astride each other's lines.
    let astride = |p: f64, q: f64| !(p > 0.0 && q > 0.0 || p < 0.0 && q < 0.0);
    astride(turn(a, b, c), turn(a, b, d)) && astride(turn(c, d, a), turn(c, d, b))
}

/// Whether the way from `corner` to `to` runs back along the way from `from`.
pub(crate) fn folds_back(from: Point, corner: Point, to: Point) -> bool {
    let into = [corner[0] - from[0], corner[1] - from[1]];
    let out = [to[0] - corner[0], to[1] - corner[1]];
    turn(from, corner, to) == 0.0 && into[0] * out[0] + into[1] * out[1] < 0.0
}

/// Area by the shoelace formula: above zero when the points run counter-clockwise, m².
pub(crate) fn polygon_area(points: &[Point]) -> f64 {
    let Some(&origin) = points.first() else { return 0.0 };
    let from_origin = |p: Point| [p[0] - origin[0], p[1] - origin[1]];
    points
        .windows(2)
        .map(|pair| {
            let [p, q] = [from_origin(pair[0]), from_origin(pair[1])];
            0.5 * (p[0] * q[1] - p[1] * q[0])
        })
        .sum()
}

/// Distance between two points, metres.
pub(crate) fn distance(a: Point, b: Point) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// The point at `share` of the way from `a` to `b`.
pub(crate) fn between(a: Point, b: Point, share: f64) -> Point {
    [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
}

/// Distance from `p` to the closed segment `a b`, metres.
pub(crate) fn distance_to_segment(p: Point, [a, b]: [Point; 2]) -> f64 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let length2 = along[0] * along[0] + along[1] * along[1];
    if length2 == 0.0 {
        return distance(p, a);
    }
    let share = ((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1]) / length2;
    distance(p, between(a, b, share.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_touch_at_crossings_ends_and_overlaps_only() {
        let across = [[0.0, 0.0], [1.0, 1.0]];
        assert!(segments_touch(across, [[0.0, 1.0], [1.0, 0.0]]));
        assert!(segments_touch(across, [[1.0, 1.0], [2.0, 0.0]]));
        assert!(segments_touch(across, [[0.5, 0.5], [2.0, 2.0]]));
        assert!(!segments_touch(across, [[1.5, 1.5], [2.0, 2.0]]));
        assert!(!segments_touch(across, [[0.0, 0.1], [0.9, 1.0]]));
    }

    #[test]
    fn area_of_a_square_has_the_sign_of_its_sense() {
        let square = [[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 3.0]];
        assert_eq!(polygon_area(&square), 4.0);
        let reversed: Vec<Point> = square.into_iter().rev().collect();
        assert_eq!(polygon_area(&reversed), -4.0);
    }

    #[test]
    fn distance_to_a_segment_is_to_its_nearest_point() {
        let segment = [[0.0, 0.0], [2.0, 0.0]];
        assert_eq!(distance_to_segment([1.0, 3.0], segment), 3.0);
        assert_eq!(distance_to_segment([5.0, 4.0], segment), 5.0);
        assert_eq!(distance_to_segment([3.0, 4.0], [[0.0, 0.0], [0.0, 0.0]]), 5.0);
    }
}

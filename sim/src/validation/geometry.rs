//! Polygons: who is inside, and how high does so much water stand in a basin.
//!
//! Nothing here is shared with the solver: the judge of the leak test must not
//! make the mistakes that it judges.

use robust::{Coord, orient2d};

/// A point or vector, metres.
pub(super) type Point = [f64; 2];

/// Whether `point` is inside the closed `polygon`, by the even-odd rule with
/// exact orientation tests (Shewchuk 1997): no rounding can change the answer.
pub(super) fn contains(polygon: &[Point], point: Point) -> bool {
    let coord = |[x, y]: Point| Coord { x, y };
    let mut inside = false;
    for (k, &from) in polygon.iter().enumerate() {
        let to = polygon[(k + 1) % polygon.len()];
        // Half-open in y, so that a ray through a vertex counts it once.
        if (from[1] <= point[1]) == (to[1] <= point[1]) {
            continue;
        }
        let upward = to[1] > from[1];
        let side = orient2d(coord(from), coord(to), coord(point));
        // The edge crosses the ray that leaves the point to the right.
        inside ^= if upward { side > 0.0 } else { side < 0.0 };
    }
    inside
}

/// Area (positive if counter-clockwise) and height of the centroid.
pub(super) fn area_and_centroid_y(polygon: &[Point]) -> (f64, f64) {
    let (mut area, mut moment) = (0.0, 0.0);
    for (k, a) in polygon.iter().enumerate() {
        let b = polygon[(k + 1) % polygon.len()];
        let cross = a[0] * b[1] - b[0] * a[1];
        area += cross / 2.0;
        moment += cross * (a[1] + b[1]) / 6.0;
    }
    (area, moment / area)
}

/// The part of a polygon below a level (Sutherland & Hodgman 1974).
pub(super) fn below(polygon: &[Point], level: f64) -> Vec<Point> {
    let mut clipped = Vec::with_capacity(polygon.len() + 2);
    for (k, &a) in polygon.iter().enumerate() {
        let b = polygon[(k + 1) % polygon.len()];
        if a[1] <= level {
            clipped.push(a);
        }
        if (a[1] <= level) != (b[1] <= level) {
            let t = (level - a[1]) / (b[1] - a[1]);
            clipped.push([a[0] + t * (b[0] - a[0]), level]);
        }
    }
    clipped
}

/// The level at which the polygon `basin` holds `area` below it.
pub(super) fn level_of(basin: &[Point], area: f64) -> f64 {
    let heights = basin.iter().map(|p| p[1]);
    let (mut low, mut high) =
        heights.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if area_and_centroid_y(&below(basin, middle)).0.abs() < area {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    /// A pentagram: its core is wound twice, so even-odd calls it outside.
    fn pentagram() -> Vec<Point> {
        (0..5)
            .map(|k| {
                let angle = f64::from(k * 2) * std::f64::consts::TAU / 5.0;
                [angle.sin(), angle.cos()]
            })
            .collect()
    }

    #[test]
    fn known_points_are_inside_and_outside() {
        assert!(contains(&SQUARE, [0.5, 0.5]));
        assert!(contains(&SQUARE, [1.0 - 1e-15, 1e-300]));
        assert!(!contains(&SQUARE, [1.0 + 1e-15, 0.5]));
        assert!(!contains(&SQUARE, [-0.5, 0.0]), "on the line through an edge");
        assert!(!contains(&SQUARE, [-0.5, 1.0]));
        let concave = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [1.0, 0.5], [0.0, 2.0]];
        assert!(contains(&concave, [0.2, 1.0]));
        assert!(!contains(&concave, [1.0, 0.6]), "in the notch");
        assert!(!contains(&concave, [-1.0, 0.5]), "level with the notch's vertex");
        let star = pentagram();
        assert!(contains(&star, [0.0, 0.9]), "in a tip");
        assert!(!contains(&star, [0.0, 0.0]), "the core is even");
    }

    #[test]
    fn either_direction_gives_the_same_answer() {
        let reversed: Vec<Point> = SQUARE.iter().rev().copied().collect();
        for k in 0..400 {
            let point = [f64::from(k % 20) * 0.1 - 0.45, f64::from(k / 20) * 0.1 - 0.45];
            assert_eq!(contains(&SQUARE, point), contains(&reversed, point));
        }
    }

    #[test]
    fn a_point_beside_a_slanted_edge_is_judged_to_the_last_bit() {
        let triangle = [[0.1, 0.1], [0.7, 0.3], [0.1, 0.9]];
        // The lower edge y = 0.1 + (x − 0.1)/3, one ulp above and below it.
        let on = [0.4, 0.1 + 0.3 / 3.0];
        let answers = [-4, 4].map(|ulps: i64| {
            contains(&triangle, [on[0], f64::from_bits((on[1].to_bits() as i64 + ulps) as u64)])
        });
        assert_eq!(answers, [false, true]);
    }

    #[test]
    fn level_in_a_v_is_the_root_of_the_area() {
        let v = [[0.0, 0.0], [2.0, 1.0], [-2.0, 1.0]];
        // Area below level d of this V is 2d².
        assert!((level_of(&v, 0.5) - 0.5).abs() < 1e-12);
        let (area, centroid) = area_and_centroid_y(&below(&v, 0.5));
        assert!((area - 0.5).abs() < 1e-12 && (centroid - 1.0 / 3.0).abs() < 1e-12);
    }
}

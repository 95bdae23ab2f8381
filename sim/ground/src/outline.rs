//! Outlines of what is drawn and of bodies, in cell widths.

use weir_scene::{Body, Stroke};

use crate::{Point, Polygon, Segment};

/// What a solid shows the water.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// Segments that no move may cross.
    pub segments: Vec<Segment>,
    /// Where no water is; none for a line without thickness.
    pub insides: Vec<Polygon>,
}

impl Outline {
    /// One that encloses its insides.
    pub fn solid(insides: Vec<Polygon>) -> Self {
        Self { segments: insides.iter().flat_map(Polygon::segments).collect(), insides }
    }
}

/// The outline of a drawn line in cells of `cell_m`. A thick one is a row of
/// capsules, a thin one its own segments.
pub fn of_stroke(stroke: &Stroke, cell_m: f64) -> Outline {
    let mut points: Vec<Point> = stroke.points_m.iter().map(|p| p.map(|c| c / cell_m)).collect();
    if let (true, Some(&first)) = (stroke.closed, points.first()) {
        points.push(first);
    }
    points.dedup();
    let pieces = points.windows(2).map(|pair| Segment { a: pair[0], b: pair[1] });
    let radius = stroke.thickness_m / 2.0 / cell_m;
    if radius > 0.0 {
        Outline::solid(pieces.map(|piece| capsule(piece, radius)).collect())
    } else {
        Outline { segments: pieces.collect(), insides: Vec::new() }
    }
}

/// The outline of a body at time zero, in cells of `cell_m`.
pub fn of_body(body: &Body, cell_m: f64) -> Outline {
    let points = body.outline_m().into_iter().map(|p| p.map(|c| c / cell_m)).collect();
    Outline::solid(vec![Polygon::new(points)])
}

/// All within `radius` of a piece of a line: two sides and two round ends.
fn capsule(piece: Segment, radius: f64) -> Polygon {
    const HALF_TURN: usize = 6;
    let (dx, dy) = (piece.b[0] - piece.a[0], piece.b[1] - piece.a[1]);
    let length = dx.hypot(dy);
    let along = if length > 0.0 { [dx / length, dy / length] } else { [1.0, 0.0] };
    let end = |centre: Point, along: Point| {
        (0..=HALF_TURN).map(move |k| {
            let angle = std::f64::consts::PI * (k as f64 / HALF_TURN as f64 - 0.5);
            let (sin, cos) = angle.sin_cos();
            [
                centre[0] + radius * (along[0] * cos - along[1] * sin),
                centre[1] + radius * (along[1] * cos + along[0] * sin),
            ]
        })
    };
    Polygon::new(end(piece.b, along).chain(end(piece.a, along.map(|c| -c))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(points_m: &[Point], thickness_m: f64, closed: bool) -> Stroke {
        Stroke { points_m: points_m.to_vec(), thickness_m, closed }
    }

    #[test]
    fn a_thin_line_is_its_segments_and_has_no_inside() {
        let triangle = stroke(&[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 0.0, true);
        let outline = of_stroke(&triangle, 0.5);
        assert_eq!(outline.segments.len(), 3);
        assert_eq!(outline.segments[2], Segment { a: [0.0, 2.0], b: [0.0, 0.0] });
        assert!(outline.insides.is_empty());
    }

    #[test]
    fn a_thick_line_contains_what_lies_within_half_its_thickness() {
        let line = stroke(&[[1.0, 1.0], [2.0, 1.0]], 0.2, false);
        let outline = of_stroke(&line, 0.1);
        let [inside] = &outline.insides[..] else { panic!("one capsule") };
        assert!(inside.contains([15.0, 10.9]) && !inside.contains([15.0, 11.1]));
        assert!(inside.contains([20.9, 10.0]) && !inside.contains([21.1, 10.0]), "its end");
    }
}

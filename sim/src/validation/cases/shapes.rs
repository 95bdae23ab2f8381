//! Random closed shapes of lines without thickness, for the leak test.

use std::f64::consts::TAU;

use weir_scene::Stroke;

use crate::validation::geometry::{Point, contains};
use crate::validation::rng::Rng;
use crate::validation::scenes::{line, ring};

/// Lines that enclose something, and what they enclose.
pub(super) struct Enclosure {
    /// What it is, in words.
    pub name: &'static str,
    /// What the solver is given.
    pub strokes: Vec<Stroke>,
    /// What the judge is given: the closed outlines, in no way derived from the
    /// strokes that the solver made something of.
    pub regions: Vec<Vec<Point>>,
}

impl Enclosure {
    /// Shape number `kind` (five there are, then they repeat) about `centre`.
    pub fn random(kind: usize, centre: Point, radius_m: f64, rng: &mut Rng) -> Self {
        match kind % 5 {
            0 => Self::star(centre, radius_m, rng),
            1 => Self::curve(centre, radius_m, rng),
            2 => Self::four_walls(centre, radius_m, rng),
            3 => Self::two_chambers(centre, radius_m, rng),
            _ => Self::three_arcs(centre, radius_m, rng),
        }
    }

    /// One closed line with sharp tips.
    fn star(centre: Point, radius_m: f64, rng: &mut Rng) -> Self {
        let tips = rng.between(4.0, 9.0) as usize;
        let waist = rng.between(0.45, 0.7);
        let turn = rng.angle();
        let outline =
            polar(
                centre,
                2 * tips,
                turn,
                |k, _| {
                    if k % 2 == 0 { radius_m } else { waist * radius_m }
                },
            );
        Self { name: "a star", strokes: vec![ring(outline.clone())], regions: vec![outline] }
    }

    /// One smooth closed line of many short pieces.
    fn curve(centre: Point, radius_m: f64, rng: &mut Rng) -> Self {
        let outline = blob(centre, radius_m, 96, rng);
        Self { name: "a curve", strokes: vec![ring(outline.clone())], regions: vec![outline] }
    }

    /// Four lines that meet in four corners.
    fn four_walls(centre: Point, radius_m: f64, rng: &mut Rng) -> Self {
        let turn = rng.angle();
        let outline = polar(centre, 4, turn, |_, _| radius_m);
        let strokes = (0..4).map(|k| line(vec![outline[k], outline[(k + 1) % 4]])).collect();
        Self { name: "four walls", strokes, regions: vec![outline] }
    }

    /// A hexagon and a bent wall across it, joined to two of its vertices.
    fn two_chambers(centre: Point, radius_m: f64, rng: &mut Rng) -> Self {
        let turn = rng.angle();
        let outline = polar(centre, 6, turn, |_, _| radius_m);
        let bend = [0, 1].map(|axis| centre[axis] + rng.between(-0.3, 0.3) * radius_m);
        let wall = vec![outline[0], bend, outline[3]];
        let first = vec![outline[0], outline[1], outline[2], outline[3], bend];
        let second = vec![outline[3], outline[4], outline[5], outline[0], bend];
        Self {
            name: "two chambers",
            strokes: vec![ring(outline), line(wall)],
            regions: vec![first, second],
        }
    }

    /// A smooth closed line, drawn in three strokes that share their ends.
    fn three_arcs(centre: Point, radius_m: f64, rng: &mut Rng) -> Self {
        let outline = blob(centre, radius_m, 60, rng);
        let arc = |k: usize| (20 * k..=20 * (k + 1)).map(|i| outline[i % 60]).collect();
        Self {
            name: "three arcs",
            strokes: (0..3).map(|k| line(arc(k))).collect(),
            regions: vec![outline],
        }
    }

    /// Which regions a point is in, a bit for each.
    pub fn signature(&self, point: Point) -> u32 {
        self.regions
            .iter()
            .enumerate()
            .fold(0, |bits, (k, region)| bits | (u32::from(contains(region, point)) << k))
    }

    /// Distance from a point to the nearest line, metres.
    pub fn clearance_m(&self, point: Point) -> f64 {
        let edges = self.regions.iter().flat_map(|region| {
            region.iter().enumerate().map(move |(k, &a)| (a, region[(k + 1) % region.len()]))
        });
        edges.map(|(a, b)| distance(a, b, point)).fold(f64::MAX, f64::min)
    }
}

/// Points on rays from `centre`, at `radius(k, angle)`.
fn polar(
    centre: Point,
    count: usize,
    turn_rad: f64,
    radius: impl Fn(usize, f64) -> f64,
) -> Vec<Point> {
    (0..count)
        .map(|k| {
            let angle = turn_rad + TAU * k as f64 / count as f64;
            let r = radius(k, angle);
            [centre[0] + r * angle.cos(), centre[1] + r * angle.sin()]
        })
        .collect()
}

/// A smooth outline with two waves on it.
fn blob(centre: Point, radius_m: f64, count: usize, rng: &mut Rng) -> Vec<Point> {
    let (two, three) = (rng.between(0.0, 0.2), rng.between(0.0, 0.2));
    let (phase, turn) = (rng.angle(), rng.angle());
    polar(centre, count, turn, |_, angle| {
        radius_m
            * (1.0 - two - three + two * (2.0 * angle).cos() + three * (3.0 * angle + phase).cos())
    })
}

fn distance(a: Point, b: Point, p: Point) -> f64 {
    let (ab, ap) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let t = ((ap[0] * ab[0] + ap[1] * ab[1]) / (ab[0] * ab[0] + ab[1] * ab[1])).clamp(0.0, 1.0);
    f64::hypot(ap[0] - t * ab[0], ap[1] - t * ab[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_encloses_something_and_its_strokes_are_closed_or_joined() {
        let mut rng = Rng::new(3);
        for kind in 0..50 {
            let shape = Enclosure::random(kind, [0.6, 0.5], 0.3, &mut rng);
            let inside = (0..10_000)
                .map(|k| [0.3 + 0.006 * f64::from(k % 100), 0.2 + 0.006 * f64::from(k / 100)])
                .filter(|&p| shape.signature(p) != 0)
                .count();
            assert!((1500..8000).contains(&inside), "kind {kind}: {inside} of 10000 points");
            // Every end of an open line is a vertex of another line, bit for bit.
            for (k, open) in shape.strokes.iter().enumerate().filter(|(_, s)| !s.closed) {
                for end in [open.points_m[0], open.points_m[open.points_m.len() - 1]] {
                    let mut others =
                        shape.strokes.iter().enumerate().filter(|(other, _)| *other != k);
                    assert!(others.any(|(_, s)| s.points_m.contains(&end)), "kind {kind}");
                }
            }
        }
    }

    #[test]
    fn the_two_chambers_do_not_overlap() {
        let shape = Enclosure::two_chambers([0.0, 0.0], 1.0, &mut Rng::new(11));
        let mut seen = [0; 4];
        for k in 0..10_000 {
            let point = [f64::from(k % 100) * 0.02 - 0.99, f64::from(k / 100) * 0.02 - 0.99];
            seen[shape.signature(point) as usize] += 1;
        }
        assert!(seen[1] > 1000 && seen[2] > 1000 && seen[3] == 0, "{seen:?}");
    }

    #[test]
    fn distance_to_a_segment_and_past_its_end() {
        assert_eq!(distance([0.0, 0.0], [2.0, 0.0], [1.0, 3.0]), 3.0);
        assert_eq!(distance([0.0, 0.0], [2.0, 0.0], [5.0, 4.0]), 5.0);
    }
}

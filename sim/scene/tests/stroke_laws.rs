//! Laws that hold for any line.

use proptest::prelude::*;
use weir_scene::{Domain, Limits, Stroke};

const TOLERANCE_M: f64 = 0.01;

fn point() -> impl Strategy<Value = [f64; 2]> {
    [-0.5..2.0_f64, -0.5..1.5_f64]
}

/// A wandering line, with some points twice.
fn stroke() -> impl Strategy<Value = Stroke> {
    let steps = prop::collection::vec([-0.05..0.05_f64, -0.05..0.05_f64], 1..120);
    (point(), steps, any::<bool>(), 0.0..0.02_f64).prop_map(
        |(start, steps, closed, thickness_m)| {
            let mut points_m = vec![start];
            for (i, step) in steps.into_iter().enumerate() {
                let [x, y] = points_m[points_m.len() - 1];
                points_m.push([x + step[0], y + step[1]]);
                if i % 7 == 3 {
                    points_m.extend(points_m.last().copied());
                }
            }
            Stroke { points_m, thickness_m, closed }
        },
    )
}

fn distance_m(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Distance from a point to the nearest point of a line, by projection.
fn distance_to_line_m(p: [f64; 2], line: &Stroke) -> f64 {
    let vertices = line.points_m.iter().map(|&vertex| distance_m(p, vertex));
    let feet = line.segments().filter_map(|[a, b]| {
        let along = [b[0] - a[0], b[1] - a[1]];
        let share = ((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1])
            / (along[0] * along[0] + along[1] * along[1]);
        let foot = [a[0] + share * along[0], a[1] + share * along[1]];
        (0.0..=1.0).contains(&share).then(|| distance_m(p, foot))
    });
    vertices.chain(feet).fold(f64::INFINITY, f64::min)
}

proptest! {
    #[test]
    fn simplifying_keeps_ends_order_and_tolerance(line in stroke()) {
        let simple = line.simplified(TOLERANCE_M);
        prop_assert_eq!(simple.points_m.first(), line.points_m.first());
        if !line.closed {
            prop_assert_eq!(simple.points_m.last(), line.points_m.last());
        }
        prop_assert_eq!((simple.closed, simple.thickness_m), (line.closed, line.thickness_m));
        // A subsequence: every kept point is found going forward.
        let mut rest = line.points_m.iter();
        for kept in &simple.points_m {
            prop_assert!(rest.any(|point| point == kept));
        }
        for &point in &line.points_m {
            prop_assert!(distance_to_line_m(point, &simple) <= TOLERANCE_M + 1e-12);
        }
        if line.closed && line.points_m.len() >= 3 {
            prop_assert!(simple.points_m.len() >= 3);
        }
    }

    #[test]
    fn simplifying_twice_is_simplifying_once(line in stroke()) {
        let once = line.simplified(TOLERANCE_M);
        prop_assert_eq!(once.simplified(TOLERANCE_M), once);
    }

    #[test]
    fn resampling_is_even_and_cuts_corners_only(line in stroke(), spacing_m in 0.002..0.3_f64) {
        let even = line.resampled(spacing_m);
        prop_assert_eq!(even.closed, line.closed);
        prop_assert_eq!(even.points_m.first(), line.points_m.first());
        if !line.closed {
            prop_assert_eq!(even.points_m.last(), line.points_m.last());
        }
        prop_assert!(even.length_m() <= line.length_m() * (1.0 + 1e-9));
        let pieces = even.points_m.len() - usize::from(!line.closed);
        let piece_m = line.length_m() / pieces as f64;
        for [from, to] in even.segments() {
            prop_assert!(distance_m(from, to) <= piece_m * (1.0 + 1e-9));
        }
        for &point in &line.points_m {
            let nearest = even.points_m.iter().map(|&other| distance_m(point, other));
            prop_assert!(nearest.fold(f64::INFINITY, f64::min) <= 0.5 * piece_m + 1e-9);
        }
        for &point in &even.points_m {
            prop_assert!(distance_to_line_m(point, &line) <= 1e-9);
        }
    }

    #[test]
    fn resampling_a_straight_line_twice_is_resampling_it_once(end in point(), spacing_m in 0.01..0.3_f64) {
        let once = Stroke::from(vec![[3.0, 3.0], end]).resampled(spacing_m);
        let twice = once.resampled(spacing_m);
        prop_assert_eq!(once.points_m.len(), twice.points_m.len());
        for (a, b) in once.points_m.iter().zip(&twice.points_m) {
            prop_assert!(distance_m(*a, *b) < 1e-12);
        }
    }

    #[test]
    fn clipping_keeps_what_is_inside_and_nothing_else(line in stroke()) {
        let parts = line.clipped([1.5, 1.0]);
        let inside = |p: [f64; 2]| (0.0..=1.5).contains(&p[0]) && (0.0..=1.0).contains(&p[1]);
        for part in &parts {
            for &point in &part.points_m {
                prop_assert!(inside(point));
                prop_assert!(distance_to_line_m(point, &line) <= 1e-12);
            }
        }
        let strictly = |p: [f64; 2]| p[0] > 1e-6 && p[0] < 1.5 - 1e-6 && p[1] > 1e-6 && p[1] < 1.0 - 1e-6;
        for &point in line.points_m.iter().filter(|&&point| strictly(point)) {
            prop_assert!(parts.iter().any(|part| part.points_m.contains(&point)));
        }
        let total: f64 = parts.iter().map(Stroke::length_m).sum();
        prop_assert!(total <= line.length_m() * (1.0 + 1e-9));
    }

    #[test]
    fn fitting_gives_valid_lines_near_the_drawn_one(line in stroke()) {
        let domain = Domain::default();
        if let Ok(parts) = line.fitted(&domain, &Limits::default()) {
            for part in &parts {
                prop_assert_eq!(part.thickness_m, line.thickness_m);
                for &point in &part.points_m {
                    prop_assert!(distance_to_line_m(point, &line) <= domain.cell_m / 8.0);
                }
            }
        }
    }

    #[test]
    fn every_crossing_lies_on_both_its_pieces(line in stroke()) {
        let segments: Vec<_> = line.segments().collect();
        for crossing in line.self_crossings() {
            let [a, b] = crossing.segments;
            prop_assert!(a < b && b < segments.len());
            for index in [a, b] {
                let piece = Stroke::from(segments[index].to_vec());
                prop_assert!(distance_to_line_m(crossing.at_m, &piece) < 1e-9);
            }
        }
        // Cut at random: the halves' crossings are among the whole's.
        let half = Stroke::from(line.points_m[..line.points_m.len() / 2].to_vec());
        if half.points_m.len() > 1 {
            let whole = line.self_crossings();
            for crossing in half.self_crossings() {
                prop_assert!(whole.contains(&crossing));
            }
        }
    }
}

/// A spiral long enough to overflow the stack of a recursive Douglas–Peucker.
#[test]
fn a_long_spiral_is_simplified_without_recursion() {
    let points_m: Vec<[f64; 2]> = (0..20_000)
        .map(|i| {
            let turn = f64::from(i) * 0.01;
            [turn * turn.cos(), turn * turn.sin()]
        })
        .collect();
    let simple = Stroke::from(points_m).simplified(1e-4);
    assert!(simple.points_m.len() > 1_000);
}

//! How things look: lines in a box, from -1 to 1 both ways.

use crate::noun::Noun;
use crate::sentence::Side;

/// Points of half a circle.
const ARC: usize = 16;
/// Steps of a staircase.
const STEPS: usize = 4;

/// Lines of a thing in a box from (-1, -1) to (1, 1), y up. What leads down does so to `leads`.
pub fn lines(noun: Noun, leads: Side) -> Vec<Vec<[f64; 2]>> {
    let lines = match noun {
        Noun::Funnel => vec![vec![[-1.0, 1.0], [-0.2, -1.0]], vec![[1.0, 1.0], [0.2, -1.0]]],
        Noun::Cup => vec![vec![[-1.0, 1.0], [-0.8, -1.0], [0.8, -1.0], [1.0, 1.0]]],
        Noun::Bowl => {
            let angle = |k| std::f64::consts::PI * (1.0 + k as f64 / ARC as f64);
            let point = |k| [f64::cos(angle(k)), 1.0 + 2.0 * f64::sin(angle(k))];
            vec![(0..=ARC).map(point).collect()]
        }
        Noun::Ramp => vec![vec![[-1.0, 1.0], [1.0, -1.0]]],
        Noun::Wall => vec![vec![[0.0, -1.0], [0.0, 1.0]]],
        Noun::Shelf => vec![vec![[-1.0, 0.0], [1.0, 0.0]]],
        Noun::Roof => vec![vec![[-1.0, -1.0], [0.0, 1.0], [1.0, -1.0]]],
        Noun::Stairs => {
            let corner = |k: usize| 2.0 * k as f64 / STEPS as f64;
            let step =
                |k| [[corner(k) - 1.0, 1.0 - corner(k)], [corner(k + 1) - 1.0, 1.0 - corner(k)]];
            vec![(0..STEPS).flat_map(step).chain([[1.0, -1.0]]).collect()]
        }
        Noun::Gate => vec![vec![[0.0, 1.0], [0.0, 0.1]], vec![[0.0, -0.5], [0.0, -1.0]]],
        Noun::Pipe => vec![vec![[-1.0, 1.0], [-1.0, -1.0]], vec![[1.0, 1.0], [1.0, -1.0]]],
        Noun::Pegs => {
            let peg = |[x, y]: [f64; 2]| vec![[x - 0.07, y], [x, y + 0.07], [x + 0.07, y]];
            let row =
                |y: f64, shift: f64| (0..4).map(move |k| [shift - 0.75 + 0.5 * f64::from(k), y]);
            let rows = row(0.9, -0.125).chain(row(0.0, 0.125)).chain(row(-0.9, -0.125));
            rows.map(peg).collect()
        }
        Noun::Tap | Noun::Pool => Vec::new(),
    };
    let mirrored = noun.leads() && leads == Side::Left;
    let turn = |[x, y]: [f64; 2]| [if mirrored { -x } else { x }, y];
    lines.into_iter().map(|line| line.into_iter().map(turn).collect()).collect()
}

/// Half the width and half the height that is usual, in metres.
pub fn size_m(noun: Noun) -> [f64; 2] {
    match noun {
        Noun::Funnel => [0.3, 0.16],
        Noun::Cup => [0.16, 0.13],
        Noun::Bowl => [0.2, 0.11],
        Noun::Ramp => [0.32, 0.1],
        Noun::Wall => [0.02, 0.16],
        Noun::Shelf => [0.24, 0.02],
        Noun::Roof => [0.2, 0.1],
        Noun::Stairs => [0.3, 0.16],
        Noun::Gate => [0.02, 0.25],
        Noun::Pipe => [0.06, 0.16],
        Noun::Pegs => [0.28, 0.14],
        Noun::Tap => [0.06, 0.02],
        Noun::Pool => [0.18, 0.15],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_in_their_box_and_what_leads_has_a_mirror_image() {
        for noun in Noun::all() {
            let [left, right] = [Side::Left, Side::Right].map(|side| lines(noun, side));
            let all: Vec<[f64; 2]> = right.concat();
            assert!(all.iter().flatten().all(|at| at.abs() <= 1.0 + 1e-9), "{noun:?}");
            assert_eq!(all.is_empty(), noun.is_water());
            let mirror: Vec<[f64; 2]> = left.concat().iter().map(|[x, y]| [-x, *y]).collect();
            assert_eq!(left != right, noun.leads(), "{noun:?}");
            assert!(!noun.leads() || mirror == all, "{noun:?}");
            assert!(size_m(noun).iter().all(|half| *half > 0.0));
        }
    }
}

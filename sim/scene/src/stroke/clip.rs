//! The part of a line that lies in the rectangle.

use super::Stroke;
use crate::geometry::{Point, between, distance};

/// Pieces shorter than this are touches of the edge, metres.
const SHORTEST_M: f64 = 1e-9;

impl Stroke {
    /// The parts of the line between `[0, 0]` and `size_m`, in order. A line
    /// that leaves and returns becomes several; a closed line stays closed only
    /// if all of it is inside. The thickness is not looked at.
    pub fn clipped(&self, size_m: [f64; 2]) -> Vec<Self> {
        let inside = |p: &Point| (0..2).all(|axis| (0.0..=size_m[axis]).contains(&p[axis]));
        if self.points_m.iter().all(inside) {
            return vec![self.clone()];
        }
        let mut parts: Vec<Vec<Point>> = Vec::new();
        for segment in self.segments() {
            let Some([from, to]) = clip_segment(segment, size_m) else { continue };
            match parts.last_mut() {
                Some(part) if part.last() == Some(&from) => part.push(to),
                _ => parts.push(vec![from, to]),
            }
        }
        // The first part of a loop goes on where the last one ends.
        if self.closed && parts.len() > 1 {
            let joined = parts.last().and_then(|part| part.last()) == parts[0].first();
            if joined && let Some(mut last) = parts.pop() {
                last.extend(parts[0].drain(1..));
                parts[0] = last;
            }
        }
        parts
            .into_iter()
            .map(|points_m| Self { points_m, thickness_m: self.thickness_m, closed: false })
            .filter(|part| part.length_m() > SHORTEST_M)
            .collect()
    }
}

/// The part of a segment in the rectangle (Liang & Barsky 1984). An end that is
/// inside comes back bit for bit, and one on the edge lies exactly there.
fn clip_segment([from, to]: [Point; 2], size_m: [f64; 2]) -> Option<[Point; 2]> {
    let [mut enter, mut leave] = [0.0_f64, 1.0_f64];
    for axis in 0..2 {
        let step = to[axis] - from[axis];
        if step == 0.0 {
            if !(0.0..=size_m[axis]).contains(&from[axis]) {
                return None;
            }
            continue;
        }
        let [at_low, at_high] = [-from[axis] / step, (size_m[axis] - from[axis]) / step];
        enter = enter.max(at_low.min(at_high));
        leave = leave.min(at_low.max(at_high));
    }
    if enter > leave {
        return None;
    }
    let on_edge = |p: Point| [p[0].max(0.0).min(size_m[0]), p[1].max(0.0).min(size_m[1])];
    let start = if enter == 0.0 { from } else { on_edge(between(from, to, enter)) };
    let end = if leave == 1.0 { to } else { on_edge(between(from, to, leave)) };
    (distance(start, end) > 0.0).then_some([start, end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE_M: [f64; 2] = [2.0, 1.0];

    #[test]
    fn a_line_that_leaves_and_returns_is_two() {
        let line = Stroke::from(vec![[0.5, 0.5], [0.5, 1.5], [1.5, 1.5], [1.5, 0.5]]);
        let parts: Vec<_> = line.clipped(SIZE_M).into_iter().map(|part| part.points_m).collect();
        assert_eq!(parts, [vec![[0.5, 0.5], [0.5, 1.0]], vec![[1.5, 1.0], [1.5, 0.5]]]);
    }

    #[test]
    fn a_line_inside_is_untouched_and_one_outside_is_gone() {
        let inside =
            Stroke { closed: true, ..Stroke::from(vec![[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]]) };
        assert_eq!(inside.clipped(SIZE_M), std::slice::from_ref(&inside));
        assert!(Stroke::from(vec![[3.0, 0.0], [3.0, 1.0]]).clipped(SIZE_M).is_empty());
        assert!(Stroke::from(vec![[-1.0, 0.5], [0.5, 2.0]]).clipped(SIZE_M).is_empty());
    }

    #[test]
    fn a_loop_across_an_edge_is_one_open_line() {
        let points_m = vec![[0.5, 0.2], [0.5, 2.0], [-1.0, 2.0], [-1.0, 0.2]];
        let parts = Stroke { closed: true, ..Stroke::from(points_m) }.clipped(SIZE_M);
        assert_eq!(parts, [Stroke::from(vec![[0.0, 0.2], [0.5, 0.2], [0.5, 1.0]])]);
    }

    #[test]
    fn a_line_across_everything_keeps_the_middle() {
        let parts = Stroke::from(vec![[-2.0, 0.5], [4.0, 0.5]]).clipped(SIZE_M);
        assert_eq!(parts, [Stroke::from(vec![[0.0, 0.5], [2.0, 0.5]])]);
    }
}

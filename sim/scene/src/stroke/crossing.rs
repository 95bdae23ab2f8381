//! Where a line meets itself.

use super::Stroke;
use crate::geometry::{Point, between, folds_back, segments_touch};

/// Two pieces of one line that meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// Their places in [`Stroke::segments`], the earlier first.
    pub segments: [usize; 2],
    /// Where they meet, metres; one of the points where they lie on each other.
    pub at_m: [f64; 2],
}

impl Stroke {
    /// Every pair of pieces that meet, other than neighbours at their common
    /// point. Sweeps along x, so that a line which does not double back on
    /// itself takes little more than linear time.
    pub fn self_crossings(&self) -> Vec<Crossing> {
        let segments: Vec<[Point; 2]> = self.segments().collect();
        let leftmost = |i: usize| segments[i][0][0].min(segments[i][1][0]);
        let rightmost = |i: usize| segments[i][0][0].max(segments[i][1][0]);
        let mut by_left: Vec<usize> = (0..segments.len()).collect();
        by_left.sort_by(|&a, &b| leftmost(a).total_cmp(&leftmost(b)));

        let mut crossings = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for next in by_left {
            open.retain(|&i| rightmost(i) >= leftmost(next));
            for &other in &open {
                let [a, b] = [other.min(next), other.max(next)];
                if self.meet(&segments, a, b) {
                    let at_m = meeting_point(segments[a], segments[b]);
                    crossings.push(Crossing { segments: [a, b], at_m });
                }
            }
            open.push(next);
        }
        crossings.sort_by_key(|crossing| crossing.segments);
        crossings
    }

    /// Whether pieces `a < b` meet, beyond the point that neighbours share.
    fn meet(&self, segments: &[[Point; 2]], a: usize, b: usize) -> bool {
        let last = segments.len() - 1;
        let forward = b == a + 1;
        let around = self.closed && a == 0 && b == last;
        match (forward, around) {
            // A loop of two pieces is one line, there and back.
            (true, true) => true,
            (true, false) => folds_back(segments[a][0], segments[a][1], segments[b][1]),
            (false, true) => folds_back(segments[b][0], segments[b][1], segments[a][1]),
            (false, false) => segments_touch(segments[a], segments[b]),
        }
    }
}

/// The point that two touching segments share.
fn meeting_point([a, b]: [Point; 2], other @ [c, d]: [Point; 2]) -> Point {
    let along = [b[0] - a[0], b[1] - a[1]];
    let across = [d[0] - c[0], d[1] - c[1]];
    let area = along[0] * across[1] - along[1] * across[0];
    if area == 0.0 {
        // Parallel: an end of one lies on the other.
        let on_other = |point: &Point| segments_touch([*point, *point], other);
        return [a, b].into_iter().find(on_other).unwrap_or(c);
    }
    let share = ((c[0] - a[0]) * across[1] - (c[1] - a[1]) * across[0]) / area;
    between(a, b, share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points_m: &[Point]) -> Stroke {
        Stroke::from(points_m.to_vec())
    }

    #[test]
    fn a_loop_in_a_line_is_found_where_it_is() {
        let bow = line(&[[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]]);
        let crossings = bow.self_crossings();
        assert_eq!(crossings, [Crossing { segments: [0, 2], at_m: [1.0, 1.0] }]);
    }

    #[test]
    fn corners_are_no_crossings_but_folds_are() {
        let square = line(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]);
        assert!(square.self_crossings().is_empty());
        assert!(Stroke { closed: true, ..square }.self_crossings().is_empty());
        let fold = line(&[[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]]);
        assert_eq!(fold.self_crossings().len(), 1);
    }

    #[test]
    fn a_line_that_touches_itself_meets_itself() {
        let p = line(&[[0.0, 0.0], [0.0, 2.0], [1.0, 2.0], [0.0, 1.0]]);
        assert_eq!(p.self_crossings(), [Crossing { segments: [0, 2], at_m: [0.0, 1.0] }]);
    }

    #[test]
    fn a_point_met_twice_is_no_segment() {
        let paused = line(&[[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0]]);
        assert!(paused.self_crossings().is_empty());
    }
}

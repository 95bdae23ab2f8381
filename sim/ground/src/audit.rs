//! A second opinion on whether anything crossed a line.
//!
//! The solver finds crossings with lists of segments by cell and determinants in
//! plain `f64`. The audit shares neither: it keeps its own table, by column, and
//! evaluates the signs exactly with Shewchuk's adaptive predicates (the `robust`
//! crate).

use robust::{Coord, orient2d};

use crate::{Point, Segment};

/// Lines at rest, by the columns of the rectangle that they reach into.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    columns: Vec<Vec<Segment>>,
    empty: bool,
}

impl Audit {
    /// A table of `segments` over `columns` columns one cell wide.
    pub fn new(columns: usize, segments: &[Segment]) -> Self {
        let mut table = vec![Vec::new(); columns];
        for segment in segments {
            for column in columns_of(segment.a[0], segment.b[0], columns) {
                table[column].push(*segment);
            }
        }
        Self { columns: table, empty: segments.is_empty() }
    }

    /// Whether any leg of a path crosses any of the lines.
    pub fn crossed(&self, path: &[Point]) -> bool {
        !self.empty
            && path.windows(2).any(|leg| {
                let [p, q] = [leg[0], leg[1]];
                columns_of(p[0], q[0], self.columns.len())
                    .flat_map(|column| &self.columns[column])
                    .any(|segment| overlaps(segment, p, q) && crosses_exactly(segment, p, q))
            })
    }
}

fn columns_of(x: f64, x2: f64, count: usize) -> std::ops::Range<usize> {
    let low = x.min(x2).clamp(0.0, count as f64) as usize;
    let high = (x.max(x2) + 1.0).clamp(0.0, count as f64) as usize;
    low.min(count.saturating_sub(1))..high.max(1).min(count)
}

fn overlaps(s: &Segment, p: Point, q: Point) -> bool {
    (0..2).all(|k| s.a[k].min(s.b[k]) <= p[k].max(q[k]) && p[k].min(q[k]) <= s.a[k].max(s.b[k]))
}

/// Whether the leg `p → q` passes through the segment or ends on it, exactly.
fn crosses_exactly(segment: &Segment, p: Point, q: Point) -> bool {
    let coord = |p: Point| Coord { x: p[0], y: p[1] };
    let sign = |a, b, c| orient2d(coord(a), coord(b), coord(c));
    let (sp, sq) = (sign(segment.a, segment.b, p), sign(segment.a, segment.b, q));
    let (sa, sb) = (sign(p, q, segment.a), sign(p, q, segment.b));
    let apart = |s: f64, t: f64| (s > 0.0 && t < 0.0) || (s < 0.0 && t > 0.0);
    let between = !((sa > 0.0 && sb > 0.0) || (sa < 0.0 && sb < 0.0));
    between && (apart(sp, sq) || (sq == 0.0 && sp != 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sees_a_crossing_a_landing_and_a_pass_through_a_joint_but_not_a_tip() {
        let joint = [3.0, 2.0];
        let lines = [Segment { a: [0.5, 2.5], b: joint }, Segment { a: joint, b: [7.2, 1.0] }];
        let audit = Audit::new(8, &lines);
        assert!(audit.crossed(&[[1.0, 0.0], [1.0, 4.0]]));
        assert!(audit.crossed(&[[3.0, 0.0], [3.0, 4.0]]), "through the joint");
        assert!(audit.crossed(&[[1.0, 0.0], [1.0, 1.0], [3.0, 2.0]]), "lands on the joint");
        assert!(!audit.crossed(&[[0.4, 0.0], [0.4, 4.0]]), "past the tip");
        assert!(!audit.crossed(&[[1.0, 0.0], [5.0, 0.5], [7.9, 0.5], [7.5, 3.0]]), "around it");
    }
}

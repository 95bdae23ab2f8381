//! Lines in a table by cells, and whether a way leads through one.

use weir_scene::{Grid, Stroke};

use crate::plane::{Point, Rect, cross, distance, distance_to_segment, sub};

/// Nearer than this to a line, single precision does not know on which side, metres.
const UNSURE_M: f64 = 2e-7;
/// How much longer than it seems a way around a line's end may have been: what
/// is bounced back is faster on the way than at either frame.
const DETOUR: f64 = 2.0;
/// And in cells, for what is slow.
const DETOUR_CELLS: f64 = 0.125;

/// The lines of a scene.
pub(super) struct Room {
    grid: Grid,
    segments: Vec<Segment>,
    /// For each cell: the segments that come near it.
    near: Vec<Vec<u32>>,
}

struct Segment {
    ends: [Point; 2],
    stroke: usize,
    /// The ends of its line that are free, if it has any.
    tips: [Point; 2],
    closed: bool,
}

impl Room {
    pub(super) fn new(grid: Grid, strokes: &[Stroke]) -> Self {
        let mut segments = Vec::new();
        for (stroke, line) in strokes.iter().enumerate() {
            let (Some(&first), Some(&last)) = (line.points_m.first(), line.points_m.last()) else {
                continue;
            };
            let closed = line.closed;
            let tips = [first, last];
            segments.extend(line.segments().map(|ends| Segment { ends, stroke, tips, closed }));
        }
        let mut near = vec![Vec::new(); grid.nx * grid.ny];
        for (k, segment) in (0..).zip(&segments) {
            let [a, b] = segment.ends;
            for cell in cells_about(&grid, a, b) {
                let [i, j] = [cell % grid.nx, cell / grid.nx];
                let min = [i as f64 * grid.cell_m, j as f64 * grid.cell_m];
                let max = [min[0] + grid.cell_m, min[1] + grid.cell_m];
                let square = Rect { min, max }.grown(grid.cell_m);
                if square.meets_segment(segment.ends) {
                    near[cell].push(k);
                }
            }
        }
        Self { grid, segments, near }
    }

    /// Whether the straight way from `p` to `q` leads from one side of a line to
    /// the other. A way that cuts a corner meets a line twice, and counts for
    /// none; one near a line's free end may have led around that, if a way of
    /// `way_m` is about as long as such a detour.
    pub(super) fn crossed(&self, p: Point, q: Point, way_m: f64) -> bool {
        let mut met: Vec<u32> = cells_about(&self.grid, p, q)
            .flat_map(|cell| &self.near[cell])
            .copied()
            .filter(|&k| passes_through(self.segments[k as usize].ends, p, q))
            .collect();
        if met.is_empty() {
            return false;
        }
        met.sort_unstable();
        met.dedup();
        let most_m = DETOUR * way_m.max(distance(p, q)) + DETOUR_CELLS * self.grid.cell_m;
        let stroke_of = |k: &u32| self.segments[*k as usize].stroke;
        met.chunk_by(|a, b| stroke_of(a) == stroke_of(b)).any(|met| {
            let line = &self.segments[met[0] as usize];
            let around = |tip: &Point| distance(p, *tip) + distance(*tip, q) <= most_m;
            met.len() % 2 == 1 && (line.closed || !line.tips.iter().any(around))
        })
    }

    /// Whether rounding decides on which side of some line a point is.
    pub(super) fn unsure(&self, p: Point) -> bool {
        let near = cells_about(&self.grid, p, p).flat_map(|cell| &self.near[cell]);
        near.into_iter().any(|&k| distance_to_segment(p, self.segments[k as usize].ends) < UNSURE_M)
    }

    /// Share of the lines' length that is within a cell of some particle ever.
    /// `seen` holds for each cell whether a particle was there.
    pub(super) fn wet_share(&self, seen: &[bool]) -> f64 {
        let (mut wet, mut all) = (0.0, 0.0);
        for Segment { ends: [a, b], .. } in &self.segments {
            let pieces = (distance(*a, *b) / self.grid.cell_m).ceil().max(1.0);
            let piece_m = distance(*a, *b) / pieces;
            for k in 0..pieces as usize {
                let share = (k as f64 + 0.5) / pieces;
                let middle = [0, 1].map(|axis| a[axis] + share * (b[axis] - a[axis]));
                all += piece_m;
                if cells_about(&self.grid, middle, middle).any(|cell| seen[cell]) {
                    wet += piece_m;
                }
            }
        }
        if all > 0.0 { wet / all } else { 0.0 }
    }
}

/// The cells of the box about two points, and one more on each side.
fn cells_about(grid: &Grid, p: Point, q: Point) -> impl Iterator<Item = usize> + use<> {
    let cell_m = grid.cell_m;
    let range = move |axis: usize, count: usize| {
        let low = p[axis].min(q[axis]) / cell_m - 1.0;
        let high = p[axis].max(q[axis]) / cell_m + 2.0;
        let last = count as f64;
        (low.clamp(0.0, last) as usize)..(high.clamp(0.0, last) as usize)
    };
    let (columns, nx) = (range(0, grid.nx), grid.nx);
    range(1, grid.ny).flat_map(move |j| columns.clone().map(move |i| j * nx + i))
}

/// Whether the way from `p` to `q` meets the segment. What lies exactly on a
/// line counts to one side of it, so that a corner is met on one of its sides.
fn passes_through([a, b]: [Point; 2], p: Point, q: Point) -> bool {
    let left = |from: Point, to: Point, point: Point| cross(sub(to, from), sub(point, from)) > 0.0;
    left(a, b, p) != left(a, b, q) && left(p, q, a) != left(p, q, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(points_m: &[Point]) -> Room {
        let grid = Grid { nx: 32, ny: 32, cell_m: 0.03125 };
        Room::new(grid, &[Stroke::from(points_m.to_vec())])
    }

    #[test]
    fn a_way_through_a_line_is_seen_and_one_along_or_around_it_is_not() {
        let line = room(&[[0.2, 0.5], [0.8, 0.5]]);
        assert!(line.crossed([0.5, 0.49], [0.51, 0.52], 0.0));
        assert!(!line.crossed([0.5, 0.51], [0.6, 0.52], 0.0));
        assert!(!line.crossed([0.19, 0.51], [0.21, 0.49], 0.0), "around the tip");
        let turned_back = [[0.24, 0.501], [0.24, 0.499]];
        assert!(line.crossed(turned_back[0], turned_back[1], 0.0));
        assert!(!line.crossed(turned_back[0], turned_back[1], 0.04), "so fast that it may have");
    }

    #[test]
    fn a_corner_may_be_cut_but_not_passed() {
        let corner = room(&[[0.1, 0.5], [0.5, 0.5], [0.5, 0.1]]);
        assert!(!corner.crossed([0.48, 0.501], [0.501, 0.48], 0.0), "through both sides");
        assert!(corner.crossed([0.49, 0.49], [0.51, 0.505], 0.0));
    }

    #[test]
    fn a_point_on_a_line_is_on_neither_side() {
        let line = room(&[[0.2, 0.5], [0.8, 0.5]]);
        assert!(line.unsure([0.5, 0.5 + 1e-8]) && !line.unsure([0.5, 0.5 + 1e-6]));
    }

    #[test]
    fn half_of_a_line_is_wet() {
        let line = room(&[[0.1, 0.5], [0.9, 0.5]]);
        let mut seen = vec![false; 32 * 32];
        assert_eq!(line.wet_share(&seen), 0.0);
        (0..16).for_each(|i| seen[16 * 32 + i] = true);
        let share = line.wet_share(&seen);
        assert!((share - 0.5).abs() < 0.06, "{share}");
    }
}

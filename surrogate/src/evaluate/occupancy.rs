//! Where there is water: how much of two shapes is common, and how high it stands.

use weir_scene::{Frame, Grid};

/// A cell holds water if it is filled to this share.
pub const WET: f32 = 0.5;
/// Shares of the water left of the left front, and right of the right one.
const OUTSIDE: f64 = 0.01;

/// How full each cell of a grid is.
#[derive(Clone, Debug, PartialEq)]
pub struct Occupancy {
    grid: Grid,
    filled: Vec<f32>,
}

impl Occupancy {
    /// Lays each particle on `grid` as a square of the room it stands for,
    /// `side_m` wide: so particles of all sizes cover the same grid alike.
    pub fn of(frame: &Frame, grid: Grid, side_m: f64) -> Self {
        let mut filled = vec![0.0; grid.nx * grid.ny];
        let half = 0.5 * side_m / grid.cell_m;
        for p in frame.positions_m.iter().filter(|p| p.iter().all(|c| c.is_finite())) {
            let centre = p.map(|c| f64::from(c) / grid.cell_m);
            let cells = |k: usize, count: usize| {
                let (low, high) = (centre[k] - half, centre[k] + half);
                let first = low.floor().max(0.0) as usize;
                let last = (high.ceil().max(0.0) as usize).min(count);
                (first..last).map(move |c| {
                    let c = c as f64;
                    (c as usize, (high.min(c + 1.0) - low.max(c)).max(0.0) as f32)
                })
            };
            for (j, y) in cells(1, grid.ny) {
                for (i, x) in cells(0, grid.nx) {
                    filled[grid.cell(i, j)] += x * y;
                }
            }
        }
        Self { grid, filled }
    }

    /// Cells that both fill over cells that either fills; one if both are dry.
    pub fn overlap(&self, other: &Self) -> f64 {
        let wet = self.filled.iter().zip(&other.filled).map(|(a, b)| (*a >= WET, *b >= WET));
        let (both, either) = wet.fold((0_u32, 0_u32), |(both, either), (a, b)| {
            (both + u32::from(a && b), either + u32::from(a || b))
        });
        if either == 0 { 1.0 } else { f64::from(both) / f64::from(either) }
    }

    /// Height of the highest water in each column, metres; zero where it is dry.
    pub fn surface_m(&self) -> Vec<f64> {
        let Grid { nx, ny, cell_m } = self.grid;
        let top = |i| (0..ny).rev().find(|&j| self.filled[self.grid.cell(i, j)] >= WET);
        (0..nx).map(|i| top(i).map_or(0.0, |j| (j + 1) as f64 * cell_m)).collect()
    }

    /// Mean distance of the surface from that of another, metres.
    pub fn surface_error_m(&self, other: &Self) -> f64 {
        let (a, b) = (self.surface_m(), other.surface_m());
        a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f64>() / a.len().max(1) as f64
    }
}

/// How far the water reaches to the left and to the right, spray aside, metres;
/// `None` without water.
pub fn fronts_m(frame: &Frame) -> Option<[f64; 2]> {
    let mut x: Vec<f64> = frame.positions_m.iter().map(|p| f64::from(p[0])).collect();
    x.sort_unstable_by(f64::total_cmp);
    let at = |share| super::bootstrap::quantile(&x, share);
    (!x.is_empty()).then(|| [at(OUTSIDE), at(1.0 - OUTSIDE)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { nx: 24, ny: 16, cell_m: 0.0625 };

    /// Water up to `height_m`, `side_m` from particle to particle, from `left_m` on.
    fn pool(height_m: f32, side_m: f32, left_m: f32) -> Frame {
        let (nx, ny) = ((0.5 / side_m) as usize, (height_m / side_m).round() as usize);
        let at = |k: usize| (k as f32 + 0.5) * side_m;
        let positions_m = (0..nx * ny).map(|k| [left_m + at(k % nx), at(k / nx)]).collect();
        Frame { positions_m, ..Frame::default() }
    }

    fn occupancy(frame: &Frame, side_m: f32) -> Occupancy {
        Occupancy::of(frame, GRID, f64::from(side_m))
    }

    #[test]
    fn the_same_water_overlaps_in_full_whatever_its_particles() {
        let fine = occupancy(&pool(0.25, 0.03125, 0.25), 0.03125);
        let coarse = occupancy(&pool(0.25, 0.0625, 0.25), 0.0625);
        assert_eq!((fine.overlap(&fine), fine.overlap(&coarse)), (1.0, 1.0));
        assert_eq!(fine.surface_error_m(&coarse), 0.0);
    }

    #[test]
    fn half_a_width_aside_a_third_is_common() {
        let (a, b) = (pool(0.25, 0.03125, 0.25), pool(0.25, 0.03125, 0.5));
        let overlap = occupancy(&a, 0.03125).overlap(&occupancy(&b, 0.03125));
        assert!((overlap - 1.0 / 3.0).abs() < 1e-12, "{overlap}");
        let dry = occupancy(&Frame::default(), 0.03125);
        assert_eq!((dry.overlap(&dry), dry.overlap(&occupancy(&a, 0.03125))), (1.0, 0.0));
    }

    #[test]
    fn surfaces_and_fronts_are_where_the_water_ends() {
        let (low, high) = (pool(0.25, 0.03125, 0.0), pool(0.375, 0.03125, 0.0));
        let error = occupancy(&low, 0.03125).surface_error_m(&occupancy(&high, 0.03125));
        assert!((error - 0.125 * 8.0 / 24.0).abs() < 1e-12, "eight of 24 columns: {error}");
        let [left, right] = fronts_m(&low).expect("water");
        assert!(left < 0.03125 && (0.46..0.5).contains(&right), "{left} {right}");
        assert_eq!(fronts_m(&Frame::default()), None);
    }
}

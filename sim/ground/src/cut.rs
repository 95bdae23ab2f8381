//! A cell that lines cross: which of its micro-points are connected.

use std::sync::OnceLock;

use weir_scene::Grid;

use crate::{Obstacles, Point};

/// Micro-points along a cell side.
pub const SIDE: usize = 8;
const NO_LABEL: u8 = u8::MAX;

/// A cell that a line or an outline touches, or that a solid fills.
#[derive(Clone, Debug)]
pub struct Cut {
    pub cell: u32,
    /// Component of each micro-point, counted within the cell.
    labels: [u8; SIDE * SIDE],
    pub count: u8,
    /// For each component: its micro-point nearest to its centroid.
    pub samples: [u8; SIDE * SIDE],
    /// Micro-points inside solids, as bits.
    pub solid: u64,
    /// Components after the first are numbered from here.
    pub first_extra: u32,
}

impl Cut {
    /// A cell whose components are not found yet.
    pub fn new(cell: usize, solid: u64) -> Self {
        let (labels, samples) = ([NO_LABEL; SIDE * SIDE], [0; SIDE * SIDE]);
        Self { cell: cell as u32, labels, count: 0, samples, solid, first_extra: 0 }
    }

    /// Component of each micro-point, counted within the cell; [`u8::MAX`] inside solids.
    pub fn labels(&self) -> &[u8; SIDE * SIDE] {
        &self.labels
    }

    /// Finds the components by flooding the 64 micro-points, kept as bits.
    pub fn label(&mut self, grid: &Grid, obstacles: &Obstacles) {
        let solid = self.solid;
        let origin = origin(grid, self.cell as usize);
        let (mut right, mut up) = (0_u64, 0_u64);
        for k in 0..SIDE * SIDE {
            let p = micro_point(origin, k);
            let open = |q| obstacles.sees_within(self.cell as usize, p, q);
            if k % SIDE + 1 < SIDE && open(micro_point(origin, k + 1)) {
                right |= 1 << k;
            }
            if k / SIDE + 1 < SIDE && open(micro_point(origin, k + SIDE)) {
                up |= 1 << k;
            }
        }
        let mut left_over = !solid;
        while left_over != 0 {
            let mut reached = left_over & left_over.wrapping_neg();
            loop {
                let spread = reached
                    | ((reached & right) << 1)
                    | ((reached >> 1) & right)
                    | ((reached & up) << SIDE)
                    | ((reached >> SIDE) & up);
                let spread = spread & !solid;
                if spread == reached {
                    break;
                }
                reached = spread;
            }
            for k in (0..SIDE * SIDE).filter(|k| reached >> k & 1 == 1) {
                self.labels[k] = self.count;
            }
            self.samples[usize::from(self.count)] = most_central(reached);
            self.count += 1;
            left_over &= !reached;
        }
    }

    /// Its components.
    pub fn components(&self) -> impl Iterator<Item = u32> + use<> {
        let extra = self.first_extra..self.first_extra + u32::from(self.count).saturating_sub(1);
        (self.count > 0).then_some(self.cell).into_iter().chain(extra)
    }

    /// Share of the cell that a component takes.
    pub fn area(&self, label: u8) -> f64 {
        self.labels.iter().filter(|&&own| own == label).count() as f64 / (SIDE * SIDE) as f64
    }

    /// Number within the cell of one of its components.
    pub fn label_of(&self, component: usize, cells: usize) -> u8 {
        if component < cells { 0 } else { (component as u32 - self.first_extra + 1) as u8 }
    }

    /// Label of the nearest micro-point that `p` sees.
    pub fn label_at(&self, origin: Point, obstacles: &Obstacles, p: Point) -> Option<u8> {
        let nearest = |k: usize| {
            let scaled = ((p[k] - origin[k]) * SIDE as f64).floor();
            scaled.clamp(0.0, SIDE as f64 - 1.0) as i32
        };
        let (column, row) = (nearest(0), nearest(1));
        for &(dx, dy) in nearest_first() {
            let (x, y) = (column + dx, row + dy);
            if x < 0 || y < 0 || x >= SIDE as i32 || y >= SIDE as i32 {
                continue;
            }
            let k = y as usize * SIDE + x as usize;
            if obstacles.sees_within(self.cell as usize, p, micro_point(origin, k)) {
                let label = self.labels[k];
                return (label != NO_LABEL).then_some(label);
            }
        }
        None
    }
}

/// The micro-point among `own` nearest to their centroid.
fn most_central(own: u64) -> u8 {
    let points = || (0..SIDE * SIDE).filter(|k| own >> k & 1 == 1);
    let count = points().count() as f64;
    let sum = points().fold([0.0; 2], |s, k| [s[0] + (k % SIDE) as f64, s[1] + (k / SIDE) as f64]);
    let centroid = sum.map(|c| c / count);
    let squared = |k: usize| {
        let d = [(k % SIDE) as f64 - centroid[0], (k / SIDE) as f64 - centroid[1]];
        d[0] * d[0] + d[1] * d[1]
    };
    points().min_by(|&k, &l| squared(k).total_cmp(&squared(l))).unwrap_or_default() as u8
}

/// All offsets between the micro-points of a cell, in columns and rows, by distance.
pub fn nearest_first() -> &'static [(i32, i32)] {
    static OFFSETS: OnceLock<Vec<(i32, i32)>> = OnceLock::new();
    OFFSETS.get_or_init(|| {
        let reach = SIDE as i32 - 1;
        let mut all: Vec<_> =
            (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y))).collect();
        all.sort_by_key(|&(x, y)| x * x + y * y);
        all
    })
}

/// Lower left corner of a cell.
pub fn origin(grid: &Grid, cell: usize) -> Point {
    [(cell % grid.nx) as f64, (cell / grid.nx) as f64]
}

/// Micro-point number `k` of the cell with this corner.
pub fn micro_point(origin: Point, k: usize) -> Point {
    let side = SIDE as f64;
    let offset = |index: usize| (index as f64 + 0.5) / side;
    [origin[0] + offset(k % SIDE), origin[1] + offset(k / SIDE)]
}

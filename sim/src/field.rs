//! Velocities on the sides of cells, and how to read them at a point.

use weir_scene::Grid;
use wide::f32x4;

use weir_ground::{Axis, Obstacles, Topology, square};

/// A value for every velocity unknown of both axes.
pub type FaceField = [Vec<f32>; 2];

/// What particles read of one side: new velocity, its change, the displacement
/// that restores density, and one if the velocity is known there, else zero.
/// Together, since they are read together.
pub type Packed = f32x4;

/// Both components of a vector. (`[0, 1].map` says the same, but is not always
/// inlined, which the innermost loops feel.)
#[inline(always)]
pub fn both<T>(mut component: impl FnMut(usize) -> T) -> [T; 2] {
    [component(0), component(1)]
}

/// Columns of the faces of `axis`.
#[inline]
pub fn columns(grid: &Grid, axis: Axis) -> usize {
    match axis {
        Axis::X => grid.nx + 1,
        Axis::Y => grid.nx,
    }
}

/// Middle of face `(i, j)`, cell widths.
#[inline]
pub fn face_at(axis: Axis, i: usize, j: usize) -> [f32; 2] {
    match axis {
        Axis::X => [i as f32, j as f32 + 0.5],
        Axis::Y => [i as f32 + 0.5, j as f32],
    }
}

/// The four sides around a point that nothing hides; at a wall the outer ones
/// mirror the inner ones.
#[derive(Clone, Copy, Debug)]
pub struct Corners {
    /// First of the two lower sides, and of the two upper ones.
    first: [usize; 2],
    /// Where between them the point lies, within 0 and 1.
    share: [f32; 2],
    /// Zero along the directions in which a mirror image follows, else one.
    open: [f32; 2],
}

impl Corners {
    /// The sides of `axis` around `p`.
    #[inline(always)]
    pub fn at(grid: &Grid, axis: Axis, p: [f32; 2]) -> Self {
        let (offset, last) = match axis {
            Axis::X => ([0.0, 0.5], [grid.nx, grid.ny - 1]),
            Axis::Y => ([0.5, 0.0], [grid.nx - 1, grid.ny]),
        };
        let along = both(|k| {
            let x = p[k] - offset[k];
            let first = (x as i32).clamp(0, last[k] as i32 - 1);
            let share = x - first as f32;
            let inside = share.clamp(0.0, 1.0);
            (first as usize, inside, f32::from(u8::from(share == inside)))
        });
        let width = last[0] + 1;
        let low = along[1].0 * width + along[0].0;
        Self {
            first: [low, low + width],
            share: [along[0].1, along[1].1],
            open: [along[0].2, along[1].2],
        }
    }

    /// The fields' values, and their slopes along x and y.
    #[inline(always)]
    pub fn read(&self, packed: &[Packed]) -> [Packed; 3] {
        let pair = |first: usize| match packed[first..first + 2] {
            [left, right] => [left, right],
            _ => [f32x4::splat(0.0); 2],
        };
        let ([low, low2], [high, high2]) = (pair(self.first[0]), pair(self.first[1]));
        let [s, t] = self.share;
        let mix = |a: Packed, b: Packed, share: f32| a + (b - a) * f32x4::splat(share);
        let (at_low, at_high) = (mix(low, low2, s), mix(high, high2, s));
        let across = mix(low2 - low, high2 - high, t) * f32x4::splat(self.open[0]);
        [mix(at_low, at_high, t), across, (at_high - at_low) * f32x4::splat(self.open[1])]
    }
}

/// What lies at the four corners of a reading, ready for any field of that axis.
///
/// A corner whose side is split contributes its visible pieces; a corner that a
/// line hides contributes nothing, and the weights of the others are scaled up.
#[derive(Clone, Copy, Debug)]
pub struct Stencil {
    count: usize,
    node: [u32; Self::MOST],
    weight: [f32; Self::MOST],
    /// From the point to each corner.
    way: [[f32; 2]; Self::MOST],
    slope: [[f32; 2]; Self::MOST],
    /// Added to the sum: what mirrored corners at a no-slip wall bring with them.
    offset: f32,
    offset_slope: [f32; 2],
}

/// Tangential speed of the walls that a reading may mirror about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NoSlip {
    /// Whether walls drag at all.
    pub on: bool,
    /// Speed of the top wall along x, cells/s.
    pub lid: f32,
}

impl Stencil {
    const MOST: usize = 16;

    /// The reading of `axis` at `p` in `cell`.
    pub fn at(
        topology: &Topology,
        obstacles: &Obstacles,
        no_slip: NoSlip,
        axis: Axis,
        cell: usize,
        p: [f32; 2],
    ) -> Self {
        let grid = topology.grid();
        let (offset_x, offset_y) = match axis {
            Axis::X => (0.0, 0.5),
            Axis::Y => (0.5, 0.0),
        };
        let (i, j) = ((p[0] - offset_x).floor() as i32, (p[1] - offset_y).floor() as i32);
        let clear = obstacles.clear_near(cell);
        let square = square::at(grid, axis.stagger(), p);
        let mut stencil = Self {
            count: 0,
            node: [0; Self::MOST],
            weight: [0.0; Self::MOST],
            way: [[0.0; 2]; Self::MOST],
            slope: [[0.0; 2]; Self::MOST],
            offset: 0.0,
            offset_slope: [0.0; 2],
        };
        let [columns, rows] = grid.shape(axis.stagger());
        let (mut total, mut total_slope) = (0.0, [0.0; 2]);
        let mut whole = true;
        for (i, j) in [(i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1)] {
            let (column, mirror_x) = if topology.periodic_x() {
                (i.rem_euclid(grid.nx as i32), false)
            } else {
                let column = i.clamp(0, columns as i32 - 1);
                (column, column != i)
            };
            let row = j.clamp(0, rows as i32 - 1);
            let mirror = mirror_x || row != j;
            let face = column as usize + row as usize * columns;
            // The corner as it lies around `p`, which on a periodic seam is not where it is stored.
            let shift = [(i - column) as f32, (j - row) as f32];
            let mut add = |node: usize, at: [f32; 2], share: f32| {
                let (dx, dy) = (at[0] + shift[0] - p[0], at[1] + shift[1] - p[1]);
                let (wx, wy) = (1.0 - dx.abs(), 1.0 - dy.abs());
                if wx <= 0.0 || wy <= 0.0 || stencil.count == Self::MOST {
                    return;
                }
                let weight = wx * wy * share;
                let slope = [dx.signum() * wy * share, dy.signum() * wx * share];
                let sign = if mirror && no_slip.on { -1.0 } else { 1.0 };
                stencil.node[stencil.count] = node as u32;
                stencil.weight[stencil.count] = sign * weight;
                stencil.way[stencil.count] = [dx, dy];
                stencil.slope[stencil.count] = slope.map(|s| sign * s);
                stencil.count += 1;
                total += weight;
                (0..2).for_each(|k| total_slope[k] += slope[k]);
                if sign < 0.0 {
                    let wall = if axis == Axis::X && j > row { no_slip.lid } else { 0.0 };
                    stencil.offset += 2.0 * wall * weight;
                    (0..2).for_each(|k| stencil.offset_slope[k] += 2.0 * wall * slope[k]);
                }
            };
            let middle = face_at(axis, column as usize, row as usize);
            let ends = |at: [f32; 2]| (p.map(f64::from), at.map(f64::from));
            let sees = |at: [f32; 2]| {
                clear || {
                    let (from, to) = ends(at);
                    obstacles.sees(cell, from, to)
                }
            };
            let sees_middle = || {
                clear || {
                    let (from, to) = ends(middle);
                    obstacles.sees_between(axis.stagger(), square, from, to)
                }
            };
            match topology.pieces(axis, face) {
                Some(pieces) if !matches!(pieces, [piece] if piece.aperture == 1.0) => {
                    whole = false;
                    for piece in pieces.iter().filter(|piece| sees(piece.at)) {
                        add(piece.node as usize, piece.at, piece.aperture);
                    }
                }
                _ => {
                    let seen = if column == i || !topology.periodic_x() {
                        sees_middle()
                    } else {
                        sees(middle)
                    };
                    if seen {
                        add(face, middle, 1.0);
                    } else {
                        whole = false;
                    }
                }
            }
        }
        stencil.normalise(total, total_slope, whole);
        stencil
    }

    /// Scales the weights to sum to one, and their slopes to match: the slope of
    /// Σwu / Σw is (Σ∇w·u − ū Σ∇w) / Σw.
    fn normalise(&mut self, total: f32, total_slope: [f32; 2], whole: bool) {
        if total <= 1e-6 {
            self.count = 0;
            (self.offset, self.offset_slope) = (0.0, [0.0; 2]);
            return;
        }
        let scale = 1.0 / total;
        for k in 0..self.count {
            self.weight[k] *= scale;
            for d in 0..2 {
                self.slope[k][d] =
                    self.slope[k][d] * scale - self.weight[k] * total_slope[d] * scale;
            }
        }
        if !whole {
            // With a corner hidden or split, the slope of what is left is often that
            // of values a hair apart. A particle that spreads it over whole cells and
            // reads it back finds it steeper every time.
            self.slope = [[0.0; 2]; Self::MOST];
            self.offset_slope = [0.0; 2];
        }
        self.offset *= scale;
        for d in 0..2 {
            self.offset_slope[d] =
                self.offset_slope[d] * scale - self.offset * total_slope[d] * scale;
        }
    }

    /// Whether anything is visible from the point.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The corners: node, weight, and the way there from the point.
    #[inline]
    pub fn corners(&self) -> impl Iterator<Item = (usize, f32, [f32; 2])> + '_ {
        (0..self.count).map(|k| (self.node[k] as usize, self.weight[k], self.way[k]))
    }

    /// The fields' values. A mirrored wall counts with its own speed, and adds
    /// nothing to what is not a velocity.
    #[inline]
    pub fn value(&self, packed: &[Packed]) -> Packed {
        let corners = (0..self.count).map(|k| (packed[self.node[k] as usize], self.weight[k]));
        corners.fold(f32x4::new([self.offset, 0.0, 0.0, 0.0]), |sum, (node, weight)| {
            sum + node * f32x4::splat(weight)
        })
    }

    /// The velocity's slope along x and y.
    #[inline]
    pub fn slope(&self, packed: &[Packed]) -> [f32; 2] {
        let mut slope = self.offset_slope;
        for k in 0..self.count {
            let velocity = packed[self.node[k] as usize].to_array()[0];
            slope[0] += self.slope[k][0] * velocity;
            slope[1] += self.slope[k][1] * velocity;
        }
        slope
    }
}

//! Velocities on the sides of cells, and how to read them in the open.

use weir_scene::Grid;
use wide::f32x4;

use weir_ground::Axis;

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

/// Tangential speed of the walls that a reading may mirror about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NoSlip {
    /// Whether walls drag at all.
    pub on: bool,
    /// Speed of the top wall along x, cells/s.
    pub lid: f32,
}

//! How much of a particle's reach is open to water, pixel by pixel.
//!
//! Next to a wall half of the kernel's reach holds no particles, so the field of
//! full water falls to one half there and the water would seem to shrink from
//! the wall. Dividing by the share of the reach that a particle could be seen
//! in gives one in full water everywhere.

use rayon::prelude::*;

use super::barrier::Barrier;
use super::canvas::centre;
use super::kernel::Kernel;

/// In a sharp corner the share is small and the quotient noisy; it is taken for no less,
/// beside lines and beside bodies.
pub const LEAST_OPEN: f32 = 0.25;

/// Share of the kernel around each pixel, `LEAST_OPEN..=1`, that walls and `barrier` leave open.
pub fn openness(size_px: [usize; 2], kernel: &Kernel, barrier: &Barrier) -> Vec<f32> {
    const SAMPLES: usize = 64;
    let samples = kernel.samples(SAMPLES);
    let along = |k: usize| -> Vec<f32> {
        (0..size_px[k])
            .map(|i| {
                let at = i as f32 + 0.5;
                kernel.share_below(size_px[k] as f32 - at) - kernel.share_below(-at)
            })
            .collect()
    };
    let (open_x, open_y) = (along(0), along(1));
    let mut open = vec![0.0; size_px[0] * size_px[1]];
    open.par_chunks_mut(size_px[0]).enumerate().for_each(|(y, row)| {
        let mut occluders = Vec::new();
        for (x, open) in row.iter_mut().enumerate() {
            let at = centre(x, y);
            barrier.near(at, kernel.reach_px, &mut occluders);
            *open = open_x[x] * open_y[y];
            if !occluders.is_empty() {
                let visible = samples.iter().filter(|offset| {
                    let point = [at[0] + offset[0], at[1] + offset[1]];
                    !occluders.iter().any(|o| o.hides(point) || o.contains(point))
                });
                *open *= visible.count() as f32 / SAMPLES as f32;
            }
            *open = open.max(LEAST_OPEN);
        }
    });
    open
}

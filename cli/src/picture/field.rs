//! Particles spread into a smooth field: how much water a pixel holds, and how fast it is.
//!
//! Rows are cut into bands that threads fill independently. Within a band the
//! particles come in the order of the frame, so the sums, and with them the
//! picture, do not depend on the number of threads.

use rayon::prelude::*;

use super::barrier::{Barrier, Occluder};
use super::canvas::centre;
use super::kernel::Kernel;

/// Rows in a band: enough that few particles fall in two, few enough to share out.
const BAND_ROWS: usize = 32;

/// A particle on the picture.
#[derive(Clone, Copy, Debug)]
pub struct Dot {
    /// Position, inner pixels.
    pub at: [f32; 2],
    /// What the second channel averages.
    pub value: f32,
}

/// Two channels, one number a pixel each.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Columns and rows.
    pub size_px: [usize; 2],
    /// Sum of kernels: one in full water.
    pub density: Vec<f32>,
    /// Sum of kernels times value.
    pub weighted: Vec<f32>,
    bands: Vec<Vec<u32>>,
}

impl Field {
    /// An empty field.
    pub fn new(size_px: [usize; 2]) -> Self {
        let pixels = size_px[0] * size_px[1];
        Self {
            size_px,
            density: vec![0.0; pixels],
            weighted: vec![0.0; pixels],
            bands: vec![Vec::new(); size_px[1].div_ceil(BAND_ROWS)],
        }
    }

    /// Replaces the field by that of `dots`. A dot adds nothing to a pixel that `barrier` hides from it.
    pub fn splat(&mut self, dots: &[Dot], kernel: &Kernel, barrier: &Barrier) {
        let columns = self.size_px[0];
        let chunk = BAND_ROWS * columns;
        self.sort_into_bands(dots, kernel.reach_px);
        self.density
            .par_chunks_mut(chunk)
            .zip(self.weighted.par_chunks_mut(chunk))
            .zip(&self.bands)
            .enumerate()
            .for_each(|(band, ((density, weighted), members))| {
                density.fill(0.0);
                weighted.fill(0.0);
                let mut rows = Band {
                    first_row: band * BAND_ROWS,
                    columns,
                    density,
                    weighted,
                    factors: Vec::new(),
                    occluders: Vec::new(),
                };
                for &i in members {
                    rows.add(dots[i as usize], kernel, barrier);
                }
            });
    }

    /// Index of the pixel under `at`.
    #[inline]
    pub fn pixel(&self, at: [f32; 2]) -> usize {
        let limit = self.size_px.map(|n| n - 1);
        (at[1].max(0.0) as usize).min(limit[1]) * self.size_px[0]
            + (at[0].max(0.0) as usize).min(limit[0])
    }

    fn sort_into_bands(&mut self, dots: &[Dot], reach_px: f32) {
        for band in &mut self.bands {
            band.clear();
        }
        let last = self.bands.len() - 1;
        let band_of = |y: f32| ((y.max(0.0) as usize) / BAND_ROWS).min(last);
        for (i, dot) in dots.iter().enumerate() {
            let (first, last) = (band_of(dot.at[1] - reach_px), band_of(dot.at[1] + reach_px));
            for band in &mut self.bands[first..=last] {
                band.push(i as u32);
            }
        }
    }
}

/// The rows that one thread is filling.
struct Band<'a> {
    first_row: usize,
    columns: usize,
    density: &'a mut [f32],
    weighted: &'a mut [f32],
    factors: Vec<f32>,
    occluders: Vec<Occluder>,
}

impl Band<'_> {
    fn add(&mut self, dot: Dot, kernel: &Kernel, barrier: &Barrier) {
        let rows = self.density.len() / self.columns;
        let [x0, x1] = span(dot.at[0], kernel.reach_px, 0, self.columns);
        let [y0, y1] = span(dot.at[1], kernel.reach_px, self.first_row, self.first_row + rows);
        if x0 >= x1 || y0 >= y1 {
            return;
        }
        self.factors.clear();
        self.factors.extend((x0..x1).map(|x| kernel.factor(x as f32 + 0.5 - dot.at[0])));
        barrier.near(dot.at, kernel.reach_px * std::f32::consts::SQRT_2, &mut self.occluders);
        for y in y0..y1 {
            let height = kernel.factor(y as f32 + 0.5 - dot.at[1]);
            let row = (y - self.first_row) * self.columns;
            let density = &mut self.density[row + x0..row + x1];
            let weighted = &mut self.weighted[row + x0..row + x1];
            let pixels = density.iter_mut().zip(weighted).zip(&self.factors);
            if self.occluders.is_empty() {
                for ((density, weighted), factor) in pixels {
                    let weight = height * factor;
                    *density += weight;
                    *weighted += weight * dot.value;
                }
            } else {
                for (x, ((density, weighted), factor)) in (x0..x1).zip(pixels) {
                    if !self.occluders.iter().any(|o| o.hides(centre(x, y))) {
                        let weight = height * factor;
                        *density += weight;
                        *weighted += weight * dot.value;
                    }
                }
            }
        }
    }
}

/// Pixels whose centres lie within `reach` of `at`, cut to `low..high`.
fn span(at: f32, reach: f32, low: usize, high: usize) -> [usize; 2] {
    let first = (at - reach + 0.5).floor().max(0.0) as usize;
    let end = (at + reach + 0.5).floor().max(0.0) as usize;
    [first.max(low), end.min(high)]
}

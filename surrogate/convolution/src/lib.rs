//! Convolutions of small maps and their gradients, on a processor.
//!
//! A network with a few dozen channels spends nearly all of its time in 3 × 3
//! convolutions. Libraries turn these into a product of matrices, for which every
//! value is first copied nine times; at such sizes the copying costs as much as the
//! product. Here the maps get a border of zeros instead, after which a tap of the
//! filter is nothing but a shift of the whole map ([`planes`]), and sums of
//! products stay in registers over all taps and channels ([`slide`], [`weigh`]).
//!
//! Arrays are `batch × channels × height × width`, without gaps. Sums run in an
//! order that does not depend on the number of threads. Which instructions are
//! used is found out at run time ([`pulp`]).
//!
//! ```
//! use weir_convolution::Convolution;
//!
//! let blur = Convolution { inputs: 1, outputs: 1, side: 3, height: 1, width: 4 };
//! let weights = [0.0, 0.0, 0.0, 0.25, 0.5, 0.25, 0.0, 0.0, 0.0];
//! let mut y = [0.0; 4];
//! blur.forward(&[0.0, 4.0, 0.0, 0.0], &weights, &[0.0], &mut y);
//! assert_eq!(y, [1.0, 2.0, 1.0, 0.0]);
//! ```

mod planes;
pub mod silu;
mod slide;
mod weigh;

use rayon::prelude::*;

use planes::{Planes, Size};

/// Products that are worth a task of their own.
const WORTH: usize = 1 << 20;
/// Places of a band of rows that are worth it.
const LONG: usize = 256;

/// What one task computes. A band of rows is better than some of the channels: what it
/// reads is then mostly what it has copied itself, and not in another core's cache.
struct Share {
    /// Rows of each map.
    rows: usize,
    /// Output channels.
    outputs: usize,
}

/// A convolution with zeros around: the answer is as large as the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Channels that go in.
    pub inputs: usize,
    /// Channels that come out.
    pub outputs: usize,
    /// Side of the filter: 1 or 3.
    pub side: usize,
    /// Rows of a map.
    pub height: usize,
    /// Columns of a map.
    pub width: usize,
}

impl Convolution {
    /// `y = w ∗ x + b`, with `x` of `batch × inputs × height × width`, `weights` of
    /// `outputs × inputs × side × side`, `bias` of `outputs`, and `y` of
    /// `batch × outputs × height × width`.
    ///
    /// # Panics
    /// An array is not of its size.
    pub fn forward(&self, x: &[f32], weights: &[f32], bias: &[f32], y: &mut [f32]) {
        self.check(Some(x), Some(weights), Some(y));
        assert_eq!(bias.len(), self.outputs, "one bias for each output");
        self.slide(self.inputs, weights, x, bias, y);
    }

    /// Gradient with respect to `x`, given that with respect to `y`.
    ///
    /// # Panics
    /// An array is not of its size.
    pub fn input_gradient(&self, weights: &[f32], dy: &[f32], dx: &mut [f32]) {
        self.check(Some(dx), Some(weights), Some(dy));
        // What a tap takes from the right it gives back to the right: mirrored taps.
        let mut mirrored = Vec::with_capacity(weights.len());
        for input in 0..self.inputs {
            for output in 0..self.outputs {
                let at = (output * self.inputs + input) * self.taps();
                mirrored.extend(weights[at..at + self.taps()].iter().rev());
            }
        }
        self.slide(self.outputs, &mirrored, dy, &[], dx);
    }

    /// Gradient with respect to the weights, summed over the batch.
    ///
    /// # Panics
    /// An array is not of its size.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        self.check(Some(x), Some(dw), Some(dy));
        let size = self.size();
        let samples = x.par_chunks(self.inputs * size.area());
        let parts: Vec<Vec<f32>> = samples
            .zip(dy.par_chunks(self.outputs * size.area()))
            .map(|(x, dy)| {
                let x = Planes::new(size, self.inputs, x, 0..size.height);
                let dy = Planes::new(size, self.outputs, dy, 0..size.height);
                weigh::weigh(&x, &dy, self.side)
            })
            .collect();
        dw.fill(0.0);
        for part in &parts {
            dw.iter_mut().zip(part).for_each(|(sum, term)| *sum += term);
        }
    }

    /// Gradient with respect to the bias, summed over the batch.
    ///
    /// # Panics
    /// An array is not of its size.
    pub fn bias_gradient(&self, dy: &[f32], db: &mut [f32]) {
        self.check(None, None, Some(dy));
        assert_eq!(db.len(), self.outputs, "one bias for each output");
        db.fill(0.0);
        for (k, map) in dy.chunks(self.size().area()).enumerate() {
            db[k % self.outputs] += map.iter().sum::<f32>();
        }
    }

    fn size(&self) -> Size {
        Size { height: self.height, width: self.width }
    }

    fn taps(&self) -> usize {
        self.side * self.side
    }

    fn slide(&self, channels: usize, weights: &[f32], from: &[f32], bias: &[f32], to: &mut [f32]) {
        let size = self.size();
        let one = channels * self.taps();
        let Share { rows, outputs } =
            self.share(from.len() / (channels * size.area()), weights.len() / one);
        let mut tasks = Vec::new();
        let samples = to.chunks_mut(weights.len() / one * size.area());
        for (to, from) in samples.zip(from.chunks(channels * size.area())) {
            for (k, to) in to.chunks_mut(outputs * size.area()).enumerate() {
                let weights = &weights[k * outputs * one..];
                let bias = bias.get(k * outputs..).unwrap_or_default();
                let mut maps: Vec<_> =
                    to.chunks_mut(size.area()).map(|m| m.chunks_mut(rows * size.width)).collect();
                for first in (0..size.height).step_by(rows) {
                    let rows = first..(first + rows).min(size.height);
                    let to: Vec<&mut [f32]> = maps.iter_mut().filter_map(Iterator::next).collect();
                    tasks.push((from, rows, weights, bias, to));
                }
            }
        }
        tasks.into_par_iter().for_each(|(from, rows, weights, bias, to)| {
            let planes = Planes::new(size, channels, from, rows);
            slide::slide(&planes, self.side, weights, bias, to);
        });
    }

    /// What one task computes, so that there are enough for all threads.
    fn share(&self, samples: usize, outputs: usize) -> Share {
        let products = self.inputs * self.outputs * self.taps() * self.size().area();
        let parts = rayon::current_num_threads().div_ceil(samples.max(1));
        let parts = parts.min(products / WORTH).max(1);
        let rows = self.height.div_ceil(parts);
        if parts == 1 || rows * self.size().stride() >= LONG {
            Share { rows, outputs }
        } else {
            Share {
                rows: self.height,
                outputs: outputs.div_ceil(parts).next_multiple_of(slide::MANY),
            }
        }
    }

    fn check(&self, x: Option<&[f32]>, weights: Option<&[f32]>, y: Option<&[f32]>) {
        assert!(matches!(self.side, 1 | 3), "side: got {}, takes 1 or 3", self.side);
        let area = self.size().area();
        let (one_x, one_y) = (self.inputs * area, self.outputs * area);
        assert!(one_x > 0 && one_y > 0, "nothing to do: {self:?}");
        if let Some(weights) = weights {
            assert_eq!(weights.len(), self.outputs * self.inputs * self.taps(), "weights");
        }
        let batch = |array: Option<&[f32]>, one: usize, name: &str| {
            array.map(|array| {
                assert_eq!(array.len() % one, 0, "{name} is not of whole samples: {self:?}");
                array.len() / one
            })
        };
        if let (Some(x), Some(y)) = (batch(x, one_x, "x"), batch(y, one_y, "y")) {
            assert_eq!(x, y, "samples in x and in y");
        }
    }
}

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

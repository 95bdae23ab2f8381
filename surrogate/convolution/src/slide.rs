//! A filter slides over maps.
//!
//! Some output channels times some neighbouring places are computed at once: as
//! many as there are registers for. Each value that is loaded serves all of these
//! channels, each weight all of these places (Goto & van de Geijn 2008, for a
//! product of matrices).

use pulp::{Arch, Simd, WithSimd};

use crate::planes::Planes;

/// Output channels at once where there are 32 registers, and where there are 16.
const MANY: usize = 8;
const FEW: usize = 4;
/// Vectors of neighbouring places at once.
const VECTORS: usize = 3;

/// Weights in the order in which they are needed.
pub struct Filter {
    /// Channels that come out.
    pub outputs: usize,
    /// How many of them are computed at once.
    pub block: usize,
    inputs: usize,
    taps: usize,
    /// `blocks × inputs × taps × block`.
    weights: Vec<f32>,
}

impl Filter {
    /// A filter whose weight is `of(output, input, tap)`.
    pub fn new(
        outputs: usize,
        inputs: usize,
        taps: usize,
        of: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let block = Arch::new().dispatch(Block);
        let mut weights = Vec::with_capacity(outputs.next_multiple_of(block) * inputs * taps);
        for first in (0..outputs).step_by(block) {
            for input in 0..inputs {
                for tap in 0..taps {
                    let all = first..first + block;
                    weights.extend(all.map(|o| if o < outputs { of(o, input, tap) } else { 0.0 }));
                }
            }
        }
        Self { outputs, block, inputs, taps, weights }
    }
}

/// How many output channels are computed at once.
struct Block;

impl WithSimd for Block {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        if S::REGISTER_COUNT >= 32 { MANY } else { FEW }
    }
}

/// Block `block` of the channels of `filter` over `planes`, into maps without border.
pub fn slide(planes: &Planes, filter: &Filter, block: usize, bias: Option<&[f32]>, to: &mut [f32]) {
    let one = filter.inputs * filter.taps * filter.block;
    let weights = &filter.weights[block * one..(block + 1) * one];
    let offsets = planes.size.taps(if filter.taps == 1 { 1 } else { 3 });
    let bias = bias.map_or(&[][..], |bias| &bias[block * filter.block..]);
    Arch::new().dispatch(Slide {
        planes,
        weights,
        offsets: &offsets,
        bias,
        block: filter.block,
        to,
    });
}

struct Slide<'a> {
    planes: &'a Planes,
    weights: &'a [f32],
    offsets: &'a [usize],
    bias: &'a [f32],
    block: usize,
    to: &'a mut [f32],
}

impl WithSimd for Slide<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.block {
            MANY => self.run::<S, MANY>(simd),
            _ => self.run::<S, FEW>(simd),
        }
    }
}

impl Slide<'_> {
    #[inline(always)]
    fn run<S: Simd, const CHANNELS: usize>(self, simd: S) {
        let size = self.planes.size;
        let tile = VECTORS * S::F32_LANES;
        let line = size.line().next_multiple_of(tile);
        let mut lines = vec![0.0_f32; CHANNELS * line];
        let start: [f32; CHANNELS] =
            std::array::from_fn(|k| self.bias.get(k).copied().unwrap_or_default());
        for n in (0..line).step_by(tile) {
            let mut sums = start.map(|b| [simd.splat_f32s(b); VECTORS]);
            let mut weights = self.weights.chunks_exact(CHANNELS);
            for input in 0..self.planes.channels {
                let plane = self.planes.channel(input);
                for &offset in self.offsets {
                    let (vectors, _) = S::as_simd_f32s(&plane[n + offset..n + offset + tile]);
                    let (Some(w), &[a, b, c]) = (weights.next(), vectors) else { return };
                    for (sums, &w) in sums.iter_mut().zip(w) {
                        let w = simd.splat_f32s(w);
                        sums[0] = simd.mul_add_e_f32s(w, a, sums[0]);
                        sums[1] = simd.mul_add_e_f32s(w, b, sums[1]);
                        sums[2] = simd.mul_add_e_f32s(w, c, sums[2]);
                    }
                }
            }
            for (sums, line) in sums.iter().zip(lines.chunks_exact_mut(line)) {
                let (vectors, _) = S::as_mut_simd_f32s(&mut line[n..n + tile]);
                vectors.copy_from_slice(sums);
            }
        }
        for (map, line) in self.to.chunks_mut(size.area()).zip(lines.chunks_exact(line)) {
            let rows = line.chunks(size.stride());
            for (to, from) in map.chunks_mut(size.width).zip(rows) {
                to.copy_from_slice(&from[..size.width]);
            }
        }
    }
}

//! A filter slides over maps.
//!
//! Some output channels times some neighbouring places are computed at once: as
//! many as there are registers for. Each value that is loaded serves all of these
//! channels, each weight all of these places (Goto & van de Geijn 2008, for a
//! product of matrices).

use pulp::{Arch, Simd, WithSimd};

use crate::planes::Planes;

/// Output channels at once where there are 32 registers, and where there are 16.
pub const MANY: usize = 8;
const FEW: usize = 4;
/// Vectors of neighbouring places at once.
const VECTORS: usize = 3;

/// The filter `weights`, `outputs × inputs × side × side`, over a band of rows. `to` are
/// these rows of each output channel.
pub fn slide(planes: &Planes, side: usize, weights: &[f32], bias: &[f32], to: Vec<&mut [f32]>) {
    Arch::new().dispatch(Slide { planes, side, weights, bias, to });
}

struct Slide<'a, 'b> {
    planes: &'a Planes,
    side: usize,
    weights: &'a [f32],
    /// One for each output, or none at all.
    bias: &'a [f32],
    to: Vec<&'b mut [f32]>,
}

impl WithSimd for Slide<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 { self.run::<S, MANY>(simd) } else { self.run::<S, FEW>(simd) }
    }
}

impl Slide<'_, '_> {
    #[inline(always)]
    fn run<S: Simd, const CHANNELS: usize>(mut self, simd: S) {
        let size = self.planes.size;
        let offsets = size.taps(self.side);
        let tile = VECTORS * S::F32_LANES;
        let line = size.line().next_multiple_of(tile);
        let mut lines = vec![0.0_f32; CHANNELS * line];
        let one = self.planes.channels * offsets.len();
        let outputs = self.to.len();
        for (block, to) in self.to.chunks_mut(CHANNELS).enumerate() {
            // A channel too many is computed from the last one and thrown away.
            let channel = |k: usize| (block * CHANNELS + k).min(outputs - 1);
            let weights: [&[f32]; CHANNELS] =
                std::array::from_fn(|k| &self.weights[channel(k) * one..][..one]);
            let start: [f32; CHANNELS] =
                std::array::from_fn(|k| self.bias.get(channel(k)).copied().unwrap_or_default());
            for n in (0..line).step_by(tile) {
                let mut sums = start.map(|b| [simd.splat_f32s(b); VECTORS]);
                let mut next = 0;
                for input in 0..self.planes.channels {
                    let plane = self.planes.channel(input);
                    for &offset in &offsets {
                        let (vectors, _) = S::as_simd_f32s(&plane[n + offset..n + offset + tile]);
                        let &[a, b, c] = vectors else { return };
                        for (sums, weights) in sums.iter_mut().zip(&weights) {
                            let w = simd.splat_f32s(weights[next]);
                            sums[0] = simd.mul_add_e_f32s(w, a, sums[0]);
                            sums[1] = simd.mul_add_e_f32s(w, b, sums[1]);
                            sums[2] = simd.mul_add_e_f32s(w, c, sums[2]);
                        }
                        next += 1;
                    }
                }
                for (sums, line) in sums.iter().zip(lines.chunks_exact_mut(line)) {
                    let (vectors, _) = S::as_mut_simd_f32s(&mut line[n..n + tile]);
                    vectors.copy_from_slice(sums);
                }
            }
            for (map, line) in to.iter_mut().zip(lines.chunks_exact(line)) {
                let rows = line.chunks(size.stride());
                for (to, from) in map.chunks_mut(size.width).zip(rows) {
                    to.copy_from_slice(&from[..size.width]);
                }
            }
        }
    }
}

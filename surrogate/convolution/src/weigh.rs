//! How much each weight of a filter matters: products of two maps, one shifted.

use pulp::{Arch, Simd, WithSimd};

use crate::planes::Planes;

/// Output channels at once where there are 32 registers, and where there are 16.
const MANY: usize = 8;
const FEW: usize = 4;
/// Places that are summed up before the next input channel has its turn, so that
/// the maps of a block of output channels stay near.
const STRETCH: usize = 1024;

/// Gradient of the weights, `outputs × inputs × side × side`.
pub fn weigh(x: &Planes, dy: &Planes, side: usize) -> Vec<f32> {
    let mut dw = vec![0.0; dy.channels * x.channels * side * side];
    Arch::new().dispatch(Weigh { x, dy, side, dw: &mut dw });
    dw
}

struct Weigh<'a> {
    x: &'a Planes,
    dy: &'a Planes,
    side: usize,
    dw: &'a mut [f32],
}

impl WithSimd for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (S::REGISTER_COUNT >= 32, self.side) {
            (true, 3) => self.run::<S, MANY, 3>(simd),
            (false, 3) => self.run::<S, FEW, 3>(simd),
            _ => self.run::<S, FEW, 1>(simd),
        }
    }
}

impl Weigh<'_> {
    /// `ACROSS` is the taps of one row of the filter.
    #[inline(always)]
    fn run<S: Simd, const CHANNELS: usize, const ACROSS: usize>(self, simd: S) {
        let Self { x, dy, side, dw } = self;
        let offsets = x.size.taps(side);
        // Where a place of the line stands in a map with its border.
        let here = x.size.stride() + 1;
        let line = x.size.line().next_multiple_of(S::F32_LANES);
        for first in (0..dy.channels).step_by(CHANNELS) {
            // A channel too many is computed from the last one and thrown away.
            let channel = |k: usize| (first + k).min(dy.channels - 1);
            for start in (0..line).step_by(STRETCH) {
                let count = STRETCH.min(line - start);
                let errors: [&[S::f32s]; CHANNELS] = std::array::from_fn(|k| {
                    S::as_simd_f32s(&dy.channel(channel(k))[start + here..][..count]).0
                });
                for input in 0..x.channels {
                    let plane = &x.channel(input)[start..];
                    for (row, offsets) in offsets.chunks_exact(ACROSS).enumerate() {
                        let shifted: [&[S::f32s]; ACROSS] = std::array::from_fn(|tap| {
                            S::as_simd_f32s(&plane[offsets[tap]..][..count]).0
                        });
                        let sums = products::<S, CHANNELS, ACROSS>(simd, errors, shifted);
                        let real = CHANNELS.min(dy.channels - first);
                        for (k, sums) in sums.iter().enumerate().take(real) {
                            let at = ((first + k) * x.channels + input) * side * side;
                            for (tap, &sum) in sums.iter().enumerate() {
                                dw[at + row * ACROSS + tap] += simd.reduce_sum_f32s(sum);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn products<S: Simd, const CHANNELS: usize, const ACROSS: usize>(
    simd: S,
    errors: [&[S::f32s]; CHANNELS],
    shifted: [&[S::f32s]; ACROSS],
) -> [[S::f32s; ACROSS]; CHANNELS] {
    let mut sums = [[simd.splat_f32s(0.0); ACROSS]; CHANNELS];
    let count = errors[0].len();
    // The same for all, which the compiler cannot know.
    let errors = errors.map(|error| &error[..count]);
    let shifted = shifted.map(|x| &x[..count]);
    for n in 0..count {
        let x = shifted.map(|x| x[n]);
        for (sums, error) in sums.iter_mut().zip(&errors) {
            let error = error[n];
            for (sum, &x) in sums.iter_mut().zip(&x) {
                *sum = simd.mul_add_e_f32s(error, x, *sum);
            }
        }
    }
    sums
}

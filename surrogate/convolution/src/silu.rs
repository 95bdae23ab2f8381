//! SiLU, x · σ(x) (Elfwing et al. 2018), and its gradient.

use pulp::Arch;
use rayon::prelude::*;

/// Values that one task covers.
const CHUNK: usize = 1 << 14;

/// `y = x σ(x)`.
///
/// # Panics
/// The arrays are not of one length.
pub fn forward(x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len());
    x.par_chunks(CHUNK).zip(y.par_chunks_mut(CHUNK)).for_each(|(x, y)| {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (x, y) in x.iter().zip(y) {
                    *y = x * sigmoid(*x);
                }
            },
        );
    });
}

/// Gradient with respect to `x`, given that with respect to `y`.
///
/// # Panics
/// The arrays are not of one length.
pub fn gradient(x: &[f32], dy: &[f32], dx: &mut [f32]) {
    assert!(x.len() == dy.len() && x.len() == dx.len());
    let chunks = x.par_chunks(CHUNK).zip(dy.par_chunks(CHUNK)).zip(dx.par_chunks_mut(CHUNK));
    chunks.for_each(|((x, dy), dx)| {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for ((x, dy), dx) in x.iter().zip(dy).zip(dx) {
                    let s = sigmoid(*x);
                    *dx = dy * s * (1.0 + x * (1.0 - s));
                }
            },
        );
    });
}

/// 1 / (1 + e⁻ˣ), without a branch, so that it is computed for many at once.
#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    // Beyond, e⁻ˣ is nothing to one, or one to it; NaN passes.
    let x = if x > 80.0 { 80.0 } else { x };
    let x = if x < -80.0 { -80.0 } else { x };
    // e⁻ˣ = 2ᵏ · 2ᶠ with a whole k and |f| ≤ ½; adding and taking away 1.5 · 2²³ rounds.
    const ROUND: f32 = 12_582_912.0;
    let t = -x * std::f32::consts::LOG2_E;
    let rounded = t + ROUND;
    let f = t - (rounded - ROUND);
    // Taylor in f ln 2: what is left out is below 2 · 10⁻⁷ at |f| = ½.
    let p = 1.540_353e-4;
    let p = p * f + 1.333_355_8e-3;
    let p = p * f + 9.618_129e-3;
    let p = p * f + 5.550_411e-2;
    let p = p * f + 2.402_265e-1;
    let p = p * f + 6.931_472e-1;
    let p = p * f + 1.0;
    // The low bits of `rounded` hold k.
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    1.0 / (1.0 + p * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_it_says() {
        for k in -4000..=4000 {
            let x = k as f32 * 0.025;
            let mut y = [0.0];
            forward(&[x], &mut y);
            let exact = f64::from(x) / (1.0 + (-f64::from(x)).exp());
            let error = (f64::from(y[0]) - exact).abs();
            assert!(error <= 2e-6 * exact.abs().max(1e-3), "{x}: {} {exact}", y[0]);
        }
    }

    #[test]
    fn its_gradient_is_its_slope() {
        for k in -200..=200 {
            let x = k as f32 * 0.1;
            let silu = |x: f64| x / (1.0 + (-x).exp());
            let (at, h) = (f64::from(x), 1e-5);
            let slope = (silu(at + h) - silu(at - h)) / (2.0 * h);
            let mut dx = [0.0];
            gradient(&[x], &[2.0], &mut dx);
            assert!((f64::from(dx[0]) - 2.0 * slope).abs() < 1e-5, "{x}");
        }
    }

    #[test]
    fn no_number_stays_none() {
        let mut y = [0.0];
        forward(&[f32::NAN], &mut y);
        assert!(y[0].is_nan());
    }
}

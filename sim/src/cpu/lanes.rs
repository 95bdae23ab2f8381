//! Particles four at a time.

use std::ops::Range;

use wide::f32x4;

/// Four consecutive values from `first` on; zero past the end of the field.
#[inline(always)]
pub fn load(field: &[f32], first: usize) -> f32x4 {
    match field.get(first..first + 4) {
        Some(&[a, b, c, d]) => f32x4::new([a, b, c, d]),
        _ => f32x4::new([0, 1, 2, 3].map(|k| field.get(first + k).copied().unwrap_or_default())),
    }
}

/// Tent weights of four particles at distances `dx` and `dy`.
#[inline(always)]
pub fn tents(dx: f32x4, dy: f32x4) -> f32x4 {
    let (one, zero) = (f32x4::splat(1.0), f32x4::splat(0.0));
    (one - dx.abs()).max(zero) * (one - dy.abs()).max(zero)
}

/// Visits the particles of a run four at a time, with one for each that belongs
/// to it and zero for each that comes after it.
#[inline(always)]
pub fn for_fours(run: Range<usize>, mut visit: impl FnMut(usize, f32x4)) {
    const KEEP: [[f32; 4]; 5] =
        [[0.0; 4], [1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0], [1.0; 4]];
    let mut first = run.start;
    while first < run.end {
        visit(first, f32x4::new(KEEP[(run.end - first).min(4)]));
        first += 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_particle_of_a_run_counts_once_and_no_other() {
        let field: Vec<f32> = (0..11).map(|k| k as f32).collect();
        for start in 0..11 {
            for end in start..=11 {
                let mut sum = f32x4::splat(0.0);
                for_fours(start..end, |k, keep| sum += keep * load(&field, k));
                assert_eq!(sum.reduce_add(), field[start..end].iter().sum::<f32>());
            }
        }
    }
}

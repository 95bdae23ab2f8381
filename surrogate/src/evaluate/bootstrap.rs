//! What a mean over scenes is worth: intervals by the bootstrap (Efron 1979).
//!
//! Scenes are what chance has drawn, so scenes are drawn again: particles and
//! frames of one scene hang together and would make intervals far too narrow.
//! Contenders are compared on the same drawing of scenes, which takes out of the
//! comparison that some scenes are hard for everybody.

use serde::Serialize;

use crate::dice::Dice;

/// How often scenes are drawn again.
pub const RESAMPLES: usize = 10_000;
/// Share of the drawings that lie within an interval.
pub const COVERAGE: f64 = 0.95;
/// The same data has the same interval.
const SEED: u64 = 20_260_119;

/// A mean over scenes and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// Lower end of the interval.
    pub lo: f64,
    /// Upper end of the interval.
    pub hi: f64,
    /// Scenes.
    pub n: usize,
}

/// The mean of one value a scene; `None` without any.
pub fn mean(values: &[f64]) -> Option<Interval> {
    resampled(values.len(), RESAMPLES, |draw| {
        draw.iter().map(|&k| values[k]).sum::<f64>() / draw.len() as f64
    })
}

/// How many times the mean of `above` is that of `below`; the two have one value
/// for each scene, in the same order. `None` without scenes, or if `below` is zero.
///
/// # Panics
/// There are more values above than below.
pub fn ratio(above: &[f64], below: &[f64]) -> Option<Interval> {
    let interval = resampled(above.len(), RESAMPLES, |draw| {
        let sum = |values: &[f64]| draw.iter().map(|&k| values[k]).sum::<f64>();
        sum(above) / sum(below)
    });
    interval.filter(|i| [i.mean, i.lo, i.hi].iter().all(|end| end.is_finite()))
}

/// A mean over scenes and what it is at most.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bound {
    /// The mean.
    pub mean: f64,
    /// The upper bound, one-sided: of so many equal samples as [`COVERAGE`] says, the true mean
    /// is below it.
    pub hi: f64,
    /// Scenes.
    pub n: usize,
}

/// What the mean of one value a scene is at most; `None` without any.
///
/// Drawings of few scenes scatter too little: by the root of (n − 1)/n, as they know no mean but
/// their own, and as a normal distribution does beside Student's. Both are made good, so that
/// the bound is missed as rarely as it says with thirty scenes, too.
pub fn bound(values: &[f64]) -> Option<Bound> {
    let n = values.len();
    let (mean, drawn) = drawings(n, RESAMPLES, |draw| {
        draw.iter().map(|&k| values[k]).sum::<f64>() / draw.len() as f64
    })?;
    let wide = widening(n) * (quantile(&drawn, COVERAGE) - mean);
    // One scene says nothing of others.
    let hi = if n < 2 { f64::INFINITY } else { mean + wide.max(0.0) };
    Some(Bound { mean, hi, n })
}

/// How much wider a bound by so many scenes has to be than drawings of them say.
fn widening(n: usize) -> f64 {
    // The normal distribution is below this as often as COVERAGE says.
    const Z: f64 = 1.644_853_627;
    let freedom = n.max(2) as f64 - 1.0;
    // Student's quantile by that of the normal distribution (Abramowitz & Stegun 26.7.5).
    let terms = [
        (Z.powi(3) + Z) / 4.0,
        (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / 96.0,
        (3.0 * Z.powi(7) + 19.0 * Z.powi(5) + 17.0 * Z.powi(3) - 15.0 * Z) / 384.0,
    ];
    let student = Z + terms.iter().rev().fold(0.0, |sum, term| (sum + term) / freedom);
    ((freedom + 1.0) / freedom).sqrt() * student / Z
}

fn resampled(n: usize, times: usize, statistic: impl Fn(&[usize]) -> f64) -> Option<Interval> {
    let (mean, drawn) = drawings(n, times, statistic)?;
    let tail = (1.0 - COVERAGE) / 2.0;
    Some(Interval { mean, lo: quantile(&drawn, tail), hi: quantile(&drawn, 1.0 - tail), n })
}

/// A statistic of `n` scenes, and sorted what it is when they are drawn again; `None` without
/// any.
fn drawings(
    n: usize,
    times: usize,
    statistic: impl Fn(&[usize]) -> f64,
) -> Option<(f64, Vec<f64>)> {
    let mut draw: Vec<usize> = (0..n).collect();
    if n == 0 {
        return None;
    }
    let mean = statistic(&draw);
    let mut dice = Dice::new(SEED, n as u64, 0);
    let drawn = (0..times).map(|_| {
        draw.iter_mut().for_each(|k| *k = dice.below(n as u64) as usize);
        statistic(&draw)
    });
    let mut drawn: Vec<f64> = drawn.collect();
    drawn.sort_unstable_by(f64::total_cmp);
    Some((mean, drawn))
}

/// The value below which `share` of the `sorted` values lie, between them on a
/// straight line; zero if there are none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = share.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    if low == high { low } else { low + (at - at.floor()) * (high - low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_the_true_mean_about_as_often_as_it_says() {
        let mut dice = Dice::new(1, 2, 3);
        let trials = 400;
        let held = (0..trials).filter(|_| {
            let values: Vec<f64> = (0..32).map(|_| 3.0 + f64::from(dice.normal())).collect();
            let mean = |draw: &[usize]| draw.iter().map(|&k| values[k]).sum::<f64>() / 32.0;
            resampled(32, 600, mean).is_some_and(|i| i.lo <= 3.0 && 3.0 <= i.hi)
        });
        let share = held.count() as f64 / f64::from(trials);
        assert!((0.90..=0.985).contains(&share), "{share}");
    }

    #[test]
    fn one_scene_has_no_spread_and_none_has_no_mean() {
        assert_eq!(mean(&[2.5]), Some(Interval { mean: 2.5, lo: 2.5, hi: 2.5, n: 1 }));
        assert_eq!(mean(&[]), None);
        assert_eq!(ratio(&[1.0], &[0.0]), None);
    }

    #[test]
    fn pairs_are_drawn_together() {
        // Twice as much in every scene is twice as much in every drawing of them.
        let below: Vec<f64> = (1..30).map(f64::from).collect();
        let above: Vec<f64> = below.iter().map(|b| 2.0 * b).collect();
        let ratio = ratio(&above, &below).expect("a ratio");
        for end in [ratio.mean, ratio.lo, ratio.hi] {
            assert!((end - 2.0).abs() < 1e-12, "{ratio:?}");
        }
        assert!(mean(&above).is_some_and(|i| i.lo < i.mean && i.mean < i.hi));
    }

    #[test]
    fn a_bound_is_as_wide_as_student_says_and_one_scene_has_none() {
        // Student's quantiles at 95 %, one-sided, from any table.
        for (n, takes) in [(3, 2.920), (4, 2.353), (11, 1.812), (32, 1.696)] {
            let student = widening(n) * 1.644_853_627 * ((n - 1) as f64 / n as f64).sqrt();
            assert!((student / takes - 1.0).abs() < 0.013, "{n}: {student} for {takes}");
        }
        assert_eq!(bound(&[]), None);
        assert_eq!(bound(&[1.0]).map(|b| (b.mean, b.hi)), Some((1.0, f64::INFINITY)));
        assert_eq!(bound(&[2.0; 9]).map(|b| (b.mean, b.hi)), Some((2.0, 2.0)));
    }

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(&[f64::INFINITY; 3], 0.3), f64::INFINITY);
    }
}

//! What many numbers say: percentiles, and how fast something grows.

use serde::Serialize;

/// How numbers are spread. Percentiles are numbers that occurred: the nearest rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// The middle.
    pub p50: f64,
    /// Nine of ten are no larger.
    pub p90: f64,
    /// 99 of 100 are no larger.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of these numbers; `None` if there are none.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let rank = |share: f64| {
            let rank = (share * values.len() as f64).ceil() as usize;
            values.get(rank.max(1) - 1).copied()
        };
        Some(Self { p50: rank(0.5)?, p90: rank(0.9)?, p99: rank(0.99)?, max: rank(1.0)? })
    }
}

/// The mean; 0 of nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, count) = values.into_iter().fold((0.0, 0_u32), |(s, n), v| (s + v, n + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// A straight line through samples, by least squares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// By how much *y* grows for one of *x*.
    pub slope: f64,
    /// Where the slope lies with a confidence of 95 %.
    pub interval: [f64; 2],
    /// Samples that count: fewer than were taken where each resembles the one before.
    pub independent: f64,
}

impl Trend {
    /// Through `(x, y)`, taken at even distances of *x*.
    ///
    /// Memory that was large a moment ago is large still, so samples are no strangers to each
    /// other, and an interval that took them for such would be too narrow. Their number is
    /// therefore cut to n (1 − r) / (1 + r), with r the correlation of the residuals with those
    /// one sample before, as is usual for trends in a series. `None` if fewer than three count,
    /// or *x* never changes.
    pub fn through(samples: &[(f64, f64)]) -> Option<Self> {
        let count = samples.len() as f64;
        let x_mean = mean(samples.iter().map(|s| s.0));
        let y_mean = mean(samples.iter().map(|s| s.1));
        let x_square: f64 = samples.iter().map(|s| (s.0 - x_mean).powi(2)).sum();
        let product: f64 = samples.iter().map(|s| (s.0 - x_mean) * (s.1 - y_mean)).sum();
        if x_square <= 0.0 {
            return None;
        }
        let slope = product / x_square;
        let rest: Vec<f64> =
            samples.iter().map(|s| s.1 - y_mean - slope * (s.0 - x_mean)).collect();
        let square: f64 = rest.iter().map(|r| r * r).sum();
        let lagged: f64 = rest.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let likeness = if square > 0.0 { (lagged / square).clamp(0.0, 0.999) } else { 0.0 };
        let independent = count * (1.0 - likeness) / (1.0 + likeness);
        let freedom = independent - 2.0;
        if freedom < 1.0 {
            return None;
        }
        let error = (square / freedom / x_square).sqrt();
        let half = student_975(freedom) * error;
        Some(Self { slope, interval: [slope - half, slope + half], independent })
    }
}

/// The 97.5th percentile of Student's distribution, by its expansion around the normal one.
///
/// Within 1 % from three degrees of freedom on; below, it is too small by up to a third.
fn student_975(freedom: f64) -> f64 {
    let z: f64 = 1.959_964;
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    z + (z3 + z) / (4.0 * freedom)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * freedom.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * freedom.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_ranks() {
        let hundred = Spread::of((1..=100).rev().map(f64::from).collect()).expect("numbers");
        assert_eq!(hundred, Spread { p50: 50.0, p90: 90.0, p99: 99.0, max: 100.0 });
        let one = Spread::of(vec![7.0]).expect("a number");
        assert_eq!(one, Spread { p50: 7.0, p90: 7.0, p99: 7.0, max: 7.0 });
        let three = Spread::of(vec![3.0, 1.0, 2.0]).expect("numbers");
        assert_eq!(three, Spread { p50: 2.0, p90: 3.0, p99: 3.0, max: 3.0 });
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn students_percentile_is_that_of_the_tables() {
        for (freedom, table) in [(3.0, 3.182), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042)] {
            let got = student_975(freedom);
            assert!((got / table - 1.0).abs() < 0.01, "{freedom}: {got}, not {table}");
        }
    }

    #[test]
    fn a_line_is_found_under_noise_as_often_as_its_interval_promises() {
        let mut dice = fastrand::Rng::with_seed(11);
        let mut inside = 0;
        for _ in 0..400 {
            let noise: Vec<f64> = (0..60).map(|_| (0..12).map(|_| dice.f64()).sum()).collect();
            let samples: Vec<(f64, f64)> =
                noise.iter().enumerate().map(|(k, n)| (k as f64, 0.3 * k as f64 + n)).collect();
            let trend = Trend::through(&samples).expect("a line");
            inside += usize::from((trend.interval[0]..=trend.interval[1]).contains(&0.3));
        }
        assert!((365..=396).contains(&inside), "{inside} of 400");
    }

    #[test]
    fn samples_that_resemble_each_other_count_for_less() {
        let mut dice = fastrand::Rng::with_seed(5);
        let mut wandering = 0.0;
        let samples: Vec<(f64, f64)> = (0..200)
            .map(|k| {
                wandering = 0.9 * wandering + dice.f64() - 0.5;
                (f64::from(k), wandering)
            })
            .collect();
        let trend = Trend::through(&samples).expect("a line");
        assert!((5.0..40.0).contains(&trend.independent), "{}", trend.independent);
    }

    #[test]
    fn a_line_needs_samples() {
        assert_eq!(Trend::through(&[(0.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(Trend::through(&[(1.0, 1.0); 9]), None);
        let exact: Vec<(f64, f64)> = (0..9).map(|k| (f64::from(k), f64::from(2 * k))).collect();
        let trend = Trend::through(&exact).expect("a line");
        assert!((trend.slope - 2.0).abs() < 1e-12);
    }
}

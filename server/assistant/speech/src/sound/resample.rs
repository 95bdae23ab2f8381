//! Sound at another rate.

/// Zero crossings of the filter on either side.
const CROSSINGS: usize = 24;
/// Places of the filter between two zero crossings that are in the table.
const PLACES: usize = 512;
/// Shape of Kaiser's window: what is above the band is damped by about 90 dB.
const BETA: f64 = 9.0;
/// The band that is kept, as a share of the smaller of the two: where the filter falls, between
/// this and 1, nothing folds back that is not damped.
const BAND: f64 = 0.92;

/// Sound at `to_hz` instead of `from_hz`, by a windowed sinc that is looked up in a table and
/// interpolated (J. O. Smith, *Digital Audio Resampling*). What the new rate cannot hold is
/// filtered out. The first sample stays at the same time; outside is silence.
pub(super) fn resample(samples: &[f32], from_hz: u32, to_hz: u32) -> Vec<f32> {
    if from_hz == to_hz {
        return samples.to_vec();
    }
    let table = table();
    let (from, to) = (u64::from(from_hz), u64::from(to_hz));
    // Of both rates the smaller one is the limit, in cycles of the filter a sample.
    let scale = (to as f64 / from as f64).min(1.0) * BAND;
    let reach = CROSSINGS as f64 / scale;
    let count = (samples.len() as u64 * to).div_ceil(from);
    let at = |place: u64| {
        let time = (place * from) as f64 / to as f64;
        let first = (time - reach).ceil().max(0.0) as usize;
        let last = ((time + reach).floor() as usize).min(samples.len().saturating_sub(1));
        let near = samples.get(first..=last).unwrap_or_default();
        let sum: f64 = (first..)
            .zip(near)
            .map(|(place, sample)| {
                let distance = (place as f64 - time).abs() * scale * PLACES as f64;
                let (whole, part) = (distance as usize, distance.fract());
                let weight = table[whole] + (table[whole + 1] - table[whole]) * part;
                weight * f64::from(*sample)
            })
            .sum();
        (sum * scale) as f32
    };
    (0..count).map(at).collect()
}

/// One half of the filter, and two places more to be read beyond its end.
fn table() -> Vec<f64> {
    let end = CROSSINGS * PLACES;
    let value = |place: usize| {
        let crossings = place as f64 / PLACES as f64;
        let angle = std::f64::consts::PI * crossings;
        let sinc = if place == 0 { 1.0 } else { angle.sin() / angle };
        let inside = 1.0 - (place as f64 / end as f64).powi(2);
        sinc * bessel(BETA * inside.max(0.0).sqrt()) / bessel(BETA)
    };
    (0..=end).map(value).chain([0.0, 0.0]).collect()
}

/// The modified Bessel function of the first kind and order 0, by its series.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, rate_hz: u32, seconds: f64) -> Vec<f32> {
        let count = (f64::from(rate_hz) * seconds) as usize;
        let angle = |at: usize| std::f64::consts::TAU * hz * at as f64 / f64::from(rate_hz);
        (0..count).map(|at| (0.5 * angle(at).sin()) as f32).collect()
    }

    /// In decibels below a full sine of half scale, without the ends.
    fn level(samples: &[f32]) -> f64 {
        let inner = &samples[samples.len() / 4..samples.len() * 3 / 4];
        let power: f64 = inner.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        10.0 * (power / inner.len() as f64 / 0.125).log10()
    }

    #[test]
    fn a_tone_that_fits_stays_the_same_tone() {
        for rate_hz in [8000, 11_025, 22_050, 44_100, 48_000, 96_000] {
            for hz in [100.0, 440.0, 3000.0] {
                let found = resample(&tone(hz, rate_hz, 0.5), rate_hz, 16_000);
                let expected = tone(hz, 16_000, 0.5);
                assert_eq!(found.len(), expected.len());
                let difference: Vec<f32> =
                    found.iter().zip(&expected).map(|(a, b)| a - b).collect();
                let level = level(&difference);
                assert!(level < -60.0, "{hz} Hz from {rate_hz}: differs by {level} dB");
            }
        }
    }

    #[test]
    fn a_tone_that_does_not_fit_is_gone_and_does_not_come_back_as_another() {
        for (rate_hz, hz) in
            [(48_000, 9000.0), (48_000, 15_000.0), (44_100, 12_345.0), (96_000, 31_000.0)]
        {
            let level = level(&resample(&tone(hz, rate_hz, 0.5), rate_hz, 16_000));
            assert!(level < -70.0, "{hz} Hz at {rate_hz}: {level} dB are left");
        }
    }

    #[test]
    fn the_length_in_seconds_stays() {
        for (count, from_hz, expected) in [(44_100, 44_100, 16_000), (0, 8000, 0), (1, 48_000, 1)] {
            assert_eq!(resample(&vec![0.1; count], from_hz, 16_000).len(), expected);
        }
        assert_eq!(resample(&[0.1, 0.2], 16_000, 16_000), [0.1, 0.2]);
    }
}

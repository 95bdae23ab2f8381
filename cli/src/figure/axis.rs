//! An axis, linear or logarithmic: where a value goes, and where the ticks are.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use weir_sim::validation::significant;

/// An axis. A logarithmic one is a linear one of decades.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    log: bool,
    low: f64,
    high: f64,
}

impl Scale {
    /// The axis that holds `values` with a little room at both ends; some axis
    /// if none of them has a place on one, as after a run that measured nothing.
    pub fn of(log: bool, values: impl Iterator<Item = f64>) -> Self {
        let unbounded = Self { log, low: f64::INFINITY, high: f64::NEG_INFINITY };
        let fit = values
            .map(|v| unbounded.place(v))
            .filter(|v| v.is_finite())
            .fold(unbounded, |axis, v| Self { log, low: axis.low.min(v), high: axis.high.max(v) });
        if fit.low > fit.high {
            return Self { log, low: 0.0, high: 1.0 };
        }
        let span = fit.high - fit.low;
        // A constant has no span; show it in the middle of something.
        let room = if span > 0.0 { 0.04 * span } else { fit.high.abs().max(1e-3) };
        Self { log, low: fit.low - room, high: fit.high + room }
    }

    /// Whether a value has a place on the axis at all.
    pub fn takes(&self, value: f64) -> bool {
        self.place(value).is_finite()
    }

    fn place(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }

    fn value(&self, place: f64) -> f64 {
        if self.log { 10_f64.powf(place) } else { place }
    }

    /// Some five to ten round numbers.
    fn ticks(&self) -> Vec<f64> {
        if self.log {
            let decades = self.low.floor() as i32..=self.high.ceil() as i32;
            // Far apart, decades are enough.
            let parts: &[f64] = if self.high - self.low > 3.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
            let values = decades.flat_map(|d| parts.iter().map(move |m| m * 10_f64.powi(d)));
            return values.filter(|v| (self.low..self.high).contains(&v.log10())).collect();
        }
        let rough = (self.high - self.low) / 7.0;
        let decade = 10_f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0].map(|m| m * decade);
        let step = steps.into_iter().find(|s| *s >= rough).unwrap_or(10.0 * decade);
        let (first, last) = ((self.low / step).ceil() as i64, (self.high / step).floor() as i64);
        (first..=last).map(|k| k as f64 * step).collect()
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (self.place(*value) - self.low) / (self.high - self.low);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks()
    }

    fn range(&self) -> Range<f64> {
        self.value(self.low)..self.value(self.high)
    }
}

impl ValueFormatter<f64> for Scale {
    fn format(value: &f64) -> String {
        significant(*value).replace(".00e", "e")
    }
}

/// Widens one of two axes so that a unit is equally long on both.
pub fn match_units(x: &mut Scale, y: &mut Scale, pixels: [u32; 2]) {
    let per_pixel = |axis: &Scale, pixels: u32| (axis.high - axis.low) / f64::from(pixels);
    let coarsest = per_pixel(x, pixels[0]).max(per_pixel(y, pixels[1]));
    for (axis, pixels) in [(x, pixels[0]), (y, pixels[1])] {
        let (middle, half) = ((axis.low + axis.high) / 2.0, coarsest * f64::from(pixels) / 2.0);
        (axis.low, axis.high) = (middle - half, middle + half);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_the_axis() {
        let axis = Scale::of(false, [0.0, 5.1].into_iter());
        let labels: Vec<String> = axis.ticks().iter().map(Scale::format).collect();
        assert_eq!(labels, ["0", "1", "2", "3", "4", "5"]);
        let axis = Scale::of(true, [0.0078, 0.033].into_iter());
        let labels: Vec<String> = axis.ticks().iter().map(Scale::format).collect();
        assert_eq!(labels, ["0.01", "0.02"]);
    }

    #[test]
    fn a_constant_a_zero_and_nothing_at_all_have_an_axis() {
        for value in [0.0, 3.0] {
            let axis = Scale::of(false, [value, f64::NAN].into_iter());
            assert!(axis.range().contains(&value) && !axis.ticks().is_empty());
        }
        assert!(!Scale::of(false, [f64::NAN].into_iter()).ticks().is_empty());
        assert!(!Scale::of(true, [0.0].into_iter()).ticks().is_empty());
    }

    #[test]
    fn matched_axes_have_equal_units_and_keep_their_data() {
        let mut x = Scale::of(false, [0.0, 1.0].into_iter());
        let mut y = Scale::of(false, [0.0, 1.0].into_iter());
        match_units(&mut x, &mut y, [200, 100]);
        assert!(((x.high - x.low) / 200.0 - (y.high - y.low) / 100.0).abs() < 1e-12);
        assert!(x.low < 0.0 && x.high > 1.0 && y.low < 0.0 && y.high > 1.0);
    }
}

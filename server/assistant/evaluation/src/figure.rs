//! Numbers with how sure they are.

use serde::{Deserialize, Serialize};

pub use weir_answers::measure::Figure;

/// Where the middle of some values lies, and where all but the largest twentieth do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// Half of the values are not larger.
    pub p50: f32,
    /// 95 of 100 are not larger.
    pub p95: f32,
    /// How many values there are.
    pub count: usize,
}

impl Quantiles {
    /// Of these values; `None` if there are none. Each quantile is one of the values: the smallest
    /// that is at least as large as so many of them (nearest rank).
    pub fn of(values: &[f32]) -> Option<Self> {
        let mut values = values.to_vec();
        values.sort_unstable_by(f32::total_cmp);
        let at = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100);
            values.get(rank.saturating_sub(1)).copied()
        };
        Some(Self { p50: at(50)?, p95: at(95)?, count: values.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_smallest_value_that_is_not_exceeded_by_too_many() {
        let values: Vec<f32> = (1..=100).rev().map(|value| value as f32).collect();
        assert_eq!(Quantiles::of(&values), Some(Quantiles { p50: 50.0, p95: 95.0, count: 100 }));
        assert_eq!(Quantiles::of(&[3.0]), Some(Quantiles { p50: 3.0, p95: 3.0, count: 1 }));
        assert_eq!(Quantiles::of(&[]), None);
    }
}

//! Ranges that a recipe draws from.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Numbers from `low` to `high`; `[low, high]` in a file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span([f64; 2]);

impl Span {
    /// From `low` to `high`.
    pub const fn new(low: f64, high: f64) -> Self {
        Self([low, high])
    }

    /// The least number.
    pub fn low(self) -> f64 {
        self.0[0]
    }

    /// The greatest number.
    pub fn high(self) -> f64 {
        self.0[1]
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match <[f64; 2]>::deserialize(deserializer)? {
            [low, high] if low.is_finite() && high.is_finite() && low <= high => {
                Ok(Self([low, high]))
            }
            [low, high] => Err(Error::custom(format!(
                "got [{low:?}, {high:?}], takes [low, high], two finite numbers in this order"
            ))),
        }
    }
}

/// Whole numbers from `low` to `high`, both included; `[low, high]` in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count([usize; 2]);

impl Count {
    /// From `low` to `high`.
    pub const fn new(low: usize, high: usize) -> Self {
        Self([low, high])
    }

    /// The least number.
    pub fn low(self) -> usize {
        self.0[0]
    }

    /// The greatest number.
    pub fn high(self) -> usize {
        self.0[1]
    }

    /// Whether `number` is one of them.
    pub fn contains(self, number: usize) -> bool {
        (self.low()..=self.high()).contains(&number)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match <[usize; 2]>::deserialize(deserializer)? {
            [low, high] if low <= high => Ok(Self([low, high])),
            [low, high] => Err(Error::custom(format!(
                "got [{low}, {high}], takes [low, high], two whole numbers in this order"
            ))),
        }
    }
}

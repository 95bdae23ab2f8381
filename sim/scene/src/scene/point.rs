//! Points in text: exactly two numbers.
//!
//! Serde's own `[f64; 2]` stops reading after two elements and leaves it to the
//! format to notice a third; not every format does.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

/// A point as the text has it.
pub(super) struct Point(pub(super) [f64; 2]);

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(TwoNumbers)
    }
}

/// For `deserialize_with`: one point.
pub(crate) fn point<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[f64; 2], D::Error> {
    Point::deserialize(deserializer).map(|point| point.0)
}

/// For `deserialize_with`: a list of points.
pub(crate) fn points<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<[f64; 2]>, D::Error> {
    Vec::<Point>::deserialize(deserializer).map(bare)
}

/// The points' numbers.
pub(super) fn bare(points: Vec<Point>) -> Vec<[f64; 2]> {
    points.into_iter().map(|point| point.0).collect()
}

struct TwoNumbers;

impl<'de> Visitor<'de> for TwoNumbers {
    type Value = Point;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("two numbers, [x, y]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Point, A::Error> {
        let x = list.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let y = list.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        let mut length = 2;
        while list.next_element::<IgnoredAny>()?.is_some() {
            length += 1;
        }
        if length > 2 {
            return Err(A::Error::invalid_length(length, &self));
        }
        Ok(Point([x, y]))
    }
}

//! Numbers as MLflow writes them in JSON, which is as protocol buffers do:
//! what JSON cannot write is a word, and a whole number may be one too.

/// A metric's value: `NaN`, `Infinity` and `-Infinity` travel as strings. Serde's
/// own `null` is refused by the server, and a bare `NaN` is stored as zero.
pub(crate) mod float {
    use std::fmt;

    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_nan() {
            serializer.serialize_str("NaN")
        } else if value.is_infinite() {
            serializer.serialize_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            serializer.serialize_f64(*value)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_any(Float)
    }

    struct Float;

    impl Visitor<'_> for Float {
        type Value = f64;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
            Ok(value)
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
            Ok(value as f64)
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
            Ok(value as f64)
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<f64, E> {
            value.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(value), &self))
        }
    }
}

/// A whole number that some answers write in quotes.
pub(crate) mod whole {
    use serde::{Deserialize, Deserializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Whole {
        Number(i64),
        Text(String),
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        match Whole::deserialize(deserializer)? {
            Whole::Number(number) => Ok(number),
            Whole::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }

    /// The same, of a field that may be missing.
    pub(crate) mod optional {
        use serde::Deserializer;

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<i64>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Holder(#[serde(with = "super::float")] f64);

    fn written(value: f64) -> String {
        serde_json::to_string(&Holder(value)).expect("a float is JSON")
    }

    fn read(text: &str) -> Result<f64, serde_json::Error> {
        serde_json::from_str(text).map(|Holder(value)| value)
    }

    #[test]
    fn what_json_cannot_write_is_a_word() {
        assert_eq!(written(f64::NAN), r#""NaN""#);
        assert_eq!(written(-f64::NAN), r#""NaN""#);
        assert_eq!(written(f64::INFINITY), r#""Infinity""#);
        assert_eq!(written(f64::NEG_INFINITY), r#""-Infinity""#);
    }

    #[test]
    fn every_value_comes_back() -> Result<(), serde_json::Error> {
        let infinities = [f64::INFINITY, f64::NEG_INFINITY];
        let finite = [0.0, -0.0, 1.5, 0.1 + 0.2, f64::MIN_POSITIVE, f64::MAX, f64::MIN, 5e-324];
        for value in infinities.into_iter().chain(finite) {
            assert_eq!(read(&written(value))?.to_bits(), value.to_bits(), "{value}");
        }
        assert!(read(&written(f64::NAN))?.is_nan());
        assert_eq!(read("3")?, 3.0);
        assert_eq!(read("-3")?, -3.0);
        Ok(())
    }

    #[test]
    fn other_words_are_not_numbers() {
        assert!(read(r#""much""#).is_err());
        assert!(read("null").is_err());
    }
}

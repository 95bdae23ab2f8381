//! A word that is used and never shown.

use std::fmt::{Debug, Formatter};

use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize, Serializer};

/// A word that is used and never shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret(String);

impl TryFrom<String> for Secret {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // What is guessed in a day is no secret. The text must not be in the message.
        if text.len() < 16 { Err("takes at least 16 bytes") } else { Ok(Self(text)) }
    }
}

impl Secret {
    /// Whether it is this; how long the answer takes does not tell how much of it is right.
    pub fn is(&self, text: &str) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), text.as_bytes());
        let differ = ours.iter().zip(theirs).fold(0, |differ, (a, b)| differ | (a ^ b));
        std::hint::black_box(differ) == 0 && ours.len() == theirs.len()
    }

    /// The value of a header that has it after `prefix`, such as `Bearer `, marked as not to be
    /// shown; none if it has bytes in it that no header may have.
    pub fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("{prefix}{}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(hidden)")
    }
}

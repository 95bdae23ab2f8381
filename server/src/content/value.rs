//! Values that are checked as they are read, so that a message points at them.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Most characters of a line of text.
const LONGEST: usize = 600;

/// Some words without a line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let words = text(from)?.trim().to_owned();
        let is_fit = (1..=LONGEST).contains(&words.chars().count());
        if !is_fit || words.chars().any(char::is_control) {
            return Err(D::Error::custom(format!(
                "takes 1 to {LONGEST} characters without a line break"
            )));
        }
        Ok(Self(words))
    }
}

/// Where a link may lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// What a link takes, for messages.
    pub const TAKES: &'static str = "a link takes https://…, http://…, mailto:… , a path of this \
        site that begins with one /, or a #place on its own page";

    /// Checks an address. What could run code, or what reads like this site and is not, is none.
    pub fn new(address: &str) -> Option<Self> {
        let lower = address.to_ascii_lowercase();
        let is_elsewhere = ["https://", "http://", "mailto:"]
            .iter()
            .any(|s| lower.len() > s.len() && lower.starts_with(s));
        let is_here = address.starts_with('/') && !address.starts_with("//");
        let is_place = address.len() > 1 && address.starts_with('#');
        let is_plain = !address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
        (is_plain && (is_elsewhere || is_here || is_place)).then(|| Self(address.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Href {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(&text(from)?).ok_or_else(|| D::Error::custom(Self::TAKES))
    }
}

/// Where the site is on the web: scheme and host, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The full address of a path of this site.
    pub fn of(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let given = text(from)?;
        let host = given.strip_prefix("https://").or_else(|| given.strip_prefix("http://"));
        let is_host = |host: &str| {
            !host.is_empty()
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'))
        };
        if !host.is_some_and(is_host) {
            return Err(D::Error::custom("takes scheme and host, such as https://example.com"));
        }
        Ok(Self(given))
    }
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// As people write it.
    pub fn in_words(&self) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let month = MONTHS.get(usize::from(self.month) - 1).copied().unwrap_or_default();
        format!("{} {month} {}", self.day, self.year)
    }

    /// Its first moment, as feeds write it.
    pub fn as_moment(&self) -> String {
        format!("{self}T00:00:00Z")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(from)? {
            toml::Value::Datetime(toml::value::Datetime {
                date: Some(date),
                time: None,
                offset: None,
            }) => Ok(Self { year: date.year, month: date.month, day: date.day }),
            _ => Err(D::Error::custom("takes a day without quotation marks, such as 2026-01-31")),
        }
    }
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match toml::Value::deserialize(from)? {
        toml::Value::String(text) => Ok(text),
        other => {
            let what = other.type_str();
            Err(D::Error::custom(format!("takes text in quotation marks, not {what}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_web_to_letters_and_to_this_site() {
        for good in
            ["https://a.b/c?d#e", "http://a", "mailto:you@example.com", "/", "/blog", "#why"]
        {
            assert!(Href::new(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/\\evil.example",
            "blog",
            "",
            "#",
            "https://",
            "java\nscript:x",
            "https://a b",
        ] {
            assert!(Href::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn days_are_read_and_written() {
        #[derive(Deserialize)]
        struct Dated {
            on: Day,
        }
        let dated: Dated = toml::from_str("on = 2026-02-03").expect("a day");
        assert_eq!(dated.on.to_string(), "2026-02-03");
        assert_eq!(dated.on.in_words(), "3 February 2026");
        assert_eq!(dated.on.as_moment(), "2026-02-03T00:00:00Z");
        for bad in ["on = \"2026-02-03\"", "on = 2026-02-03T10:00:00Z", "on = 10:00:00", "on = 1"] {
            let error = toml::from_str::<Dated>(bad).map(|d| d.on).expect_err(bad);
            assert!(error.message().contains("such as 2026-01-31"), "{bad}: {error}");
        }
        assert!(toml::from_str::<Dated>("on = 2026-02-30").is_err(), "no such day");
    }
}

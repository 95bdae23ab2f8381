//! Who the site is about.

use serde::Deserialize;

use super::value::{Href, Origin, Words};

/// Who it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name.
    pub name: Words,
    /// What they do, in a few words.
    pub tagline: Words,
    /// Where this site is on the web.
    pub site: Origin,
    /// Paragraphs about them.
    pub about: Vec<Words>,
    /// Where else they are to be found.
    #[serde(default)]
    pub links: Vec<Named>,
}

/// A link with its words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// What it is called.
    pub name: Words,
    /// Where it leads.
    pub href: Href,
}

/// What they did.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// All of it in some sentences.
    pub summary: Words,
    /// Where they worked, the latest first.
    #[serde(default)]
    pub experience: Vec<Station>,
    /// Where they learned, the latest first.
    #[serde(default)]
    pub education: Vec<Station>,
    /// What they can do.
    #[serde(default)]
    pub skills: Vec<Skills>,
}

/// A time at one place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// What they were, or became.
    pub title: Words,
    /// Where.
    pub place: Words,
    /// When, in words: `2021 – today`.
    pub when: Words,
    /// What they did there.
    #[serde(default)]
    pub did: Vec<Words>,
}

/// Skills of one kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skills {
    /// Of what kind.
    pub kind: Words,
    /// Which.
    pub are: Vec<Words>,
}

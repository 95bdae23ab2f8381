//! The names by which programs ask for a version.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a version is to those who serve it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alias {
    /// It moves the water.
    Champion,
    /// It is tried beside the champion.
    Challenger,
    /// It was champion before, and is gone back to.
    Previous,
}

impl Alias {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Champion, Self::Challenger, Self::Previous];

    /// As registries write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Challenger => "challenger",
            Self::Previous => "previous",
        }
    }

    /// The alias of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alias| alias.name() == name)
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

//! Who is chosen for what: by what names a run, so that nobody has to remember it, and the same
//! run is always chosen for the same.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A share of all runs, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

impl Share {
    /// 0.01.
    pub const ONE_IN_A_HUNDRED: Self = Self(0.01);
}

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        let holds = (0.0..=1.0).contains(&share);
        holds.then_some(Self(share)).ok_or_else(|| format!("got {share}, takes 0 to 1"))
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

/// What a run draws when it is opened.
#[derive(Clone, Copy, Debug)]
pub struct Lot(u64);

impl Lot {
    /// Of a run that this number names.
    pub fn of(number: u64) -> Self {
        Self(number)
    }

    /// Whether it is one of this share of all that are chosen for `what`. Who is chosen for one
    /// thing is no likelier to be for another.
    pub fn is_in(self, share: Share, what: &str) -> bool {
        let hash = Sha256::new().chain_update(what).chain_update(self.0.to_le_bytes()).finalize();
        let drawn = hash.iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        (drawn as f64) < share.0 * 2.0_f64.powi(64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: u64 = 20_000;

    fn chosen(share: f64, what: &str) -> Vec<u64> {
        let share = Share::try_from(share).expect("a share");
        (0..RUNS).filter(|&run| Lot::of(run).is_in(share, what)).collect()
    }

    #[test]
    fn as_many_are_chosen_as_should_be_and_always_the_same() {
        assert_eq!(chosen(0.0, "audit").len(), 0);
        assert_eq!(chosen(1.0, "audit").len() as u64, RUNS);
        let audited = chosen(0.01, "audit");
        // Four standard deviations of 20,000 tosses.
        assert!((144..=256).contains(&audited.len()), "{}", audited.len());
        assert_eq!(audited, chosen(0.01, "audit"));
    }

    #[test]
    fn who_is_chosen_for_one_thing_is_no_likelier_to_be_for_another() {
        let (some, others) = (chosen(0.1, "audit"), chosen(0.1, "canary"));
        let both = some.iter().filter(|run| others.contains(run)).count();
        assert!((140..=260).contains(&both), "{both}");
    }

    #[test]
    fn a_share_is_from_nothing_to_all() {
        for wrong in [-0.1, 1.1, f64::NAN] {
            assert!(Share::try_from(wrong).is_err(), "{wrong}");
        }
    }
}

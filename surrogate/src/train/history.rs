//! What a run has noted so far.

use std::collections::BTreeMap;

/// A run as its notes tell it: what decides it, and its numbers by steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// What the run is called.
    pub name: String,
    /// Whether it goes on, as far as its notes say.
    pub is_running: bool,
    /// What decides it.
    pub parameters: BTreeMap<String, String>,
    /// Each number with the steps at which it was noted, these in order.
    pub metrics: BTreeMap<String, Vec<(u64, f64)>>,
}

impl History {
    /// Notes a number. One of the same step gives way to it: a run that was cut off does its
    /// last steps once more.
    pub fn note(&mut self, key: &str, step: u64, value: f64) {
        let noted = self.metrics.entry(key.to_owned()).or_default();
        match noted.binary_search_by_key(&step, |(step, _)| *step) {
            Ok(at) => noted[at].1 = value,
            Err(at) => noted.insert(at, (step, value)),
        }
    }

    /// The last value of a number, with its step.
    pub fn last(&self, key: &str) -> Option<(u64, f64)> {
        self.metrics.get(key)?.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_in_order_and_the_later_note_of_a_step_counts() {
        let mut history = History::default();
        for (step, value) in [(0, 1.0), (20, 3.0), (10, 2.0), (20, 4.0)] {
            history.note("loss", step, value);
        }
        assert_eq!(history.metrics["loss"], [(0, 1.0), (10, 2.0), (20, 4.0)]);
        assert_eq!((history.last("loss"), history.last("other")), (Some((20, 4.0)), None));
    }
}

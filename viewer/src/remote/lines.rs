//! Which lines both ends have: a line has a number on the wire and a name in the window.
//!
//! What is said and what is heard cross on their way. A line that has been added is not missing
//! before a state has had it once, and one that has been erased has not come back for as long as
//! states still have it.

use std::collections::{BTreeMap, BTreeSet};

/// Names of the strokes that one line has become are this far apart.
const PARTS: u64 = 1 << 32;

/// What is known of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The server has been told of it.
    Added,
    /// Both ends have it.
    There,
    /// The server has been told that it is gone.
    Erased,
}

/// The lines of a run.
#[derive(Debug, Default)]
pub struct Lines(BTreeMap<u32, (Vec<u64>, Fate)>);

/// What others have done to lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Strokes of the state that are new, by their position in it, with names for them.
    pub added: Vec<(usize, u64)>,
    /// Names of those that are gone.
    pub erased: Vec<u64>,
}

impl Lines {
    /// Those of a scene that has been opened, whose strokes have these names: they are numbered
    /// from zero.
    pub fn opened(names: &[u64]) -> Self {
        Self((0..).zip(names.iter().map(|name| (vec![*name], Fate::There))).collect())
    }

    /// Those of a run that was there already, and names for its strokes.
    pub fn found(numbers: &[u32]) -> (Self, Vec<u64>) {
        let mut lines = Self::default();
        let names = numbers.iter().map(|number| lines.stroke(*number)).collect();
        (lines, names)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A name for one more stroke of a line that the server has.
    fn stroke(&mut self, number: u32) -> u64 {
        let (names, _) = self.0.entry(number).or_insert_with(|| (Vec::new(), Fate::There));
        let name = u64::from(number) + PARTS * names.len() as u64;
        names.push(name);
        name
    }

    /// The number that a new line gets.
    pub fn add(&mut self, name: u64) -> u32 {
        let last = self.0.last_key_value().map(|(number, _)| *number);
        let number = last.map_or(Some(0), |last| last.checked_add(1));
        // Whoever has numbered up to the last has left some out.
        let number = number.or_else(|| (0..u32::MAX).find(|n| !self.0.contains_key(n)));
        let number = number.unwrap_or(u32::MAX);
        self.0.insert(number, (vec![name], Fate::Added));
        number
    }

    /// The number of a line that is to go, unless it is on its way already.
    pub fn erase(&mut self, name: u64) -> Option<u32> {
        let (number, (_, fate)) = self
            .0
            .iter_mut()
            .find(|(_, (names, fate))| names.contains(&name) && *fate != Fate::Erased)?;
        *fate = Fate::Erased;
        Some(*number)
    }

    /// The name of a line, or of the first of its strokes.
    pub fn name(&self, number: u32) -> Option<u64> {
        self.0.get(&number)?.0.first().copied()
    }

    /// What others have done, by the numbers of the strokes of a new state.
    pub fn compare(&mut self, numbers: &[u32]) -> Others {
        let mut others = Others::default();
        let there: BTreeSet<u32> = numbers.iter().copied().collect();
        self.0.retain(|number, (names, fate)| match (there.contains(number), *fate) {
            (true, Fate::Added) => {
                *fate = Fate::There;
                true
            }
            (true, _) | (false, Fate::Added) => true,
            (false, Fate::There) => {
                others.erased.append(names);
                false
            }
            (false, Fate::Erased) => false,
        });
        let known: BTreeSet<u32> = self.0.keys().copied().collect();
        for (k, number) in numbers.iter().enumerate().filter(|(_, n)| !known.contains(n)) {
            others.added.push((k, self.stroke(*number)));
        }
        others
    }

    /// What a server has not heard of that has come back to: numbers and names of lines that were
    /// added, and numbers of those that were erased.
    pub fn unheard(&self) -> (Vec<(u32, u64)>, Vec<u32>) {
        let of = |wanted: Fate| self.0.iter().filter(move |(_, (_, fate))| *fate == wanted);
        let added = of(Fate::Added);
        let added = added.filter_map(|(number, (names, _))| Some((*number, *names.first()?)));
        (added.collect(), of(Fate::Erased).map(|(number, _)| *number).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn others(added: &[(usize, u64)], erased: &[u64]) -> Others {
        Others { added: added.to_vec(), erased: erased.to_vec() }
    }

    #[test]
    fn what_crosses_on_its_way_is_nobodys_doing() {
        let mut lines = Lines::opened(&[5, 9]);
        assert_eq!(lines.add(12), 2);
        assert_eq!(lines.compare(&[0, 1]), others(&[], &[]), "it has not been heard of yet");
        assert_eq!(lines.erase(5), Some(0));
        assert_eq!(lines.erase(5), None, "once is enough");
        assert_eq!(lines.compare(&[0, 1, 2]), others(&[], &[]), "nor that it is gone");
        assert_eq!(lines.unheard(), (vec![], vec![0]));
        assert_eq!(lines.compare(&[1, 2, 2]), others(&[], &[]), "one line became two strokes");
        assert_eq!(lines.unheard(), (vec![], vec![]));
        assert_eq!((lines.name(0), lines.name(1), lines.name(2)), (None, Some(9), Some(12)));
    }

    #[test]
    fn what_others_do_is_told_once() {
        let mut lines = Lines::opened(&[5, 9]);
        assert_eq!(lines.compare(&[1, 7, 7]), others(&[(1, 7), (2, 7 + PARTS)], &[5]));
        assert_eq!(lines.compare(&[1, 7, 7]), others(&[], &[]));
        assert_eq!(lines.erase(7 + PARTS), Some(7), "a line goes with all of its strokes");
        assert_eq!(lines.add(20), 8, "a number of its own");
        assert_eq!(lines.compare(&[1]), others(&[], &[]));
        assert_eq!(lines.unheard(), (vec![(8, 20)], vec![]));
    }

    #[test]
    fn strokes_of_a_run_that_is_found_have_names_of_their_own() {
        let (mut lines, names) = Lines::found(&[3, 3, u32::MAX]);
        assert_eq!(names, [3, 3 + PARTS, u64::from(u32::MAX)]);
        assert_eq!(lines.add(1), 0, "there is no number after the last");
        assert_eq!(lines.compare(&[0, 3, 3]), others(&[], &[u64::from(u32::MAX)]));
    }
}

//! How much of what calls reach is found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use weir_calls::{Count, Detector, Measured, Mistake, Playbook, Script, intervals, measure};

use crate::Figure;

/// What a detector goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The words of a turn alone.
    Words,
    /// What they mean, too: there are vectors of sentences.
    Meaning,
}

/// What came of calls that were played to a detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallFigures {
    /// What the detector goes by.
    pub by: By,
    /// How many there are.
    pub calls: usize,
    /// How long they are, at 160 words a minute.
    pub minutes: f32,
    /// The mean of F1 over landmarks.
    pub macro_f1: Figure,
    /// The same over pushbacks.
    pub pushback_f1: Figure,
    /// Cards that should not have come, in ten minutes.
    pub false_cards: Figure,
    /// How much of the words pointed at and of those that say it are the same.
    pub overlap: Figure,
    /// One landmark after the other.
    pub landmarks: Vec<PointFigures>,
    /// One pushback after the other.
    pub pushbacks: Vec<PointFigures>,
    /// What was taken for what, the most frequent first.
    pub taken: Vec<Taken>,
}

/// What came of one landmark or pushback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointFigures {
    /// Its id.
    pub id: String,
    /// Its F1; none if it was neither there nor found.
    pub f1: Option<Figure>,
    /// How often it was found where it is.
    pub right: u32,
    /// Where it is not.
    pub wrong: u32,
    /// How often it was not found where it is.
    pub missed: u32,
}

/// How often words that say one thing were taken for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// What they say, by its id; nothing that is looked for if it is left out.
    pub said: Option<String>,
    /// What was found in them; nothing if it is left out.
    pub found: Option<String>,
    /// How often.
    pub times: u32,
}

impl CallFigures {
    /// Plays each call to a detector; `played` hears how many were.
    pub fn measure(
        book: &Playbook,
        detector: &Detector,
        calls: &[Script],
        mut played: impl FnMut(usize),
    ) -> Self {
        let mut measured = Vec::with_capacity(calls.len());
        for call in calls {
            measured.push(measure(book, detector, call));
            played(measured.len());
        }
        let by = if detector.has_meaning() { By::Meaning } else { By::Words };
        Self::of(by, &measured)
    }

    /// Of these calls, played to a detector of this kind.
    pub fn of(by: By, calls: &[Measured]) -> Self {
        let all: Measured = calls.iter().collect();
        let f1 = |counts: &BTreeMap<String, Count>, id: &String| {
            counts.get(id).and_then(|count| count.f1()).unwrap_or(f32::NAN)
        };
        // In this order: all together, landmarks, pushbacks.
        let figures = |drawn: &Measured| {
            let mut figures =
                vec![drawn.macro_f1(), drawn.pushback_f1(), drawn.false_cards(), drawn.overlap()];
            figures.extend(all.landmarks.keys().map(|id| f1(&drawn.landmarks, id)));
            figures.extend(all.pushbacks.keys().map(|id| f1(&drawn.pushbacks, id)));
            figures
        };
        let values = figures(&all).into_iter().zip(intervals(calls, figures));
        let mut values = values.map(|(value, (low, high))| Figure { value, low, high });
        let mut next = || values.next().unwrap_or(Figure { value: 0.0, low: 0.0, high: 0.0 });
        let [macro_f1, pushback_f1, false_cards, overlap] = std::array::from_fn(|_| next());
        let mut points = |counts: &BTreeMap<String, Count>| -> Vec<PointFigures> {
            let point = |(id, count): (&String, &Count)| PointFigures {
                id: id.clone(),
                f1: Some(next()).filter(|f1| !f1.value.is_nan()),
                right: count.right,
                wrong: count.wrong,
                missed: count.missed,
            };
            counts.iter().map(point).collect()
        };
        let (landmarks, pushbacks) = (points(&all.landmarks), points(&all.pushbacks));
        let taken = |(mistake, &times): (&Mistake, &u32)| {
            let Mistake { said, found } = mistake.clone();
            Taken { said, found, times }
        };
        let mut taken: Vec<Taken> = all.mistakes.iter().map(taken).collect();
        // Of those that are as frequent the order is that of their ids.
        taken.sort_by_key(|taken| std::cmp::Reverse(taken.times));
        Self {
            by,
            calls: calls.len(),
            minutes: all.minutes,
            macro_f1,
            pushback_f1,
            false_cards,
            overlap,
            landmarks,
            pushbacks,
            taken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_point_is_counted_and_mistakes_come_by_how_often_they_are_made() {
        let count = |right, wrong, missed| Count { right, wrong, missed };
        let mistake = |said: Option<&str>, found: Option<&str>| Mistake {
            said: said.map(str::to_owned),
            found: found.map(str::to_owned),
        };
        let call = |wrong| Measured {
            landmarks: [("need".to_owned(), count(1, wrong, 0))].into(),
            pushbacks: [("price".to_owned(), count(0, 0, 0))].into(),
            minutes: 5.0,
            overlaps: vec![0.5],
            mistakes: [(mistake(None, Some("need")), wrong), (mistake(Some("scale"), None), 1)]
                .into(),
        };
        let figures = CallFigures::of(By::Words, &[call(1), call(3)]);
        assert_eq!((figures.calls, figures.minutes), (2, 10.0));
        assert_eq!(figures.false_cards.value, 4.0);
        let need = &figures.landmarks[0];
        assert_eq!((need.id.as_str(), need.right, need.wrong, need.missed), ("need", 2, 4, 0));
        let f1 = need.f1.expect("it was there");
        assert_eq!((f1.value, f1.low, f1.high), (0.5, 0.4, 2.0 / 3.0));
        assert_eq!(figures.pushbacks[0].f1, None, "it was neither there nor found");
        let times: Vec<u32> = figures.taken.iter().map(|taken| taken.times).collect();
        assert_eq!(times, [4, 2]);
        assert_eq!(figures.taken[0].found.as_deref(), Some("need"));
    }
}

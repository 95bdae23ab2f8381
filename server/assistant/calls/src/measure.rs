//! How good a detector is, by calls that were written down.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::call::Call;
use crate::detector::{Detection, Detector};
use crate::playbook::Playbook;
use crate::script::{Script, Turn};

/// Words that are spoken in a minute, pauses included: an assumption, which makes minutes of a
/// script.
const WORDS_A_MINUTE: f32 = 160.0;

/// What was found of one landmark or pushback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Found where it is.
    pub right: u32,
    /// Found where it is not.
    pub wrong: u32,
    /// Not found where it is.
    pub missed: u32,
}

impl Count {
    /// The harmonic mean of precision and recall; `None` if there was nothing to find and
    /// nothing was found.
    pub fn f1(self) -> Option<f32> {
        let all = 2 * self.right + self.wrong + self.missed;
        (all > 0).then(|| 2.0 * self.right as f32 / all as f32)
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

/// What came of some calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// By id of a landmark.
    pub landmarks: BTreeMap<String, Count>,
    /// By id of a pushback.
    pub pushbacks: BTreeMap<String, Count>,
    /// Length of the calls at 160 words a minute.
    pub minutes: f32,
    /// For each landmark found where it is: how much of the words pointed at and of those that
    /// say it are the same (intersection over union of bytes).
    pub overlaps: Vec<f32>,
    /// How often one thing was taken for another, or missed, or found where there is none.
    pub mistakes: BTreeMap<Mistake, u32>,
}

/// What was said and what was found in the place of it, by their ids, which are of landmarks and
/// pushbacks; never both nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// What the words say; `None` where they say nothing that is looked for.
    pub said: Option<String>,
    /// What was found in these words; `None` if nothing was.
    pub found: Option<String>,
}

/// Calls drawn anew for an interval.
const DRAWS: usize = 2000;

/// Plays a call to a detector. A landmark counts once, in the first turn that is said to reach
/// it: found a turn early or late it is wrong, and missed.
pub fn measure(book: &Playbook, detector: &Detector, call: &Script) -> Measured {
    let mut measured = Measured::default();
    let mut heard = Call::new(book, detector);
    for turn in &call.turns {
        measured.minutes += turn.text.split_whitespace().count() as f32 / WORDS_A_MINUTE;
        let found = heard.hear(turn.role, &turn.text);
        let (marks, backs): (Vec<Detection>, Vec<Detection>) =
            found.into_iter().partition(|found| book.landmark(&found.id).is_some());
        for (found, marked, counts) in [
            (&marks, &turn.landmarks, &mut measured.landmarks),
            (&backs, &turn.pushbacks, &mut measured.pushbacks),
        ] {
            for found in found {
                let is_right = marked.iter().any(|mark| mark.id == found.id);
                let count = counts.entry(found.id.clone()).or_default();
                *(if is_right { &mut count.right } else { &mut count.wrong }) += 1;
            }
            for mark in marked {
                let is_missed = found.iter().all(|found| found.id != mark.id);
                counts.entry(mark.id.clone()).or_default().missed += u32::from(is_missed);
            }
        }
        for mistake in mistakes(turn, [&marks, &backs].into_iter().flatten()) {
            *measured.mistakes.entry(mistake).or_default() += 1;
        }
        for mark in &turn.landmarks {
            let found = marks.iter().find(|found| found.id == mark.id);
            let pair = found.zip(turn.span(&mark.quote));
            measured.overlaps.extend(pair.map(|(found, span)| overlap(&found.span, &span)));
        }
    }
    measured
}

/// What is missed in a turn, each with what its words were taken for, and what else is found that
/// is not there.
fn mistakes<'a>(turn: &Turn, found: impl Iterator<Item = &'a Detection> + Clone) -> Vec<Mistake> {
    let marked = || turn.landmarks.iter().chain(&turn.pushbacks);
    let mut wrong: Vec<&Detection> =
        found.clone().filter(|found| marked().all(|mark| mark.id != found.id)).collect();
    let mut mistakes = Vec::new();
    for mark in marked().filter(|mark| found.clone().all(|found| found.id != mark.id)) {
        let shared = |found: &Detection| {
            turn.span(&mark.quote).map_or(0.0, |span| overlap(&found.span, &span))
        };
        let nearest = (0..wrong.len())
            .filter(|&at| shared(wrong[at]) > 0.0)
            .max_by(|&a, &b| shared(wrong[a]).total_cmp(&shared(wrong[b])));
        let taken_for = nearest.map(|at| wrong.remove(at).id.clone());
        mistakes.push(Mistake { said: Some(mark.id.clone()), found: taken_for });
    }
    let none = |found: &Detection| Mistake { said: None, found: Some(found.id.clone()) };
    mistakes.extend(wrong.into_iter().map(none));
    mistakes
}

/// Where a figure of these calls would be in 95 of 100 cases if they had been others of their
/// kind, as of [`intervals`].
pub fn interval(calls: &[Measured], figure: impl Fn(&Measured) -> f32) -> (f32, f32) {
    let one = intervals(calls, |drawn| vec![figure(drawn)]);
    one.first().copied().unwrap_or((f32::NAN, f32::NAN))
}

/// The same of many figures at once, which are always as many and in the same order: calls drawn
/// with replacement, always the same (Efron, Annals of Statistics 7, 1979). Draws of which a figure
/// is none (NaN) are left out for it; where all are, its interval is none either.
pub fn intervals(calls: &[Measured], figures: impl Fn(&Measured) -> Vec<f32>) -> Vec<(f32, f32)> {
    let mut chance = fastrand::Rng::with_seed(0);
    let mut values: Vec<Vec<f32>> = Vec::new();
    for _ in 0..DRAWS {
        let drawn = calls.iter().filter_map(|_| chance.choice(calls));
        let figures = figures(&drawn.collect());
        values.resize_with(figures.len(), Vec::new);
        for (values, figure) in values.iter_mut().zip(figures) {
            values.extend((!figure.is_nan()).then_some(figure));
        }
    }
    let ends = |mut values: Vec<f32>| {
        values.sort_unstable_by(f32::total_cmp);
        let cut = values.len() / 40;
        let end = |at: Option<usize>| at.and_then(|at| values.get(at)).copied().unwrap_or(f32::NAN);
        (end(Some(cut)), end(values.len().checked_sub(1 + cut)))
    };
    values.into_iter().map(ends).collect()
}

/// Calls as one.
impl<'a> FromIterator<&'a Measured> for Measured {
    fn from_iter<T: IntoIterator<Item = &'a Self>>(calls: T) -> Self {
        let mut all = Self::default();
        for call in calls {
            all.add(call);
        }
        all
    }
}

impl Measured {
    fn add(&mut self, other: &Self) {
        for (ours, theirs) in
            [(&mut self.landmarks, &other.landmarks), (&mut self.pushbacks, &other.pushbacks)]
        {
            for (id, count) in theirs {
                ours.entry(id.clone()).or_default().add(*count);
            }
        }
        self.minutes += other.minutes;
        self.overlaps.extend(&other.overlaps);
        for (mistake, times) in &other.mistakes {
            *self.mistakes.entry(mistake.clone()).or_default() += times;
        }
    }

    /// The mean of F1 over landmarks.
    pub fn macro_f1(&self) -> f32 {
        mean(self.landmarks.values().filter_map(|count| count.f1()))
    }

    /// The same over pushbacks.
    pub fn pushback_f1(&self) -> f32 {
        mean(self.pushbacks.values().filter_map(|count| count.f1()))
    }

    /// Cards that should not have come, in ten minutes of a call.
    pub fn false_cards(&self) -> f32 {
        let wrong = self.landmarks.values().chain(self.pushbacks.values()).map(|count| count.wrong);
        10.0 * wrong.sum::<u32>() as f32 / self.minutes.max(f32::MIN_POSITIVE)
    }

    /// The mean of [`Measured::overlaps`].
    pub fn overlap(&self) -> f32 {
        mean(self.overlaps.iter().copied())
    }
}

/// Bytes in both by bytes in either.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> f32 {
    let both = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    let either = a.len() + b.len() - both;
    both as f32 / either.max(1) as f32
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_is_of_what_was_found_and_what_was_there() {
        let count = |right, wrong, missed| Count { right, wrong, missed }.f1();
        assert_eq!(count(0, 0, 0), None);
        assert_eq!(count(3, 0, 0), Some(1.0));
        assert_eq!(count(1, 1, 1), Some(0.5));
        assert_eq!(count(0, 2, 1), Some(0.0));
    }

    #[test]
    fn an_interval_is_around_the_figure_and_a_point_where_all_calls_are_alike() {
        let call = |wrong| Measured {
            landmarks: [("need".to_owned(), Count { right: 1, wrong, missed: 0 })].into(),
            ..Measured::default()
        };
        let alike = vec![call(1); 10];
        assert_eq!(interval(&alike, Measured::macro_f1), (2.0 / 3.0, 2.0 / 3.0));
        let unlike: Vec<_> = (0..10).map(|k| call(k % 2)).collect();
        let (low, high) = interval(&unlike, Measured::macro_f1);
        assert!(low < 0.8 && 0.8 < high && high <= 1.0, "{low} {high}");
    }

    #[test]
    fn what_is_drawn_without_a_figure_is_left_out_of_its_interval() {
        let none = Measured::default();
        let f1 = |all: &Measured| all.landmarks.get("need").and_then(|of| of.f1());
        let figure = |all: &Measured| f1(all).unwrap_or(f32::NAN);
        let (low, high) = interval(&[none.clone(), none.clone()], figure);
        assert!(low.is_nan() && high.is_nan());
        let one = Measured {
            landmarks: [("need".to_owned(), Count { right: 1, wrong: 0, missed: 0 })].into(),
            ..none.clone()
        };
        assert_eq!(interval(&[none, one], figure), (1.0, 1.0));
    }

    #[test]
    fn what_words_were_taken_for_is_what_was_found_in_them() {
        use crate::playbook::Role;
        use crate::script::Mark;
        let mark = |id: &str, quote: &str| Mark { id: id.to_owned(), quote: quote.to_owned() };
        let turn = Turn {
            role: Role::Customer,
            text: "We have ten pumps, and it is too dear.".to_owned(),
            landmarks: vec![mark("scale", "ten pumps"), mark("need", "We have")],
            pushbacks: vec![mark("price", "too dear")],
        };
        let found = |id: &str, span| Detection {
            id: id.to_owned(),
            span,
            score: 1.0,
            method: crate::detector::Method::Lexical,
        };
        let id = |id: &str| Some(id.to_owned());
        let all = [found("budget", 29..37), found("need", 0..7), found("today", 0..7)];
        let mistake = |said, found| Mistake { said, found };
        let expected = [
            mistake(id("scale"), None),
            mistake(id("price"), id("budget")),
            mistake(None, id("today")),
        ];
        assert_eq!(mistakes(&turn, all.iter()), expected);
        assert_eq!(mistakes(&turn, [].iter()).len(), 3, "all are missed");
    }

    #[test]
    fn overlap_is_between_none_and_all() {
        assert_eq!(overlap(&(0..4), &(4..8)), 0.0);
        assert_eq!(overlap(&(2..6), &(2..6)), 1.0);
        assert_eq!(overlap(&(0..4), &(2..6)), 2.0 / 6.0);
    }
}

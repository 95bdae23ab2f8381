//! What is said of which thing: how many, how large, where.
//!
//! There is no grammar to be right about: people who draw by voice leave words out. Words are
//! read one by one; what describes a thing stands before it or after it, and a new thing, or the
//! end of a clause, ends the one before.

use weir_language::{clauses, concept, words};

use crate::noun::Noun;

/// Most things of a drawing; more are left out, and named.
const MOST: usize = 24;
/// Most of one kind at a time.
const MOST_AT_A_TIME: usize = 6;

/// To which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left.
    Left,
    /// Neither.
    Centre,
    /// The right.
    Right,
}

/// How high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// At the top.
    Top,
    /// At the bottom.
    Bottom,
}

/// Where something is to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Below it.
    Under,
    /// Above it.
    Above,
    /// To its left.
    LeftOf,
    /// To its right.
    RightOf,
    /// Inside.
    In,
}

/// A thing, and what was said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// What it is.
    pub noun: Noun,
    /// How many there are, side by side or one after the other.
    pub count: usize,
    /// How wide, against what is usual.
    pub width: f64,
    /// How high, against what is usual.
    pub height: f64,
    /// To which side, if that was said.
    pub side: Option<Side>,
    /// How high up, if that was said.
    pub level: Option<Level>,
    /// Which side it leads down to, if that was said.
    pub leads: Option<Side>,
    /// Where it is to another, by its place in the list.
    pub relation: Option<(Relation, usize)>,
}

/// A sentence as it was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence {
    /// Things in the order in which they were said.
    pub things: Vec<Thing>,
    /// Words that may have mattered, and were not understood.
    pub unknown: Vec<String>,
}

/// Words that say nothing about where or how much.
const SMALL: &str = "the of and with then there is are be please draw make put add i i'd want would like me let's it's \
    its some so that which where have has need give us can you could we a an to at on in from down into \
    out side sides flow flows flowing falls fall falling run runs running pour pours pouring comes coming going goes \
    go lead leads leading lean leaning leans place placed standing lying hanging um uh er okay ok now just maybe \
    kind sort thing hand corner part edge end screen page canvas picture drawing for my your by as also too \
    onto through catch catches catching collect collects collecting filled full all over";
/// What makes things larger or smaller: words, width, height.
const SIZES: [(&str, f64, f64); 6] = [
    ("big large huge giant great", 1.5, 1.5),
    ("small little tiny mini", 0.6, 0.6),
    ("wide broad long", 1.6, 1.0),
    ("narrow thin slim", 0.6, 1.0),
    ("tall high deep steep", 1.0, 1.6),
    ("low shallow flat short", 1.0, 0.55),
];
/// What is meant by what was said before.
const BACK: &str = "it that this them these those both";

fn is_one_of(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}

fn count(word: &str) -> Option<usize> {
    let names = ["one", "two", "three", "four", "five", "six"];
    match word {
        "another" | "single" => Some(1),
        "pair" | "couple" => Some(2),
        "several" | "few" | "many" => Some(3),
        _ => names.iter().position(|name| *name == word).map(|at| at + 1),
    }
    .or_else(|| word.parse().ok().filter(|count| (1..=99).contains(count)))
}

fn side(word: &str) -> Option<Side> {
    match word {
        "left" => Some(Side::Left),
        "right" => Some(Side::Right),
        _ => None,
    }
}

fn level(word: &str) -> Option<Level> {
    match word {
        "top" | "upper" | "up" => Some(Level::Top),
        "bottom" | "ground" | "lower" => Some(Level::Bottom),
        _ => None,
    }
}

/// What is said of a thing before it is named.
#[derive(Clone, Debug, Default)]
struct Before {
    count: Option<usize>,
    width: Option<f64>,
    height: Option<f64>,
    side: Option<Side>,
    level: Option<Level>,
    /// `under the funnel, …`: what comes is there.
    relation: Option<(Relation, usize)>,
    /// Whether it is `the` thing rather than a new one.
    is_known: bool,
}

/// Where the reading is.
struct Reader<'a> {
    words: &'a [String],
    at: usize,
    sentence: Sentence,
    before: Before,
    /// The thing of this clause that words after it describe.
    subject: Option<usize>,
    /// `under`, `left of` and so on: what it is to is still to come.
    open: Option<Relation>,
}

impl Sentence {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let mut sentence = Self::default();
        for clause in clauses(text) {
            let words = words(clause.text);
            let mut reader = Reader {
                words: &words,
                at: 0,
                sentence,
                before: Before::default(),
                subject: None,
                open: None,
            };
            while reader.at < words.len() {
                reader.read();
            }
            sentence = reader.sentence;
        }
        sentence
    }
}

impl Reader<'_> {
    fn word(&self, ahead: usize) -> &str {
        self.words.get(self.at + ahead).map_or("", String::as_str)
    }

    /// Reads what stands here, and goes on behind it.
    fn read(&mut self) {
        let word = self.word(0).to_owned();
        let taken = self.relation(&word);
        if taken > 0 {
            self.at += taken;
            return;
        }
        self.at += 1;
        let next = self.word(0).to_owned();
        if let Some(noun) = Noun::of(&word) {
            // `left side of the water` and `hand side` name no thing; `water wall` is a wall.
            let is_only_said_of_the_next = noun.is_water() && Noun::of(&next).is_some();
            if !is_only_said_of_the_next {
                self.name(noun);
            }
        } else if self.open.is_some() && is_one_of(BACK, &word) {
            self.refer(self.sentence.things.len().checked_sub(1));
        } else if matches!(word.as_str(), "and" | "then") {
            // What follows may be said of the next thing; `under it` still looks back.
            self.subject = None;
        } else if let Some(many) = count(&word) {
            self.before.count = Some(many.min(MOST_AT_A_TIME));
        } else if word == "the" {
            self.before.is_known = true;
        } else if let Some((_, width, height)) =
            SIZES.iter().find(|(list, ..)| is_one_of(list, &word))
        {
            self.before.width = Some(self.before.width.unwrap_or(1.0) * width);
            self.before.height = Some(self.before.height.unwrap_or(1.0) * height);
        } else if let Some(side) = side(&word) {
            self.read_side(side);
        } else if matches!(word.as_str(), "middle" | "centre" | "center") {
            self.describe(|thing| thing.side = thing.side.or(Some(Side::Centre)), |_| {});
        } else if let Some(level) = level(&word) {
            self.describe(|thing| thing.level = Some(level), |before| before.level = Some(level));
        } else if !is_one_of(SMALL, &word) && concept(&word).is_none() {
            self.sentence.unknown.push(word);
        }
    }

    /// How many words from here say where something is to something else; takes note of it.
    fn relation(&mut self, word: &str) -> usize {
        let (relation, taken) = match (word, self.word(1), self.word(2)) {
            ("on", "top", "of") => (Relation::Above, 3),
            ("under" | "below" | "beneath" | "underneath", ..) => (Relation::Under, 1),
            ("above", ..) => (Relation::Above, 1),
            ("inside", ..) => (Relation::In, 1),
            ("left", "of", _) => (Relation::LeftOf, 2),
            ("right", "of", _) => (Relation::RightOf, 2),
            ("next", "to", _) => (Relation::RightOf, 2),
            ("beside", ..) => (Relation::RightOf, 1),
            _ => return 0,
        };
        self.open = Some(relation);
        taken
    }

    /// A thing is named: a new one, or one that is there.
    fn name(&mut self, noun: Noun) {
        let before = std::mem::take(&mut self.before);
        let known = self.sentence.things.iter().rposition(|thing| thing.noun == noun);
        if let (Some(known), true) = (known, before.is_known && self.open.is_some()) {
            // `a funnel, below the funnel a cup`: said of what comes.
            self.subject = self.subject.filter(|subject| *subject != known);
            self.refer(Some(known));
            return;
        }
        if self.sentence.things.len() == MOST {
            self.sentence.unknown.push(noun.name().to_owned());
            return;
        }
        let new = self.sentence.things.len();
        self.sentence.things.push(Thing {
            noun,
            count: before.count.unwrap_or(1),
            width: before.width.unwrap_or(1.0),
            height: before.height.unwrap_or(1.0),
            side: before.side,
            level: before.level,
            leads: None,
            relation: before.relation,
        });
        match self.open {
            // `a cup under a funnel`: the funnel is new, and the cup is under it.
            Some(_) if self.subject.is_some() => self.refer(Some(new)),
            _ => self.subject = Some(new),
        }
    }

    /// What an open relation is to.
    fn refer(&mut self, to: Option<usize>) {
        let (Some(relation), Some(mut to)) = (self.open.take(), to) else { return };
        match self.subject {
            Some(subject) => {
                // `a cup under it`: not under itself.
                if to == subject {
                    let Some(other) = subject.checked_sub(1) else { return };
                    to = other;
                }
                self.sentence.things[subject].relation = Some((relation, to));
            }
            None => self.before.relation = Some((relation, to)),
        }
    }

    /// Says something of the thing before, or else of the one to come.
    fn describe(&mut self, known: impl FnOnce(&mut Thing), coming: impl FnOnce(&mut Before)) {
        let is_of_the_next = Noun::of(self.word(0)).is_some();
        match self.subject {
            Some(subject) if !is_of_the_next => known(&mut self.sentence.things[subject]),
            _ => coming(&mut self.before),
        }
    }

    /// `to the left` is where a ramp leads, `on the left` where it is.
    fn read_side(&mut self, side: Side) {
        let behind = |back: usize| self.at.checked_sub(back).map_or("", |at| &self.words[at]);
        let is_to = behind(2) == "to" || behind(2) == "the" && behind(3) == "to";
        let subject = self.subject.map(|subject| self.sentence.things[subject].noun);
        if is_to && subject.is_some_and(Noun::leads) {
            self.describe(|thing| thing.leads = Some(side), |_| {});
        } else {
            self.describe(|thing| thing.side = Some(side), |before| before.side = Some(side));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Said = (Noun, usize, Option<(Relation, usize)>);

    fn said(text: &str) -> Vec<Said> {
        let things = Sentence::of(text).things;
        things.iter().map(|thing| (thing.noun, thing.count, thing.relation)).collect()
    }

    #[test]
    fn things_stand_to_one_another() {
        use Noun::{Cup, Funnel, Ramp, Shelf};
        let under = Some((Relation::Under, 0));
        let plain = [(Funnel, 1, None), (Cup, 1, under)];
        assert_eq!(said("a funnel and a cup under it"), plain);
        assert_eq!(said("Draw a funnel. Below the funnel there's a cup, please."), plain);
        assert_eq!(said("draw a funnel below the funnel there is a cup"), plain);
        assert_eq!(
            said("a cup under a funnel"),
            [(Cup, 1, Some((Relation::Under, 1))), (Funnel, 1, None)]
        );
        assert_eq!(
            said("two ramps and a glass below them and a shelf on top of it"),
            [(Ramp, 2, None), (Cup, 1, under), (Shelf, 1, Some((Relation::Above, 1)))]
        );
    }

    #[test]
    fn sides_levels_and_sizes_belong_to_the_thing_beside_them() {
        let things =
            Sentence::of("a big bowl on the left, a small wall at the bottom right").things;
        assert_eq!((things[0].side, things[0].width), (Some(Side::Left), 1.5));
        assert_eq!((things[1].side, things[1].level), (Some(Side::Right), Some(Level::Bottom)));
        assert_eq!(things[1].height, 0.6);
        let ramp = &Sentence::of("a ramp down to the left").things[0];
        assert_eq!((ramp.leads, ramp.side), (Some(Side::Left), None));
        let ramp = &Sentence::of("a long ramp on the left").things[0];
        assert_eq!((ramp.leads, ramp.side), (None, Some(Side::Left)));
    }

    #[test]
    fn words_that_are_not_understood_are_named() {
        let sentence = Sentence::of("a cup and a purple elephant");
        assert_eq!(sentence.things.len(), 1);
        assert_eq!(sentence.unknown, ["purple", "elephant"]);
        let many = "a cup ".repeat(100);
        assert_eq!(Sentence::of(&many).things.len(), MOST);
        assert_eq!(Sentence::of("99 cups").things[0].count, MOST_AT_A_TIME);
        for nothing in ["", "under", "left of", "the the of", "under it", "it under a cup under"] {
            let _ = Sentence::of(nothing);
        }
    }
}

//! Things that can be said, and the words for them.

use weir_language::stems;

/// A kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// Two slanting lines with a gap between their lower ends.
    Funnel,
    /// Open at the top, with a flat bottom.
    Cup,
    /// Open at the top, and round.
    Bowl,
    /// A line that leads down to one side.
    Ramp,
    /// A line that stands.
    Wall,
    /// A line that lies.
    Shelf,
    /// Two lines that lead down to both sides.
    Roof,
    /// Steps down to one side.
    Stairs,
    /// A wall with a gap in the middle.
    Gate,
    /// Two lines that stand, and lead what falls between them.
    Pipe,
    /// Pegs that what falls has to go around.
    Pegs,
    /// Water that comes out of a tap above.
    Tap,
    /// Water that is there from the beginning.
    Pool,
}

/// Words for each; the first is what it is called.
const NAMES: [(Noun, &str); 13] = [
    (Noun::Funnel, "funnel hopper cone"),
    (
        Noun::Cup,
        "cup glass mug bucket pot vase jar box tub container basin tank trough barrel vessel pail",
    ),
    (Noun::Bowl, "bowl dish cauldron pan valley"),
    (Noun::Ramp, "ramp slope slide chute incline hill plank board gutter"),
    (Noun::Wall, "wall dam barrier pillar post weir obstacle fence column stick"),
    (Noun::Shelf, "shelf ledge platform table line floor ceiling bar beam lid"),
    (Noun::Roof, "roof tent hat peak arrow umbrella mountain triangle wedge"),
    (Noun::Stairs, "stairs staircase stair steps cascade terrace"),
    (Noun::Gate, "gate sluice opening slit hole"),
    (Noun::Pipe, "pipe tube channel chimney shaft"),
    (Noun::Pegs, "pegs pins dots pebbles stones sieve rocks"),
    (
        Noun::Tap,
        "tap faucet spring source stream waterfall hose rain jet fountain water river spout",
    ),
    (Noun::Pool, "pool pond lake puddle sea reservoir wave block"),
];

impl Noun {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(noun, _)| *noun)
    }

    /// What a word names, in any of its forms.
    pub fn of(word: &str) -> Option<Self> {
        let said = stems(word);
        let names = |words: &str| words.split(' ').any(|name| name == word || stems(name) == said);
        NAMES.iter().find(|(_, words)| names(words)).map(|(noun, _)| *noun)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        let words = NAMES.iter().find(|(noun, _)| *noun == self).map(|(_, words)| *words);
        words.and_then(|words| words.split(' ').next()).unwrap_or_default()
    }

    /// Whether it is water, and no line.
    pub fn is_water(self) -> bool {
        matches!(self, Self::Tap | Self::Pool)
    }

    /// Whether it has a side that it leads down to.
    pub fn leads(self) -> bool {
        matches!(self, Self::Ramp | Self::Stairs)
    }
}

/// Sentences like those that are said to draw something: what a transcriber may expect.
pub fn sentences() -> Vec<String> {
    let words: Vec<&str> = NAMES.iter().flat_map(|(_, words)| words.split(' ')).collect();
    let sizes = ["", "big", "small", "wide", "narrow", "tall", "deep"];
    let places =
        ["", "on the left", "on the right", "at the top", "at the bottom", "in the middle"];
    let relations = ["under", "below", "above", "left of", "right of", "on top of", "next to"];
    let sentence = |(k, word): (usize, &&str)| {
        let (size, place) = (sizes[k % sizes.len()], places[k % places.len()]);
        let (other, relation) = (words[(7 * k + 3) % words.len()], relations[k % relations.len()]);
        [
            format!("a {size} {word} {place}"),
            format!("draw a {word} and a {other} {relation} it"),
            format!("two {} and a {other} {relation} them", plural(word)),
        ]
    };
    words.iter().enumerate().flat_map(sentence).collect()
}

fn plural(word: &str) -> String {
    let hisses = ["ss", "sh", "ch", "x"].iter().any(|end| word.ends_with(end));
    match word.ends_with('s') {
        _ if hisses => format!("{word}es"),
        true => word.to_owned(),
        false => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_expected_is_understood() {
        for sentence in sentences() {
            let unknown = crate::sentence::Sentence::of(&sentence).unknown;
            assert!(unknown.is_empty(), "{sentence}: {unknown:?}");
        }
    }

    #[test]
    fn no_word_names_two_things_and_forms_are_one() {
        let words: Vec<&str> = NAMES.iter().flat_map(|(_, words)| words.split(' ')).collect();
        for (noun, names) in NAMES {
            for word in names.split(' ') {
                assert_eq!(Noun::of(word), Some(noun), "{word}");
                assert_eq!(words.iter().filter(|other| **other == word).count(), 1, "{word}");
            }
        }
        assert_eq!(Noun::of("glasses"), Some(Noun::Cup));
        assert_eq!(Noun::of("ramps"), Some(Noun::Ramp));
        assert_eq!(Noun::of("elephant"), None);
    }
}

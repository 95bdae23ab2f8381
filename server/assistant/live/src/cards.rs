//! Cards: what the agent may say next, not too often.

use std::collections::HashMap;

use weir_calls::{Landmark, Playbook};

use crate::record::Card;
use crate::words::CardKind;

/// Seconds after which it is too late to answer what was pushed back with.
const STALE_S: f32 = 30.0;

/// Which cards were shown, and what waits for one. Its clock is that of the sound.
#[derive(Debug)]
pub(crate) struct Cards {
    every_s: f32,
    last: Option<(f32, Card)>,
    /// What was pushed back with last, and when, if there was no card for it yet.
    waiting: Option<(String, f32)>,
    /// Cards that each pushback had.
    answered: HashMap<String, usize>,
}

impl Cards {
    /// At most one in so many seconds.
    pub fn new(every_s: f32) -> Self {
        Self { every_s, last: None, waiting: None, answered: HashMap::new() }
    }

    /// Somebody pushes back; what was pushed back with before need not be answered any more.
    pub fn push_back(&mut self, id: &str, at_s: f32) {
        self.waiting = Some((id.to_owned(), at_s));
    }

    /// The card that is shown now, if one is: a reply to who pushed back, else what may be asked
    /// to reach the next of what remains. Never the same twice in a row.
    pub fn next(&mut self, book: &Playbook, remains: &[&Landmark], at_s: f32) -> Option<Card> {
        if self.last.as_ref().is_some_and(|(last_s, _)| at_s - last_s < self.every_s) {
            return None;
        }
        let card = self.reply(book, at_s).or_else(|| {
            let mut asks = remains.iter().map(|landmark| ask(landmark));
            asks.find(|card| self.is_new(card))
        })?;
        self.last = Some((at_s, card.clone()));
        Some(card)
    }

    /// The next reply to what was pushed back with: the second time it is another, if there is.
    fn reply(&mut self, book: &Playbook, at_s: f32) -> Option<Card> {
        let (id, since_s) = self.waiting.take()?;
        if at_s - since_s > STALE_S {
            return None;
        }
        let pushback = book.pushback(&id)?;
        let before = self.answered.entry(id).or_default();
        let response = &pushback.responses[*before % pushback.responses.len()];
        let card = Card {
            kind: CardKind::Pushback,
            about: pushback.id.clone(),
            text: response.text.clone(),
            source: Some(response.source.clone()),
        };
        *before += 1;
        self.is_new(&card).then_some(card)
    }

    fn is_new(&self, card: &Card) -> bool {
        self.last.as_ref().is_none_or(|(_, last)| last != card)
    }
}

fn ask(landmark: &Landmark) -> Card {
    Card {
        kind: CardKind::Remains,
        about: landmark.id.clone(),
        text: landmark.ask.clone(),
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Playbook {
        Playbook::first_call().expect("the playbook")
    }

    #[test]
    fn a_card_comes_at_most_so_often_and_a_reply_waits_for_its_turn() {
        let book = book();
        let remains: Vec<&Landmark> = book.landmarks.iter().collect();
        let mut cards = Cards::new(20.0);
        let first = cards.next(&book, &remains, 1.0).expect("a card");
        assert_eq!((first.kind, first.about.as_str()), (CardKind::Remains, "introduction"));
        cards.push_back("trust", 2.0);
        cards.push_back("price", 5.0);
        assert_eq!(cards.next(&book, &remains, 20.9), None);
        let reply = cards.next(&book, &remains, 21.0).expect("a card");
        assert_eq!((reply.kind, reply.about.as_str()), (CardKind::Pushback, "price"));
        let response = &book.pushback("price").expect("one").responses[0];
        assert_eq!(reply.text, response.text);
        assert_eq!(reply.source.as_ref(), Some(&response.source));
        assert_eq!(cards.next(&book, &remains, 41.0).expect("a card").about, "introduction");
    }

    #[test]
    fn never_the_same_twice_in_a_row() {
        let book = book();
        let remains: Vec<&Landmark> = book.landmarks.iter().take(2).collect();
        let mut cards = Cards::new(0.0);
        let mut about = |remains: &[&Landmark]| cards.next(&book, remains, 0.0).map(|c| c.about);
        let shown =
            [about(&remains), about(&remains), about(&remains)].map(Option::unwrap_or_default);
        assert_eq!(shown, ["introduction", "consent", "introduction"]);
        assert_eq!(about(&remains[..1]), None);
        let mut cards = Cards::new(0.0);
        let mut replies = Vec::new();
        for _ in 0..7 {
            cards.push_back("price", 0.0);
            replies.push(cards.next(&book, &[], 0.0).expect("a card").text);
        }
        assert!(replies.windows(2).all(|two| two[0] != two[1]), "{replies:?}");
    }

    #[test]
    fn a_reply_that_comes_too_late_does_not_come() {
        let book = book();
        let mut cards = Cards::new(20.0);
        cards.push_back("price", 0.0);
        assert_eq!(cards.next(&book, &[], STALE_S + 1.0), None);
    }
}

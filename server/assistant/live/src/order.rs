//! Turns in the order in which they began, though the one who begins first may end last.

/// Seconds of sound that a turn waits for one that began before it.
const PATIENCE_S: f32 = 2.0;

/// What was said on a channel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Utterance {
    pub channel: usize,
    pub text: String,
    pub start_s: f32,
    pub end_s: f32,
}

/// Puts what both voices said into one order. Its clock is that of the sound, so that the order
/// does not depend on how fast the sound comes.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// When what is being spoken began, by channel.
    open: [Option<f32>; crate::words::CHANNELS],
    /// What has ended, and when that was heard.
    waiting: Vec<(f32, Utterance)>,
}

impl Order {
    /// Somebody began to speak.
    pub fn began(&mut self, channel: usize, at_s: f32) {
        self.open[channel] = Some(at_s);
    }

    /// It was no speech.
    pub fn was_nothing(&mut self, channel: usize) {
        self.open[channel] = None;
    }

    /// Somebody has ended; so much sound has come by now.
    pub fn ended(&mut self, utterance: Utterance, now_s: f32) {
        self.open[utterance.channel] = None;
        let at = self.waiting.partition_point(|(_, other)| other.start_s <= utterance.start_s);
        self.waiting.insert(at, (now_s, utterance));
    }

    /// Whether this voice is speaking, or has said more than was given out yet.
    pub fn has_more(&self, channel: usize) -> bool {
        let waits = self.waiting.iter().any(|(_, utterance)| utterance.channel == channel);
        waits || self.open[channel].is_some()
    }

    /// The next one, unless what is being spoken began before it and may still end in time.
    pub fn next(&mut self, now_s: f32) -> Option<Utterance> {
        let (since_s, first) = self.waiting.first()?;
        let is_before = |open: &f32| *open < first.start_s;
        let waits = self.open.iter().flatten().any(is_before) && now_s - since_s < PATIENCE_S;
        (!waits).then(|| self.waiting.remove(0).1)
    }

    /// The next one, whatever is being spoken.
    pub fn rest(&mut self) -> Option<Utterance> {
        (!self.waiting.is_empty()).then(|| self.waiting.remove(0).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(channel: usize, start_s: f32, end_s: f32) -> Utterance {
        Utterance { channel, text: format!("{start_s}"), start_s, end_s }
    }

    #[test]
    fn who_began_first_comes_first_if_the_end_is_near() {
        let mut order = Order::default();
        order.began(0, 1.0);
        order.began(1, 2.0);
        order.ended(said(1, 2.0, 2.5), 3.0);
        assert_eq!(order.next(3.0), None);
        order.ended(said(0, 1.0, 3.5), 4.0);
        assert_eq!(order.next(4.0), Some(said(0, 1.0, 3.5)));
        assert_eq!(order.next(4.0), Some(said(1, 2.0, 2.5)));
        assert_eq!(order.next(4.0), None);
    }

    #[test]
    fn nobody_waits_for_long_nor_for_what_began_later() {
        let mut order = Order::default();
        order.began(0, 1.0);
        order.ended(said(1, 2.0, 2.5), 3.0);
        assert_eq!(order.next(4.9), None);
        assert_eq!(order.next(5.0), Some(said(1, 2.0, 2.5)), "it waited");
        order.ended(said(1, 4.0, 4.5), 5.0);
        order.was_nothing(0);
        assert_eq!(order.next(5.0), Some(said(1, 4.0, 4.5)), "nobody speaks");
        order.began(0, 7.0);
        order.ended(said(1, 6.0, 7.5), 8.0);
        assert_eq!(order.next(8.0), Some(said(1, 6.0, 7.5)), "who speaks began later");
    }

    #[test]
    fn at_the_end_all_come() {
        let mut order = Order::default();
        order.began(0, 1.0);
        order.ended(said(1, 3.0, 4.0), 5.0);
        order.ended(said(1, 2.0, 3.0), 5.0);
        let rest: Vec<f32> = std::iter::from_fn(|| order.rest()).map(|said| said.start_s).collect();
        assert_eq!(rest, [2.0, 3.0]);
    }
}

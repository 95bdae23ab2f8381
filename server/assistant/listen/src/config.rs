//! How a call is taken.

use std::time::Duration;

use url::Url;
use weir_calls::Role;
use weir_live::CHANNELS;

/// How a call is taken, and what is put up with.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenConfig {
    /// The socket of calls: `ws://127.0.0.1:8765/calls/ws`, where a server has it unless it is
    /// configured otherwise. Never with a token in it.
    pub url: Url,
    /// Whose voice each channel of the source is. Agent, customer.
    pub channels: [Role; CHANNELS],
    /// Whether everybody agreed to be heard. Nothing is sent without. False.
    pub consent: bool,
    /// What the call is called in lists.
    pub title: Option<String>,
    /// Seconds of each voice that are held until the server has heard them. When there is no room
    /// for more, no more is taken of the source. 60.
    pub room_s: u32,
    /// So long after a cut a way back is looked for: the server keeps the place for 30 s.
    pub patience: Duration,
    /// A server that says nothing at all for so long, not even that it is there, is gone. 20 s.
    pub silence: Duration,
    /// So long the last words are waited for. 20 s: the server takes 5 s to hear what was said, and
    /// some to judge it.
    pub finish: Duration,
    /// What is waited before the first try to come back, twice as long before the next, and so on.
    /// 250 ms.
    pub first_wait: Duration,
    /// Longest that is waited between two tries. 5 s.
    pub longest_wait: Duration,
}

impl ListenConfig {
    /// As usual, to this server.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            channels: [Role::Agent, Role::Customer],
            consent: false,
            title: None,
            room_s: 60,
            patience: Duration::from_secs(30),
            silence: Duration::from_secs(20),
            finish: Duration::from_secs(20),
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(5),
        }
    }

    /// What is waited before try `number`, from 0, to come back: the next step of an exponential
    /// backoff, between half of it and all, so that callers who were cut together do not come back
    /// together.
    pub(crate) fn wait(&self, number: u32) -> Duration {
        let step = self.first_wait.saturating_mul(2_u32.saturating_pow(number));
        step.min(self.longest_wait).mul_f64(0.5 + 0.5 * fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_at_growing_bounded_and_different_times() {
        let config = ListenConfig::new(Url::parse("ws://localhost/").expect("a URL"));
        for (number, most_ms) in [(0, 250), (1, 500), (3, 2000), (5, 5000), (99, 5000)] {
            let most = Duration::from_millis(most_ms);
            let waits: Vec<Duration> = (0..100).map(|_| config.wait(number)).collect();
            assert!(waits.iter().all(|wait| (most / 2..=most).contains(wait)), "{number}");
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{number}");
        }
    }
}

//! Leaves a provider alone for a while when it failed often: a circuit breaker.
//!
//! Closed, requests pass. After some failures one after the other it is open: requests are refused
//! at once. When it has rested it is half open: one request may try. If that succeeds it is
//! closed, if not it rests twice as long.
//! M. Nygard, *Release It!*, Pragmatic Bookshelf, 2007.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};

use crate::{ChatModel, ChatRequest, ChatStream, Clock, Embedder, ProviderError, Spoken, Voice};

/// When it opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Failures one after the other, at least 1.
    pub failures: u32,
    /// First rest.
    pub rest: Duration,
    /// Longest rest.
    pub longest_rest: Duration,
}

impl Default for Patience {
    /// 5 failures, 5 s, 5 min.
    fn default() -> Self {
        Self { failures: 5, rest: Duration::from_secs(5), longest_rest: Duration::from_secs(300) }
    }
}

#[derive(Default)]
struct State {
    /// Failures since the last success.
    failures: u32,
    /// The last rest and when it ends, by the clock; none while it is closed.
    resting: Option<(Duration, Duration)>,
    /// Somebody tries.
    trial: bool,
}

/// Counts failures of one provider. Copies count together.
#[derive(Clone)]
pub struct Breaker {
    state: Arc<Mutex<State>>,
    patience: Patience,
    clock: Clock,
}

impl Breaker {
    /// A closed one.
    pub fn new(patience: Patience, clock: Clock) -> Self {
        Self { state: Arc::default(), patience, clock }
    }

    /// Lets a request pass.
    ///
    /// # Errors
    /// It rests; for how long still.
    pub fn admit(&self) -> Result<Pass, Duration> {
        let mut state = self.state();
        let Some((rest, until)) = state.resting else {
            return Ok(Pass { breaker: self.clone(), trial: false });
        };
        let left = until.saturating_sub(self.clock.now());
        if !left.is_zero() {
            return Err(left);
        }
        if state.trial {
            // How long the one that tries takes is not known; the last rest is a guess.
            return Err(rest);
        }
        state.trial = true;
        Ok(Pass { breaker: self.clone(), trial: true })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change below is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that may be sent. Dropped without a word, it says nothing about the provider.
pub struct Pass {
    breaker: Breaker,
    trial: bool,
}

impl Pass {
    /// It was answered, be it with a refusal.
    pub fn succeeded(self) {
        let mut state = self.breaker.state();
        // What was sent before it opened says nothing about now.
        if self.trial || state.resting.is_none() {
            state.failures = 0;
            state.resting = None;
        }
    }

    /// It failed in a way that may pass.
    pub fn failed(self) {
        let Breaker { patience, clock, .. } = &self.breaker;
        let mut state = self.breaker.state();
        if !self.trial && state.resting.is_some() {
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures < patience.failures {
            return;
        }
        let rest = match state.resting {
            Some((last, _)) => last.saturating_mul(2).min(patience.longest_rest),
            None => patience.rest.min(patience.longest_rest),
        };
        state.resting = Some((rest, clock.now() + rest));
    }

    fn learn(self, error: &ProviderError) {
        if error.is_passing() { self.failed() } else { self.succeeded() }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.trial {
            self.breaker.state().trial = false;
        }
    }
}

/// A provider behind a breaker.
pub struct Guarded<T> {
    inner: T,
    breaker: Breaker,
}

impl<T> Guarded<T> {
    /// `inner` behind `breaker`.
    pub fn new(inner: T, breaker: Breaker) -> Self {
        Self { inner, breaker }
    }

    fn admit(&self, id: &str) -> Result<Pass, ProviderError> {
        self.breaker.admit().map_err(|wait| ProviderError::Resting { provider: id.into(), wait })
    }
}

/// Tells the breaker how it went.
fn judged<A>(pass: Pass, answer: Result<A, ProviderError>) -> Result<A, ProviderError> {
    match &answer {
        Ok(_) => pass.succeeded(),
        Err(error) => pass.learn(error),
    }
    answer
}

#[async_trait]
impl<T: ChatModel> ChatModel for Guarded<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        let pass = self.admit(self.inner.id())?;
        let answer = match self.inner.chat(request).await {
            Ok(answer) => answer,
            Err(error) => return judged(pass, Err(error)),
        };
        // An answer that breaks off is a failure: it is judged when it ends.
        Ok(stream::unfold((answer, Some(pass)), async |(mut answer, mut pass)| {
            let piece = answer.next().await;
            match (&piece, pass.take()) {
                (Some(Ok(_)), kept) => pass = kept,
                (Some(Err(error)), Some(pass)) => pass.learn(error),
                (None, Some(pass)) => pass.succeeded(),
                (_, None) => {}
            }
            Some((piece?, (answer, pass)))
        })
        .boxed())
    }
}

#[async_trait]
impl<T: Embedder> Embedder for Guarded<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ProviderError> {
        judged(self.admit(self.inner.id())?, self.inner.embed(texts).await)
    }
}

#[async_trait]
impl<T: Voice> Voice for Guarded<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    async fn speak(&self, text: &str) -> Result<Spoken, ProviderError> {
        judged(self.admit(self.inner.id())?, self.inner.speak(text).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(failures: u32) -> (Breaker, crate::Hand) {
        let (clock, hand) = Clock::by_hand(Duration::from_secs(100));
        let second = Duration::from_secs(1);
        let patience = Patience { failures, rest: second, longest_rest: 3 * second };
        (Breaker::new(patience, clock), hand)
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_after_a_trial() {
        let (breaker, hand) = breaker(2);
        breaker.admit().expect("closed").failed();
        breaker.admit().expect("closed").succeeded();
        breaker.admit().expect("closed").failed();
        breaker.admit().expect("closed").failed();
        assert_eq!(breaker.admit().err(), Some(Duration::from_secs(1)));
        hand.advance(Duration::from_secs(1));
        let trial = breaker.admit().expect("half open");
        assert!(breaker.admit().is_err(), "one at a time");
        trial.succeeded();
        let (one, other) = (breaker.admit(), breaker.admit());
        assert!(one.is_ok() && other.is_ok());
    }

    #[test]
    fn rests_grow_to_the_longest() {
        let (breaker, hand) = breaker(1);
        breaker.admit().expect("closed").failed();
        for rest_s in [1, 2, 3, 3] {
            let rest = Duration::from_secs(rest_s);
            assert_eq!(breaker.admit().err(), Some(rest));
            hand.advance(rest);
            breaker.admit().expect("half open").failed();
        }
    }

    #[test]
    fn a_trial_that_is_given_up_lets_the_next_one_try() {
        let (breaker, hand) = breaker(1);
        let late = breaker.admit().expect("closed");
        breaker.admit().expect("closed").failed();
        // What was sent before it opened neither closes it nor makes it rest longer.
        late.succeeded();
        assert!(breaker.admit().is_err());
        hand.advance(Duration::from_secs(1));
        drop(breaker.admit().expect("half open"));
        assert!(breaker.admit().is_ok());
    }
}

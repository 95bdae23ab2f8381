//! How often somebody may: requests of a client, messages of a visitor.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, RateLimiter};

use crate::config::RateConfig;
use crate::peer::Client;

/// Time between two clearings of those who have not asked for long.
const CLEARING: Duration = Duration::from_secs(60);

/// Requests of each client.
#[derive(Clone, Debug)]
pub struct Requests(Arc<DefaultKeyedRateLimiter<Client>>);

impl Requests {
    /// So many.
    pub fn new(rate: RateConfig) -> Self {
        Self(Arc::new(RateLimiter::keyed(rate.quota())))
    }

    /// Forgets now and then who has not asked for long; does not end.
    pub async fn clear(self) {
        loop {
            tokio::time::sleep(CLEARING).await;
            self.0.retain_recent();
        }
    }
}

/// Answers 429 to who asks too often. Those who look whether the server lives are not counted.
pub async fn limit(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    if matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics") {
        return next.run(request).await;
    }
    let Some(client) = request.extensions().get::<Client>() else { return next.run(request).await };
    let Err(wait) = requests.0.check_key(client) else { return next.run(request).await };
    let wait_s = wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
    let mut response = too_many(format!("too many requests; come again in {wait_s} s\n"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    response
}

/// An answer with status 429.
pub fn too_many(why: String) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, why).into_response()
}

/// Messages of one visitor.
#[derive(Debug)]
pub struct Messages {
    limiter: DefaultDirectRateLimiter,
    burst: u32,
    /// What who says too much waits with each message until the next is read.
    pause: Duration,
    /// How far the visitor has gone on beyond what it may.
    beyond: u32,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is heard.
    Heard,
    /// It is refused, with a word.
    Refused,
    /// It is refused, and that has been said.
    Dropped,
    /// The visitor was told and goes on: that is enough.
    Enough,
}

impl Messages {
    /// So many.
    pub fn new(rate: RateConfig) -> Self {
        // Longer than it takes to read one, and too short for a message to be heard after each.
        let pause = Duration::from_secs(1) / (4 * rate.per_second.get());
        let limiter = RateLimiter::direct(rate.quota());
        Self { limiter, burst: rate.burst.get(), pause, beyond: 0 }
    }

    /// How long to leave unread what comes after a message that was refused: the more would be
    /// read, the more a flood would cost everybody.
    pub fn pause(&self) -> Duration {
        self.pause
    }

    /// What becomes of the message that has come now.
    pub fn next(&mut self) -> Fate {
        if self.limiter.check().is_ok() {
            self.beyond = self.beyond.saturating_sub(1);
            return Fate::Heard;
        }
        self.beyond += 1;
        match self.beyond {
            1 => Fate::Refused,
            beyond if beyond > self.burst => Fate::Enough,
            _ => Fate::Dropped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_goes_on_is_told_once_and_then_has_had_enough() {
        let of = |number| std::num::NonZeroU32::new(number).expect("not zero");
        let mut messages = Messages::new(RateConfig { per_second: of(1), burst: of(3) });
        let fates: Vec<Fate> = (0..7).map(|_| messages.next()).collect();
        use Fate::{Dropped, Enough, Heard, Refused};
        assert_eq!(fates, [Heard, Heard, Heard, Refused, Dropped, Dropped, Enough]);
    }
}

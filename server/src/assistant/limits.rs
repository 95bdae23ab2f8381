//! How many questions a client may ask.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::app::App;
use crate::peer::Client;
use crate::rate::too_many;

/// Clients from which on those who have not asked for long are forgotten, or the map would grow
/// with everybody who ever came.
const MANY: usize = 1_000;

/// Questions of each client.
pub struct Questions(DefaultKeyedRateLimiter<Client>);

impl Questions {
    /// So many a minute.
    pub fn new(a_minute: NonZeroU32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(a_minute)))
    }

    /// One more of a client; how long to wait, if it may not.
    fn admit(&self, client: &Client) -> Result<(), Duration> {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        let now = DefaultClock::default().now();
        self.0.check_key(client).map_err(|wait| wait.wait_time_from(now))
    }
}

/// A client that has not asked too often: a handler that takes this is asked by no other.
pub struct Admitted;

impl FromRequestParts<App> for Admitted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Some(client) = parts.extensions.get::<Client>() else { return Ok(Self) };
        let Err(wait) = app.assistant.questions.admit(client) else { return Ok(Self) };
        let wait_s = wait.as_secs() + 1;
        let mut response = too_many(format!("too many questions; come again in {wait_s} s\n"));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        Err(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_its_own_questions_and_is_told_how_long_to_wait() {
        let questions = Questions::new(NonZeroU32::MIN);
        let client = |text: &str| Client::of(text.parse().expect("an address"));
        let (one, other) = (client("198.51.100.1"), client("198.51.100.2"));
        questions.admit(&one).expect("the first");
        let wait = questions.admit(&one).expect_err("the second");
        assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
        questions.admit(&other).expect("the first of another");
    }
}

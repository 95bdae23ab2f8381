//! How many questions a client may ask.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::peer::Client;
use crate::rate::too_many;

/// Questions of each client.
pub struct Questions(DefaultKeyedRateLimiter<Client>);

impl Questions {
    /// So many a minute.
    pub fn new(a_minute: NonZeroU32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(a_minute)))
    }

    /// One more of a client, if it may.
    ///
    /// # Errors
    /// It asked too often; the answer says when to come again.
    pub fn admit(&self, client: Option<Client>) -> Result<(), Box<Response>> {
        let Some(client) = client else { return Ok(()) };
        // Those who have not asked for long are forgotten, or the map would grow with everybody.
        if self.0.len() > 1_000 {
            self.0.retain_recent();
        }
        let Err(wait) = self.0.check_key(&client) else { return Ok(()) };
        let wait: Duration = wait.wait_time_from(DefaultClock::default().now());
        let wait_s = wait.as_secs() + 1;
        let mut response = too_many(format!("too many questions; come again in {wait_s} s\n"));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        Err(Box::new(response))
    }
}

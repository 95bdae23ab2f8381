//! How much is too much: connections, rates, waits, and scenes of strangers.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};

use serde::{Deserialize, Serialize};
use weir_scene::Limits;

/// How large the scenes of strangers may be.
pub const STRANGERS: Limits = Limits {
    text_bytes: 256 << 10,
    name_chars: 200,
    cells: 1 << 14,
    cells_a_side: 256,
    particles: 14_000,
    waters: 32,
    drains: 32,
    strokes: 300,
    stroke_points: 2_000,
    points: 20_000,
    bodies: 16,
    polygon_points: 64,
    joints: 32,
};

/// How much is too much.
///
/// A client is an address, or for IPv6 the /64 around it: whoever has one address there has
/// all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Connections at a time; others wait to be accepted.
    pub connections: NonZeroUsize,
    /// Connections at a time of one client; more are closed at once. Trusted proxies have none.
    pub connections_per_client: NonZeroUsize,
    /// WebSockets at a time of one client, also behind a trusted proxy; more get 429.
    pub visits_per_client: NonZeroUsize,
    /// Longest that the head of a request may take to arrive.
    pub head_timeout_s: NonZeroU64,
    /// Longest that the beginning of an encrypted connection may take.
    pub handshake_timeout_s: NonZeroU64,
    /// Longest that an answer may take; then it is 503.
    pub request_timeout_s: NonZeroU64,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Requests of one client; more get 429.
    pub requests: RateConfig,
    /// Messages of one visitor over its WebSocket; more are refused, and then it is closed. A
    /// page that shows each frame says so thirty times a second.
    pub messages: RateConfig,
    /// Scenes of visitors.
    #[serde(with = "SceneLimits")]
    pub scenes: Limits,
}

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateConfig {
    /// On average.
    pub per_second: NonZeroU32,
    /// At once, after a pause.
    pub burst: NonZeroU32,
}

impl RateConfig {
    const fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        Self { per_second, burst }
    }

    /// The same in the words of the library that counts.
    pub(crate) fn quota(self) -> governor::Quota {
        governor::Quota::per_second(self.per_second).allow_burst(self.burst)
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        const fn of(number: u32) -> NonZeroU32 {
            NonZeroU32::MIN.saturating_add(number - 1)
        }
        const fn count(number: usize) -> NonZeroUsize {
            NonZeroUsize::MIN.saturating_add(number - 1)
        }
        const fn seconds(number: u64) -> NonZeroU64 {
            NonZeroU64::MIN.saturating_add(number - 1)
        }
        Self {
            connections: count(4096),
            connections_per_client: count(256),
            visits_per_client: count(64),
            head_timeout_s: seconds(10),
            handshake_timeout_s: seconds(10),
            request_timeout_s: seconds(30),
            body_bytes: 256 << 10,
            requests: RateConfig::new(of(50), of(300)),
            messages: RateConfig::new(of(120), of(360)),
            scenes: STRANGERS,
        }
    }
}

/// [`Limits`], key by key.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Limits", default = "strangers", deny_unknown_fields)]
struct SceneLimits {
    text_bytes: usize,
    name_chars: usize,
    cells: usize,
    cells_a_side: usize,
    particles: usize,
    waters: usize,
    drains: usize,
    strokes: usize,
    stroke_points: usize,
    points: usize,
    bodies: usize,
    polygon_points: usize,
    joints: usize,
}

fn strangers() -> Limits {
    STRANGERS
}

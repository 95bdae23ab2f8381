//! Whether a network may take the place of the one that serves.
//!
//! Both ran the same scenes, which neither has learned from. What is compared is the logarithm
//! of the ratio of their errors, scene by scene: a scene that is hard for both takes nothing
//! from either, and one violent scene does not outweigh thirty others. The mean of it is
//! bounded from above by drawing scenes again ([`bootstrap::bound`](crate::evaluate::bootstrap::bound)).
//!
//! A candidate is promoted if
//!
//! * it is another model, judged by the same scenes as the champion, and by enough of them;
//! * nothing happened that must not: no blow-up, nothing through a line, no mass lost or made,
//!   no energy out of nothing, no call that takes longer than the water it moves, no file too
//!   large;
//! * the bound of the first error is below that of the champion, or, if the candidate is
//!   faster or smaller, not 2 % above it; below it by 2 % if the champion is;
//! * no other error, and no slice of the scenes, is more than 5 % worse.
//!
//! Why it is so says `docs/decisions/0026-the-gate.md`. Nothing here reads a file or a clock:
//! what was measured comes in, and goes out with the decision.

mod compare;
mod decision;
mod limits;
mod measured;

pub use compare::{Cheaper, Compared};
pub use decision::{Decision, Rule, Sign, Value};
pub use limits::Limits;
pub use measured::{Latency, Measured, Metrics, SceneRun};

/// Decides.
///
/// ```
/// use weir_surrogate::gate::{Latency, Limits, Measured, Metrics, SceneRun, decide};
///
/// let measured = |name: &str, error: f64| Measured {
///     name: name.to_owned(),
///     sha256: name.to_owned(),
///     config_sha256: String::new(),
///     digest: "the same scenes".to_owned(),
///     metrics: Metrics::at(100).expect("a hundred frames are enough"),
///     scenes: (0..32)
///         .map(|k| SceneRun {
///             label: format!("scene {k}"),
///             errors: [("sinkhorn_100".to_owned(), error * (1 + k % 5) as f64)].into(),
///             most_energy: Some(1.0),
///             ..SceneRun::default()
///         })
///         .collect(),
///     call_ms: Some(Latency { p50: 10.0, p95: 12.0, calls: 100 }),
///     bytes: 1_800_000,
/// };
/// let (old, new) = (measured("old", 0.02), measured("new", 0.01));
/// assert!(decide(&new, &old, &Limits::default()).promote);
/// assert!(!decide(&old, &new, &Limits::default()).promote);
/// ```
pub fn decide(candidate: &Measured, champion: &Measured, limits: &Limits) -> Decision {
    decision::decide(candidate, champion, limits)
}

#[cfg(test)]
mod tests;

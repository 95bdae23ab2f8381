//! From what became of two networks in all scenes to what the gate asks.

use weir_surrogate::gate::{Latency, Measured, Metrics, SceneRun};

use crate::evaluate::judge::Outcome;
use crate::registry::source::Source;

/// What was measured of `contender`, which is `source`.
pub fn measured(
    contender: &str,
    source: &Source,
    call_ms: Option<Latency>,
    outcomes: &[Outcome],
    metrics: &Metrics,
    digest: &str,
) -> Measured {
    Measured {
        name: source.name.clone(),
        sha256: source.sha256.clone(),
        config_sha256: source.config_sha256.clone(),
        digest: digest.to_owned(),
        metrics: metrics.clone(),
        scenes: outcomes.iter().map(|outcome| run(contender, outcome, metrics)).collect(),
        call_ms,
        bytes: source.bytes,
    }
}

fn run(contender: &str, outcome: &Outcome, metrics: &Metrics) -> SceneRun {
    let scores = outcome.scores.get(contender);
    let value = |name: &str| scores.and_then(|scores| scores.values.get(name)).copied();
    let error = |name: &str| Some((name.to_owned(), value(name).filter(|v| v.is_finite())?));
    let long = outcome.long.get(contender);
    let could_not = outcome.failures.iter().find(|(who, _)| who == contender);
    let blew_up = long.and_then(|long| long.blow_up.as_ref());
    let failed = could_not.map(|(_, why)| why.clone());
    let failed = failed.or_else(|| blew_up.map(|b| format!("frame {}: {}", b.frame, b.what)));
    SceneRun {
        label: outcome.label.clone(),
        slices: outcome.slices.clone(),
        errors: metrics.all().filter_map(error).collect(),
        failed,
        // Its own audit, and that of its frames.
        crossings: value("crossings")
            .unwrap_or_default()
            .max(value("certain_crossings").unwrap_or_default()),
        penetrations: value("penetrations").unwrap_or_default(),
        mass_faults: value("mass_faults").unwrap_or_default(),
        most_energy: long.map(|long| long.most_energy).filter(|energy| energy.is_finite()),
    }
}

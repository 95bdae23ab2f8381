//! What is counted of the networks: how fast they are, what they get wrong, and what becomes of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::beat::BINS_S;
use crate::engine::Role;
use crate::guard::Limit;

/// Upper ends of the bins of an error that is 1 where nothing was learned.
const BINS_OF_FREE_FALL: [f64; 10] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 3.0];

/// Errors that a median is of.
const LATEST: usize = 50;

/// What became of a frame that a network was to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was shown.
    Ok,
    /// It broke a limit.
    Violated,
    /// There is none: the device failed.
    Failed,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Ok, Self::Violated, Self::Failed];

    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Violated => "violated",
            Self::Failed => "failed",
        }
    }
}

/// What became of a version that a registry named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Swap {
    /// It moves water now.
    Swapped,
    /// It cannot, and what did so before goes on.
    Refused,
}

impl Swap {
    const ALL: [Self; 2] = [Self::Swapped, Self::Refused];

    fn name(self) -> &'static str {
        match self {
            Self::Swapped => "swapped",
            Self::Refused => "refused",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Frames {
    role: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct By {
    role: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Swaps {
    outcome: &'static str,
}

#[derive(Clone, Debug)]
struct Seconds;

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BINS_S)
    }
}

#[derive(Clone, Debug)]
struct OfFreeFall;

impl MetricConstructor<Histogram> for OfFreeFall {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BINS_OF_FREE_FALL)
    }
}

/// The counts. Clones count together.
#[derive(Clone, Debug)]
pub struct Conduct {
    frames: Family<Frames, Counter>,
    inference: Family<By, Histogram, Seconds>,
    violations: Family<Kind, Counter>,
    fallbacks: Counter,
    errors: Family<By, Histogram, OfFreeFall>,
    audits: Counter,
    audits_dropped: Counter,
    swaps: Family<Swaps, Counter>,
    /// Errors of the champion, the latest last.
    latest: Arc<Mutex<VecDeque<f64>>>,
}

impl Default for Conduct {
    /// Nothing so far. What can be counted is there from the beginning, as zero: a rate that
    /// begins with its first event would miss it.
    fn default() -> Self {
        let conduct = Self {
            frames: Family::default(),
            inference: Family::new_with_constructor(Seconds),
            violations: Family::default(),
            fallbacks: Counter::default(),
            errors: Family::new_with_constructor(OfFreeFall),
            audits: Counter::default(),
            audits_dropped: Counter::default(),
            swaps: Family::default(),
            latest: Arc::default(),
        };
        for role in Role::ALL {
            let by = By { role: role.name() };
            for outcome in Outcome::ALL {
                conduct.frames(role, outcome, 0);
            }
            drop(conduct.inference.get_or_create(&by));
            drop(conduct.errors.get_or_create(&by));
        }
        for limit in Limit::ALL {
            drop(conduct.violations.get_or_create(&Kind { kind: limit.name() }));
        }
        for swap in Swap::ALL {
            drop(conduct.swaps.get_or_create(&Swaps { outcome: swap.name() }));
        }
        conduct
    }
}

impl Conduct {
    /// Frames were made, or were not.
    pub fn frames(&self, role: Role, outcome: Outcome, count: u64) {
        let frames = Frames { role: role.name(), outcome: outcome.name() };
        self.frames.get_or_create(&frames).inc_by(count);
    }

    /// A call of a network took so long.
    pub fn call(&self, role: Role, took_s: f64) {
        self.inference.get_or_create(&By { role: role.name() }).observe(took_s);
    }

    /// A limit was broken.
    pub fn violation(&self, limit: Limit) {
        self.violations.get_or_create(&Kind { kind: limit.name() }).inc();
    }

    /// A run went from the network to the solver.
    pub fn fallback(&self) {
        self.fallbacks.inc();
    }

    /// A run was solved, and a network was so far from that, as a share of how far free fall was.
    pub fn error(&self, role: Role, of_free_fall: f64) {
        if role == Role::Champion {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.push_back(of_free_fall);
            if latest.len() > LATEST {
                latest.pop_front();
            }
        }
        self.errors.get_or_create(&By { role: role.name() }).observe(of_free_fall);
    }

    /// A run was solved to be compared with.
    pub fn audit(&self) {
        self.audits.inc();
    }

    /// A run was to be, and there was no room.
    pub fn audit_dropped(&self) {
        self.audits_dropped.inc();
    }

    /// A registry named another version.
    pub fn swap(&self, outcome: Swap) {
        self.swaps.get_or_create(&Swaps { outcome: outcome.name() }).inc();
    }

    /// How often each limit was broken, how many runs fell back, and how many were audited.
    pub fn so_far(&self) -> ([(Limit, u64); 4], u64, u64) {
        let kind = |limit: Limit| Kind { kind: limit.name() };
        let count = |limit| (limit, self.violations.get_or_create(&kind(limit)).get());
        (Limit::ALL.map(count), self.fallbacks.get(), self.audits.get())
    }

    /// Median of the latest errors of the champion.
    pub fn median_error(&self) -> Option<f64> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<f64> = latest.iter().copied().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }

    /// Tells it all to Prometheus.
    pub fn register(&self, registry: &mut Registry) {
        let of = "Frames that networks made, by what became of them";
        registry.register("predictions", of, self.frames.clone());
        let of = "Time of one call of a network, for all runs that were due";
        let calls = self.inference.clone();
        registry.register_with_unit("inference_duration", of, Unit::Seconds, calls);
        let of = "Limits that the water of a network broke";
        registry.register("output_violations", of, self.violations.clone());
        let of = "Runs that the solver took over because a network broke a limit";
        registry.register("fallback", of, self.fallbacks.clone());
        let of = "Distance of a network's water from the solver's after a second, over that of free fall's";
        registry.register("shadow_error_ratio", of, self.errors.clone());
        let of = "Runs that the solver ran again, to compare";
        registry.register("shadow_runs", of, self.audits.clone());
        let of = "Runs that the solver was to run again, and that had to be let go";
        registry.register("shadow_queue_dropped", of, self.audits_dropped.clone());
        let of = "Versions that a registry named, by what became of them";
        registry.register("registry_swaps", of, self.swaps.clone());
    }
}

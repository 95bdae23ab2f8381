//! Every rule, what was measured and what it takes.

use serde::{Deserialize, Serialize};

use super::compare::{Cheaper, Compared, compare, pairs, slices};
use super::limits::Limits;
use super::measured::{Measured, SceneRun};

/// A number or a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// Anything else.
    Word(String),
}

impl From<f64> for Value {
    /// JSON has no word for what is not a number.
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Word(number.to_string()) }
    }
}

/// How what was measured must stand to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// Below.
    #[serde(rename = "<")]
    Below,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// The same word.
    #[serde(rename = "=")]
    Same,
    /// Another word.
    #[serde(rename = "!=")]
    Other,
}

impl Sign {
    /// As people write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "≤",
            Self::AtLeast => "≥",
            Self::Same => "=",
            Self::Other => "≠",
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is about.
    pub name: String,
    /// What was measured.
    pub measured: Value,
    /// How that must stand to the limit.
    pub sign: Sign,
    /// The limit.
    pub limit: Value,
    /// Whether nothing may serve that breaks it, however good it is.
    pub is_hard: bool,
    /// Whether it is kept.
    pub pass: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Whether the candidate is to be champion: all rules are kept.
    pub promote: bool,
    /// Whether the candidate may be tried beside the champion: all hard rules are kept.
    pub safe: bool,
    /// Who costs less.
    pub cheaper: Cheaper,
    /// All rules.
    pub rules: Vec<Rule>,
    /// Errors over all scenes, that which decides first; one that no scene has is not there.
    pub errors: Vec<Compared>,
    /// The error that decides, slice by slice.
    pub slices: Vec<Compared>,
}

impl Decision {
    /// The rules that are broken.
    pub fn broken(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| !rule.pass)
    }
}

#[derive(Default)]
struct Rules(Vec<Rule>);

const HARD: bool = true;
const SOFT: bool = false;

impl Rules {
    /// A rule on numbers. One that is not a number keeps none.
    fn number(&mut self, name: &str, is_hard: bool, measured: f64, sign: Sign, limit: f64) {
        let pass = match sign {
            Sign::Below => measured < limit,
            Sign::AtMost => measured <= limit,
            Sign::AtLeast => measured >= limit,
            Sign::Same | Sign::Other => false,
        };
        let (name, pass) = (name.to_owned(), pass && measured.is_finite());
        let (measured, limit) = (measured.into(), limit.into());
        self.0.push(Rule { name, measured, sign, limit, is_hard, pass });
    }

    /// A rule on words.
    fn word(&mut self, name: &str, is_hard: bool, measured: &str, sign: Sign, limit: &str) {
        let pass = (measured == limit) == (sign == Sign::Same);
        let [measured, limit] = [measured, limit].map(|word| Value::Word(word.to_owned()));
        self.0.push(Rule { name: name.to_owned(), measured, sign, limit, is_hard, pass });
    }

    fn decide(self, cheaper: Cheaper, errors: Vec<Compared>, slices: Vec<Compared>) -> Decision {
        let Self(rules) = self;
        let promote = rules.iter().all(|rule| rule.pass);
        let safe = rules.iter().all(|rule| rule.pass || !rule.is_hard);
        Decision { promote, safe, cheaper, rules, errors, slices }
    }
}

pub(super) fn decide(candidate: &Measured, champion: &Measured, limits: &Limits) -> Decision {
    let mut rules = Rules::default();
    rules.word("evaluation digest", HARD, &candidate.digest, Sign::Same, &champion.digest);
    let pairs = pairs(candidate, champion)
        .filter(|_| candidate.digest == champion.digest && candidate.metrics == champion.metrics);
    let Some(pairs) = pairs else {
        // Not by the same scenes: whatever comes of it means nothing.
        rules.word("scenes and measures", HARD, "others", Sign::Same, "the champion's");
        return rules.decide(Cheaper::Neither, Vec::new(), Vec::new());
    };
    let model = |m: &Measured| format!("{}/{}", m.sha256, m.config_sha256);
    rules.word("another model", SOFT, &model(candidate), Sign::Other, &model(champion));
    hard(&mut rules, candidate, limits);

    let metrics = &candidate.metrics;
    let missing = pairs.iter().filter(|(a, b)| {
        metrics.all().any(|metric| b.error(metric).is_some() && a.error(metric).is_none())
    });
    let missing = missing.count() as f64;
    rules.number(
        "scenes with an error that only the champion has",
        HARD,
        missing,
        Sign::AtMost,
        0.0,
    );

    let primary = compare(&metrics.primary, &metrics.primary, &pairs);
    let scenes = primary.as_ref().map_or(0, |compared| compared.scenes);
    let least = limits.least_scenes as f64;
    rules.number("scenes", SOFT, scenes as f64, Sign::AtLeast, least);
    let cheaper = Cheaper::of(candidate, champion, limits);
    // The sum of this and of what it is the other way round is nothing, so that of two
    // networks never each can take the other's place.
    let takes = match cheaper {
        Cheaper::Candidate => limits.tie_ratio,
        Cheaper::Champion => 1.0 / limits.tie_ratio,
        Cheaper::Neither => 1.0,
    };
    let bound = primary.as_ref().and_then(|compared| compared.bound).unwrap_or(f64::NAN);
    let name = format!("{} of the champion's, at most", metrics.primary);
    rules.number(&name, SOFT, bound, Sign::Below, takes);

    let guards = metrics.guards.iter().filter_map(|metric| compare(metric, metric, &pairs));
    let guards: Vec<Compared> = guards.collect();
    for guard in &guards {
        let name = format!("{} of the champion's", guard.what);
        rules.number(&name, SOFT, guard.ratio, Sign::AtMost, limits.most_guard_ratio);
    }
    let slices = slices(&metrics.primary, &pairs);
    for slice in slices.iter().filter(|slice| slice.scenes >= limits.least_slice_scenes) {
        let name = format!("{} of the champion's: {}", metrics.primary, slice.what);
        rules.number(&name, SOFT, slice.ratio, Sign::AtMost, limits.most_slice_ratio);
    }
    rules.decide(cheaper, primary.into_iter().chain(guards).collect(), slices)
}

/// What must not happen, however good the rest is.
fn hard(rules: &mut Rules, candidate: &Measured, limits: &Limits) {
    let runs = &candidate.scenes;
    let failed = runs.iter().filter(|run| run.failed.is_some()).count() as f64;
    let most = limits.most_blow_ups as f64;
    rules.number("runs that blew up or ended early", HARD, failed, Sign::AtMost, most);
    let sum = |of: fn(&SceneRun) -> f64| runs.iter().map(of).sum::<f64>();
    for (name, measured, limit) in [
        ("moves through lines", sum(|run| run.crossings), limits.most_crossings),
        ("particles where no water can be", sum(|run| run.penetrations), limits.most_penetrations),
        ("particles made or lost", sum(|run| run.mass_faults), limits.most_mass_faults),
    ] {
        rules.number(name, HARD, measured, Sign::AtMost, limit);
    }
    // Not by f64::max, which passes over what is not a number.
    let energies = runs.iter().map(|run| run.most_energy.unwrap_or(f64::NAN));
    let larger = |a: f64, b: f64| if b.is_nan() || b > a { b } else { a };
    let energy = energies.fold(0.0, larger);
    rules.number("energy, of what had come in", HARD, energy, Sign::AtMost, limits.most_energy);
    let p95 = candidate.call_ms.map_or(f64::NAN, |latency| latency.p95);
    rules.number("p95 of a call [ms]", HARD, p95, Sign::AtMost, limits.most_call_ms);
    let (bytes, most) = (candidate.bytes as f64, limits.most_bytes as f64);
    rules.number("size of its files [bytes]", HARD, bytes, Sign::AtMost, most);
}

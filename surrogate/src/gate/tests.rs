//! Made-up networks, whose errors are known.

use super::*;
use crate::dice::Dice;

const PRIMARY: &str = "sinkhorn_100";

/// A network with these errors in so many scenes.
fn measured(name: &str, errors: impl IntoIterator<Item = f64>) -> Measured {
    let run = |(k, error): (usize, f64)| SceneRun {
        label: format!("scene-{k:02}"),
        slices: vec!["all".to_owned(), ["drains", "no drains"][usize::from(k % 4 > 0)].to_owned()],
        errors: [(PRIMARY.to_owned(), error), ("mse_20".to_owned(), error)].into(),
        most_energy: Some(1.0),
        ..SceneRun::default()
    };
    Measured {
        name: name.to_owned(),
        sha256: name.to_owned(),
        config_sha256: "config".to_owned(),
        digest: "digest".to_owned(),
        metrics: Metrics::at(100).expect("enough frames"),
        scenes: errors.into_iter().enumerate().map(run).collect(),
        call_ms: Some(Latency { p50: 10.0, p95: 14.0, calls: 100 }),
        bytes: 1_800_000,
    }
}

/// Errors of a network that is `ratio` times as far off, each time by chance a little more or
/// less, in scenes of which some are much harder than others.
fn errors(seed: u64, who: u64, ratio: f64, spread: f64) -> Vec<f64> {
    let (mut scenes, mut dice) = (Dice::new(seed, 0, 0), Dice::new(seed, who, 1));
    let error = |_| {
        let hard = f64::from(scenes.normal()).exp();
        0.02 * ratio * hard * (spread * f64::from(dice.normal())).exp()
    };
    (0..32).map(error).collect()
}

fn gate(candidate: &Measured, champion: &Measured) -> Decision {
    decide(candidate, champion, &Limits::default())
}

/// Names of the rules that are broken.
fn broken(decision: &Decision) -> Vec<&str> {
    decision.broken().map(|rule| rule.name.as_str()).collect()
}

fn pair() -> [Measured; 2] {
    [measured("new", errors(1, 1, 0.8, 0.1)), measured("old", errors(1, 2, 1.0, 0.1))]
}

#[test]
fn the_better_one_wins_and_the_worse_one_loses() {
    let [new, old] = pair();
    let won = gate(&new, &old);
    assert!(won.promote && won.safe, "{:?}", broken(&won));
    let primary = &won.errors[0];
    assert!((primary.ratio - 0.8).abs() < 0.05 && primary.bound < Some(0.9), "{primary:?}");
    assert!(primary.bound > Some(primary.ratio) && primary.scenes == 32);
    assert_eq!(won.slices.len(), 2, "one of all scenes says nothing new");
    let lost = gate(&old, &new);
    assert!(!lost.promote && lost.safe, "worse, and still nothing that must not happen");
    assert!(broken(&lost).iter().all(|name| name.contains("of the champion's")), "{lost:?}");
    assert_eq!(gate(&new, &old), won, "the same data has the same decision");
}

#[test]
fn a_tie_is_promoted_only_if_it_costs_less() {
    let old = measured("old", errors(1, 1, 1.0, 0.1));
    let tie = measured("tie", errors(1, 1, 1.0, 0.1));
    let decision = gate(&tie, &old);
    assert_eq!(broken(&decision), ["sinkhorn_100 of the champion's, at most"]);
    let smaller = Measured { bytes: 900_000, ..tie.clone() };
    let time = Latency { p50: 8.0, p95: 12.0, calls: 100 };
    let faster = Measured { call_ms: Some(time), ..tie.clone() };
    for cheaper in [&smaller, &faster] {
        let decision = gate(cheaper, &old);
        assert!(decision.promote && decision.cheaper == Cheaper::Candidate, "{decision:?}");
        assert!(!gate(&old, cheaper).promote);
    }
    // One thing for another is no gain, and neither is a tenth of a tenth.
    let traded = Measured { bytes: 1_900_000, ..faster };
    assert!(!gate(&traded, &old).promote);
    let hardly = Measured { bytes: 1_790_000, ..tie.clone() };
    assert!(!gate(&hardly, &old).promote);
    let untimed = Measured { call_ms: None, bytes: 900_000, ..tie };
    assert!(!gate(&untimed, &old).safe);
}

#[test]
fn who_costs_more_has_to_be_better_by_as_much_as_who_costs_less_may_be_worse() {
    let old = measured("old", (0..32).map(|k| 0.01 * f64::from(1 + k % 3)));
    let all = |ratio: f64| (0..32).map(move |k| 0.01 * ratio * f64::from(1 + k % 3));
    let larger = |ratio| Measured { bytes: 3_600_000, ..measured("new", all(ratio)) };
    assert!(gate(&measured("new", all(0.99)), &old).promote);
    assert!(!gate(&larger(0.99), &old).promote);
    assert!(gate(&larger(0.97), &old).promote);
}

#[test]
fn one_slice_may_not_pay_for_the_others() {
    let [mut new, old] = pair();
    let is_drained = |run: &&mut SceneRun| run.slices.contains(&"drains".to_owned());
    for (run, other) in new.scenes.iter_mut().zip(&old.scenes).filter(|(run, _)| is_drained(run)) {
        run.errors.insert(PRIMARY.to_owned(), 1.06 * other.errors[PRIMARY]);
    }
    let decision = gate(&new, &old);
    assert_eq!(broken(&decision), ["sinkhorn_100 of the champion's: drains"]);
    let lax = Limits { most_slice_ratio: 1.1, ..Limits::default() };
    assert!(decide(&new, &old, &lax).promote);
    // Of too few scenes nothing follows; they are still told of.
    let few = Limits { least_slice_scenes: 9, ..Limits::default() };
    let decision = decide(&new, &old, &few);
    assert!(decision.promote && decision.slices.iter().any(|slice| slice.what == "drains"));
}

#[test]
fn another_error_may_not_pay_for_the_one_that_decides() {
    let [mut new, old] = pair();
    for (run, other) in new.scenes.iter_mut().zip(&old.scenes) {
        run.errors.insert("mse_20".to_owned(), 1.06 * other.errors["mse_20"]);
    }
    assert_eq!(broken(&gate(&new, &old)), ["mse_20 of the champion's"]);
}

#[test]
fn too_few_scenes_decide_nothing() {
    let [mut new, mut old] = pair();
    new.scenes.pop();
    old.scenes.pop();
    assert_eq!(broken(&gate(&new, &old)), ["scenes"]);
    for few in [0, 1] {
        new.scenes.truncate(few);
        old.scenes.truncate(few);
        let lax = Limits { least_scenes: few, ..Limits::default() };
        assert!(!decide(&new, &old, &lax).promote, "{few} scenes");
    }
}

#[test]
fn what_is_not_a_number_is_missing_and_what_is_missing_is_not_passed_over() {
    let [new, old] = pair();
    for error in [f64::NAN, f64::INFINITY] {
        let mut broke = new.clone();
        broke.scenes[3].errors.insert(PRIMARY.to_owned(), error);
        let decision = gate(&broke, &old);
        let takes = ["scenes with an error that only the champion has", "scenes"];
        assert_eq!(broken(&decision), takes, "{error}");
        assert!(!decision.safe);
    }
    let mut failed = new.clone();
    failed.scenes[3].failed = Some("frame 17: a motion that is not a number".to_owned());
    failed.scenes[3].most_energy = None;
    let decision = gate(&failed, &old);
    let takes = ["runs that blew up or ended early", "energy, of what had come in"];
    assert_eq!(broken(&decision), takes);
    let json = serde_json::to_string(&decision).expect("JSON");
    assert!(json.contains("\"NaN\""), "{json}");
    assert_eq!(serde_json::from_str::<Decision>(&json).expect("a decision"), decision);
    // A scene without water at the end says nothing of either.
    let (mut new, mut old) = (new, old);
    for run in [&mut new.scenes[3], &mut old.scenes[3]] {
        run.errors.remove(PRIMARY);
    }
    assert_eq!(broken(&gate(&new, &old)), ["scenes"]);
}

#[test]
fn what_was_measured_otherwise_is_not_compared() {
    let [new, old] = pair();
    let mut other = new.clone();
    other.digest = "other".to_owned();
    let mut fewer = new.clone();
    fewer.scenes.pop();
    let mut shuffled = new.clone();
    shuffled.scenes.swap(0, 1);
    let mut short = new.clone();
    short.metrics = Metrics::at(20).expect("enough frames");
    for new in [other, fewer, shuffled, short] {
        let decision = gate(&new, &old);
        assert!(!decision.promote && !decision.safe && decision.errors.is_empty(), "{decision:?}");
    }
    let twin = Measured { sha256: old.sha256.clone(), ..new };
    assert_eq!(broken(&gate(&twin, &old)), ["another model"]);
    assert!(Metrics::at(19).is_none());
}

#[test]
fn each_limit_stops_whatever_else_is_good() {
    let [new, old] = pair();
    let stopped = |name: &str, change: &dyn Fn(&mut Measured)| {
        let mut new = new.clone();
        change(&mut new);
        let decision = gate(&new, &old);
        assert_eq!(broken(&decision), [name]);
        assert!(!decision.promote && !decision.safe);
    };
    stopped("moves through lines", &|new| new.scenes[5].crossings = 1.0);
    stopped("particles where no water can be", &|new| new.scenes[5].penetrations = 1.0);
    stopped("particles made or lost", &|new| new.scenes[5].mass_faults = 1.0);
    stopped("energy, of what had come in", &|new| new.scenes[5].most_energy = Some(1.06));
    let slow = Latency { p50: 10.0, p95: 34.0, calls: 100 };
    stopped("p95 of a call [ms]", &|new| new.call_ms = Some(slow));
    stopped("size of its files [bytes]", &|new| new.bytes = 9 << 20);
}

/// Of equal networks about one in twenty gets through, whatever errors look like.
#[test]
fn an_equal_candidate_is_rarely_promoted() {
    let trials = 400;
    for spread in [0.05, 0.4] {
        let promoted = (0..trials).filter(|&seed| {
            let [new, old] =
                [1, 2].map(|who| measured(&who.to_string(), errors(seed, who, 1.0, spread)));
            // The rule on the error that decides, without the help of the others.
            let decision = gate(&new, &old);
            decision.rules.iter().any(|rule| rule.name.ends_with("at most") && rule.pass)
        });
        let share = promoted.count() as f64 / trials as f64;
        // Two standard deviations of 400 trials around 5 %.
        assert!((0.028..=0.072).contains(&share), "{share} at a spread of {spread}");
    }
}

#[test]
fn of_two_networks_never_each_takes_the_others_place() {
    let mut promoted = 0;
    for seed in 0..300 {
        let mut dice = Dice::new(seed, 5, 5);
        let [mut one, mut other] = [1, 2].map(|who| {
            let ratio = 1.0 + 0.03 * dice.unit();
            measured(&who.to_string(), errors(seed, who, ratio, 0.02))
        });
        for network in [&mut one, &mut other] {
            let p50 = 8.0 + 4.0 * dice.unit();
            network.call_ms = Some(Latency { p50, p95: 14.0, calls: 100 });
            network.bytes = 1_500_000 + dice.below(600_000);
        }
        let [won, lost] = [gate(&one, &other).promote, gate(&other, &one).promote];
        assert!(!(won && lost), "{seed}");
        promoted += usize::from(won) + usize::from(lost);
    }
    assert!(promoted > 100, "the law says something: {promoted}");
}

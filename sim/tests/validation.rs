//! Every validation case at its quick resolution, with its gates.
//!
//! The gates are repeated here on purpose: a case that loses a check, or whose
//! gate is widened, fails. `weir validate` runs the same cases with figures.

use std::ops::ControlFlow;

use weir_sim::Backend;
use weir_sim::validation::{Resolution, Trial, cases};

/// Gates that hold in every case.
const BOOKS: [(&str, f64); 3] = [("density-mean", 0.01), ("volume", 0.01), ("line-crossings", 0.0)];

/// Runs a case and holds it against `gates` and the books.
fn passes(name: &str, gates: &[(&str, f64)]) {
    let case = cases().into_iter().find(|case| case.name() == name).expect("a known case");
    let mut silent = |_| ControlFlow::Continue(());
    let mut trial = Trial::new(Backend::Cpu, Resolution::Quick, &mut silent);
    let report = case.run(&mut trial).expect("the case runs");

    let found: Vec<(&str, f64)> = report
        .checks
        .iter()
        .filter_map(|check| check.gate.map(|gate| (check.name.as_str(), gate)))
        .collect();
    let expected: Vec<(&str, f64)> = gates.iter().chain(&BOOKS).copied().collect();
    assert_eq!(found, expected, "the gates of {name}");
    let failing: Vec<String> =
        report.checks.iter().filter(|check| !check.pass).map(ToString::to_string).collect();
    assert!(failing.is_empty(), "{name}\n  {}", failing.join("\n  "));
}

#[test]
fn dam_break_front_is_where_mps_has_it_and_not_far_before_the_experiment() {
    passes("dam-break", &[("front-mps", 0.03), ("lag-experiment", 0.35)]);
}

#[test]
fn hydrostatic_pressure_is_weight_and_water_stays_where_it_is() {
    passes(
        "hydrostatic",
        &[
            ("flat/pressure", 0.01),
            ("flat/volume-drift", 1e-3),
            ("flat/speed", 1e-3),
            ("flat/moved", 0.1),
            ("v30/pressure", 0.01),
            ("v30/volume-drift", 1e-3),
            ("v17/pressure", 0.01),
            ("v17/volume-drift", 1e-3),
            ("bowl/pressure", 0.01),
            ("bowl/volume-drift", 1e-3),
        ],
    );
}

#[test]
fn standing_wave_has_the_period_of_linear_theory() {
    passes("standing-wave", &[("period", 0.01)]);
}

#[test]
fn torricelli_jet_has_its_speed_and_contraction() {
    passes("torricelli", &[("jet-speed", 0.05), ("contraction", 0.05)]);
}

#[test]
fn taylor_green_vortices_decay_exactly_and_to_second_order() {
    passes("taylor-green", &[("u-max", 0.02), ("energy", 0.02), ("order", 0.2)]);
}

#[test]
fn poiseuille_flow_starts_as_its_series() {
    passes("poiseuille", &[("profile", 0.01)]);
}

#[test]
fn couette_flow_starts_as_its_series() {
    passes("couette", &[("profile", 0.01)]);
}

#[test]
fn cavity_agrees_with_the_tables_of_ghia() {
    // Re 1000 needs the full resolution.
    passes("cavity", &[("re100/u", 0.02), ("re100/v", 0.02)]);
}

#[test]
fn barge_floats_level_and_as_deep_as_it_is_heavy() {
    passes(
        "barge",
        &[("draft-0.5", 0.03), ("heel-0.5", 0.5), ("draft-0.8", 0.03), ("heel-0.8", 0.5)],
    );
}

#[test]
fn bodies_and_water_keep_their_momentum_together() {
    passes(
        "bodies",
        &[
            ("collision/momentum", 2e-3),
            ("collision/clear-of-walls", 0.0),
            ("falling/momentum", 2e-3),
            ("falling/clear-of-walls", 0.0),
            ("together/ball-speed", 1e-3),
            ("together/momentum", 1e-3),
            ("together/clear-of-walls", 0.0),
            ("sinking/acceleration", 0.03),
        ],
    );
}

#[test]
fn leak_fuzz_finds_nothing_on_the_wrong_side() {
    passes(
        "leak",
        &[
            ("particles-astray", 0.0),
            ("particles-lost", 0.0),
            ("bodies-astray", 0.0),
            ("judged", 0.0),
        ],
    );
}

#[test]
fn determinism_one_digest_for_any_number_of_threads() {
    passes("determinism", &[("digests", 0.0)]);
}

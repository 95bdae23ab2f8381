//! A network that learns, in the window: begun, looked at, stopped, gone on with.

mod common;
#[path = "common/lessons.rs"]
mod lessons;
#[path = "../../surrogate/mlflow/tests/mock/mod.rs"]
mod mock;

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use lessons::{Lessons, press, until, weights_in, window, write};
use weir_training::notes::{GRADIENT, LAYER_GRADIENT, LOSS, VALIDATION_LOSS};
use weir_viewer::App;
use weir_viewer::app::Panel;
use weir_viewer::school::{School, Stage};
use weir_viewer::weights::{BARS, histogram};

fn school(app: &App) -> &School {
    app.training.school.as_ref().expect("a run")
}

/// Steps at which the run's losses were noted.
fn steps(app: &App) -> Vec<u64> {
    let history = school(app).history();
    history.metrics.get(LOSS).into_iter().flatten().map(|(step, _)| *step).collect()
}

#[test]
fn a_run_is_begun_looked_at_stopped_and_gone_on_with() {
    let lessons = Lessons::new(340);
    let mut window = window(Panel::Training);
    let is_off = |window: &common::Window, button: &str| {
        window.get_by_role_and_label(Role::Button, button).accesskit_node().is_disabled()
    };
    assert!(is_off(&window, "Start"), "nothing is named yet");
    write(&mut window, "Configuration", &lessons.text("net.toml"));
    write(&mut window, "Data set", &lessons.text("data"));
    write(&mut window, "Run's folder", &lessons.text("run"));
    press(&mut window, "Resume");
    until(&mut window, "a refusal", |app| !school(app).is_at_work());
    assert!(window.query_by_label_contains("no run to go on with").is_some());

    press(&mut window, "Start");
    until(&mut window, "losses", |app| steps(app).len() > 20);
    assert!(window.query_by_label_contains("of 340").is_some(), "how far it is");
    assert!(is_off(&window, "Start") && !is_off(&window, "Stop"));
    let named = |window: &common::Window| {
        let history = school(window.state()).history();
        let layers = history.metrics.keys().filter(|key| key.starts_with(LAYER_GRADIENT)).count();
        (history.metrics.contains_key(VALIDATION_LOSS), layers)
    };
    assert_eq!(named(&window), (true, 4), "two layers down, one up, and the answer");
    press(&mut window, "Stop");
    until(&mut window, "the end of the step", |app| !school(app).is_at_work());
    let stopped = school(window.state()).standing();
    assert_eq!(stopped.stage, Stage::Stopped);
    assert!((20..340).contains(&stopped.steps), "{}", stopped.steps);
    assert_eq!(steps(window.state()), (0..stopped.steps).collect::<Vec<_>>());
    assert!(window.query_by_label_contains("stopped at step").is_some());
    press(&mut window, "Start");
    until(&mut window, "a refusal", |app| !school(app).is_at_work());
    assert!(window.query_by_label_contains("there is a run already").is_some());

    press(&mut window, "Resume");
    until(&mut window, "a network", |app| school(app).learned_steps().is_some());
    press(&mut window, "Use it");
    let makers: Vec<String> = window.state().makers.iter().map(|m| m.name.clone()).collect();
    assert_eq!(makers.last().map(String::as_str), Some("network net, learning"));
    // Asked for again, it is the same engine, not one more.
    press(&mut window, "Use it");
    assert_eq!(window.state().makers.len(), makers.len());
    until(&mut window, "the end of the run", |app| !school(app).is_at_work());
    let standing = school(window.state()).standing();
    assert_eq!((standing.stage, standing.steps), (Stage::Complete, 340));
    assert_eq!(steps(window.state()), (stopped.steps..340).collect::<Vec<_>>());
    let text = std::fs::read_to_string(lessons.path("run/losses.csv")).expect("losses");
    assert_eq!(text.lines().count(), 341, "each step once, and the names");

    // What moves the water is what has learned to the end, and its way is there to be scrubbed.
    until(&mut window, "the last network", |app| {
        app.insides.shelf.own == weights_in(&lessons.path("run/model"))
    });
    let kept: Vec<String> = window.state().insides.kept().map(|(name, _)| name).collect();
    let before = [0, 10, 32, 100, 316].map(|steps| format!("net after {steps} steps"));
    assert_eq!(kept[..5], before);
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
    let history = school(window.state()).history();
    let losses: Vec<f64> = history.metrics[VALIDATION_LOSS].iter().map(|(_, loss)| *loss).collect();
    assert!(losses.last() < losses.first(), "it learned: {losses:?}");
}

#[test]
fn a_window_that_is_closed_keeps_the_run_that_it_trains() {
    let lessons = Lessons::new(100_000);
    let mut window = window(Panel::Training);
    write(&mut window, "Configuration", &lessons.text("net.toml"));
    write(&mut window, "Data set", &lessons.text("data"));
    write(&mut window, "Run's folder", &lessons.text("run"));
    press(&mut window, "Start");
    until(&mut window, "losses", |app| steps(app).len() > 20);
    let done = steps(window.state()).len();
    drop(window);
    assert!(weir_training::is_begun(&lessons.path("run")));
    let text = std::fs::read_to_string(lessons.path("run/losses.csv")).expect("losses");
    assert!(text.lines().count() > done, "all that was seen, and the names");
}

#[test]
fn what_cannot_be_trained_is_said_and_the_window_goes_on() {
    let lessons = Lessons::new(5);
    let mut window = window(Panel::Training);
    std::fs::write(lessons.path("bad.toml"), "speed = 1").expect("a file");
    for (config, data, words) in [
        ("is-not-there.toml", "data", "is-not-there"),
        ("bad.toml", "data", "speed"),
        ("net.toml", "is-no-data", "is-no-data"),
    ] {
        write(&mut window, "Configuration", &lessons.text(config));
        write(&mut window, "Data set", &lessons.text(data));
        write(&mut window, "Run's folder", &lessons.text("run"));
        press(&mut window, "Start");
        until(&mut window, "a refusal", |app| !school(app).is_at_work());
        let Stage::Failed(why) = school(window.state()).standing().stage else {
            panic!("{config}, {data}: it was begun")
        };
        assert!(why.contains(words), "{why}");
        assert!(window.query_by_label_contains("Not done:").is_some(), "it is shown");
        assert!(!lessons.path("run").exists(), "nothing was begun");
    }
}

#[test]
fn a_run_in_a_folder_is_watched_while_it_goes_on_and_its_network_is_used() {
    let lessons = Lessons::new(100_000);
    let school = lessons.begin("run");
    let mut window = window(Panel::Training);
    window.get_by_label("Watch a run").click();
    window.run_steps(2);
    write(&mut window, "Run's folder", &lessons.text("data"));
    press(&mut window, "Open the folder");
    let found = |app: &App| app.training.watching.as_ref().expect("a run").found();
    until(&mut window, "a refusal", |app| found(app).fault.is_some());
    assert!(window.query_by_label_contains("holds no run").is_some());

    while school.history().last(LOSS).is_none_or(|(step, _)| step < 20) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    write(&mut window, "Run's folder", &lessons.text("run"));
    press(&mut window, "Open the folder");
    let last = |app: &App| found(app).history.and_then(|history| history.last(GRADIENT));
    until(&mut window, "its notes", |app| last(app).is_some());
    let (before, _) = last(window.state()).expect("a step");
    assert!(before >= 20 && before.is_multiple_of(10), "{before}");
    assert!(window.query_by_label("net: goes on").is_some());
    until(&mut window, "what it did since", |app| last(app).is_some_and(|(step, _)| step > before));
    school.stop();
    until(&mut window, "its end", |app| found(app).history.is_some_and(|h| !h.is_running));
    assert!(window.query_by_label("net: is over").is_some());
    assert!(window.query_by_label_contains("What decides it:").is_some());
    drop(school);
    press(&mut window, "Use its network");
    until(&mut window, "its network", |app| app.makers.len() == 2);
    assert_eq!(window.state().insides.shelf.own, weights_in(&lessons.path("run/model")));
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

#[test]
fn a_server_that_is_away_and_a_run_that_it_does_not_have_are_told_in_words() {
    let mut window = window(Panel::Training);
    window.get_by_label("Watch a run").click();
    window.run_steps(2);
    let nobody =
        mock::Mock::new(|_| mock::Answer::error(404, "RESOURCE_DOES_NOT_EXIST", "no such run"));
    let broken = mock::Mock::new(|_| mock::Answer::HangUp);
    for (server, words) in [
        ("http://127.0.0.1:9".to_owned(), "refused"),
        ("here".to_owned(), "MLflow server: got"),
        (nobody.uri(), "the server has no run \"r7\""),
        (broken.uri(), "runs/get"),
    ] {
        write(&mut window, "MLflow server", &server);
        write(&mut window, "Run's id", "r7");
        press(&mut window, "Open the run");
        let found = |app: &App| app.training.watching.as_ref().expect("a run").found();
        until(&mut window, "words", |app| found(app).fault.is_some());
        let why = found(window.state()).fault.expect("words");
        assert!(why.contains(words), "{server}: {why}");
        assert!(window.query_by_label_contains("Not read:").is_some(), "{server}: it is shown");
    }
}

#[test]
fn weights_are_shown_and_two_networks_are_compared_and_flow_side_by_side() {
    let mut window = window(Panel::Insides);
    window.key_press(eframe::egui::Key::Period);
    until(&mut window, "maps", |app| !app.shown[0].latest.seen.is_empty());
    window.get_by_label("Weights, and another network beside it").click();
    window.run_steps(20);
    // The first layer is shown first; what is said of it holds.
    let own = window.state().insides.shelf.own.clone();
    let (first, spread) = (&own[0], own[0].spread());
    let share = 100.0 * spread.zeros;
    let said = format!("{} weights, {share:.1} % of them zero; mean", first.values.len());
    assert!(window.query_by_label_contains(&said).is_some(), "{said}");
    let (most, counts) = histogram(&first.values);
    assert_eq!(counts.iter().sum::<u32>() as usize, first.values.len());
    // Every weight lies within half a bar of the place where it is counted.
    let width = 2.0 * most / (BARS - 1) as f64;
    let near = |k: usize| {
        let at = (k as f64 - (BARS / 2) as f64) * width;
        first.values.iter().filter(|w| (f64::from(**w) - at).abs() < 0.4999 * width).count()
    };
    assert!((0..BARS).all(|k| counts[k] as usize >= near(k)));

    // Untrained, its answer is nothing: as far as can be from what it has learned since.
    window.get_by_label("compare with").click();
    window.run_steps(2);
    let untrained = window.state().insides.kept().next().expect("a checkpoint").0;
    assert!(untrained.ends_with("after 0 steps"), "{untrained}");
    window.get_by_label(&untrained).click();
    window.run_steps(2);
    let apart = window.state().insides.shelf.apart().expect("numbers").to_vec();
    assert_eq!(apart.len(), own.len());
    assert_eq!(apart.last(), Some(&("answer".to_owned(), 1.0)));
    assert!(apart.iter().all(|(_, far)| (0.0..=2.0).contains(far)), "{apart:?}");
    let row = format!("down0.0: {:.4}", apart[0].1);
    assert!(window.query_by_label(&row).is_some(), "{row}");
    press(&mut window, "Let both move the water");
    window.get_by_label("Play").click();
    until(&mut window, "a second", |app| {
        app.shown.len() == 2 && app.shown.iter().all(|s| s.latest.frame.time_s > 0.5)
    });
    // One of them is untrained and lets everything fall: they do not make the same water.
    let middle = |window: &common::Window, k: usize| {
        let frame = &window.state().shown[k].latest.frame;
        frame.positions_m.iter().map(|p| f64::from(p[0])).sum::<f64>() / frame.ids.len() as f64
    };
    assert!((middle(&window, 0) - middle(&window, 1)).abs() > 0.01);
    window.get_by_label("Pause").click();
    // Led back to where it was untrained, the first makes the water of the second, which stays
    // what it is when the first goes on to learn.
    for (place, words, is_same) in [(0.0, "after 0 steps", true), (1.0, "after 100 steps", false)] {
        let sliders = window.get_all_by_role(Role::Slider);
        let learned = |node: &egui_kittest::Node<'_>| {
            let label = node.accesskit_node().label().unwrap_or_default();
            label.starts_with("as it is") || label.starts_with("after")
        };
        sliders.into_iter().find(learned).expect("a slider").set_value_accesskit(place);
        window.run_steps(2);
        assert!(window.query_by_label(words).is_some());
        window.get_by_label("Restart").click();
        let has = |app: &App, time_s: f64| {
            let time = |s: &weir_viewer::app::Shown| s.latest.frame.time_s;
            app.shown.iter().all(|s| (time(s) - time_s).abs() < 1e-9)
        };
        until(&mut window, "the beginning", |app| has(app, 0.0));
        window.state_mut().clock.set(0.5);
        until(&mut window, "half a second", |app| has(app, 0.5));
        let off = (middle(&window, 0) - middle(&window, 1)).abs();
        assert_eq!(off < 1e-6, is_same, "{words}: {off} m apart");
    }
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

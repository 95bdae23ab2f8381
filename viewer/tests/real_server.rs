//! A run on a real MLflow server, watched in the window.
//!
//! Ignored where there is none; `.ci/run` installs one from PyPI and runs these.

mod common;
#[path = "common/lessons.rs"]
mod lessons;
#[path = "../../surrogate/mlflow/tests/server/mod.rs"]
mod server;

use egui_kittest::kittest::Queryable;
use lessons::{Lessons, press, until, weights_in, window, write};
use server::Server;
use weir_surrogate::train;
use weir_training::Record;
use weir_training::notes::{FOLDER, GRADIENT, LOSS, VALIDATION_LOSS};
use weir_viewer::App;
use weir_viewer::app::Panel;

#[test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
fn a_run_is_opened_by_its_id_with_its_numbers_and_its_network() {
    let (lessons, server) = (Lessons::new(40), Server::start());
    let run = lessons.complete("run");
    let sent = train::send(&run.join(FOLDER), Some(&server.uri()), |_, _| ()).expect("sent");
    assert_eq!((sent.refused, sent.torn), (0, 0));

    let mut window = window(Panel::Training);
    window.get_by_label("Watch a run").click();
    window.run_steps(2);
    write(&mut window, "MLflow server", &server.uri());
    write(&mut window, "Run's id", "0123456789abcdef0123456789abcdef");
    press(&mut window, "Open the run");
    let found = |app: &App| app.training.watching.as_ref().expect("a run").found();
    until(&mut window, "a refusal", |app| found(app).fault.is_some());
    let why = found(window.state()).fault.expect("words");
    assert!(why.contains("the server has no run"), "{why}");

    write(&mut window, "Run's id", &sent.run_id);
    press(&mut window, "Open the run");
    until(&mut window, "its notes", |app| found(app).history.is_some());
    let there = found(window.state()).history.expect("notes");
    let here = Record::open(&run).expect("a run").read().expect("notes");
    assert!(!there.is_running);
    for key in [LOSS, GRADIENT, VALIDATION_LOSS, "gradient_norm/down0.0"] {
        assert_eq!(there.metrics[key], here.metrics[key], "{key}");
    }
    assert_eq!(there.parameters, here.parameters);
    press(&mut window, "Use its network");
    until(&mut window, "its network", |app| app.makers.len() == 2);
    assert_eq!(window.state().insides.shelf.own, weights_in(&run.join("model")));
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

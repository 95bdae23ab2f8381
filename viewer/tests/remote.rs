//! The window before a real server: what is drawn here flows there, and what flows there is seen
//! here.

mod common;
#[path = "common/server.rs"]
mod server;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use common::{Window, at, canvas_of, drag, example, options, until, window};
use egui_kittest::kittest::Queryable;
use server::{Here, Wire};
use weir_scene::Scene;
use weir_server::Change;
use weir_surrogate::internals::Silence;
use weir_viewer::App;
use weir_viewer::afar;
use weir_viewer::app::Panel;
use weir_viewer::worker::{Latest, Order};

/// A block of water in the middle of the air.
fn block() -> Scene {
    let text = "version = 1\ndomain = { width_m = 1.5, height_m = 1.0 }\n\
                water = [{ kind = \"block\", min_m = [0.5, 0.7], max_m = [1.0, 0.9] }]";
    Scene::from_toml(text).expect("a scene")
}

/// A window whose water a server moves, and nothing else.
fn opened(addr: SocketAddr, scene: Scene) -> Window {
    let mut window = window(options(scene));
    let context = window.ctx.clone();
    window.state_mut().hide(0);
    window.state_mut().afar.address_text = format!("http://{addr}");
    afar::open(window.state_mut(), &context);
    window
}

/// A window that looks on.
fn watching(addr: SocketAddr, run: &str) -> Window {
    let mut window = window(options(example("dam-break")));
    let context = window.ctx.clone();
    window.state_mut().afar.address_text = addr.to_string();
    window.state_mut().afar.run_text = run.to_owned();
    afar::watch(window.state_mut(), &context);
    window
}

fn latest(app: &App) -> &Latest {
    &app.shown.last().expect("an engine").latest
}

fn time_s(app: &App) -> f64 {
    latest(app).frame.time_s
}

fn lowest_m(app: &App) -> f32 {
    latest(app).frame.positions_m.iter().map(|p| p[1]).fold(1.0, f32::min)
}

/// The name of the run that is shown last.
fn run_of(window: &Window) -> String {
    let link = latest(window.state()).link.clone().expect("a run");
    link.split_once("watch=").expect("a link").1.to_owned()
}

fn said(app: &App) -> &str {
    app.said.as_ref().map_or("", |(_, words)| words)
}

#[test]
fn water_flows_on_the_server_as_the_window_says() {
    let here = Here::start();
    let mut window = opened(here.addr, example("dam-break"));
    until(&mut window, "water", |app| !latest(app).frame.ids.is_empty());
    let seat = here.seat(&run_of(&window));
    assert_eq!(*seat.state.borrow().scene, example("dam-break"));
    let before = latest(window.state()).frame.clone();
    window.get_by_label("Play").click();
    until(&mut window, "half a second", |app| time_s(app) > 0.5);
    let after = latest(window.state()).frame.clone();
    assert!(after.positions_m.len() > 500 && after.positions_m != before.positions_m);
    assert_eq!(after.velocities_m_s.len(), after.positions_m.len());
    assert!(window.query_by_label_contains("particles, ").is_some(), "the words below say so");
    assert!(seat.state.borrow().is_playing);
    window.state_mut().speed = 0.25;
    until(&mut window, "the speed", |_| seat.state.borrow().speed == 0.25);
    window.get_by_label("Pause").click();
    until(&mut window, "the pause", |_| !seat.state.borrow().is_playing);
    // Frames that were on their way when it paused still come.
    let still = Cell::new((time_s(window.state()), Instant::now()));
    until(&mut window, "the last frame", |app| {
        let (shown_s, since) = still.get();
        let is_still = shown_s == time_s(app);
        if !is_still {
            still.set((time_s(app), Instant::now()));
        }
        is_still && since.elapsed() > Duration::from_millis(300)
    });
    let held_s = time_s(window.state());
    window.run_steps(20);
    assert_eq!(time_s(window.state()), held_s);
    window.get_by_label("Step").click();
    until(&mut window, "a step", |app| time_s(app) > held_s + 0.02);
    window.get_by_label("Restart").click();
    until(&mut window, "the beginning", |app| {
        time_s(app) == 0.0 && !latest(app).frame.ids.is_empty()
    });
    assert_eq!(run_of(&window), seat.run.to_string(), "who watches goes on watching");
    let app = window.state();
    assert!(app.said.is_none(), "{:?}", app.said);
    let history = &app.shown[0].history;
    assert!(history.iter().any(|moment| moment.figures.iter().any(|f| f.name == "particles")));
    let moves = example("maze");
    window.state_mut().set_scene(moves, None);
    until(&mut window, "another run", |app| {
        latest(app).link.as_ref().is_some_and(|link| !link.contains(&seat.run.to_string()))
    });
    let other = here.seat(&run_of(&window));
    assert_eq!(*other.state.borrow().scene, example("maze"));
}

#[test]
fn a_line_that_is_drawn_holds_the_water_there_until_it_is_erased() {
    let here = Here::start();
    let mut window = opened(here.addr, block());
    // An engine of the window's own beside it.
    window.step();
    window.get_by_label("another").click();
    until(&mut window, "both", |app| {
        app.shown.len() == 2 && app.shown.iter().all(|s| !s.latest.frame.ids.is_empty())
    });
    let seat = here.seat(&run_of_first(&window));
    let canvas = canvas_of(&window, &format!("network on {}", here.addr));
    drag(&mut window, &[at(canvas, 0.5, 0.4), at(canvas, -0.03, 0.4), at(canvas, 1.03, 0.4)]);
    let lines = || seat.state.borrow().scene.strokes.len();
    until(&mut window, "the line", |_| lines() > 0);
    window.get_by_label("Play").click();
    until(&mut window, "a second", |app| app.shown.iter().all(|s| s.latest.frame.time_s > 1.0));
    for shown in &window.state().shown {
        let lowest = shown.latest.frame.positions_m.iter().map(|p| p[1]).fold(1.0, f32::min);
        assert!((0.35..0.45).contains(&lowest), "{}: {lowest}", shown.worker.name());
        let apart_s = shown.latest.frame.time_s - window.state().shown[0].latest.frame.time_s;
        assert!(apart_s.abs() < 0.15, "they show about the same moment: {apart_s}");
    }
    window.get_by_label("another").click();
    window.step();
    window.state_mut().undo();
    until(&mut window, "no line", |_| lines() == 0);
    until(&mut window, "the water below", |app| lowest_m(app) < 0.2);
    window.state_mut().redo();
    until(&mut window, "the line again", |_| lines() > 0);
    window.state().shown[0].worker.order(Order::Saliency);
    until(&mut window, "whether it matters", |app| latest(app).saliency.is_some());
    let told = latest(window.state()).saliency.clone().expect("an answer");
    let told: Vec<u64> = told.iter().map(|(name, _)| *name).collect();
    assert_eq!(told, window.state().document.names());
    let skip = weir_surrogate::internals::skips(&common::model()).expect("skips").remove(0);
    window.state_mut().silence(&BTreeMap::from([(skip.clone(), Silence::Zero)]));
    until(&mut window, "silence", |_| **seat.state.borrow().silent == [skip.clone()]);
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

fn run_of_first(window: &Window) -> String {
    let link = window.state().shown[0].latest.link.clone().expect("a run");
    link.split_once("watch=").expect("a link").1.to_owned()
}

#[test]
fn who_looks_on_sees_what_is_drawn_and_cannot_draw() {
    let here = Here::start();
    let mut owner = opened(here.addr, block());
    until(&mut owner, "water", |app| !latest(app).frame.ids.is_empty());
    owner.get_by_label("Play").click();
    until(&mut owner, "a moment", |app| time_s(app) > 0.3);
    let link = latest(owner.state()).link.clone().expect("a link");
    let mut guest = watching(SocketAddr::from(([127, 0, 0, 1], 1)), &link);
    let own = example("dam-break");
    until(&mut guest, "the water", |app| time_s(app) > 0.2);
    assert_eq!(*guest.state().document.scene(), block());
    // It flows as the owner's does, whatever is pressed here.
    until(&mut guest, "time", |app| app.is_playing);
    owner.get_by_label("Pause").click();
    until(&mut owner, "a rest", |app| !app.is_playing);
    until(&mut guest, "its rest", |app| !app.is_playing);
    let name = guest.state().shown[0].worker.name().to_owned();
    let canvas = canvas_of(&guest, &name);
    drag(&mut guest, &[at(canvas, 0.2, 0.2), at(canvas, 0.8, 0.2)]);
    assert!(said(guest.state()).contains("somebody else's"), "{:?}", guest.state().said);
    assert!(guest.query_by_label_contains("somebody else's").is_some());
    assert!(guest.state().document.scene().strokes.is_empty());
    let seat = here.seat(&run_of(&owner));
    assert!(seat.state.borrow().scene.strokes.is_empty());
    // An engine of its own beside it goes on through what the owner draws.
    guest.get_by_label("another").click();
    until(&mut guest, "both", |app| app.shown.len() == 2);
    owner.step();
    owner.get_by_label("Play").click();
    owner.run_steps(2);
    until(&mut guest, "its own", |app| app.shown[1].latest.frame.time_s > 0.2);
    let canvas = canvas_of(&owner, &format!("network on {}", here.addr));
    drag(&mut owner, &[at(canvas, 0.1, 0.2), at(canvas, 0.9, 0.2)]);
    let own_s = guest.state().shown[1].latest.frame.time_s;
    until(&mut guest, "the line", |app| app.document.scene().strokes.len() == 1);
    guest.run_steps(3);
    assert!(guest.state().shown[1].latest.frame.time_s >= own_s, "it does not begin anew");
    owner.get_by_label("Restart").click();
    owner.run_steps(2);
    until(&mut guest, "its own from the beginning", |app| {
        app.shown.iter().all(|shown| shown.latest.frame.time_s < own_s)
    });
    owner.state_mut().undo();
    owner.step();
    until(&mut guest, "no line", |app| app.document.scene().strokes.is_empty());
    // What was drawn here comes back, and what moved it.
    guest.get_by_label("another").click();
    guest.state_mut().panel = Panel::Scenes;
    guest.run_steps(3);
    guest.get_by_label("Back to what was drawn here").click();
    guest.run_steps(3);
    let app = guest.state();
    assert_eq!((app.document.scene(), app.document.locked.as_ref()), (&own, None));
    assert_eq!(app.shown.iter().map(|s| s.worker.name()).collect::<Vec<_>>(), ["network default"]);
}

#[test]
fn another_scene_ends_looking_on() {
    let here = Here::start();
    // The gallery is always there.
    let mut guest = watching(here.addr, "gallery");
    until(&mut guest, "water", |app| !latest(app).frame.ids.is_empty() && app.is_playing);
    assert!(guest.state().document.locked.is_some());
    guest.state_mut().set_scene(example("maze"), None);
    until(&mut guest, "an engine of its own", |app| {
        app.shown.len() == 1 && app.shown[0].worker.name() == "network default"
    });
    let app = guest.state();
    assert_eq!((app.document.scene(), app.document.locked.as_ref()), (&example("maze"), None));
}

#[test]
fn ones_own_run_can_be_drawn_into_from_several_places() {
    let here = Here::start();
    let seat = here.open(block());
    let key = seat.key.expect("a key").to_string();
    let mut window = watching(here.addr, &key);
    until(&mut window, "the water", |app| !latest(app).frame.ids.is_empty());
    assert_eq!(*window.state().document.scene(), block());
    let canvas = canvas_of(&window, &format!("my run on {}", here.addr));
    drag(&mut window, &[at(canvas, 0.1, 0.2), at(canvas, 0.9, 0.2)]);
    until(&mut window, "the line", |_| seat.state.borrow().lines.len() == 1);
    let line = weir_scene::Stroke { points_m: vec![[0.3, 0.5], [0.9, 0.5]], ..Default::default() };
    here.act(seat.run, Change::Add(40, line));
    until(&mut window, "the other", |app| app.document.scene().strokes.len() == 2);
    window.state_mut().undo();
    until(&mut window, "one less", |_| **seat.state.borrow().lines == [40]);
    here.act(seat.run, Change::Erase(40));
    until(&mut window, "none", |app| app.document.scene().strokes.is_empty());
    window.get_by_label("Play").click();
    until(&mut window, "time", |app| time_s(app) > 0.1);
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

#[test]
fn what_is_no_server_is_told_in_words_and_holds_up_nobody() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nowhere = nobody.local_addr().expect("an address");
    drop(nobody);
    let foreign = TcpListener::bind("127.0.0.1:0").expect("a port");
    let elsewhere = foreign.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in foreign.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nothing = silent.local_addr().expect("an address");
    for (addr, words) in
        [(nowhere, "no weir server at"), (elsewhere, "404"), (nothing, "connecting to")]
    {
        let mut window = opened(addr, example("dam-break"));
        let is_told = |app: &App| latest(app).away.as_ref().is_some_and(|why| why.contains(words));
        until(&mut window, words, is_told);
        window.step();
        assert!(window.query_by_label_contains(words).is_some(), "it is shown");
        window.get_by_label("another").click();
        window.step();
        window.get_by_label("Play").click();
        until(&mut window, "its own", |app| app.shown[1].latest.frame.time_s > 0.2);
    }
    let mut window = window(options(example("dam-break")));
    let context = window.ctx.clone();
    for text in ["", "ftp://a.example", "not a host", "http://a.example:port"] {
        window.state_mut().afar.address_text = text.to_owned();
        afar::open(window.state_mut(), &context);
        assert!(said(window.state()).contains("address"), "{text}: {}", said(window.state()));
        assert_eq!(window.state().shown.len(), 1, "{text}");
    }
}

#[test]
fn who_a_server_is_has_to_be_vouched_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Here::secure(folder.path());
    let mut window = window(options(block()));
    let context = window.ctx.clone();
    for scheme in ["https", "wss"] {
        window.state_mut().afar.address_text = format!("{scheme}://{}", here.addr);
        afar::open(window.state_mut(), &context);
        let is_told =
            |app: &App| latest(app).away.as_ref().is_some_and(|why| why.contains("certificate"));
        until(&mut window, "its certificate", is_told);
    }
}

#[test]
fn a_server_that_goes_away_is_looked_for_and_found_again() {
    let here = Here::start();
    let addr = here.addr;
    let mut window = opened(addr, block());
    window.step();
    window.get_by_label("another").click();
    until(&mut window, "water", |app| !app.shown[0].latest.frame.ids.is_empty());
    window.get_by_label("Play").click();
    until(&mut window, "time", |app| app.shown[0].latest.frame.time_s > 0.2);
    let first = run_of_first(&window);
    drop(here);
    until(&mut window, "the loss", |app| {
        app.shown[0].latest.away.as_ref().is_some_and(|why| why.contains("lost"))
    });
    assert!(window.query_by_label_contains("trying again").is_some());
    let left_s = window.state().shown[1].latest.frame.time_s;
    until(&mut window, "its own", move |app| app.shown[1].latest.frame.time_s > left_s + 0.2);
    let _again = Here::at(addr);
    until(&mut window, "another run", |app| {
        let latest = &app.shown[0].latest;
        latest.away.is_none() && latest.link.as_ref().is_some_and(|link| !link.contains(&first))
    });
    until(&mut window, "words", |app| said(app).contains("begins anew"));
    until(&mut window, "its water", |app| app.shown[0].latest.frame.time_s > 0.1);
}

#[test]
fn a_connection_that_breaks_is_made_again_and_nothing_is_lost() {
    let here = Here::start();
    let wire = Wire::to(here.addr);
    let mut window = opened(wire.addr, block());
    until(&mut window, "water", |app| !latest(app).frame.ids.is_empty());
    let seat = here.seat(&run_of(&window));
    wire.cut(true);
    until(&mut window, "the loss", |app| latest(app).away.is_some());
    let canvas = canvas_of(&window, &format!("network on {}", wire.addr));
    drag(&mut window, &[at(canvas, 0.1, 0.3), at(canvas, 0.9, 0.3)]);
    assert_eq!(window.state().document.scene().strokes.len(), 1);
    wire.cut(false);
    until(&mut window, "the line", |_| seat.state.borrow().lines.len() == 1);
    assert_eq!(run_of(&window), seat.run.to_string(), "it is the same run");
    window.get_by_label("Play").click();
    until(&mut window, "time", |app| time_s(app) > 0.2);
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

#[test]
fn what_a_server_refuses_is_told_in_its_words() {
    let here = Here::start();
    let mut window = opened(here.addr, block());
    until(&mut window, "water", |app| !latest(app).frame.ids.is_empty());
    let solver = window.state().makers.iter().position(|m| m.name.starts_with("solver on"));
    let context = window.ctx.clone();
    window.state_mut().show(&context, solver.expect("a solver"));
    until(&mut window, "its words", |app| said(app).contains("there is no solver here"));
    let mut guest = watching(here.addr, "0123456789abcdef");
    until(&mut guest, "its words", |app| said(app).contains("there is none, or it has ended"));
}

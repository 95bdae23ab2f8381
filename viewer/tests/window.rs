//! The window as who sits before it has it: mouse, keys, files that are dropped, and what a
//! screen reader hears.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{Window, at, canvas_of, drag, example, model, options, until, window};
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use weir_scene::{Frame, Scene, Trajectory};
use weir_viewer::app::Panel;
use weir_viewer::tool::Tool;
use weir_viewer::{App, Maker, Options};

fn canvas(window: &Window) -> egui::Rect {
    canvas_of(window, "network default")
}

#[test]
fn a_line_is_drawn_taken_back_and_made_again() {
    let mut window = window(options(Scene::default()));
    window.run_steps(3);
    let canvas = canvas(&window);
    let places = [at(canvas, 0.2, 0.5), at(canvas, 0.4, 0.6), at(canvas, 0.8, 0.5)];
    drag(&mut window, &places);
    let strokes = |window: &Window| window.state().document.scene().strokes.clone();
    let drawn = strokes(&window);
    assert_eq!(drawn.len(), 1);
    let (first, last) = (drawn[0].points_m[0], drawn[0].points_m.last().expect("points"));
    assert!((first[0] - 0.3).abs() < 0.02 && (first[1] - 0.5).abs() < 0.02, "{first:?}");
    assert!((last[0] - 1.2).abs() < 0.02 && (last[1] - 0.5).abs() < 0.02, "{last:?}");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    assert_eq!(strokes(&window).len(), 0);
    window.get_by_label("Redo").click();
    window.run_steps(2);
    assert_eq!(strokes(&window), drawn);
    // The eraser wipes it away.
    window.key_press(Key::X);
    window.step();
    drag(&mut window, &[at(canvas, 0.5, 0.8), at(canvas, 0.5, 0.58), at(canvas, 0.5, 0.4)]);
    assert_eq!((window.state().tool, strokes(&window).len()), (Tool::Eraser, 0));
}

#[test]
fn each_tool_is_a_key_and_a_button_and_leaves_its_thing() {
    let mut window = window(options(Scene::default()));
    window.run_steps(3);
    let canvas = canvas(&window);
    for (tool, count) in [
        (Tool::Block, [1, 0, 0]),
        (Tool::Emitter, [2, 0, 0]),
        (Tool::Drain, [2, 1, 0]),
        (Tool::Box, [2, 1, 1]),
    ] {
        window.key_press(tool.key());
        window.step();
        assert_eq!(window.state().tool, tool);
        window.get_by_label("Line").click();
        window.step();
        assert_eq!(window.state().tool, Tool::Pen);
        window.get_by_label(tool.name()).click();
        window.step();
        let x = 0.2 * count.iter().sum::<usize>() as f32;
        drag(&mut window, &[at(canvas, x, 0.3), at(canvas, x + 0.1, 0.5)]);
        let scene = window.state().document.scene();
        assert_eq!([scene.water.len(), scene.drains.len(), scene.bodies.len()], count, "{tool:?}");
    }
}

#[test]
fn water_flows_stops_and_begins_anew_by_the_keyboard() {
    let mut window = window(options(example("dam-break")));
    let time = |app: &App| app.shown[0].latest.frame.time_s;
    until(&mut window, "a first frame", |app| !app.shown[0].latest.frame.ids.is_empty());
    window.key_press(Key::Space);
    until(&mut window, "a tenth of a second", |app| time(app) > 0.1);
    window.key_press(Key::Space);
    window.run_steps(2);
    assert!(!window.state().is_playing);
    let reached = window.state().clock.now_s();
    until(&mut window, "the clock", move |app| time(app) > reached - 1.0 / 60.0);
    let before = time(window.state());
    window.key_press(Key::Period);
    until(&mut window, "one more frame", move |app| time(app) > before);
    window.key_press(Key::R);
    until(&mut window, "the beginning", |app| time(app) == 0.0);
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

#[test]
fn a_line_drawn_while_water_flows_holds_it_in_every_engine() {
    let text = "version = 1\ndomain = { width_m = 1.5, height_m = 1.0 }\n\
                water = [{ kind = \"block\", min_m = [0.5, 0.7], max_m = [1.0, 0.9] }]";
    let mut window = window(options(Scene::from_toml(text).expect("a scene")));
    window.get_by_label("another").click();
    until(&mut window, "both", |app| app.shown.len() == 2);
    window.run_steps(3);
    let canvas = canvas(&window);
    // Beyond both sides, or it would run off.
    drag(&mut window, &[at(canvas, 0.5, 0.4), at(canvas, -0.03, 0.4), at(canvas, 1.03, 0.4)]);
    window.get_by_label("Play").click();
    let is_late = |app: &App| app.shown.iter().all(|s| s.latest.frame.time_s > 1.0);
    until(&mut window, "a second", is_late);
    for shown in &window.state().shown {
        let lowest = shown.latest.frame.positions_m.iter().map(|p| p[1]).fold(1.0, f32::min);
        assert!((0.35..0.45).contains(&lowest), "{}: {lowest}", shown.worker.name());
        let apart = shown.latest.frame.time_s - window.state().shown[0].latest.frame.time_s;
        assert!(apart.abs() < 0.1, "they show the same moment: {apart}");
    }
}

#[test]
fn the_insides_show_what_layers_answer_and_what_is_done_to_them() {
    let mut window = window(options(example("dam-break")));
    window.key_press(Key::Period);
    until(&mut window, "maps", |app| !app.shown[0].latest.seen.is_empty());
    window.run_steps(2);
    window.get_by_label("density").click();
    window.run_steps(2);
    assert!(window.state().insides.chosen(window.state()).is_some());
    assert!(window.query_by_label_contains("values,").is_some());
    let before = window.state().shown[0].latest.seen.clone();
    window.get_by_label("carry nothing across level 0").click();
    window.key_press(Key::R);
    window.run_steps(2);
    window.key_press(Key::Period);
    let answer = |maps: &[weir_surrogate::network::Map]| -> Vec<f32> {
        maps.iter().filter(|map| map.layer == "answer").flat_map(|m| m.values.clone()).collect()
    };
    until(&mut window, "maps again", move |app| {
        let seen = &app.shown[0].latest.seen;
        !seen.is_empty() && !Arc::ptr_eq(seen, &before) && answer(seen) != answer(&before)
    });
    // What the answer at a cell depends on.
    window.key_press(Key::P);
    window.step();
    let place = at(canvas(&window), 0.2, 0.2);
    drag(&mut window, &[place, place]);
    until(&mut window, "a field", |app| app.shown[0].latest.field.is_some());
}

/// What is kept from one window to the next, in memory.
#[derive(Default)]
struct Kept(BTreeMap<String, String>);

impl eframe::Storage for Kept {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}

#[test]
fn files_that_were_opened_are_there_when_the_window_opens_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, mut kept) = (folder.path().join("kept.toml"), Kept::default());
    let mut first = window(options(example("dam-break")));
    first.state_mut().save_as(path.clone());
    eframe::App::save(first.state_mut(), &mut kept);
    let mut second = window(options(example("funnel")));
    assert!(second.state().recent.is_empty());
    second.state_mut().recall(&kept);
    second.get_by_label("Scenes").click();
    second.run_steps(2);
    second.get_by_label(&path.display().to_string()).click();
    until(&mut second, "the scene", |app| app.document.path.as_ref() == Some(&path));
    assert_eq!(second.state().document.scene(), &example("dam-break"));
    // What another version kept is no reason to open nothing.
    kept.0.insert("recent files".to_owned(), "(of another kind".to_owned());
    second.state_mut().recall(&kept);
    assert!(second.state().recent.is_empty());
}

#[test]
fn who_cannot_go_on_is_replaced_where_there_is_another_for_that() {
    let mut broken = Maker::new("broken", |_| Err("there is no such thing here".to_owned()));
    broken.instead = Some("network default".to_owned());
    let makers = vec![broken, Maker::network("network default", model())];
    let mut window = window(Options { makers, ..options(example("dam-break")) });
    until(&mut window, "another", |app| app.shown.iter().any(|shown| shown.maker == 1));
    assert_eq!(window.state().shown.len(), 1);
    let (is_fault, words) = window.state().said.clone().expect("words");
    assert!(is_fault && words.contains("no such thing") && words.contains("network default"));
    until(&mut window, "water", |app| !app.shown[0].latest.frame.ids.is_empty());
}

#[test]
fn an_engine_that_cannot_begin_says_why_and_holds_up_nobody() {
    let broken = Maker::new("broken", |_| Err("there is no such thing here".to_owned()));
    let makers = vec![Maker::network("network default", model()), broken];
    let mut window = window(Options { makers, ..options(example("dam-break")) });
    window.get_by_label("broken").click();
    until(&mut window, "words", |app| app.said.is_some());
    let (is_fault, words) = window.state().said.clone().expect("words");
    assert!(is_fault && words == "broken: there is no such thing here", "{words}");
    // Nor does one that falls over itself.
    let panics = Maker::new("panics", |_| panic!("as a test expects"));
    let context = window.ctx.clone();
    window.state_mut().add(&context, panics);
    until(&mut window, "its end", |app| app.shown[2].latest.fault.is_some());
    window.get_by_label("Play").click();
    until(&mut window, "half a second", |app| app.shown[0].latest.frame.time_s > 0.5);
}

#[test]
fn which_line_matters_is_told_by_name() {
    let mut window = window(options(example("funnel")));
    window.key_press(Key::Period);
    until(&mut window, "maps", |app| !app.shown[0].latest.seen.is_empty());
    window.run_steps(2);
    window.get_by_label("Which line matters?").click();
    until(&mut window, "an answer", |app| app.shown[0].latest.saliency.is_some());
    let app = window.state();
    let told = app.shown[0].latest.saliency.clone().expect("an answer");
    assert_eq!(told.len(), app.document.names().len());
    assert!(told.iter().all(|(name, m_s)| app.document.names().contains(name) && *m_s >= 0.0));
    assert!(told[0].1 > 0.0);
}

/// Particles that move by a millimetre a frame.
fn recording(particles: usize, frames: usize) -> Trajectory {
    let mut trajectory = Trajectory::new(1.0 / 60.0);
    for frame in 0..frames {
        let place = |k: usize| [0.1 + (k % 1000) as f32 * 1e-3 + 1e-3 * frame as f32, 0.5];
        trajectory.push(&Frame {
            time_s: frame as f64 / 60.0,
            positions_m: (0..particles).map(place).collect(),
            velocities_m_s: vec![[0.06, 0.0]; particles],
            ids: (0..particles as u32).collect(),
            ..Frame::default()
        });
    }
    trajectory
}

#[test]
fn a_recording_is_gone_through_both_ways() {
    let recorded = Maker::recording("run.h5", recording(10, 61));
    let recording = Some(recorded);
    let mut window = window(Options { recording, ..options(Scene::default()) });
    until(&mut window, "a frame", |app| app.shown[0].latest.frame.ids.len() == 10);
    for time_s in [0.5, 0.25, 1.0, 0.0] {
        window.state_mut().seek(time_s);
        let is_there = move |app: &App| (app.shown[0].latest.frame.time_s - time_s).abs() < 1e-9;
        until(&mut window, "that time", is_there);
    }
    window.get_by_label("Play").click();
    until(&mut window, "its end", |app| app.shown[0].latest.is_over);
    assert!(window.state().said.is_none());
    // Nothing can be drawn into it; it says so and is gone through all the same.
    let canvas = window.get_by_label("Canvas run.h5").rect();
    drag(&mut window, &[at(canvas, 0.2, 0.8), at(canvas, 0.8, 0.8)]);
    until(&mut window, "words", |app| app.said.is_some());
    assert!(window.state().said.clone().expect("words").1.contains("stays as it was made"));
    window.state_mut().seek(0.5);
    until(&mut window, "that time", |app| app.shown[0].latest.frame.time_s == 0.5);
    window.get_by_label("Play").click();
    until(&mut window, "its end again", |app| app.shown[0].latest.is_over);
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_file(window: &mut Window, path: &Path) {
    window.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
    window.step();
    until(window, "reading", |app| app.opening.is_none());
    window.run_steps(2);
}

#[test]
fn what_is_dropped_is_opened_or_refused_in_words_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(options(example("funnel")));
    let drawn = window.state().document.scene().clone();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    for (name, bytes, words) in [
        ("a.toml", &b"version = 1\nwind = 3"[..], "wind"),
        ("b.json", b"{\"version\": 1", "b.json"),
        ("c.h5", b"\x89HDF\r\n\x1a\n and then nothing", "c.h5"),
        ("d.png", b"\x89PNG", "takes a scene"),
        ("e.toml", b"\xff\xfe\x00", "e.toml"),
        ("f.toml", b"", "f.toml"),
    ] {
        drop_file(&mut window, &write(name, bytes));
        let (is_fault, said) = window.state().said.clone().expect("words");
        assert!(is_fault && said.contains(words), "{name}: {said}");
        assert!(window.query_by_label_contains("Not done").is_some(), "{name}: it is shown");
        assert_eq!(window.state().document.scene(), &drawn, "{name}");
    }
    drop_file(&mut window, &folder.path().join("is-not-there.toml"));
    assert!(window.state().said.clone().expect("words").1.contains("is-not-there"));
    let text = example("maze").to_toml().expect("text");
    let path = write("maze.toml", text.as_bytes());
    drop_file(&mut window, &path);
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
    assert_eq!(window.state().document.scene(), &example("maze"));
    assert_eq!(window.state().recent, [path]);
}

#[test]
fn what_can_be_pressed_has_a_name_for_who_does_not_see_it() {
    let mut window = window(options(example("funnel")));
    window.key_press(Key::Period);
    until(&mut window, "maps", |app| !app.shown[0].latest.seen.is_empty());
    for panel in [Panel::Insides, Panel::Curves, Panel::Training, Panel::Scenes] {
        window.state_mut().panel = panel;
        window.run_steps(3);
        let mut pressed = 0;
        for node in window.root().children_recursive() {
            let node = node.accesskit_node();
            use egui::accesskit::Role;
            let is_pressed = matches!(
                node.role(),
                Role::Button
                    | Role::CheckBox
                    | Role::ComboBox
                    | Role::Slider
                    | Role::SpinButton
                    | Role::TextInput
                    | Role::RadioButton
                    | Role::Link
            );
            if is_pressed {
                pressed += 1;
                let name = node.label().unwrap_or_default();
                assert!(!name.trim().is_empty(), "{panel:?}: a {:?} without a name", node.role());
            }
        }
        assert!(pressed > 20, "{panel:?}: {pressed}");
    }
}

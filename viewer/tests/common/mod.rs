//! A window without a display, and a hand that draws in it.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::time::{Duration, Instant};

use eframe::egui::{self, Pos2, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use weir_scene::Scene;
use weir_surrogate::{Model, device};
use weir_viewer::{App, Maker, Means, Options};

pub type Window = Harness<'static, App>;

pub fn example(name: &str) -> Scene {
    let found = Scene::examples().iter().find(|example| example.name == name);
    Scene::from_toml(found.expect("an example").text).expect("a scene")
}

pub fn model() -> Model {
    Model::open("default", &device::open("flex").expect("a processor")).expect("the shipped model")
}

/// The same network under another name stands for a second engine.
pub fn options(scene: Scene) -> Options {
    let other = Maker::network("another", model());
    Options {
        scene,
        path: None,
        model: model(),
        checkpoints: Vec::new(),
        makers: vec![Maker::network("network default", model()), other],
        recording: None,
        training: Means::default(),
    }
}

pub fn window(options: Options) -> Window {
    Harness::builder().with_size(vec2(1280.0, 800.0)).build_eframe(move |context| {
        let state = context.wgpu_render_state.as_ref();
        App::new(&context.egui_ctx, state, options).expect("a window")
    })
}

/// Lets the window go on until something holds.
pub fn until(window: &mut Window, what: &str, holds: impl Fn(&App) -> bool) {
    let begun = Instant::now();
    while !holds(window.state()) {
        assert!(begun.elapsed() < Duration::from_secs(60), "a minute passed in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
        window.step();
    }
}

/// Presses the mouse at the first place, goes past all, and lets go.
pub fn drag(window: &mut Window, places: &[Pos2]) {
    window.hover_at(places[0]);
    window.step();
    window.drag_at(places[0]);
    window.step();
    for place in &places[1..] {
        window.hover_at(*place);
        window.step();
    }
    window.drop_at(*places.last().expect("places"));
    window.step();
    window.step();
}

/// Where an engine's water is shown.
pub fn canvas_of(window: &Window, engine: &str) -> egui::Rect {
    window.get_by_label(&format!("Canvas {engine}")).rect()
}

/// A share of the canvas, from its lower left corner.
pub fn at(canvas: egui::Rect, x: f32, y: f32) -> Pos2 {
    canvas.left_bottom() + Vec2::new(x * canvas.width(), -y * canvas.height())
}

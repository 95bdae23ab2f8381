//! A window, and what a network can learn from in a second.

#![allow(dead_code, reason = "each test binary uses its own part")]

#[path = "../../../datasets/tests/common/water.rs"]
mod water;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use weir_datasets::storage::Folder;
use weir_datasets::{Job, Recipe, generate};
use weir_scene::Scene;
use weir_surrogate::{Model, checkpoints, device};
use weir_viewer::app::Panel;
use weir_viewer::school::{Asked, School, Stage};
use weir_viewer::{App, Maker, Means, Options};

use crate::common::Window;

/// The shipped network in an example, with what it was on its way.
pub fn options(scene: &str) -> Options {
    let found = Scene::examples().iter().find(|example| example.name == scene);
    let scene = Scene::from_toml(found.expect("an example").text).expect("a scene");
    let device = device::open("flex").expect("a processor");
    let model = Model::open("default", &device).expect("the shipped model");
    let checkpoints = checkpoints::of(&model, "default").expect("the shipped checkpoints");
    let makers = vec![Maker::network("network default", model.clone())];
    let (recording, training) = (None, Means::default());
    Options { scene, path: None, model, checkpoints, makers, recording, training }
}

pub fn window(panel: Panel) -> Window {
    let options = options("dam-break");
    let mut window = Harness::builder().with_size(vec2(1280.0, 1600.0)).build_eframe(|context| {
        let state = context.wgpu_render_state.as_ref();
        App::new(&context.egui_ctx, state, options).expect("a window")
    });
    window.state_mut().panel = panel;
    window.run_steps(3);
    window
}

/// Lets the window go on until something holds and is seen.
pub fn until(window: &mut Window, what: &str, holds: impl Fn(&App) -> bool) {
    crate::common::until(window, what, holds);
    window.run_steps(2);
}

/// Writes into a field, whatever stood there.
pub fn write(window: &mut Window, field: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, field).set_text_value_accesskit(text);
    window.run_steps(2);
}

pub fn press(window: &mut Window, button: &str) {
    window.get_by_role_and_label(Role::Button, button).click();
    window.run_steps(2);
}

/// Water that falls, and a configuration by which a small network learns that in no time.
pub struct Lessons {
    folder: tempfile::TempDir,
}

impl Lessons {
    pub fn new(steps: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let recipe = Recipe::shipped("tiny").expect("it ships").expect("a recipe");
        let storage = Folder::create(folder.path().join("data")).expect("a folder");
        let job = Job { recipe: &recipe, scenes: 0..6, threads: 2, producer: "test", commit: None };
        generate(&job, &storage, water::falling, |_| ControlFlow::Continue(())).expect("made");
        let text = format!(
            "name = \"net\"\nsteps = {steps}\nbatch = 1\nwarm_up = 5\npushforward = 0.0\n\
             [shape]\nchannels = [8, 12]\nconvolutions = 1\nsub_frames = 2\n"
        );
        std::fs::write(folder.path().join("net.toml"), text).expect("a file");
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Begins a run without a window.
    pub fn begin(&self, run: &str) -> School {
        let asked = Asked {
            config: self.path("net.toml"),
            data: self.path("data"),
            folder: self.path(run),
            device: "flex".to_owned(),
            resumes: false,
        };
        School::begin(asked, Means::default(), || ()).expect("a thread")
    }

    /// Does all of one.
    pub fn complete(&self, run: &str) -> PathBuf {
        let (school, begun) = (self.begin(run), Instant::now());
        while school.is_at_work() {
            assert!(begun.elapsed() < Duration::from_secs(60), "a minute passed in vain");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(school.standing().stage, Stage::Complete);
        self.path(run)
    }
}

/// Weights of the network in a folder.
pub fn weights_in(folder: &Path) -> Vec<weir_surrogate::internals::Weights> {
    let device = device::open("flex").expect("a processor");
    let model = Model::load(folder, &device).expect("a network");
    weir_surrogate::internals::weights(&model).expect("weights")
}

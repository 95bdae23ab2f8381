//! The window: what is drawn, what moves it, and what is shown of both.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use eframe::egui::{self, Key, KeyboardShortcut, Modifiers};
use weir_scene::Scene;
use weir_surrogate::checkpoints::Checkpoint;
use weir_surrogate::internals::Silence;
use weir_surrogate::{Model, ModelError};

use crate::document::{Change, Document};
use crate::engine::Maker;
use crate::insides::Insides;
use crate::open::{Opened, Opening};
#[cfg(not(target_family = "wasm"))]
use crate::school::Means;
use crate::tool::{Gesture, Tool};
#[cfg(not(target_family = "wasm"))]
use crate::training::{self, Training};
use crate::water::{self, Style, Theme};
use crate::worker::{Clock, Latest, Moment, Order, Worker};
use crate::{bar, canvas, curves, insides, shelf};

/// Moments that curves go back.
const REMEMBERED: usize = 2_000;
/// Engines go at most this far ahead of the slowest of them, simulated seconds.
const APART_S: f64 = 2.0 / 60.0;
/// Speeds that can be chosen, simulated seconds per second.
pub const SPEEDS: [f64; 5] = [0.1, 0.25, 0.5, 1.0, 2.0];

/// What the window opens with.
pub struct Options {
    /// The scene.
    pub scene: Scene,
    /// The file that it comes from, if it does.
    pub path: Option<PathBuf>,
    /// The network, and what it was on its way.
    pub model: Model,
    /// See `model`.
    pub checkpoints: Vec<Checkpoint>,
    /// Engines besides the network: solvers.
    pub makers: Vec<Maker>,
    /// A run to look at as well.
    pub recording: Option<Maker>,
    /// What it takes to train a network, besides data.
    #[cfg(not(target_family = "wasm"))]
    pub training: Means,
}

/// How two engines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Next to each other.
    #[default]
    Beside,
    /// One to the left of a divider, the other to its right.
    Split,
    /// The first, with what is wet in only one of them marked.
    Difference,
}

/// What stands to the right of the water.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// The network's insides.
    #[default]
    Insides,
    /// Curves over time.
    Curves,
    /// Networks that learn.
    #[cfg(not(target_family = "wasm"))]
    Training,
    /// Files and examples.
    Scenes,
}

/// An engine that is shown.
pub struct Shown {
    /// Which of the makers made it.
    pub maker: usize,
    /// Its thread.
    pub worker: Worker,
    /// What it made last.
    pub latest: Latest,
    /// Its numbers over time, oldest first.
    pub history: VecDeque<Moment>,
}

/// The window.
pub struct App {
    /// What is drawn.
    pub document: Document,
    /// All engines that can be chosen.
    pub makers: Vec<Maker>,
    /// Those that are at work, in the order in which they are shown.
    pub shown: Vec<Shown>,
    /// The time that they go to.
    pub clock: Clock,
    /// Whether time passes, and how fast.
    pub is_playing: bool,
    /// Simulated seconds per second.
    pub speed: f64,
    /// What is in the hand, and what it is doing.
    pub tool: Tool,
    /// See `tool`.
    pub gesture: Option<Gesture>,
    /// How water is shown.
    pub style: Style,
    /// How two engines are shown.
    pub layout: Layout,
    /// Where the divider is, a share of the width.
    pub divider: f32,
    /// What stands to the right.
    pub panel: Panel,
    /// The network's insides.
    pub insides: Insides,
    /// Networks that learn.
    #[cfg(not(target_family = "wasm"))]
    pub training: Training,
    /// What was said last: whether it is a fault, and in which words.
    pub said: Option<(bool, String)>,
    /// The file that is being read.
    pub opening: Option<Opening>,
    /// What is typed in as a file's name.
    pub path_text: String,
    /// Files that were opened before, the latest first.
    pub recent: Vec<PathBuf>,
    has_painter: bool,
}

impl App {
    /// Opens the window's contents.
    ///
    /// # Errors
    /// The network cannot be looked into, or the machine gives no threads.
    pub fn new(
        context: &egui::Context,
        state: Option<&eframe::egui_wgpu::RenderState>,
        options: Options,
    ) -> Result<Self, ModelError> {
        if let Some(state) = state {
            water::prepare(state);
        }
        let insides = Insides::new(options.model.clone(), options.checkpoints)?;
        let name = format!("network {}", options.model.config.name);
        let mut makers = vec![Maker::network(name, options.model)];
        makers.extend(options.makers);
        let first = if options.recording.is_some() { makers.len() } else { 0 };
        makers.extend(options.recording);
        let mut app = Self {
            document: Document::new(options.scene, options.path),
            makers,
            shown: Vec::new(),
            clock: Clock::default(),
            is_playing: false,
            speed: 1.0,
            tool: Tool::default(),
            gesture: None,
            style: Style::default(),
            layout: Layout::default(),
            divider: 0.5,
            panel: Panel::default(),
            insides,
            #[cfg(not(target_family = "wasm"))]
            training: Training::new(options.training),
            said: None,
            opening: None,
            path_text: String::new(),
            recent: Vec::new(),
            has_painter: state.is_some(),
        };
        app.show(context, first);
        Ok(app)
    }

    /// Whether water can be painted: there is a graphics card, or a driver that acts as one.
    pub fn has_painter(&self) -> bool {
        self.has_painter
    }

    /// Colours of pictures.
    pub fn theme(context: &egui::Context) -> &'static Theme {
        if context.global_style().visuals.dark_mode { &water::DARK } else { &water::LIGHT }
    }

    /// Lets an engine work and be seen.
    pub fn show(&mut self, context: &egui::Context, maker: usize) {
        let Some(made) = self.makers.get(maker) else { return };
        let wake = {
            let context = context.clone();
            move || context.request_repaint()
        };
        let document = &self.document;
        let begun = Worker::begin(made, document.scene(), document.names(), &self.clock, wake);
        match begun {
            Ok(worker) => {
                self.insides.instruct(maker, &worker);
                let (latest, history) = (worker.latest(), VecDeque::new());
                self.shown.push(Shown { maker, worker, latest, history });
            }
            Err(error) => self.fault(format!("{}: {error}", made.name)),
        }
    }

    /// Lets an engine go.
    pub fn hide(&mut self, maker: usize) {
        self.shown.retain(|shown| shown.maker != maker);
    }

    /// Adds an engine to those that can be chosen, and shows it.
    pub fn add(&mut self, context: &egui::Context, maker: Maker) {
        self.makers.push(maker);
        self.show(context, self.makers.len() - 1);
    }

    /// Says what went wrong.
    pub fn fault(&mut self, words: impl Into<String>) {
        self.said = Some((true, words.into()));
    }

    /// Says something.
    pub fn say(&mut self, words: impl Into<String>) {
        self.said = Some((false, words.into()));
    }

    /// Tells all engines what has changed.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Lines { added, erased } => {
                for shown in &self.shown {
                    for name in &erased {
                        shown.worker.order(Order::Erase(*name));
                    }
                    for (name, stroke) in &added {
                        shown.worker.order(Order::Add(*name, stroke.clone()));
                    }
                }
            }
            Change::All => self.restart(),
        }
    }

    /// Says what came of a change, and tells all engines.
    pub fn take(&mut self, change: Result<Option<Change>, String>) {
        match change {
            Ok(Some(change)) => {
                self.said = None;
                self.apply(change);
            }
            Ok(None) => {}
            Err(why) => self.fault(why),
        }
    }

    /// Begins the scene anew.
    pub fn restart(&mut self) {
        self.clock.set(0.0);
        for shown in &mut self.shown {
            shown.history.clear();
            let scene = Box::new(self.document.scene().clone());
            shown.worker.order(Order::Begin(scene, self.document.names().to_vec()));
        }
    }

    /// Goes to a time; only recordings can go back.
    pub fn seek(&mut self, time_s: f64) {
        self.clock.set(time_s);
        self.shown.iter().for_each(|shown| shown.worker.order(Order::Seek(time_s)));
    }

    /// Goes on by one frame.
    pub fn step(&mut self) {
        self.is_playing = false;
        let now_s = self.shown.iter().map(|shown| shown.latest.frame.time_s).fold(0.0, f64::max);
        self.clock.set(now_s + 1.0 / 60.0);
    }

    /// Puts another scene in place of what is drawn.
    pub fn set_scene(&mut self, scene: Scene, path: Option<PathBuf>) {
        self.document = Document::new(scene, path);
        self.is_playing = false;
        self.said = None;
        self.restart();
    }

    /// Begins to read a file.
    pub fn open(&mut self, context: &egui::Context, path: PathBuf) {
        let context = context.clone();
        match Opening::begin(path, move || context.request_repaint()) {
            Ok(opening) => self.opening = Some(opening),
            Err(error) => self.fault(error.to_string()),
        }
    }

    /// Keeps the scene in its file, or in the one whose name is typed in.
    pub fn save(&mut self) {
        let typed = || (!self.path_text.is_empty()).then(|| PathBuf::from(&self.path_text));
        let Some(path) = self.document.path.clone().or_else(typed) else {
            self.panel = Panel::Scenes;
            self.fault("a name for the file is missing: write one under Scenes, Save as");
            return;
        };
        self.save_as(path);
    }

    /// Keeps the scene in a file.
    pub fn save_as(&mut self, path: PathBuf) {
        match self.document.save(&path) {
            Ok(()) => {
                self.say(format!("saved: {}", path.display()));
                self.remember(path);
            }
            Err(why) => self.fault(why),
        }
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        let change = self.document.undo();
        self.take(Ok(change));
    }

    /// Makes it again.
    pub fn redo(&mut self) {
        let change = self.document.redo();
        self.take(Ok(change));
    }

    /// Silences skip connections of all networks.
    pub fn silence(&mut self, skips: &BTreeMap<String, Silence>) {
        self.shown.iter().for_each(|s| s.worker.order(Order::Silence(skips.clone())));
    }

    fn remember(&mut self, path: PathBuf) {
        self.recent.retain(|other| *other != path);
        self.recent.insert(0, path);
        self.recent.truncate(8);
    }

    fn take_opened(&mut self, context: &egui::Context) {
        let Some(opening) = &self.opening else { return };
        let Some(result) = opening.result() else { return };
        let path = opening.path.clone();
        self.opening = None;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        match result {
            Ok(Opened::Scene(scene)) => self.set_scene(*scene, Some(path.clone())),
            Ok(Opened::Recording(scene, trajectory)) => {
                self.set_scene(*scene, None);
                self.add(context, Maker::recording(name, trajectory));
            }
            Ok(Opened::Model(model, checkpoints)) => {
                let name = format!("network {name}");
                insides::look_into(self, context, None, name, *model, checkpoints);
            }
            Err(why) => return self.fault(why),
        }
        self.remember(path);
    }

    /// Looks at what engines have made, and lets time pass.
    fn follow(&mut self, context: &egui::Context) {
        for shown in &mut self.shown {
            shown.latest = shown.worker.latest();
            shown.history.extend(shown.worker.take_moments());
            while shown.history.len() > REMEMBERED {
                shown.history.pop_front();
            }
        }
        let why = |shown: &Shown| {
            let Latest { fault, refused, .. } = &shown.latest;
            let why = fault.as_ref().or(refused.as_ref())?;
            Some(format!("{}: {why}", shown.worker.name))
        };
        if let Some(why) = self.shown.iter().find_map(why) {
            self.fault(why);
        }
        if !self.is_playing {
            return;
        }
        // Who cannot go on does not hold up the others.
        let goes_on = |s: &&Shown| !s.latest.is_over && s.latest.fault.is_none();
        let going = self.shown.iter().filter(goes_on);
        let slowest_s = going.map(|s| s.latest.frame.time_s).fold(f64::INFINITY, f64::min);
        if slowest_s.is_infinite() {
            self.is_playing = false;
            return;
        }
        let passed_s = f64::from(context.input(|input| input.stable_dt)).min(0.1);
        let now_s = self.clock.now_s() + passed_s * self.speed;
        self.clock.set(now_s.min(slowest_s + APART_S));
        context.request_repaint();
    }

    fn keys(&mut self, ui: &egui::Ui) {
        if ui.egui_wants_keyboard_input() {
            return;
        }
        let pressed = |modifiers: Modifiers, key: Key| {
            ui.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key)))
        };
        if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)
            || pressed(Modifiers::COMMAND, Key::Y)
        {
            self.redo();
        } else if pressed(Modifiers::COMMAND, Key::Z) {
            self.undo();
        }
        if pressed(Modifiers::COMMAND, Key::S) {
            self.save();
        }
        if pressed(Modifiers::NONE, Key::Space) {
            self.is_playing = !self.is_playing;
        }
        if pressed(Modifiers::NONE, Key::Period) {
            self.step();
        }
        if pressed(Modifiers::NONE, Key::R) {
            self.restart();
        }
        if pressed(Modifiers::NONE, Key::Escape) {
            (self.gesture, self.said) = (None, None);
        }
        for tool in Tool::ALL {
            if pressed(Modifiers::NONE, tool.key()) {
                self.tool = tool;
            }
        }
    }

    fn dropped(&mut self, context: &egui::Context) {
        let files = context.input(|input| input.raw.dropped_files.clone());
        for file in files {
            self.open(context, file.path().to_owned());
        }
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let context = ui.ctx().clone();
        self.dropped(&context);
        self.take_opened(&context);
        #[cfg(not(target_family = "wasm"))]
        training::follow(self, &context);
        self.keys(ui);
        self.follow(&context);
        egui::Panel::top("bar").show(ui, |ui| bar::show(self, ui));
        egui::Panel::bottom("words").show(ui, |ui| bar::words(self, ui));
        egui::Panel::right("panel").default_size(380.0).show(ui, |ui| {
            ui.horizontal(|ui| {
                for (panel, name) in [
                    (Panel::Insides, "Insides"),
                    (Panel::Curves, "Curves"),
                    #[cfg(not(target_family = "wasm"))]
                    (Panel::Training, "Training"),
                    (Panel::Scenes, "Scenes"),
                ] {
                    ui.selectable_value(&mut self.panel, panel, name);
                }
            });
            ui.separator();
            egui::ScrollArea::vertical().show(ui, |ui| match self.panel {
                Panel::Insides => insides::show(self, ui),
                Panel::Curves => curves::show(self, ui),
                #[cfg(not(target_family = "wasm"))]
                Panel::Training => training::show(self, ui),
                Panel::Scenes => shelf::show(self, ui),
            });
        });
        egui::CentralPanel::default().show(ui, |ui| canvas::show(self, ui));
    }
}

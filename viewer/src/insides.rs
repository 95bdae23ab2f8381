//! The network as it works: every layer's maps as small pictures, one of them over the water.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use eframe::egui::{
    self, Color32, ColorImage, RichText, Sense, TextureHandle, TextureOptions, vec2,
};
use egui_plot::{Bar, BarChart, Plot};
use weir_surrogate::bed::MAPS;
use weir_surrogate::checkpoints::Checkpoint;
use weir_surrogate::encode::WATER_MAPS;
use weir_surrogate::internals::{Layer, Silence, layers, skips};
use weir_surrogate::network::Map;
use weir_surrogate::{Model, ModelError};

use crate::app::{App, Shown};
use crate::engine::Maker;
use crate::water::{colour_of, colour_of_signed};
use crate::weights::{self, Shelf};
use crate::worker::{Order, Worker};

/// Maps of a layer that are shown unless all are asked for.
const FEW: usize = 6;
/// Width of the picture of a map, points.
const PICTURE: f32 = 46.0;
/// Bars of a histogram.
const BARS: usize = 40;

/// Which map lies over the water.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Chosen {
    /// One of a layer.
    Layer(String, usize),
    /// On which places the answer at a cell depends.
    Field([usize; 2]),
}

/// What is shown of a network, and what is done to it.
pub struct Insides {
    /// Which of the makers made it.
    maker: usize,
    model: Model,
    checkpoints: Vec<Checkpoint>,
    /// Which of these moves the water; the last is the model itself.
    checkpoint: usize,
    layers: Vec<Layer>,
    skips: Vec<String>,
    silent: BTreeMap<String, Silence>,
    chosen: Option<Chosen>,
    shows_all: bool,
    /// Whether anybody looks: a network that is not looked at is faster.
    is_open: bool,
    /// How much a map covers the water.
    pub opacity: f32,
    /// Whether lines are coloured by how much they matter.
    pub shows_saliency: bool,
    /// What its layers have learned.
    pub shelf: Shelf,
    pictures: RefCell<Pictures>,
}

/// Maps as textures, and what they are drawn by.
#[derive(Default)]
struct Pictures {
    seen: Arc<Vec<Map>>,
    handles: HashMap<(String, usize), TextureHandle>,
    /// How large values are drawn in full colour, by layer, and by map where these have units of
    /// their own. It only grows: a scale that changes with every picture would flicker.
    scales: HashMap<(String, usize), f32>,
}

impl Insides {
    /// Those of a model.
    ///
    /// # Errors
    /// It cannot be asked about nothing.
    pub fn new(model: Model, checkpoints: Vec<Checkpoint>) -> Result<Self, ModelError> {
        let (layers, skips) = (layers(&model)?, skips(&model)?);
        let mut shelf = Shelf::default();
        shelf.set(&model)?;
        Ok(Self {
            maker: 0,
            shelf,
            checkpoint: checkpoints.len(),
            model,
            checkpoints,
            layers,
            skips,
            silent: BTreeMap::new(),
            chosen: None,
            shows_all: false,
            is_open: true,
            opacity: 0.75,
            shows_saliency: false,
            pictures: RefCell::default(),
        })
    }

    /// The network as it is shown: as it is now, or as it was on its way.
    fn present(&self) -> &Model {
        self.checkpoints.get(self.checkpoint).map_or(&self.model, |one| &one.model)
    }

    /// What the network was on its way and what it is now, by names.
    pub fn kept(&self) -> impl Iterator<Item = (String, &Model)> {
        let name = &self.model.config.name;
        let before = self.checkpoints.iter().map(move |one| {
            let steps = one.steps;
            (format!("{name} after {steps} steps"), &one.model)
        });
        before.chain([(format!("{name} as it is now"), &self.model)])
    }

    /// Tells an engine of this maker what it is to show, and what is done to it.
    pub fn instruct(&self, maker: usize, worker: &dyn Worker) {
        if maker == self.maker {
            worker.order(Order::Use(Box::new(self.present().clone())));
        }
        let names = self.layers.iter().map(|layer| layer.name.clone());
        worker.order(Order::Look(if self.is_open { names.collect() } else { Vec::new() }));
        worker.order(Order::Silence(self.silent.clone()));
    }

    /// Looks at what the answer at a cell depends on.
    pub fn probe(&mut self, cell: [usize; 2]) {
        self.chosen = Some(Chosen::Field(cell));
    }

    /// The map that lies over the water, and how many cells wide one of its values is.
    pub fn chosen(&self, app: &App) -> Option<(Map, usize)> {
        let network = network(app)?;
        match self.chosen.as_ref()? {
            Chosen::Field(_) => Some((network.latest.field.as_deref()?.clone(), 1)),
            Chosen::Layer(name, channel) => {
                let of = |map: &&Map| &map.layer == name && map.channel == *channel;
                let map = network.latest.seen.iter().find(of)?.clone();
                let cells = self.layers.iter().find(|layer| &layer.name == name)?.cells;
                Some((map, cells))
            }
        }
    }

    /// A map as a texture.
    pub fn texture_of(&self, context: &egui::Context, map: &Map) -> TextureHandle {
        let mut pictures = self.pictures.borrow_mut();
        let image = pictures.image(map, true);
        let key = ("over the water".to_owned(), 0);
        pictures.put(context, key, image)
    }
}

impl Pictures {
    /// Highest row first, as screens have it.
    fn image(&mut self, map: &Map, fades: bool) -> ColorImage {
        let has_unit = map.layer == "input" || map.layer == "answer";
        let own = (map.layer.clone(), if has_unit { map.channel } else { 0 });
        let scale = self.scales.entry(own).or_insert(f32::MIN_POSITIVE);
        *scale = scale.max(most_of(&map.values));
        let scale = *scale;
        let is_signed = is_signed(&map.layer, map.channel);
        let colour = |v: f32| {
            let share = v / scale;
            let colour = if is_signed { colour_of_signed(share) } else { colour_of(share) };
            // Over the water, what is nothing hides nothing.
            let seen = if fades { (0.15 + 0.85 * share.abs()).min(1.0) } else { 1.0 };
            colour.gamma_multiply(seen)
        };
        let rows = map.values.chunks(map.width).rev();
        let pixels: Vec<Color32> = rows.flatten().map(|v| colour(*v)).collect();
        ColorImage::new([map.width, map.height], pixels)
    }

    fn put(
        &mut self,
        context: &egui::Context,
        key: (String, usize),
        image: ColorImage,
    ) -> TextureHandle {
        match self.handles.get_mut(&key) {
            Some(handle) => {
                handle.set(image, TextureOptions::NEAREST);
                handle.clone()
            }
            None => {
                let handle = context.load_texture(&key.0, image, TextureOptions::NEAREST);
                self.handles.insert(key, handle.clone());
                handle
            }
        }
    }

    /// Draws what has been seen since, as far as it is shown.
    fn update(&mut self, context: &egui::Context, seen: &Arc<Vec<Map>>, channels: usize) {
        let has_all = |pictures: &Self| {
            let shown = seen.iter().filter(|map| map.channel < channels);
            shown.clone().all(|m| pictures.handles.contains_key(&(m.layer.clone(), m.channel)))
        };
        if Arc::ptr_eq(&self.seen, seen) && has_all(self) {
            return;
        }
        for map in seen.iter().filter(|map| map.channel < channels) {
            let image = self.image(map, false);
            drop(self.put(context, (map.layer.clone(), map.channel), image));
        }
        self.seen = Arc::clone(seen);
    }
}

/// Whether a map has two directions, and not only more and less.
fn is_signed(layer: &str, channel: usize) -> bool {
    let name = name_of(layer, channel);
    layer == "answer"
        || (layer == "input" && (name.ends_with(['u', 'v']) || name.starts_with("away")))
}

/// What all but a few values stay below in size: single ones would leave the rest dark.
fn most_of(values: &[f32]) -> f32 {
    let mut sizes: Vec<f32> = values.iter().map(|v| v.abs()).collect();
    if sizes.is_empty() {
        return 0.0;
    }
    let last = sizes.len() - 1 - sizes.len() / 100;
    *sizes.select_nth_unstable_by(last, f32::total_cmp).1
}

/// The network that is looked into, if it is shown, else the first that is.
fn network(app: &App) -> Option<&Shown> {
    let is_network = |shown: &&Shown| !shown.latest.seen.is_empty() || shown.latest.field.is_some();
    let is_own = |shown: &&Shown| shown.maker == app.insides.maker && is_network(shown);
    app.shown.iter().find(is_own).or_else(|| app.shown.iter().find(is_network))
}

/// Looks into another network from now on, and lets it move the water beside what is shown: in
/// place of the engine of the maker `at`, which is an earlier state of it, or else as one more.
/// Says which of the makers is its own.
pub fn look_into(
    app: &mut App,
    context: &egui::Context,
    at: Option<usize>,
    name: String,
    model: Model,
    checkpoints: Vec<Checkpoint>,
) -> usize {
    let at = at.filter(|at| *at < app.makers.len()).unwrap_or(app.makers.len());
    match Insides::new(model.clone(), checkpoints) {
        Ok(insides) => app.insides = Insides { maker: at, ..insides },
        Err(error) => app.fault(error.to_string()),
    }
    put(app, context, at, Maker::network(name, model));
    at
}

/// Shows an engine in place of that of the maker `at`, or as one more.
pub fn put(app: &mut App, context: &egui::Context, at: usize, maker: Maker) {
    match app.makers.get_mut(at) {
        Some(old) => {
            *old = maker;
            app.hide(at);
            app.show(context, at);
        }
        None => app.add(context, maker),
    }
}

/// The network of `maker` has learned more. If it is looked into it moves the water on, unless
/// somebody looks at what it was before.
pub fn learn(app: &mut App, maker: usize, model: Model, checkpoints: Vec<Checkpoint>) {
    let insides = &mut app.insides;
    if insides.maker != maker {
        return;
    }
    let is_last = insides.checkpoint >= insides.checkpoints.len();
    (insides.model, insides.checkpoints) = (model, checkpoints);
    if is_last {
        insides.checkpoint = insides.checkpoints.len();
        turn(app);
    }
}

/// Lets the network move the water as it is shown.
fn turn(app: &mut App) {
    let model = app.insides.present().clone();
    if let Err(error) = app.insides.shelf.set(&model) {
        app.fault(error.to_string());
    }
    let own = app.shown.iter().filter(|shown| shown.maker == app.insides.maker);
    own.for_each(|shown| shown.worker.order(Order::Use(Box::new(model.clone()))));
}

/// The panel.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    let Some(seen) = network(app).map(|network| Arc::clone(&network.latest.seen)) else {
        ui.label("Let a network move the water, and step: what its layers answer shows here.");
        return;
    };
    lines(app, ui);
    learned(app, ui);
    weights::show(app, ui);
    ui.separator();
    ui.label(
        "Each picture is what one filter answers, everywhere at once. Click one to lay it over the \
         water.",
    );
    ui.horizontal(|ui| {
        ui.add(egui::Slider::new(&mut app.insides.opacity, 0.1..=1.0).text("over the water"));
        if app.insides.chosen.is_some() && ui.button("Take away").clicked() {
            app.insides.chosen = None;
        }
    });
    ui.checkbox(&mut app.insides.shows_all, "all maps of each layer");
    let channels = if app.insides.shows_all { usize::MAX } else { FEW };
    app.insides.pictures.borrow_mut().update(ui.ctx(), &seen, channels);
    chosen(app, ui);
    ribbon(app, ui, &seen, channels);
}

/// The layers level by level: on the way down to the left, up again to the right, and what is
/// carried across between them.
fn ribbon(app: &mut App, ui: &mut egui::Ui, seen: &Arc<Vec<Map>>, channels: usize) {
    let names: Vec<String> = app.insides.layers.iter().map(|layer| layer.name.clone()).collect();
    row(app, ui, seen, "input", channels);
    let levels =
        names.iter().filter(|name| name.starts_with("down")).filter_map(|n| level_of(n)).max();
    for level in 0..=levels.unwrap_or(0) {
        let cells = 1 << level;
        ui.label(RichText::new(format!("one value for {cells} × {cells} cells")).weak().small());
        let of = |way: &str| -> Vec<String> {
            let own = |name: &&String| name.starts_with(way) && level_of(name) == Some(level);
            names.iter().filter(own).cloned().collect()
        };
        for name in of("down") {
            row(app, ui, seen, &name, channels);
        }
        skip(app, ui, level);
        for name in of("up") {
            row(app, ui, seen, &name, channels);
        }
    }
    row(app, ui, seen, "answer", channels);
}

/// The level of a layer: `down2.0` is on level 2.
fn level_of(name: &str) -> Option<usize> {
    let digits = name.trim_start_matches(|c: char| c.is_alphabetic());
    digits.split('.').next()?.parse().ok()
}

/// What a layer's map is called.
pub fn name_of(layer: &str, channel: usize) -> String {
    match layer {
        "input" => {
            let names = WATER_MAPS.iter().chain(&MAPS);
            names.clone().nth(channel).map_or_else(String::new, |name| (*name).to_owned())
        }
        "answer" => {
            let axis = if channel.is_multiple_of(2) { "x" } else { "y" };
            format!("change along {axis}, sub-frame {}", channel / 2 + 1)
        }
        _ => format!("{layer}, filter {channel}"),
    }
}

fn row(app: &mut App, ui: &mut egui::Ui, seen: &Arc<Vec<Map>>, layer: &str, channels: usize) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(3.0, 3.0);
        ui.add_sized([54.0, 18.0], egui::Label::new(RichText::new(layer).small()));
        for map in seen.iter().filter(|map| map.layer == layer && map.channel < channels) {
            let key = (map.layer.clone(), map.channel);
            let Some(texture) = app.insides.pictures.borrow().handles.get(&key).cloned() else {
                continue;
            };
            let size = vec2(PICTURE, PICTURE * map.height as f32 / map.width as f32);
            let image = egui::Image::new((texture.id(), size)).sense(Sense::click());
            let name = name_of(layer, map.channel);
            let response = ui.add(image).on_hover_text(&name);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            let own = Chosen::Layer(layer.to_owned(), map.channel);
            if app.insides.chosen.as_ref() == Some(&own) {
                let edge = egui::Stroke::new(2.0, App::theme(ui.ctx()).accent);
                ui.painter().rect_stroke(response.rect, 0.0, edge, egui::StrokeKind::Outside);
            }
            if response.clicked() {
                let is_same = app.insides.chosen.as_ref() == Some(&own);
                app.insides.chosen = (!is_same).then_some(own);
            }
        }
    });
}

/// The connection across a level, which can be silenced.
fn skip(app: &mut App, ui: &mut egui::Ui, level: usize) {
    let Some(name) = app.insides.skips.iter().find(|name| level_of(name) == Some(level)).cloned()
    else {
        return;
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new("carried across:").weak());
        let mut now = app.insides.silent.get(&name).copied();
        let before = now;
        for (state, word) in
            [(None, "all"), (Some(Silence::Mean), "the mean"), (Some(Silence::Zero), "nothing")]
        {
            let chosen = ui.selectable_label(now == state, word);
            chosen.widget_info(|| {
                let words = format!("carry {word} across level {level}");
                egui::WidgetInfo::selected(egui::Role::RadioButton, true, now == state, words)
            });
            if chosen.clicked() {
                now = state;
            }
        }
        if now != before {
            match now {
                Some(silence) => drop(app.insides.silent.insert(name.clone(), silence)),
                None => drop(app.insides.silent.remove(&name)),
            }
            let silent = app.insides.silent.clone();
            app.silence(&silent);
        }
    });
}

/// How the values of the map over the water are spread.
fn chosen(app: &mut App, ui: &mut egui::Ui) {
    let Some((map, _)) = app.insides.chosen(app) else { return };
    let words = match &app.insides.chosen {
        Some(Chosen::Layer(layer, channel)) => name_of(layer, *channel),
        Some(Chosen::Field([i, j])) => format!("what the answer at cell {i}, {j} depends on"),
        None => return,
    };
    ui.strong(words);
    let low = map.values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = map.values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    ui.label(format!("{} × {} values, {low:.3} to {high:.3}", map.width, map.height));
    let width = f64::from((high - low).max(f32::MIN_POSITIVE)) / BARS as f64;
    let mut counts = [0_u32; BARS];
    for v in &map.values {
        let bar = (f64::from(v - low) / width) as usize;
        counts[bar.min(BARS - 1)] += 1;
    }
    let bars = counts.iter().enumerate().map(|(k, count)| {
        let middle = f64::from(low) + (k as f64 + 0.5) * width;
        // Most values are nothing: on a plain scale nothing else would be seen.
        Bar::new(middle, f64::from(*count + 1).log10()).width(width)
    });
    Plot::new("histogram").height(90.0).allow_scroll(false).show_grid(false).show(ui, |plot| {
        plot.bar_chart(BarChart::new("values, log10 of how many", bars.collect()));
    });
}

/// Which line matters.
fn lines(app: &mut App, ui: &mut egui::Ui) {
    ui.horizontal(|ui| {
        if ui
            .button("Which line matters?")
            .on_hover_text("Asks the network again without each line; bright lines matter most")
            .clicked()
        {
            app.insides.shows_saliency = true;
            app.shown.iter().for_each(|shown| shown.worker.order(Order::Saliency));
        }
        if app.insides.shows_saliency && ui.button("Plain lines").clicked() {
            app.insides.shows_saliency = false;
        }
    });
}

/// What the network was on its way.
fn learned(app: &mut App, ui: &mut egui::Ui) {
    let last = app.insides.checkpoints.len();
    if last == 0 {
        return;
    }
    ui.strong("Watch it learn");
    let steps = |k: usize| app.insides.checkpoints.get(k).map(|checkpoint| checkpoint.steps);
    let words = steps(app.insides.checkpoint)
        .map_or("as it is now".to_owned(), |steps| format!("after {steps} steps"));
    let mut now = app.insides.checkpoint;
    let slider = egui::Slider::new(&mut now, 0..=last).show_value(false).text(words);
    if ui.add(slider).changed() {
        app.insides.checkpoint = now;
        turn(app);
    }
}

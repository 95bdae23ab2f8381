//! Water on servers: what is drawn is moved there, or somebody's run is watched.

use std::time::Duration;

use eframe::egui::{self, RichText};

use crate::app::App;
use crate::document::{Change, Document};
use crate::engine::Maker;
use crate::remote::address::{self, HERE};
use crate::worker::News;

/// How often one looks after a server from which nothing comes.
const LOOK: Duration = Duration::from_millis(100);
/// What is said to who draws into somebody else's run.
const THEIRS: &str = "this run is somebody else's: it can be watched, not drawn into";

/// What is written about servers, and what was drawn before a run came from one.
pub struct Afar {
    /// What is written as an address.
    pub address_text: String,
    /// What is written as a run.
    pub run_text: String,
    /// The engine whose scene is shown, and what was drawn before.
    brought: Option<(usize, Document)>,
}

impl Default for Afar {
    fn default() -> Self {
        Self { address_text: HERE.to_owned(), run_text: String::new(), brought: None }
    }
}

/// The section of the panel.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    ui.strong("On a server");
    ui.label("A `weir serve` moves what is drawn here, or shows a run that is there.");
    let label = ui.label("Address");
    let field = egui::TextEdit::singleline(&mut app.afar.address_text);
    ui.add(field.desired_width(f32::INFINITY)).labelled_by(label.id);
    let about = "What is drawn, moved by the server's network; its solver stands on the bar, too";
    if ui.button("Open there").on_hover_text(about).clicked() {
        open(app, ui.ctx());
    }
    let label = ui.label("Run, or the page's link to it");
    let field = egui::TextEdit::singleline(&mut app.afar.run_text);
    let entered = ui.add(field.desired_width(f32::INFINITY)).labelled_by(label.id).lost_focus()
        && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let about = "Looks on at somebody's run, or at the `gallery`; what is drawn here comes back \
                 when it is taken off the bar";
    if ui.button("Watch").on_hover_text(about).clicked() || entered {
        watch(app, ui.ctx());
    }
    if let Some(why) = &app.document.locked {
        ui.weak(why);
    }
    for shown in &app.shown {
        let Some(link) = &shown.latest.link else { continue };
        ui.label(RichText::new(format!("{} can be watched at", shown.worker.name())).weak());
        ui.add(egui::Label::new(link).selectable(true));
    }
}

/// Lets what is drawn be moved on the server whose address is written.
pub fn open(app: &mut App, context: &egui::Context) {
    let address = match app.afar.address_text.parse() {
        Ok(address) => address,
        Err(why) => return app.fault(why),
    };
    let_go(app);
    let makers = Maker::on_server(&address);
    let first = makers[0].name.clone();
    for maker in makers {
        if !app.makers.iter().any(|known| known.name == maker.name) {
            app.makers.push(maker);
        }
    }
    let Some(first) = app.makers.iter().position(|maker| maker.name == first) else { return };
    if !app.shown.iter().any(|shown| shown.maker == first) {
        app.show(context, first);
    }
    app.restart();
}

/// Looks on at the run whose name is written.
pub fn watch(app: &mut App, context: &egui::Context) {
    match address::place(&app.afar.address_text, &app.afar.run_text) {
        Ok((address, run)) => {
            let_go(app);
            app.said = None;
            app.add(context, Maker::watched(&address, &run));
        }
        Err(why) => app.fault(why),
    }
}

/// Leaves the run whose scene is shown, and goes back to what was drawn before.
pub fn let_go(app: &mut App) {
    if let Some((maker, _)) = &app.afar.brought {
        app.hide(*maker);
    }
    give_back(app);
}

/// Once a run is not shown any more, what was drawn before is.
fn give_back(app: &mut App) {
    let is_shown = |maker: usize| app.shown.iter().any(|shown| shown.maker == maker);
    match app.afar.brought.take() {
        Some((maker, own)) if !is_shown(maker) => {
            (app.document, app.is_playing) = (own, false);
            app.restart();
        }
        brought => app.afar.brought = brought,
    }
}

/// Follows what others do on servers. Returns the time, seconds, where it is theirs that counts.
pub fn follow(app: &mut App, context: &egui::Context) -> Option<f64> {
    give_back(app);
    for k in 0..app.shown.len() {
        if let Some(news) = app.shown[k].worker.take_news() {
            take(app, k, news);
        }
    }
    if app.shown.iter().any(|shown| shown.latest.away.is_some()) {
        context.request_repaint_after(LOOK);
    }
    // A run that was there before is at a time of its own.
    let brought = app.afar.brought.as_ref().map(|(maker, _)| *maker);
    if let Some(shown) = app.shown.iter().find(|shown| Some(shown.maker) == brought) {
        app.clock.set(app.clock.now_s().max(shown.latest.frame.time_s));
    }
    let is_there =
        |shown: &&crate::app::Shown| shown.latest.goes_on() && shown.latest.away.is_none();
    let mut there = app.shown.iter().filter(is_there);
    let (pace, reached_s) =
        there.find_map(|shown| Some((shown.latest.lead?, shown.latest.reached_s())))?;
    (app.is_playing, app.speed) = (pace.is_playing, pace.speed);
    Some(reached_s)
}

/// What the `k`th of those that are shown says of its scene.
fn take(app: &mut App, k: usize, news: News) {
    let (maker, is_theirs) = (app.shown[k].maker, app.shown[k].latest.lead.is_some());
    let change = match news {
        News::Lines { added, erased } => app.document.follow_lines(&added, &erased),
        News::Scene(scene, names) => {
            let is_known = app.afar.brought.as_ref().is_some_and(|(known, _)| *known == maker);
            let change = if is_known {
                app.document.follow(*scene, names)
            } else {
                let document = Document::named(*scene, names);
                let own = std::mem::replace(&mut app.document, document);
                // Of two runs that are watched the later one's scene is shown.
                let own = app.afar.brought.take().map_or(own, |(_, first)| first);
                app.afar.brought = Some((maker, own));
                Change::All
            };
            app.document.locked = is_theirs.then(|| THEIRS.to_owned());
            change
        }
    };
    app.tell(change, Some(maker));
}

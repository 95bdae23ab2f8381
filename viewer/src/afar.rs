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
    watched: Option<Watched>,
}

/// A run that was there already, whose scene is shown.
struct Watched {
    /// Which of the makers brings it.
    maker: usize,
    /// What was drawn before, once its scene has come.
    own: Option<Document>,
    /// How far its water was, seconds.
    at_s: f64,
    /// Engines that were shown before.
    before: Vec<usize>,
}

impl Default for Afar {
    fn default() -> Self {
        Self { address_text: nearest(), run_text: String::new(), watched: None }
    }
}

/// Where a server is likely to be: on this machine.
#[cfg(not(target_family = "wasm"))]
fn nearest() -> String {
    HERE.to_owned()
}

/// Where a server is likely to be: where the page comes from.
#[cfg(target_family = "wasm")]
fn nearest() -> String {
    let page = web_sys::window().and_then(|window| window.location().origin().ok());
    page.unwrap_or_else(|| HERE.to_owned())
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
    let about = "Looks on at somebody's run, or at the `gallery`";
    if ui.button("Watch").on_hover_text(about).clicked() || entered {
        watch(app, ui.ctx());
    }
    if let Some(why) = &app.document.locked {
        ui.weak(why);
    }
    if app.afar.watched.is_some() && ui.button("Back to what was drawn here").clicked() {
        let_go(app, ui.ctx());
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
    let_go(app, context);
    let [first, _] = Maker::on_server(&address, &[]).map(|maker| find(app, maker));
    if !app.shown.iter().any(|shown| shown.maker == first) {
        app.show(context, first);
    }
    app.restart();
}

/// Looks on at the run whose name is written.
pub fn watch(app: &mut App, context: &egui::Context) {
    let (address, run) = match address::place(&app.afar.address_text, &app.afar.run_text) {
        Ok(place) => place,
        Err(why) => return app.fault(why),
    };
    let_go(app, context);
    let before = app.shown.drain(..).map(|shown| shown.maker).collect();
    let maker = find(app, Maker::watched(&address, &run));
    app.said = None;
    app.afar.watched = Some(Watched { maker, own: None, at_s: 0.0, before });
    app.show(context, maker);
}

/// Which of the makers that can be chosen this is; it is one of them from now on.
fn find(app: &mut App, maker: Maker) -> usize {
    let known = app.makers.iter().position(|known| known.name == maker.name);
    known.unwrap_or_else(|| {
        app.makers.push(maker);
        app.makers.len() - 1
    })
}

/// Leaves the run that is watched, and goes back to what was drawn before.
pub fn let_go(app: &mut App, context: &egui::Context) {
    if let Some(maker) = app.afar.watched.as_ref().map(|watched| watched.maker) {
        app.hide(maker);
    }
    give_back(app, context);
}

/// Leaves it soon, for another scene than the one that was drawn before.
pub fn forget(app: &mut App) {
    if let Some(watched) = &mut app.afar.watched {
        watched.own = None;
        let maker = watched.maker;
        app.hide(maker);
    }
}

/// Once a run is not shown any more, what was there before is.
fn give_back(app: &mut App, context: &egui::Context) {
    let is_shown = |watched: &Watched| app.shown.iter().any(|s| s.maker == watched.maker);
    if app.afar.watched.as_ref().is_none_or(is_shown) {
        return;
    }
    let Some(Watched { own, mut before, .. }) = app.afar.watched.take() else { return };
    if let Some(own) = own {
        (app.document, app.is_playing) = (own, false);
    }
    if before.is_empty() && app.shown.is_empty() {
        before.push(0);
    }
    for maker in before {
        if !app.shown.iter().any(|shown| shown.maker == maker) {
            app.show(context, maker);
        }
    }
    app.restart();
}

/// Follows what others do on servers. Returns the time, seconds, where it is theirs that counts.
pub fn follow(app: &mut App, context: &egui::Context) -> Option<f64> {
    give_back(app, context);
    for k in 0..app.shown.len() {
        if let Some(news) = app.shown[k].worker.take_news() {
            take(app, k, news);
        }
    }
    if app.shown.iter().any(|shown| shown.latest.away.is_some()) {
        context.request_repaint_after(LOOK);
    }
    follow_time(app);
    let is_there =
        |shown: &&crate::app::Shown| shown.latest.goes_on() && shown.latest.away.is_none();
    let mut there = app.shown.iter().filter(is_there);
    let (pace, reached_s) =
        there.find_map(|shown| Some((shown.latest.lead?, shown.latest.reached_s())))?;
    (app.is_playing, app.speed) = (pace.is_playing, pace.speed);
    Some(reached_s)
}

/// A run that was there before is at a time of its own, and may begin anew whenever its owner likes.
fn follow_time(app: &mut App) {
    let Some(watched) = &mut app.afar.watched else { return };
    let maker = watched.maker;
    let Some(shown) = app.shown.iter().find(|shown| shown.maker == maker) else { return };
    let now_s = shown.latest.frame.time_s;
    let before_s = std::mem::replace(&mut watched.at_s, now_s);
    if now_s < before_s {
        // Who stands beside it does so, too.
        app.tell(Change::All, Some(maker));
    }
    app.clock.set(app.clock.now_s().max(now_s));
}

/// What the `k`th of those that are shown says of its scene.
fn take(app: &mut App, k: usize, news: News) {
    let (maker, is_theirs) = (app.shown[k].maker, app.shown[k].latest.lead.is_some());
    let change = match news {
        News::Lines { added, erased } => app.document.follow_lines(&added, &erased),
        News::Scene(scene, names) => {
            let change = follow_scene(app, maker, Document::named(*scene, names));
            app.document.locked = is_theirs.then(|| THEIRS.to_owned());
            change
        }
    };
    app.tell(change, Some(maker));
}

/// The scene is that of a run, from now on or already.
fn follow_scene(app: &mut App, maker: usize, theirs: Document) -> Change {
    match &mut app.afar.watched {
        Some(Watched { maker: known, own: Some(_), .. }) if *known == maker => {
            return app.document.follow(theirs);
        }
        Some(Watched { maker: known, own, .. }) if *known == maker => {
            *own = Some(std::mem::replace(&mut app.document, theirs));
        }
        // Of two runs that are watched the later one's scene is shown.
        Some(watched) => {
            watched.maker = maker;
            let own = std::mem::replace(&mut app.document, theirs);
            watched.own.get_or_insert(own);
        }
        None => {
            let own = Some(std::mem::replace(&mut app.document, theirs));
            app.afar.watched = Some(Watched { maker, own, at_s: 0.0, before: Vec::new() });
        }
    }
    Change::All
}

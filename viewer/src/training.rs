//! A network that learns: a run of one's own, and runs of others.

use std::path::PathBuf;

use eframe::egui::{self, vec2};
use weir_surrogate::device;

use crate::app::App;
use crate::insides;
use crate::losses;
use crate::runs::{Found, Source, Watching};
use crate::school::{Asked, Learned, Means, School, Stage, Standing};

/// Room for the names of fields, points.
const NAMES: f32 = 90.0;

/// Which of both is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    /// A run of one's own.
    #[default]
    Train,
    /// A run of somebody else.
    Watch,
}

/// A network that moves the water while it learns.
#[derive(Clone, Copy)]
struct Learner {
    /// Which of the makers has it.
    maker: usize,
    /// Its steps.
    steps: u64,
}

/// What the panel keeps.
pub struct Training {
    means: Means,
    side: Side,
    config: String,
    data: String,
    folder: String,
    device: String,
    /// The run that was begun here.
    pub school: Option<School>,
    /// The network of that run that is shown, if it is.
    learner: Option<Learner>,
    watched: String,
    server: String,
    run_id: String,
    /// The run that is looked at.
    pub watching: Option<Watching>,
    /// Which of the makers has its network.
    watched_maker: Option<usize>,
    /// The number that is drawn besides losses and gradients.
    other: String,
}

impl Training {
    /// Nothing is begun, nothing looked at.
    pub fn new(means: Means) -> Self {
        Self {
            means,
            side: Side::default(),
            config: String::new(),
            data: String::new(),
            folder: String::new(),
            device: device::KINDS.first().copied().unwrap_or_default().to_owned(),
            school: None,
            learner: None,
            watched: String::new(),
            server: std::env::var("MLFLOW_TRACKING_URI").unwrap_or_default(),
            run_id: String::new(),
            watching: None,
            watched_maker: None,
            other: String::new(),
        }
    }
}

/// Takes what the threads have brought: a network that has learned more moves the water.
pub fn follow(app: &mut App, context: &egui::Context) {
    if let Some(brought) = app.training.watching.as_mut().and_then(Watching::brought) {
        match brought {
            Ok((model, checkpoints)) => {
                let name = format!("network {}", model.config.name);
                let at = app.training.watched_maker;
                let at = insides::look_into(app, context, at, name, *model, checkpoints);
                app.training.watched_maker = Some(at);
            }
            Err(why) => app.fault(why),
        }
    }
    let Training { school: Some(school), learner: Some(learner), .. } = &app.training else {
        return;
    };
    let Learner { maker, steps } = *learner;
    if school.learned_steps().is_some_and(|now| now != steps)
        && let Some(learned) = school.learned()
    {
        app.training.learner = Some(Learner { maker, steps: learned.steps });
        insides::learn(app, maker, learned.model, learned.checkpoints);
    }
}

/// The panel.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    ui.horizontal(|ui| {
        ui.selectable_value(&mut app.training.side, Side::Train, "Train a network");
        ui.selectable_value(&mut app.training.side, Side::Watch, "Watch a run");
    });
    match app.training.side {
        Side::Train => train(app, ui),
        Side::Watch => watch(app, ui),
    }
}

/// A text with its name before it. Says whether Enter was pressed in it.
fn field(ui: &mut egui::Ui, name: &str, hint: &str, text: &mut String) -> bool {
    ui.horizontal(|ui| {
        let size = vec2(NAMES, ui.spacing().interact_size.y);
        let left = egui::Layout::left_to_right(egui::Align::Center);
        let label = ui.allocate_ui_with_layout(size, left, |ui| {
            ui.set_min_width(NAMES);
            ui.label(name)
        });
        let field = egui::TextEdit::singleline(text).hint_text(hint);
        let field = ui.add(field.desired_width(f32::INFINITY)).labelled_by(label.inner.id);
        field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
    })
    .inner
}

fn train(app: &mut App, ui: &mut egui::Ui) {
    ui.label("The run that `weir train` would do, on a thread of its own, with what it yields.");
    let training = &mut app.training;
    let is_at_work = training.school.as_ref().is_some_and(School::is_at_work);
    ui.add_enabled_ui(!is_at_work, |ui| {
        field(ui, "Configuration", "a training configuration (.toml)", &mut training.config);
        field(ui, "Data set", "the folder of `weir generate`", &mut training.data);
        field(ui, "Run's folder", "where it is kept", &mut training.folder);
        egui::ComboBox::new("device", "computes").selected_text(&training.device).show_ui(
            ui,
            |ui| {
                for kind in device::KINDS {
                    ui.selectable_value(&mut training.device, (*kind).to_owned(), *kind);
                }
            },
        );
    });
    buttons(app, ui, is_at_work);
    let Some(school) = &app.training.school else { return };
    standing(ui, school);
    let theme = App::theme(ui.ctx());
    ui.separator();
    losses::show(ui, theme, &school.history(), &mut app.training.other);
}

fn buttons(app: &mut App, ui: &mut egui::Ui, is_at_work: bool) {
    let context = ui.ctx().clone();
    let training = &app.training;
    let is_named =
        [&training.config, &training.data, &training.folder].iter().all(|t| !t.is_empty());
    let can_begin = is_named && !is_at_work;
    let has_model = training.school.as_ref().is_some_and(|s| s.learned_steps().is_some());
    ui.horizontal(|ui| {
        let start = ui.add_enabled(can_begin, egui::Button::new("Start"));
        if start.on_hover_text("From the beginning, in a folder without a run").clicked() {
            begin(app, &context, false);
        }
        let resume = ui.add_enabled(can_begin, egui::Button::new("Resume"));
        if resume.on_hover_text("From where the run in the folder was stopped").clicked() {
            begin(app, &context, true);
        }
        let stop = ui.add_enabled(is_at_work, egui::Button::new("Stop"));
        if stop.on_hover_text("After this step; it can be gone on with").clicked()
            && let Some(school) = &app.training.school
        {
            school.stop();
        }
        let uses = ui.add_enabled(has_model, egui::Button::new("Use it"));
        let what = "Let it move the water, as it is now and as it learns on";
        if uses.on_hover_text(what).clicked() {
            use_it(app, &context);
        }
    });
}

fn begin(app: &mut App, context: &egui::Context, resumes: bool) {
    let training = &mut app.training;
    let path = |text: &str| PathBuf::from(text.trim());
    let asked = Asked {
        config: path(&training.config),
        data: path(&training.data),
        folder: path(&training.folder),
        device: training.device.clone(),
        resumes,
    };
    let context = context.clone();
    // What is shown of another run is not this one's to change.
    training.learner = training.learner.filter(|_| resumes);
    match School::begin(asked, training.means.clone(), move || context.request_repaint()) {
        Ok(school) => training.school = Some(school),
        Err(error) => app.fault(error.to_string()),
    }
}

/// Lets the network of the run move the water.
fn use_it(app: &mut App, context: &egui::Context) {
    let Some(learned) = app.training.school.as_ref().and_then(School::learned) else { return };
    let Learned { model, steps, checkpoints } = learned;
    let name = format!("network {}, learning", model.config.name);
    let at = app.training.learner.map(|learner| learner.maker);
    let maker = insides::look_into(app, context, at, name, model, checkpoints);
    app.training.learner = Some(Learner { maker, steps });
}

/// How far the run is.
fn standing(ui: &mut egui::Ui, school: &School) {
    let Standing { stage, steps, of, left, said } = school.standing();
    let share = steps as f32 / of.max(1) as f32;
    let words = match &stage {
        Stage::Reading => said.clone(),
        Stage::Learning if school.is_to_stop() => "stopping after this step".to_owned(),
        Stage::Learning => {
            let left = left.map_or(String::new(), |left| {
                let s = left.as_secs();
                format!(", {}:{:02}:{:02} left", s / 3600, s / 60 % 60, s % 60)
            });
            format!("step {steps} of {of}{left}")
        }
        Stage::Stopped => format!("stopped at step {steps} of {of}; Resume goes on with it"),
        Stage::Complete => format!("complete: {of} steps"),
        Stage::Failed(why) => {
            ui.colored_label(ui.visuals().error_fg_color, format!("Not done: {why}"));
            return;
        }
    };
    let colour = App::theme(ui.ctx()).shallow.gamma_multiply(0.7);
    ui.add(egui::ProgressBar::new(share).fill(colour).desired_height(18.0).corner_radius(2.0));
    ui.label(words);
    if stage != Stage::Reading && !said.is_empty() {
        ui.weak(said);
    }
}

fn watch(app: &mut App, ui: &mut egui::Ui) {
    let context = ui.ctx().clone();
    ui.label("A run that goes on elsewhere, or is over: in its folder, or on an MLflow server.");
    let training = &mut app.training;
    let entered = field(ui, "Run's folder", "what `weir train` made", &mut training.watched);
    let can_open = !training.watched.is_empty();
    if ui.add_enabled(can_open, egui::Button::new("Open the folder")).clicked()
        || (entered && can_open)
    {
        look(app, &context, Source::Folder(PathBuf::from(app.training.watched.trim())));
    }
    let training = &mut app.training;
    field(ui, "MLflow server", "http://localhost:5000", &mut training.server);
    let entered = field(ui, "Run's id", "as its page on the server has it", &mut training.run_id);
    let can_open = !training.run_id.is_empty();
    if ui.add_enabled(can_open, egui::Button::new("Open the run")).clicked()
        || (entered && can_open)
    {
        let [uri, run_id] =
            [&app.training.server, &app.training.run_id].map(|text| text.trim().to_owned());
        look(app, &context, Source::Server { uri, run_id });
    }
    let Some(watching) = &mut app.training.watching else { return };
    ui.separator();
    let Found { history, fault } = watching.found();
    if let Some(why) = &fault {
        let words = format!("Not read: {why}");
        ui.colored_label(ui.visuals().error_fg_color, words);
    }
    let Some(history) = history else {
        if fault.is_none() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("reading");
            });
        }
        return;
    };
    ui.horizontal(|ui| {
        let state = if history.is_running { "goes on" } else { "is over" };
        ui.strong(format!("{}: {state}", history.name));
        let uses = ui.add_enabled(!watching.is_bringing, egui::Button::new("Use its network"));
        if uses.on_hover_text("Lets the network that the run has kept move the water").clicked() {
            watching.bring();
        }
    });
    let theme = App::theme(ui.ctx());
    losses::show(ui, theme, &history, &mut app.training.other);
}

fn look(app: &mut App, context: &egui::Context, source: Source) {
    let context = context.clone();
    match Watching::begin(source, move || context.request_repaint()) {
        Ok(watching) => {
            app.training.watching = Some(watching);
            app.training.watched_maker = None;
        }
        Err(error) => app.fault(error.to_string()),
    }
}

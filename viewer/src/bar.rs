//! The bar on top, and the words below.

use eframe::egui::{self, RichText};

use crate::app::{App, Layout, SPEEDS};
use crate::tool::Tool;
use crate::water::Style;

/// Time, tools, engines, and how they are shown.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    ui.horizontal_wrapped(|ui| {
        time(app, ui);
        ui.separator();
        for tool in Tool::ALL {
            let key = tool.key().symbol_or_name();
            let chosen = ui.selectable_label(app.tool == tool, tool.name());
            if chosen.on_hover_text(format!("{} ({key})", tool.about())).clicked() {
                app.tool = tool;
            }
        }
        ui.separator();
        let (can_undo, can_redo) = app.document.can_go();
        if ui.add_enabled(can_undo, egui::Button::new("Undo")).on_hover_text("Ctrl Z").clicked() {
            app.undo();
        }
        if ui.add_enabled(can_redo, egui::Button::new("Redo")).on_hover_text("Ctrl Y").clicked() {
            app.redo();
        }
    });
    ui.horizontal_wrapped(|ui| {
        engines(app, ui);
        ui.separator();
        ui.selectable_value(&mut app.style, Style::Water, "As water");
        ui.selectable_value(&mut app.style, Style::Speed, "By speed");
        if app.shown.len() > 1 {
            ui.separator();
            ui.selectable_value(&mut app.layout, Layout::Beside, "Side by side");
            ui.selectable_value(&mut app.layout, Layout::Split, "Split");
            ui.selectable_value(&mut app.layout, Layout::Difference, "Difference");
        }
    });
    scrub(app, ui);
}

fn time(app: &mut App, ui: &mut egui::Ui) {
    let word = if app.is_playing { "Pause" } else { "Play" };
    if ui.button(RichText::new(word).strong()).on_hover_text("Space").clicked() {
        app.is_playing = !app.is_playing;
    }
    if ui.button("Step").on_hover_text("One frame (.)").clicked() {
        app.step();
    }
    if ui.button("Restart").on_hover_text("From the beginning (R)").clicked() {
        app.restart();
    }
    let label = |speed: f64| format!("{speed} ×");
    egui::ComboBox::new("speed", "Speed").width(60.0).selected_text(label(app.speed)).show_ui(
        ui,
        |ui| {
            for speed in SPEEDS {
                ui.selectable_value(&mut app.speed, speed, label(speed));
            }
        },
    );
}

fn engines(app: &mut App, ui: &mut egui::Ui) {
    let context = ui.ctx().clone();
    for maker in 0..app.makers.len() {
        let mut is_shown = app.shown.iter().any(|shown| shown.maker == maker);
        let name = app.makers[maker].name.clone();
        if ui.checkbox(&mut is_shown, name).changed() {
            if is_shown {
                app.show(&context, maker);
                // Both begin together, or they would not be of one moment.
                app.restart();
            } else {
                app.hide(maker);
            }
        }
    }
}

/// A slider through recordings that are shown.
fn scrub(app: &mut App, ui: &mut egui::Ui) {
    let length_s = |shown: &crate::app::Shown| app.makers[shown.maker].length_s;
    let Some(length_s) = app.shown.iter().filter_map(length_s).reduce(f64::max) else { return };
    let mut now_s = app.clock.now_s().min(length_s);
    ui.spacing_mut().slider_width = (ui.available_width() - 90.0).max(100.0);
    // With a fixed number of decimals a slider rounds what it is given, and calls that a change.
    let slider = egui::Slider::new(&mut now_s, 0.0..=length_s)
        .custom_formatter(|now_s, _| format!("{now_s:.2} s"));
    if ui.add(slider).on_hover_text("Time in the recording").changed() {
        app.is_playing = false;
        app.seek(now_s);
    }
}

/// What is known of the moment, and what was said last.
pub fn words(app: &mut App, ui: &mut egui::Ui) {
    ui.horizontal_wrapped(|ui| {
        for shown in &app.shown {
            let frame = &shown.latest.frame;
            if let Some(away) = &shown.latest.away {
                let words = format!("{}: {away}", shown.worker.name());
                ui.colored_label(ui.visuals().warn_fg_color, words);
                ui.separator();
                continue;
            }
            let ms = 1e3 * shown.latest.frame_time.as_secs_f64();
            ui.label(format!(
                "{}: {:.2} s, {} particles, {ms:.1} ms a frame",
                shown.worker.name(),
                frame.time_s,
                frame.ids.len()
            ));
            ui.separator();
            if let Some(notice) = &shown.latest.notice {
                ui.weak(notice);
                ui.separator();
            }
        }
        if app.opening.is_some() {
            ui.spinner();
            ui.label("reading");
        }
        match &app.said {
            Some((true, words)) => {
                let words = format!("Not done: {words}");
                ui.colored_label(ui.visuals().error_fg_color, words);
            }
            Some((false, words)) => {
                ui.label(words);
            }
            None => {
                ui.weak(app.tool.about());
            }
        }
    });
}

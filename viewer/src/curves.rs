//! Numbers over time, and where the time of a frame goes.

use std::collections::BTreeSet;

use eframe::egui;
use egui_plot::{Legend, Line, Plot, PlotPoints};

use crate::app::App;

/// Points of a curve: more are not seen.
const POINTS: usize = 400;

/// The panel.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    if app.shown.iter().all(|shown| shown.history.is_empty()) {
        ui.label("Let something move the water: its energy, momentum and errors show here.");
        return;
    }
    let mut names = BTreeSet::new();
    let mut order = Vec::new();
    for figure in app.shown.iter().filter_map(|shown| shown.history.back()).flat_map(|m| &m.figures)
    {
        if names.insert(figure.name) {
            order.push((figure.name, figure.unit));
        }
    }
    for (name, unit) in order {
        ui.strong(format!("{name}, {unit}"));
        let plot = Plot::new(name).height(110.0).legend(Legend::default()).allow_scroll(false);
        plot.x_axis_label("s").show(ui, |plot| {
            for shown in &app.shown {
                let every = shown.history.len().div_ceil(POINTS).max(1);
                let points: PlotPoints<'_> = shown
                    .history
                    .iter()
                    .step_by(every)
                    .filter_map(|moment| {
                        let own = moment.figures.iter().find(|figure| figure.name == name)?;
                        Some([moment.time_s, own.value])
                    })
                    .collect();
                plot.line(Line::new(shown.worker.name().to_owned(), points));
            }
        });
    }
    stages(app, ui);
}

fn stages(app: &App, ui: &mut egui::Ui) {
    for shown in app.shown.iter().filter(|shown| !shown.latest.told.stages.is_empty()) {
        ui.separator();
        ui.strong(format!("{}: where the time of a frame goes", shown.worker.name()));
        let all: f32 = shown.latest.told.stages.iter().map(|(_, t)| t.as_secs_f32()).sum();
        for (name, time) in &shown.latest.told.stages {
            let share = time.as_secs_f32() / all.max(f32::MIN_POSITIVE);
            let words = format!("{name}, {:.2} ms", 1e3 * time.as_secs_f32());
            ui.add(egui::ProgressBar::new(share).text(words).desired_height(16.0));
        }
    }
}

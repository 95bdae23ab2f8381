//! Scenes and files to choose from, and what the scene says of itself.

use std::path::PathBuf;

use eframe::egui;
use weir_scene::Scene;

use crate::afar;
use crate::app::App;

/// Whether files have paths: a page has none.
const HAS_DISK: bool = cfg!(not(target_family = "wasm"));

/// The panel.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    let context = ui.ctx().clone();
    ui.strong("Files");
    ui.label(if HAS_DISK {
        "Drop a scene, a trajectory or a model's folder on the window, or write its path."
    } else {
        "Drop a scene (.toml, .json) on the page, or write a name to download what is drawn."
    });
    let label = ui.label(if HAS_DISK { "Path" } else { "Name" });
    let field = egui::TextEdit::singleline(&mut app.path_text).desired_width(f32::INFINITY);
    let entered = ui.add(field).labelled_by(label.id).lost_focus()
        && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.horizontal(|ui| {
        let path = PathBuf::from(&app.path_text);
        let is_named = !app.path_text.is_empty();
        let asks = |ui: &mut egui::Ui| {
            ui.add_enabled(is_named, egui::Button::new("Open")).clicked() || (entered && is_named)
        };
        if HAS_DISK && asks(ui) {
            app.open(&context, path.clone());
        }
        if ui.add_enabled(is_named, egui::Button::new("Save as")).clicked() {
            app.save_as(path);
        }
        let can_save = app.document.path.is_some() && app.document.is_changed();
        if ui.add_enabled(can_save, egui::Button::new("Save")).on_hover_text("Ctrl S").clicked() {
            app.save();
        }
    });
    if let Some(path) = &app.document.path {
        let changed = if app.document.is_changed() { ", changed" } else { "" };
        ui.weak(format!("{}{changed}", path.display()));
    }
    for path in app.recent.clone() {
        if ui.link(path.display().to_string()).clicked() {
            app.open(&context, path);
        }
    }
    ui.separator();
    ui.strong("Examples");
    ui.horizontal_wrapped(|ui| {
        if ui.button("empty").clicked() {
            app.set_scene(Scene::default(), None);
        }
        for example in Scene::examples() {
            if ui.button(example.name).clicked() {
                match Scene::from_toml(example.text) {
                    Ok(scene) => app.set_scene(scene, None),
                    Err(error) => app.fault(format!("{}: {error}", example.name)),
                }
            }
        }
    });
    ui.separator();
    physics(app, ui);
    ui.separator();
    afar::show(app, ui);
}

fn physics(app: &mut App, ui: &mut egui::Ui) {
    ui.strong("This scene");
    let scene = app.document.scene();
    let (mut gravity, mut viscosity) = (scene.gravity_m_s2, scene.viscosity_m2_s);
    let counts = format!(
        "{:.2} m × {:.2} m, cells of {:.1} mm; {} lines, {} waters, {} drains, {} bodies",
        scene.domain.width_m,
        scene.domain.height_m,
        1e3 * scene.domain.cell_m,
        scene.strokes.len(),
        scene.water.len(),
        scene.drains.len(),
        scene.bodies.len()
    );
    ui.label(counts);
    let mut is_changed = false;
    for (axis, name) in [(0, "gravity along x"), (1, "gravity along y")] {
        let value = egui::DragValue::new(&mut gravity[axis]).speed(0.1).suffix(" m/s²");
        ui.horizontal(|ui| {
            let label = ui.label(name);
            is_changed |= ui.add(value).labelled_by(label.id).changed();
        });
    }
    ui.horizontal(|ui| {
        let label = ui.label("viscosity");
        let value = egui::DragValue::new(&mut viscosity).speed(1e-4).suffix(" m²/s");
        is_changed |= ui.add(value).labelled_by(label.id).changed();
    });
    if is_changed {
        let change = app.document.change(|scene| {
            (scene.gravity_m_s2, scene.viscosity_m2_s) = (gravity, viscosity);
        });
        app.take(change.map(Some));
    }
}

//! What a network has learned as such: the weights of its layers, and how far they are from those
//! of another.

#[cfg(not(target_family = "wasm"))]
use std::path::PathBuf;

use eframe::egui;
use egui_plot::{AxisHints, Bar, BarChart, GridMark, Plot};
use weir_surrogate::internals::{Spread, Weights, apart, weights};
use weir_surrogate::{Model, ModelError};

use crate::app::App;
use crate::bars;
use crate::engine::Maker;
use crate::insides;
#[cfg(not(target_family = "wasm"))]
use crate::open::{Opened, Opening};

/// Bars of a histogram; odd, so that zero has one of its own.
pub const BARS: usize = 61;

/// What is shown of weights.
#[derive(Default)]
pub struct Shelf {
    /// Those of the network that is looked at, layer by layer.
    pub own: Vec<Weights>,
    /// The layer whose weights are shown.
    layer: String,
    other: Option<Other>,
    #[cfg(not(target_family = "wasm"))]
    opening: Option<Opening>,
    #[cfg(not(target_family = "wasm"))]
    path_text: String,
}

/// A network to compare with.
struct Other {
    name: String,
    model: Model,
    /// How far each layer is.
    apart: Vec<(String, f64)>,
    weights: Vec<Weights>,
}

impl Shelf {
    /// Another network is looked at.
    ///
    /// # Errors
    /// Its device failed.
    pub fn set(&mut self, model: &Model) -> Result<(), ModelError> {
        self.own = weights(model)?;
        if let Some(other) = &mut self.other {
            other.apart = apart(&self.own, &other.weights);
        }
        Ok(())
    }

    /// Compares with this network from now on.
    ///
    /// # Errors
    /// Its device failed.
    pub fn compare(&mut self, name: String, model: Model) -> Result<(), ModelError> {
        let own = weights(&model)?;
        let apart = apart(&self.own, &own);
        self.other = Some(Other { name, model, apart, weights: own });
        Ok(())
    }

    /// How far each layer is from the network that is compared with.
    pub fn apart(&self) -> Option<&[(String, f64)]> {
        self.other.as_ref().map(|other| &*other.apart)
    }
}

/// How many weights there are around each of as many values, evenly from `-most` to `most`.
pub fn histogram(values: &[f32]) -> (f64, Vec<u32>) {
    let most = values.iter().fold(0.0_f32, |most, w| most.max(w.abs()));
    let mut counts = vec![0; BARS];
    let half = (BARS / 2) as f64;
    for w in values {
        let share = if most > 0.0 { f64::from(*w) / f64::from(most) } else { 0.0 };
        let bar = (half + share * half).round() as usize;
        counts[bar.min(BARS - 1)] += 1;
    }
    (f64::from(most), counts)
}

/// The part of the panel.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    #[cfg(not(target_family = "wasm"))]
    take(app);
    egui::CollapsingHeader::new("Weights, and another network beside it").show(ui, |ui| {
        layer(app, ui);
        compare(app, ui);
    });
}

/// Takes the network that was asked for, when it has been read.
#[cfg(not(target_family = "wasm"))]
fn take(app: &mut App) {
    let shelf = &mut app.insides.shelf;
    let Some(result) = shelf.opening.as_ref().and_then(Opening::result) else { return };
    let name = shelf.opening.take().map(|opening| opening.path.display().to_string());
    let compared = match result {
        Ok(Opened::Model(model, _)) => {
            shelf.compare(name.unwrap_or_default(), *model).map_err(|error| error.to_string())
        }
        Ok(Opened::Scene(_) | Opened::Recording(..)) => {
            Err(format!("{}: is no network's folder", name.unwrap_or_default()))
        }
        Err(why) => Err(why),
    };
    if let Err(why) = compared {
        app.fault(why);
    }
}

/// The weights of one layer.
fn layer(app: &mut App, ui: &mut egui::Ui) {
    let theme = App::theme(ui.ctx());
    let shelf = &mut app.insides.shelf;
    let Some(first) = shelf.own.first() else { return };
    if !shelf.own.iter().any(|weights| weights.layer == shelf.layer) {
        shelf.layer = first.layer.clone();
    }
    egui::ComboBox::new("layer", "layer").selected_text(&shelf.layer).show_ui(ui, |ui| {
        for weights in &shelf.own {
            ui.selectable_value(&mut shelf.layer, weights.layer.clone(), &weights.layer);
        }
    });
    let Some(weights) = shelf.own.iter().find(|weights| weights.layer == shelf.layer) else {
        return;
    };
    let Spread { mean, deviation, zeros } = weights.spread();
    ui.label(format!(
        "{} weights, {:.1} % of them zero; mean {mean:.4}, standard deviation {deviation:.4}",
        weights.values.len(),
        100.0 * zeros
    ));
    let (most, counts) = histogram(&weights.values);
    let width = 2.0 * most.max(f64::MIN_POSITIVE) / (BARS - 1) as f64;
    let bars = counts.iter().enumerate().map(|(k, count)| {
        Bar::new((k as f64 - (BARS / 2) as f64) * width, f64::from(*count)).width(0.9 * width)
    });
    let chart = BarChart::new("how many, by their value", bars.collect()).color(theme.line());
    let counted = AxisHints::new_y().label("how many").label_spacing(12.0..=20.0);
    let plot = Plot::new("weights").height(110.0).allow_scroll(false).show_grid(false);
    let plot =
        plot.x_axis_label("weight, 1").custom_y_axes(vec![counted]).x_grid_spacer(move |_| {
            let at = |half: i32| GridMark { value: 0.5 * f64::from(half) * most, step_size: most };
            (-2..=2).map(at).collect()
        });
    let tallest = f64::from(counts.iter().copied().max().unwrap_or_default());
    let plot =
        plot.x_axis_formatter(|mark, _| format!("{:.2}", mark.value)).y_grid_spacer(move |_| {
            [0.0, tallest].map(|value| GridMark { value, step_size: tallest }).into()
        });
    plot.show(ui, |plot| plot.bar_chart(chart));
}

/// Another network beside this one.
fn compare(app: &mut App, ui: &mut egui::Ui) {
    ui.label(
        "Choose another network to see how far each layer is from it: 0 for the same weights, 1 \
         where one of them has none yet.",
    );
    let mut chosen = None;
    let name = app.insides.shelf.other.as_ref().map_or("nothing", |other| &other.name).to_owned();
    egui::ComboBox::new("compare", "compare with").width(160.0).selected_text(name).show_ui(
        ui,
        |ui| {
            for (name, model) in app.insides.kept() {
                if ui.selectable_label(false, &name).clicked() {
                    chosen = Some((name, model.clone()));
                }
            }
        },
    );
    #[cfg(not(target_family = "wasm"))]
    folder(app, ui);
    if let Some((name, model)) = chosen
        && let Err(error) = app.insides.shelf.compare(name, model)
    {
        app.fault(error.to_string());
    }
    far(app, ui);
}

/// A network that is compared with by its folder.
#[cfg(not(target_family = "wasm"))]
fn folder(app: &mut App, ui: &mut egui::Ui) {
    let context = ui.ctx().clone();
    ui.horizontal(|ui| {
        let shelf = &mut app.insides.shelf;
        let label = ui.label("or a folder");
        let field = egui::TextEdit::singleline(&mut shelf.path_text).desired_width(150.0);
        ui.add(field).labelled_by(label.id);
        let is_named = !shelf.path_text.is_empty();
        if ui.add_enabled(is_named, egui::Button::new("Compare")).clicked() {
            let wake = move || context.request_repaint();
            match Opening::begin(PathBuf::from(shelf.path_text.trim()), wake) {
                Ok(opening) => shelf.opening = Some(opening),
                Err(error) => app.fault(error.to_string()),
            }
        }
    });
}

/// How far each layer is.
fn far(app: &mut App, ui: &mut egui::Ui) {
    let theme = App::theme(ui.ctx());
    let Some(other) = &app.insides.shelf.other else { return };
    if other.apart.is_empty() {
        ui.label("It has no layer of the same size.");
    }
    ui.strong("Distance of the weights over the larger norm of both, 1");
    let rows: Vec<(&str, f64)> = other.apart.iter().map(|(l, far)| (&**l, *far)).collect();
    bars::show(ui, theme.line(), &rows);
    let name = format!("network {}", other.name);
    let own = app.makers.iter().position(|maker| maker.name == name);
    let is_shown = own.is_some_and(|own| app.shown.iter().any(|shown| shown.maker == own));
    let button = ui.add_enabled(!is_shown, egui::Button::new("Let both move the water"));
    if button.on_hover_text("Side by side, from the beginning").clicked() {
        let (context, model) = (ui.ctx().clone(), other.model.clone());
        let at = own.unwrap_or(app.makers.len());
        insides::put(app, &context, at, Maker::network(name, model));
        // Both begin together, or they would not be of one moment.
        app.restart();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_counted_around_zero() {
        let (most, counts) = histogram(&[-1.0, 1.0, 0.0, 0.0, 0.5]);
        assert_eq!((most, counts.iter().sum::<u32>()), (1.0, 5));
        assert_eq!((counts[0], counts[BARS / 2], counts[BARS - 1]), (1, 2, 1));
        assert_eq!(counts[BARS / 2 + BARS / 4], 1);
        let (most, counts) = histogram(&[0.0; 3]);
        assert_eq!((most, counts[BARS / 2]), (0.0, 3));
    }
}

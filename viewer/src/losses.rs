//! A run as curves: what it loses, how steep that is, and what decides it.

use eframe::egui::{self, Color32, RichText, Sense, Stroke, vec2};
use egui_plot::{AxisHints, GridInput, GridMark, HoverPosition, Line, Plot, PlotPoints};
use weir_surrogate::train::History;
use weir_training::notes::{
    FREE_FALL, GRADIENT, LAYER_GRADIENT, LOSS, VALIDATION_FREE_FALL, VALIDATION_LOSS,
};

use crate::bars;
use crate::water::Theme;

/// Points of a curve: more are not seen.
const POINTS: usize = 400;
/// A curve is smoothed over this share of its steps, and no more than so many.
const SMOOTHED: (usize, usize) = (30, 200);

/// A number with its steps.
type Steps<'a> = &'a [(u64, f64)];

/// What there is to see of a run. `other` is the number that is drawn besides.
pub fn show(ui: &mut egui::Ui, theme: &Theme, history: &History, other: &mut String) {
    let of = |key: &str| history.metrics.get(key).map_or(&[][..], Vec::as_slice);
    if history.metrics.is_empty() {
        ui.label("The run has noted nothing yet.");
        return;
    }
    ui.strong("Loss over water, 1");
    ui.weak("Below free fall the network knows more than that water falls.");
    draw(ui, "losses", 170.0, losses(theme, &of));
    ui.strong("Norm of the gradient, 1");
    ui.weak("How steep the loss is, before clipping: large where a step may overshoot.");
    let steep = of(GRADIENT);
    if steep.is_empty() {
        ui.label("The run has noted none.");
    } else {
        let (faint, strong) = (theme.accent.gamma_multiply(0.3), theme.accent);
        let each = Curve::of("each step", steep, faint);
        draw(ui, "gradient", 120.0, vec![each, Curve::smoothed("smoothed", steep, strong)]);
        layers(ui, theme, history);
    }
    besides(ui, theme, history, other);
    parameters(ui, history);
}

/// The losses, those on top last.
fn losses<'a>(theme: &Theme, of: &dyn Fn(&str) -> Steps<'a>) -> Vec<Curve> {
    let (loss, valid) = (of(LOSS), of(VALIDATION_LOSS));
    let examined = of(VALIDATION_FREE_FALL);
    let fall = if examined.is_empty() { of(FREE_FALL) } else { examined };
    let mut curves = vec![
        Curve::of("each batch", loss, theme.line().gamma_multiply(0.35)),
        Curve::smoothed("free fall", fall, theme.ink.gamma_multiply(0.6)),
        Curve::smoothed("training, smoothed", loss, theme.line()),
    ];
    if !valid.is_empty() {
        curves.push(Curve { width: 2.0, ..Curve::of("validation", valid, theme.accent) });
    }
    curves
}

/// A number over steps, on a scale of powers of ten.
struct Curve {
    name: &'static str,
    points: Vec<[f64; 2]>,
    colour: Color32,
    width: f32,
}

impl Curve {
    /// As it was noted; what is not positive has no place on the scale.
    fn of(name: &'static str, steps: Steps<'_>, colour: Color32) -> Self {
        let is_shown = |(_, value): &&(u64, f64)| *value > 0.0 && value.is_finite();
        let shown = thin(steps).filter(is_shown);
        let points = shown.map(|(step, value)| [*step as f64, value.log10()]).collect();
        Self { name, points, colour, width: 1.0 }
    }

    /// As means over the last few steps.
    fn smoothed(name: &'static str, steps: Steps<'_>, colour: Color32) -> Self {
        Self { width: 2.0, ..Self::of(name, &smooth(steps), colour) }
    }
}

/// Draws curves, and says above them which is which: a legend within would hide half of them.
fn draw(ui: &mut egui::Ui, name: &str, height: f32, curves: Vec<Curve>) {
    ui.horizontal_wrapped(|ui| {
        for Curve { name, colour, .. } in &curves {
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 12.0), Sense::hover());
            ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(2.5, *colour));
            ui.label(RichText::new(*name).small());
        }
    });
    let powers = AxisHints::new_y().formatter(|mark, _| power(mark.value));
    let plot = Plot::new(name)
        .height(height)
        .allow_scroll(false)
        .x_axis_label("steps")
        .y_grid_spacer(decades)
        .custom_y_axes(vec![powers.min_thickness(38.0).label_spacing(8.0..=14.0)])
        .label_formatter(|position| match position {
            HoverPosition::NearDataPoint { plot_name, position, .. } => {
                let value = 10_f64.powf(position.y);
                Some(format!("{plot_name}\nstep {:.0}: {value:.4}", position.x))
            }
            HoverPosition::Elsewhere { .. } => None,
        });
    plot.show(ui, |plot| {
        for Curve { name, points, colour, width } in curves {
            plot.line(Line::new(name, points).color(colour).width(width));
        }
    });
}

/// As many of them as are seen, and the last.
fn thin<T>(all: &[T]) -> impl Iterator<Item = &T> {
    let every = all.len().div_ceil(POINTS).max(1);
    let last = all.last().filter(|_| !(all.len().max(1) - 1).is_multiple_of(every));
    all.iter().step_by(every).chain(last)
}

/// Means over the last few steps.
fn smooth(steps: Steps<'_>) -> Vec<(u64, f64)> {
    let (share, most) = SMOOTHED;
    let over = (steps.len() / share).clamp(1, most);
    let mut sum = 0.0;
    let means = steps.iter().enumerate().map(|(k, (step, value))| {
        sum += value;
        if k >= over {
            sum -= steps[k - over].1;
        }
        (*step, sum / (k + 1).min(over) as f64)
    });
    means.collect()
}

/// Marks at the digits of each power of ten: where there are few of these, 2 and 5 are written
/// as well.
fn decades(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let mut marks = Vec::new();
    // On a plot that is far too wide for digits there would be no end of them.
    for decade in (low.floor() as i32..=high.ceil() as i32).take(40) {
        for digit in 1..10 {
            let value = f64::from(decade) + f64::from(digit).log10();
            let step_size = match digit {
                1 => 1.0,
                2 | 5 if high - low < 2.0 => 0.9,
                _ => 0.04,
            };
            if (low..=high).contains(&value) {
                marks.push(GridMark { value, step_size });
            }
        }
    }
    marks
}

/// A power of ten as it is read.
fn power(log10: f64) -> String {
    let value = 10_f64.powf(log10);
    if (0.001..10_000.0).contains(&value) {
        format!("{:.3}", value)
    } else {
        format!("{value:.0e}")
    }
    .trim_end_matches('0')
    .trim_end_matches('.')
    .to_owned()
}

/// The gradient of each layer at the last step that has them.
fn layers(ui: &mut egui::Ui, theme: &Theme, history: &History) {
    let mut last: Vec<(&str, u64, f64)> = Vec::new();
    for (key, noted) in history.metrics.range(LAYER_GRADIENT.to_owned()..) {
        let Some(layer) = key.strip_prefix(LAYER_GRADIENT) else { break };
        last.extend(noted.last().map(|(step, norm)| (layer, *step, *norm)));
    }
    let Some((_, step, _)) = last.first() else { return };
    let title = format!("of each layer, at step {step}");
    egui::CollapsingHeader::new(title).id_salt("layers").default_open(true).show(ui, |ui| {
        last.sort_by_key(|(layer, ..)| place_of(layer));
        let rows: Vec<(&str, f64)> = last.iter().map(|(layer, _, norm)| (*layer, *norm)).collect();
        bars::show(ui, theme.accent, &rows);
    });
}

/// Where a layer stands in the network: on the way down, up again, and at the end.
fn place_of(layer: &str) -> (u8, i32, &str) {
    let level = |rest: &str| rest.split('.').next().and_then(|level| level.parse::<i32>().ok());
    match (layer.strip_prefix("down"), layer.strip_prefix("up")) {
        (Some(rest), _) => (0, level(rest).unwrap_or_default(), layer),
        (_, Some(rest)) => (1, -level(rest).unwrap_or_default(), layer),
        _ => (2, 0, layer),
    }
}

/// Any other number of the run.
fn besides(ui: &mut egui::Ui, theme: &Theme, history: &History, other: &mut String) {
    let is_drawn = |key: &str| {
        [LOSS, FREE_FALL, GRADIENT, VALIDATION_LOSS, VALIDATION_FREE_FALL].contains(&key)
            || key.starts_with(LAYER_GRADIENT)
    };
    let rest: Vec<&String> = history.metrics.keys().filter(|key| !is_drawn(key)).collect();
    let Some(first) = rest.first() else { return };
    if !rest.contains(&&*other) {
        *other = (*first).clone();
    }
    let chosen = egui::ComboBox::new("another number", "another number").width(200.0);
    chosen.selected_text(&*other).show_ui(ui, |ui| {
        for key in &rest {
            ui.selectable_value(other, (*key).clone(), *key);
        }
    });
    let Some(steps) = history.metrics.get(other) else { return };
    let points: PlotPoints<'_> = thin(steps).map(|(step, value)| [*step as f64, *value]).collect();
    let plot = Plot::new("another").height(90.0).allow_scroll(false).x_axis_label("steps");
    plot.show(ui, |plot| plot.line(Line::new(other.clone(), points).color(theme.line())));
}

/// What decides the run.
fn parameters(ui: &mut egui::Ui, history: &History) {
    if history.parameters.is_empty() {
        return;
    }
    let title = format!("What decides it: {} parameters", history.parameters.len());
    egui::CollapsingHeader::new(title).id_salt("parameters").show(ui, |ui| {
        egui::Grid::new("parameters").num_columns(2).striped(true).show(ui, |ui| {
            for (key, value) in &history.parameters {
                ui.label(RichText::new(key).small());
                ui.label(RichText::new(value).small().color(faded(ui)));
                ui.end_row();
            }
        });
    });
}

fn faded(ui: &egui::Ui) -> Color32 {
    ui.visuals().weak_text_color()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_are_read_as_numbers() {
        let said: Vec<String> = [-1.0, 0.0, 2.0, -5.0].map(power).into();
        assert_eq!(said, ["0.1", "1", "100", "1e-5"]);
    }

    #[test]
    fn a_long_curve_is_thinned_and_keeps_its_ends() {
        let all: Vec<usize> = (0..2003).collect();
        let few: Vec<usize> = thin(&all).copied().collect();
        assert!(few.len() <= POINTS + 1 && few[0] == 0 && few.last() == Some(&2002));
        assert_eq!(thin(&all[..3]).count(), 3);
        assert_eq!(thin::<usize>(&[]).count(), 0);
    }

    #[test]
    fn smoothing_keeps_what_is_level_and_takes_means_of_the_rest() {
        let level: Vec<(u64, f64)> = (0..90).map(|step| (step, 2.0)).collect();
        assert!(smooth(&level).iter().all(|(_, value)| (value - 2.0).abs() < 1e-12));
        let jagged: Vec<(u64, f64)> = (0..60).map(|step| (step, (step % 2) as f64)).collect();
        // Over two steps each.
        assert!(smooth(&jagged)[1..].iter().all(|(_, value)| (value - 0.5).abs() < 1e-12));
    }

    #[test]
    fn layers_stand_in_the_order_in_which_they_work() {
        let mut layers = ["answer", "down1.0", "up0.0", "down0.0", "up1.0"];
        layers.sort_by_key(|layer| place_of(layer));
        assert_eq!(layers, ["down0.0", "down1.0", "up1.0", "up0.0", "answer"]);
    }
}

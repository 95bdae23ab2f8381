//! Numbers of layers as bars, one row each.

use eframe::egui::{self, Align2, Color32, FontId, Sense, vec2};

/// Height of a row, points.
const ROW: f32 = 13.0;
/// Room for names to the left of the bars, and for numbers to their right, points.
const NAMES: f32 = 58.0;
const NUMBERS: f32 = 58.0;

/// Draws them; the longest bar is the largest number.
pub fn show(ui: &mut egui::Ui, colour: Color32, rows: &[(&str, f64)]) {
    let most = rows.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
    let (ink, font) = (ui.visuals().text_color(), FontId::proportional(10.0));
    ui.spacing_mut().item_spacing.y = 1.0;
    for (name, value) in rows {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let words = format!("{name}: {value:.4}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
        let painter = ui.painter();
        painter.text(rect.left_center(), Align2::LEFT_CENTER, name, font.clone(), ink);
        let room = (rect.width() - NAMES - NUMBERS).max(0.0);
        let share = (value / most).clamp(0.0, 1.0) as f32;
        let from = rect.left_top() + vec2(NAMES, 2.0);
        let bar = egui::Rect::from_min_size(from, vec2(share * room, ROW - 4.0));
        painter.rect_filled(bar, 1.0, colour);
        let after = egui::pos2(bar.right() + 4.0, rect.center().y);
        painter.text(after, Align2::LEFT_CENTER, number(*value), font.clone(), ink);
    }
}

/// Three digits of a number.
fn number(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if (0.01..1000.0).contains(&value) {
        format!("{value:.3}")
    } else {
        format!("{value:.1e}")
    }
}

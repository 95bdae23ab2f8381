//! The cost against the number of particles, drawn.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::register_font;

use crate::measure::growth_exponent;
use crate::summary::{Contender, Curve, Summary};

const FONT: &[u8] = include_bytes!("../../docs/fonts/DejaVuSans.ttf");

/// Draws the curves of `summary` into an SVG file.
///
/// # Errors
/// The file cannot be written, or there is nothing to draw.
pub fn draw(summary: &Summary, path: &Path) -> Result<(), Box<dyn Error>> {
    // Text is measured with this font; who reads the file sees it in theirs.
    register_font("sans-serif", FontStyle::Normal, FONT).map_err(|_| "the font is not readable")?;
    let curves = summary.curves();
    let points = || curves.iter().flat_map(|curve| &curve.points);
    if points().next().is_none() {
        return Err("no complete measurement to draw".into());
    }
    let span = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        low / 1.5..high * 1.5
    };

    let root = SVGBackend::new(path, (720, 480)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Dam break: wall seconds per simulated second", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(
            span(&mut points().map(|p| p.0)).log_scale(),
            span(&mut points().map(|p| p.1)).log_scale(),
        )?;
    chart
        .configure_mesh()
        .light_line_style(RGBColor(240, 240, 240))
        .x_desc("particles")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y}"))
        .label_style(("sans-serif", 14))
        .draw()?;
    for curve in &curves {
        let style = style(curve);
        let growth = growth_exponent(&curve.points).map(|p| format!(", ∝ N^{p:.2}"));
        chart
            .draw_series(LineSeries::new(curve.points.iter().copied(), style).point_size(4))?
            .label(format!("{}{}", curve.label(), growth.unwrap_or_default()))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .label_font(("sans-serif", 14))
        .legend_area_size(30)
        .background_style(WHITE.mix(0.9))
        .border_style(RGBColor(200, 200, 200))
        .draw()?;
    root.present()?;
    Ok(())
}

/// Blue is ours and orange the peer; more threads, darker.
fn style(curve: &Curve) -> ShapeStyle {
    let colour = match (curve.contender, curve.threads) {
        (Contender::Weir, 1) => RGBColor(110, 170, 220),
        (Contender::Weir, _) => RGBColor(20, 90, 160),
        (Contender::Network, 1) => RGBColor(120, 190, 130),
        (Contender::Network, _) => RGBColor(20, 125, 60),
        (Contender::Salva, 1) => RGBColor(240, 180, 110),
        (Contender::Salva, _) => RGBColor(205, 105, 20),
    };
    colour.filled().stroke_width(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::SecondRow;

    fn row(contender: Contender, particles: usize, wall_s: f64) -> SecondRow {
        SecondRow { contender, particles, threads: 2, wall_s, escaped: 0 }
    }

    #[test]
    fn the_figure_names_its_curves() {
        let mut summary = Summary::default();
        let path = std::env::temp_dir().join(format!("weir-cost-{}.svg", std::process::id()));
        assert!(draw(&summary, &path).is_err(), "nothing to draw");
        summary.seconds = vec![
            row(Contender::Weir, 2_500, 0.1),
            row(Contender::Weir, 10_000, 0.8),
            row(Contender::Salva, 10_000, 12.0),
        ];
        draw(&summary, &path).expect("a figure");
        let text = std::fs::read_to_string(&path).expect("the file");
        std::fs::remove_file(&path).expect("the file");
        assert!(text.contains("weir, 2 threads, ∝ N^1.50"));
        assert!(text.contains("salva2d, 2 threads"));
    }
}

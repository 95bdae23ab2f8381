//! What the report shows: distributions over scenes.

use weir_datasets::check::{Histogram, SceneQuality};
use weir_datasets::{Quality, Split};
use weir_sim::validation::{Axis, FigureData, Series, Style};

/// The figures of a report.
pub fn figures(quality: &Quality) -> Vec<FigureData> {
    let lines = &quality.lines;
    let scenes = "scenes";
    vec![
        histogram("strokes", "Strokes in a scene", "strokes", scenes, &lines.strokes),
        histogram(
            "length",
            "Length of all lines of a scene",
            "length [m]",
            scenes,
            &lines.length_m,
        ),
        histogram(
            "turning",
            "How much the lines of a scene turn",
            "turning per length [rad/m]",
            scenes,
            &lines.turning_rad_m,
        ),
        directions(&lines.directions),
        histogram(
            "wet",
            "Share of a scene's lines that water comes near",
            "share of length",
            scenes,
            &lines.wet,
        ),
        by_scene("particles", "Particles", "particles that ever live", quality, |scene| {
            Some(scene.particles as f64)
        }),
        by_scene("speed", "Speed", "root mean square [m/s]", quality, |scene| {
            Some(scene.speed_m_s)
        }),
        by_scene("density", "Density of full cells", "relative to four", quality, |scene| {
            scene.density
        }),
        by_scene(
            "energy",
            "Energy that is left at the end",
            "relative to the start",
            quality,
            |scene| scene.energy_left,
        ),
    ]
}

fn histogram(
    slug: &'static str,
    title: &str,
    x: &'static str,
    y: &'static str,
    histogram: &Histogram,
) -> FigureData {
    let width = (histogram.high - histogram.low) / histogram.counts.len() as f64;
    let steps = histogram
        .points()
        .flat_map(|[middle, count]| [[middle - 0.5 * width, count], [middle + 0.5 * width, count]]);
    let ends = [[histogram.low, 0.0], [histogram.high, 0.0]];
    let outline = [ends[0]].into_iter().chain(steps).chain([ends[1]]);
    figure(slug, title, x, y, vec![Series::new("", Style::Line, 0, outline)])
}

fn directions(shares: &[f64]) -> FigureData {
    let degrees = 90.0 / shares.len() as f64;
    let steps = shares.iter().enumerate().flat_map(|(k, &share)| {
        let low = k as f64 * degrees;
        [[low, share], [low + degrees, share]]
    });
    let outline = [[0.0, 0.0]].into_iter().chain(steps).chain([[90.0, 0.0]]);
    let series = vec![Series::new("", Style::Line, 0, outline)];
    let (x, y) = ("angle to the level [°]", "share of all length");
    figure("directions", "Directions of the lines", x, y, series)
}

/// A dot for each scene, in the hue of its split.
fn by_scene(
    slug: &'static str,
    title: &str,
    y: &'static str,
    quality: &Quality,
    value: fn(&SceneQuality) -> Option<f64>,
) -> FigureData {
    let series = Split::ALL.into_iter().enumerate().map(|(hue, split)| {
        let members = quality.per_scene.iter().filter(|scene| scene.split == split);
        let dots = members.filter_map(|scene| Some([scene.index as f64, value(scene)?]));
        Series::new(split.name(), Style::Dots, hue, dots)
    });
    let series = series.filter(|series| !series.points.is_empty()).collect();
    figure(slug, title, "scene", y, series)
}

fn figure(
    slug: &'static str,
    title: &str,
    x: &'static str,
    y: &'static str,
    series: Vec<Series>,
) -> FigureData {
    FigureData {
        slug,
        title: title.to_owned(),
        x: Axis::linear(x),
        y: Axis::linear(y),
        series,
        notes: Vec::new(),
        same_scale: false,
    }
}

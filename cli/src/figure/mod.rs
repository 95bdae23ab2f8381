//! Draws figures: plain data in, a small picture out.
//!
//! Measurements are lines, references are rings of the same hue or one of their
//! own; legend, errors and gates stand in a column to the right, where they
//! cannot hide data. The colours are those of Okabe & Ito (2008), which remain
//! apart for the colour-blind. Plotters draws lines without smoothing, so a
//! figure is drawn at twice its size and scaled down.

mod axis;
mod panel;

use std::path::{Path, PathBuf};
use std::sync::Once;

use anyhow::{Context, Result, anyhow};
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::FilterType;
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use plotters::prelude::*;
use plotters::style::register_font;
use weir_sim::validation::{FigureData, Series, Style};

use axis::Scale;

/// Size of a figure, pixels.
pub const SIZE: [u32; 2] = [960, 520];
/// How much larger it is drawn.
const OVERSAMPLING: u32 = 2;
/// Width of the column to the right.
const PANEL: u32 = 250;

const FONT: &str = "DejaVu Sans";
const INK: RGBColor = RGBColor(0x26, 0x2b, 0x33);
const QUIET: RGBColor = RGBColor(0x6b, 0x72, 0x7d);
const GRID: RGBColor = RGBColor(0xe6, 0xe9, 0xed);
const GUIDE: RGBColor = RGBColor(0x9a, 0xa1, 0xab);
/// Blue, vermilion, green, purple, orange, sky blue.
const HUES: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
];

/// What a figure may have beside its series.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Shaded below everything else.
    pub bands: Vec<Band>,
    /// Words beside points.
    pub labels: Vec<([f64; 2], String)>,
    /// Words in place of the vertical axis's numbers, by height.
    pub rows: Vec<(f64, String)>,
}

/// What lies between two curves.
#[derive(Clone, Debug)]
pub struct Band {
    /// The lower curve.
    pub low: Vec<[f64; 2]>,
    /// The upper curve, at the same places.
    pub high: Vec<[f64; 2]>,
    /// The figure's colour of this number, made light.
    pub hue: usize,
}

/// Draws a figure and writes it to `folder` as a PNG named after its slug.
///
/// # Errors
/// The file cannot be written.
pub fn save(figure: &FigureData, folder: &Path) -> Result<PathBuf> {
    save_with(figure, &Extras::default(), folder)
}

/// As [`save`], with more than series.
///
/// # Errors
/// The file cannot be written.
pub fn save_with(figure: &FigureData, extras: &Extras, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(figure.slug).with_extension("png");
    let image = draw(figure, extras).with_context(|| format!("figure {}", figure.slug))?;
    std::fs::write(&path, png(&image)?).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

fn png(image: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, PngFilter::Adaptive)
        .write_image(image, image.width(), image.height(), ExtendedColorType::Rgb8)?;
    Ok(bytes)
}

/// Draws a figure.
///
/// # Errors
/// Plotters refused something.
pub fn draw(figure: &FigureData, extras: &Extras) -> Result<RgbImage> {
    register();
    let [width, height] = SIZE.map(|s| s * OVERSAMPLING);
    let mut pixels = vec![0_u8; (width * height * 3) as usize];
    {
        let root = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        root.fill(&WHITE)?;
        let (chart, side) = root.split_horizontally(width - px(PANEL));
        panel::draw(figure, &side)?;
        graph(figure, extras, &chart)?;
        root.present()?;
    }
    let large = RgbImage::from_raw(width, height, pixels).ok_or_else(|| anyhow!("no pixels"))?;
    let mut image = image::imageops::resize(&large, SIZE[0], SIZE[1], FilterType::Triangle);
    // Sixteen shades a channel are enough for smooth edges, at half the size of the file.
    image.iter_mut().for_each(|shade| *shade = shade.saturating_add(8) / 17 * 17);
    Ok(image)
}

/// Draws a figure as SVG, for a page that carries its figures with it.
///
/// # Errors
/// Plotters refused something.
pub fn svg(figure: &FigureData) -> Result<String> {
    svg_with(figure, &Extras::default())
}

/// As [`svg`], with more than series.
///
/// # Errors
/// Plotters refused something.
pub fn svg_with(figure: &FigureData, extras: &Extras) -> Result<String> {
    register();
    let [width, height] = SIZE.map(|s| s * OVERSAMPLING);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        root.fill(&WHITE)?;
        let (chart, side) = root.split_horizontally(width - px(PANEL));
        panel::draw(figure, &side)?;
        graph(figure, extras, &chart)?;
        root.present()?;
    }
    Ok(text)
}

type Area<B> = DrawingArea<B, plotters::coord::Shift>;

fn graph<B: DrawingBackend>(figure: &FigureData, extras: &Extras, area: &Area<B>) -> Result<()>
where
    B::ErrorType: 'static,
{
    let coordinate = |k: usize| {
        let series = figure.series.iter().map(|s| &s.points);
        let bands = extras.bands.iter().flat_map(|band| [&band.low, &band.high]);
        series.chain(bands).flat_map(move |points| points.iter().map(move |p| p[k]))
    };
    let has_rows = !extras.rows.is_empty();
    let (mut x, mut y) =
        (Scale::of(figure.x.log, coordinate(0)), Scale::of(figure.y.log, coordinate(1)));
    if figure.same_scale {
        axis::match_units(&mut x, &mut y, [SIZE[0] - PANEL - 90, SIZE[1] - 110]);
    }
    let mut chart = ChartBuilder::on(area)
        .caption(&figure.title, font(19).color(&INK))
        .margin(px(14))
        .margin_right(px(4))
        .x_label_area_size(px(46))
        .y_label_area_size(px(if has_rows { 160 } else { 66 }))
        .build_cartesian_2d(x, y)?;
    let mut mesh = chart.configure_mesh();
    if has_rows {
        mesh.disable_y_mesh().disable_y_axis();
    }
    mesh.bold_line_style(GRID.stroke_width(OVERSAMPLING))
        .light_line_style(TRANSPARENT)
        .axis_style(GUIDE.stroke_width(OVERSAMPLING))
        .x_desc(figure.x.label)
        .y_desc(figure.y.label)
        .axis_desc_style(font(14).color(&INK))
        .label_style(font(13).color(&QUIET))
        .draw()?;
    for Band { low, high, hue } in &extras.bands {
        let outline = low.iter().chain(high.iter().rev()).map(|p| (p[0], p[1]));
        let outline: Vec<_> = outline.filter(|p| x.takes(p.0) && y.takes(p.1)).collect();
        let shade = HUES[hue % HUES.len()].mix(0.16);
        chart.draw_series([Polygon::new(outline, shade.filled())])?;
    }
    for (height, words) in &extras.rows {
        let (_, row) = chart.backend_coord(&(x.range().start, *height));
        let place = (px(24) as i32, row - px(7) as i32);
        area.draw(&Text::new(words.clone(), place, font(13).color(&INK)))?;
    }
    for series in &figure.series {
        let points = series.points.iter().map(|p| (p[0], p[1]));
        let (color, finite) = (hue(series), |p: &(f64, f64)| x.takes(p.0) && y.takes(p.1));
        match series.style {
            Style::Line | Style::Guide => {
                let stroke =
                    color.stroke_width(px(if series.style == Style::Line { 2 } else { 1 }));
                let points: Vec<_> = points.collect();
                for piece in points.split(|p| !finite(p)) {
                    let piece = thinned(piece, |p| chart.backend_coord(p));
                    chart.draw_series(LineSeries::new(piece, stroke))?;
                }
            }
            Style::Marks => {
                let ring = color.stroke_width(px(2));
                chart.draw_series(points.filter(finite).map(|p| Circle::new(p, px(4), ring)))?;
            }
            Style::Dots => {
                let dot = color.filled();
                chart.draw_series(points.filter(finite).map(|p| Circle::new(p, 3, dot)))?;
            }
        }
    }
    for (at, words) in &extras.labels {
        let (column, row) = chart.backend_coord(&(at[0], at[1]));
        let place = (column + px(7) as i32, row - px(14) as i32);
        area.draw(&Text::new(words.clone(), place, font(11).color(&QUIET)))?;
    }
    Ok(())
}

/// Writes `words` on a picture with their upper left corner at `at`.
///
/// # Errors
/// Plotters refused something.
pub fn write(picture: &mut RgbImage, words: &str, at: [u32; 2], size: u32) -> Result<()> {
    register();
    let dimensions = picture.dimensions();
    let root = BitMapBackend::with_buffer(picture, dimensions).into_drawing_area();
    let style = (FONT, size).into_font().color(&INK);
    root.draw(&Text::new(words.to_owned(), (at[0] as i32, at[1] as i32), style))?;
    root.present()?;
    Ok(())
}

/// Leaves out points within two pixels of the one before: plotters draws a wide
/// line of very short pieces with gaps.
fn thinned(points: &[(f64, f64)], pixel: impl Fn(&(f64, f64)) -> (i32, i32)) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in points {
        let near = kept.last().is_some_and(|last| {
            let (a, b) = (pixel(last), pixel(point));
            (a.0 - b.0).abs().max((a.1 - b.1).abs()) < px(2) as i32
        });
        if !near {
            kept.push(*point);
        }
    }
    kept
}

fn hue(series: &Series) -> RGBColor {
    if series.style == Style::Guide { GUIDE } else { HUES[series.hue % HUES.len()] }
}

fn font(size: u32) -> FontDesc<'static> {
    (FONT, px(size)).into_font()
}

/// Writes words onto a picture, with their upper left corner at `at`.
pub fn caption(image: &mut RgbImage, words: &str, at: [i32; 2]) {
    register();
    let size = (image.width(), image.height());
    let root = BitMapBackend::with_buffer(image.as_mut(), size).into_drawing_area();
    // On a bitmap in memory there is nothing that can fail but the font, which is there.
    let _ =
        root.draw(&Text::new(words.to_owned(), (at[0], at[1]), (FONT, 12).into_font().color(&INK)));
    let _ = root.present();
}

/// From pixels of the figure to pixels of the drawing.
fn px(size: u32) -> u32 {
    size * OVERSAMPLING
}

/// Tells plotters of the font that ships with the repository, once.
fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let bytes = include_bytes!("../../../docs/fonts/DejaVuSans.ttf");
        let registered = register_font(FONT, FontStyle::Normal, bytes);
        assert!(registered.is_ok(), "the font that ships with the repository is a font");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_sim::validation::Axis;

    fn sample(log: bool) -> FigureData {
        let axis = |label| if log { Axis::log(label) } else { Axis::linear(label) };
        let curve = (1..=400).map(|k| f64::from(k) / 40.0).map(|x| [x, 0.02 * x * x]);
        FigureData {
            slug: "sample",
            title: "A sample: √(2gh) over ρ".into(),
            x: axis("t [s]"),
            y: axis("error / U"),
            series: vec![
                Series::new("weir", Style::Line, 0, curve.clone()),
                Series::new("reference", Style::Marks, 1, curve.step_by(40)),
                Series::new("second order", Style::Guide, 0, [[0.1, 0.001], [10.0, 1.0]]),
            ],
            notes: vec![
                "furthest off 0.52 % of U, gate 1 %, and a note that is too long for one line"
                    .into(),
            ],
            same_scale: false,
        }
    }

    #[test]
    fn a_figure_is_small_and_shows_every_hue() {
        for log in [false, true] {
            let image = draw(&sample(log), &Extras::default()).expect("a figure");
            assert_eq!([image.width(), image.height()], SIZE);
            assert!(png(&image).expect("a PNG").len() < 60_000);
            for hue in [HUES[0], HUES[1], GUIDE, INK] {
                let close = |p: &image::Rgb<u8>| {
                    [hue.0, hue.1, hue.2].iter().zip(p.0).all(|(a, b)| a.abs_diff(b) < 36)
                };
                assert!(image.pixels().filter(|p| close(p)).count() > 20, "{hue:?}, log {log}");
            }
        }
    }

    #[test]
    fn an_svg_has_the_words_and_hues_of_its_figure() {
        let svg = svg(&sample(false)).expect("a figure");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for part in ["A sample: √(2gh) over ρ", "reference", "#0072B2", "#D55E00"] {
            assert!(svg.contains(part), "{part}");
        }
    }

    #[test]
    fn a_figure_without_data_or_with_a_hole_in_it_can_be_drawn() {
        let mut figure = sample(false);
        figure.series[0].points[7] = [f64::NAN; 2];
        assert!(draw(&figure, &Extras::default()).is_ok());
        figure.series.clear();
        assert!(draw(&figure, &Extras::default()).is_ok());
    }
}

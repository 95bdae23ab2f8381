//! Network beside reference, in pictures: the best, the middle and the worst scene.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::RgbImage;
use weir_surrogate::FPS;

use super::judge::Outcome;
use super::summary::Summary;
use crate::figure;
use crate::picture::{Painter, Style};

const SLUG: &str = "contact-sheet.png";
const WIDTH: usize = 640;
const GAP: u32 = 12;
const CAPTION: u32 = 34;
const PAPER: image::Rgb<u8> = image::Rgb([255; 3]);

/// Draws the sheet; nothing if no scene has pictures.
///
/// # Errors
/// The file cannot be written.
pub fn save(
    summary: &Summary,
    outcomes: &[Outcome],
    folder: &Path,
) -> Result<Option<(PathBuf, String)>> {
    let mut ranked: Vec<(f64, &Outcome)> =
        outcomes.iter().filter_map(|o| Some((overlap(summary, o)?, o))).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some(last) = ranked.len().checked_sub(1) else { return Ok(None) };
    let mut rows = vec![("best", 0), ("median", last / 2), ("worst", last)];
    rows.dedup_by_key(|(_, rank)| *rank);
    let rows = rows.into_iter().filter_map(|(what, rank)| {
        let (overlap, outcome) = ranked[rank];
        let words = format!(
            "{what}: {} after {:.0} s, overlap {overlap:.2}; left the reference, right {}",
            outcome.label,
            outcome.still_at as f64 / FPS,
            summary.model
        );
        row(&words, outcome).transpose()
    });
    let rows: Vec<RgbImage> = rows.collect::<Result<_>>()?;
    let Some(width) = rows.iter().map(RgbImage::width).max() else { return Ok(None) };
    let mut sheet = RgbImage::from_pixel(width, rows.iter().map(RgbImage::height).sum(), PAPER);
    let mut top = 0;
    for row in &rows {
        image::imageops::replace(&mut sheet, row, 0, top);
        top += i64::from(row.height());
    }
    let path = folder.join(SLUG);
    sheet.save(&path).with_context(|| format!("writing {}", path.display()))?;
    Ok(Some((path, "The best, the middle and the worst scene".to_owned())))
}

/// Reference and network side by side, below a line of words; `None` where nobody kept them.
///
/// # Errors
/// The words cannot be written.
pub fn row(words: &str, outcome: &Outcome) -> Result<Option<RgbImage>> {
    let Some(pictures) = pictures(outcome) else { return Ok(None) };
    let [width, height] = [pictures[0].width(), pictures[0].height()];
    let mut row = RgbImage::from_pixel(2 * width + 3 * GAP, CAPTION + height + GAP, PAPER);
    figure::write(&mut row, words, [GAP + 4, 9], 16)?;
    for (column, picture) in pictures.iter().enumerate() {
        let left = GAP + column as u32 * (width + GAP);
        image::imageops::replace(&mut row, picture, left.into(), CAPTION.into());
    }
    Ok(Some(row))
}

/// Overlap of wet cells in the frame that is drawn.
fn overlap(summary: &Summary, outcome: &Outcome) -> Option<f64> {
    outcome.stills.as_ref().filter(|_| !outcome.stress)?;
    let curve = &outcome.scores.get(&summary.model)?.overlap;
    let time_s = outcome.still_at as f64 / FPS;
    curve.iter().find(|point| (point[0] - time_s).abs() < 1e-6).map(|point| point[1])
}

fn pictures(outcome: &Outcome) -> Option<[RgbImage; 2]> {
    let frames = outcome.stills.as_ref()?;
    let mut painter = Painter::new(&outcome.scene, Style::Water, WIDTH);
    let [width, height] = painter.size_px().map(|n| n as u32);
    let mut draw = |frame| {
        let mut srgb = Vec::new();
        painter.paint(frame, &mut srgb);
        RgbImage::from_raw(width, height, srgb)
    };
    Some([draw(&frames[0])?, draw(&frames[1])?])
}

//! Network beside reference, in pictures: the best, the middle and the worst scene.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::RgbImage;
use weir_surrogate::FPS;

use super::judge::{Outcome, STILL};
use super::summary::Summary;
use crate::figure;
use crate::picture::{Painter, Style};

const SLUG: &str = "contact-sheet.png";
const WIDTH: usize = 640;
const GAP: u32 = 12;
const CAPTION: u32 = 34;

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
    let time_s = STILL as f64 / FPS;
    let rows: Vec<(String, [RgbImage; 2])> = rows
        .into_iter()
        .filter_map(|(what, rank)| {
            let (overlap, outcome) = ranked[rank];
            let words = format!(
                "{what}: {} after {time_s:.0} s, overlap {overlap:.2}; left the reference, right {}",
                outcome.label, summary.model
            );
            Some((words, pictures(outcome)?))
        })
        .collect();
    let Some((_, [first, _])) = rows.first() else { return Ok(None) };
    let (width, height) = (2 * first.width() + 3 * GAP, CAPTION + first.height() + GAP);
    let mut sheet = RgbImage::from_pixel(width, height * rows.len() as u32, image::Rgb([255; 3]));
    for (k, (words, pictures)) in rows.iter().enumerate() {
        let top = k as u32 * height;
        figure::write(&mut sheet, words, [GAP + 4, top + 9], 16)?;
        for (column, picture) in pictures.iter().enumerate() {
            let left = GAP + column as u32 * (first.width() + GAP);
            image::imageops::replace(&mut sheet, picture, left.into(), (top + CAPTION).into());
        }
    }
    let path = folder.join(SLUG);
    sheet.save(&path).with_context(|| format!("writing {}", path.display()))?;
    Ok(Some((path, "The best, the middle and the worst scene".to_owned())))
}

/// Overlap of wet cells in the frame that is drawn.
fn overlap(summary: &Summary, outcome: &Outcome) -> Option<f64> {
    outcome.stills.as_ref().filter(|_| !outcome.stress)?;
    let curve = &outcome.scores.get(&summary.model)?.overlap;
    let time_s = STILL as f64 / FPS;
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

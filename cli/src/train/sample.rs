//! What the network makes of a few scenes while it learns, beside what is true.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use image::RgbImage;
use weir_scene::{Advance, Frame, Scene, rollout_with};
use weir_sim::{Backend, Solver};
use weir_surrogate::{FPS, Model, Surrogate};

use super::data::Data;
use crate::figure::caption;
use crate::output;
use crate::picture::{Painter, Style};
use crate::scene_source;
use crate::video::Reel;

/// The example that is always among them.
const EXAMPLE: &str = "funnel";
/// Simulated time, seconds, at most.
const LONGEST_S: f64 = 3.0;
/// Frames from one that is drawn to the next.
const STRIDE: usize = 2;
/// Pictures of a scene on its sheet.
const COLUMNS: usize = 5;
/// Width of a picture, pixels.
const WIDTH_PX: usize = 360;
/// Height of the words above a picture, pixels.
const WORDS_PX: usize = 18;

/// A scene with what is true.
pub struct Sample {
    /// What it is called in notes and files.
    pub name: &'static str,
    scene: Scene,
    truth: Vec<Frame>,
    /// Who made it.
    witness: &'static str,
}

/// What came of a scene.
pub struct Sampled {
    /// The sheet.
    pub picture: PathBuf,
    /// The film, if there is one.
    pub film: Option<PathBuf>,
    /// Mean distance of the centres of mass of the network's water and the true, metres.
    pub centre_off_m: f64,
    /// Simulated seconds until the water's motion stopped being finite, or the end.
    pub lasted_s: f64,
    /// Moves that crossed a line.
    pub line_crossings: u64,
}

/// The scenes of a run: an example with the solver's water, and one that the data set
/// keeps for validation. What cannot be had is left out and said.
pub fn samples(model: &Model, data: &Data) -> Vec<Sample> {
    let (example, held_out) = (example(model), held_out(data));
    let mut samples = Vec::new();
    for sample in [example.map(Some), held_out] {
        match sample {
            Ok(sample) => samples.extend(sample),
            Err(error) => output::notice(&format!("a scene is not sampled: {error:#}")),
        }
    }
    samples
}

fn example(model: &Model) -> anyhow::Result<Sample> {
    let mut scene = scene_source::load(EXAMPLE)?;
    // As many particles as the network will have.
    scene.domain.cell_m = model.config.scales.cell_m;
    let mut solver = Solver::new(&scene, Backend::Cpu)?;
    let mut truth = Vec::new();
    rollout_with(&mut solver, (LONGEST_S * FPS) as usize, |_, frame| {
        truth.push(frame.clone());
        ControlFlow::Continue(())
    })?;
    Ok(Sample { name: EXAMPLE, scene, truth, witness: "solver" })
}

fn held_out(data: &Data) -> anyhow::Result<Option<Sample>> {
    let Some((scene, mut truth)) = data.example(FPS)? else { return Ok(None) };
    truth.truncate((LONGEST_S * FPS) as usize + 1);
    Ok(Some(Sample { name: "held-out", scene, truth, witness: "recording" }))
}

impl Sample {
    /// Lets the network flow, and leaves a sheet and a film in `folder`.
    ///
    /// # Errors
    /// The scene is more than the model takes, or the folder takes no files.
    pub fn roll_out(&self, model: &Model, folder: &Path) -> anyhow::Result<Sampled> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let mut scene = self.scene.clone();
        scene.domain.cell_m = model.config.scales.cell_m;
        let mut network = Surrogate::new(model.clone(), &scene)?;
        let mut painters =
            [&scene, &self.scene].map(|scene| Painter::new(scene, Style::Water, WIDTH_PX));
        let [width, height] = painters[0].size_px();
        let mut sheet = Sheet::new(COLUMNS, [width, height], ["network", self.witness])?;
        let mut strip = Strip::new([width, height], ["network", self.witness])?;
        let last = self.truth.len().saturating_sub(1);
        let stem = folder.join(self.name);
        let (reel, film) = Reel::beside(&stem, strip.size_px(), FPS / STRIDE as f64)?;
        let (mut reel, mut film) = (Some(reel), Some(film));
        let (mut off, mut seen) = (0.0, 0_usize);
        let mut srgb = [Vec::new(), Vec::new()];
        let rolled = rollout_with(&mut network, last, |index, frame| {
            let truth = &self.truth[index];
            off += centre_off_m(frame, truth);
            seen = index;
            let column = sheet.column(index, last);
            if index % STRIDE == 0 || column.is_some() {
                painters[0].paint(frame, &mut srgb[0]);
                painters[1].paint(truth, &mut srgb[1]);
            }
            if let Some(column) = column {
                sheet.put(column, index as f64 / FPS, &srgb);
            }
            if index % STRIDE == 0 {
                let shown = strip.with(&srgb);
                if let Some(Err(error)) = reel.as_mut().map(|reel| reel.add(shown)) {
                    output::notice(&format!("no film: {error:#}"));
                    (reel, film) = (None, None);
                }
            }
            ControlFlow::Continue(())
        });
        if let Err(error) = rolled {
            output::notice(&format!("{} does not last: {error}", self.name));
        }
        if let Some(Err(error)) = reel.map(Reel::finish) {
            output::notice(&format!("no film: {error:#}"));
            film = None;
        }
        let picture = stem.with_added_extension("png");
        sheet.image.save(&picture).with_context(|| picture.display().to_string())?;
        Ok(Sampled {
            picture,
            film,
            centre_off_m: off / (seen + 1) as f64,
            lasted_s: seen as f64 * network.frame_dt_s(),
            line_crossings: network.totals().line_crossings,
        })
    }
}

/// Distance of the centres of mass, metres; none where there is no water.
fn centre_off_m(a: &Frame, b: &Frame) -> f64 {
    let centre = |frame: &Frame, k: usize| {
        let sum: f64 = frame.positions_m.iter().map(|p| f64::from(p[k])).sum();
        sum / frame.positions_m.len() as f64
    };
    if a.positions_m.is_empty() || b.positions_m.is_empty() {
        return 0.0;
    }
    (centre(a, 0) - centre(b, 0)).hypot(centre(a, 1) - centre(b, 1))
}

/// Pictures of both at a few times, one above the other.
struct Sheet {
    image: RgbImage,
    tile: [usize; 2],
    columns: usize,
    names: [&'static str; 2],
}

impl Sheet {
    fn new(columns: usize, tile: [usize; 2], names: [&'static str; 2]) -> anyhow::Result<Self> {
        let [width, height] = [columns * tile[0], 2 * (tile[1] + WORDS_PX)];
        let image = blank([width, height])?;
        Ok(Self { image, tile, columns, names })
    }

    /// The column that frame `index` of `last` is for, if any.
    fn column(&self, index: usize, last: usize) -> Option<usize> {
        let columns = self.columns.min(last.max(1));
        (0..columns).find(|k| (k + 1) * last / columns == index)
    }

    fn put(&mut self, column: usize, time_s: f64, pictures: &[Vec<u8>; 2]) {
        for (row, picture) in pictures.iter().enumerate() {
            let at = [column * self.tile[0], row * (self.tile[1] + WORDS_PX)];
            let words = format!("{}, {time_s:.1} s", self.names[row]);
            caption(&mut self.image, &words, at.map(|c| c as i32 + 4));
            lay(&mut self.image, picture, self.tile, [at[0], at[1] + WORDS_PX]);
        }
    }
}

/// Both side by side: a picture of the film.
struct Strip {
    image: RgbImage,
    tile: [usize; 2],
}

impl Strip {
    fn new(tile: [usize; 2], names: [&str; 2]) -> anyhow::Result<Self> {
        // Encoders take even numbers of rows.
        let mut image = blank([2 * tile[0], (tile[1] + WORDS_PX).next_multiple_of(2)])?;
        for (k, name) in names.into_iter().enumerate() {
            caption(&mut image, name, [(k * tile[0]) as i32 + 4, 4]);
        }
        Ok(Self { image, tile })
    }

    fn size_px(&self) -> [usize; 2] {
        [self.image.width(), self.image.height()].map(|n| n as usize)
    }

    fn with(&mut self, pictures: &[Vec<u8>; 2]) -> &[u8] {
        for (k, picture) in pictures.iter().enumerate() {
            lay(&mut self.image, picture, self.tile, [k * self.tile[0], WORDS_PX]);
        }
        self.image.as_raw()
    }
}

fn blank([width, height]: [usize; 2]) -> anyhow::Result<RgbImage> {
    let white = image::Rgb([255; 3]);
    Ok(RgbImage::from_pixel(u32::try_from(width)?, u32::try_from(height)?, white))
}

/// Copies a picture of size `tile` to a place; what does not fit is cut off.
fn lay(onto: &mut RgbImage, srgb: &[u8], tile: [usize; 2], at: [usize; 2]) {
    let (width, height) = (onto.width() as usize, onto.height() as usize);
    let bytes = 3 * tile[0].min(width.saturating_sub(at[0]));
    for (row, from) in srgb.chunks_exact(3 * tile[0]).enumerate() {
        if at[1] + row < height {
            let start = 3 * ((at[1] + row) * width + at[0]);
            onto.as_mut()[start..start + bytes].copy_from_slice(&from[..bytes]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_end_with_the_last_frame_and_have_one_frame_each() {
        let sheet = Sheet::new(5, [4, 4], ["a", "b"]).expect("a sheet");
        for last in [1, 3, 5, 60, 181] {
            let columns: Vec<_> = (0..=last).filter_map(|k| sheet.column(k, last)).collect();
            assert!(columns.iter().copied().eq(0..5.min(last)), "{last}: {columns:?}");
            assert!(sheet.column(last, last).is_some());
        }
    }

    #[test]
    fn a_picture_is_laid_where_it_belongs() {
        let mut sheet = blank([4, 2]).expect("an image");
        lay(&mut sheet, &[7; 12], [2, 2], [2, 1]);
        let sevens: Vec<_> = sheet.as_raw().iter().map(|b| u8::from(*b == 7)).collect();
        assert_eq!(sevens, [vec![0; 18], vec![1; 6]].concat());
    }
}

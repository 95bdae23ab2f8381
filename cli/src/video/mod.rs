//! Videos, written frame by frame as the water moves.
//!
//! A video plays in real time whatever the frame rate of the simulation: a
//! [`Clock`] picks the frames that the video shows. Nothing is kept but the
//! frame at hand.

mod ffmpeg;
mod gif;
mod palette;

use std::path::Path;

use weir_scene::{Frame, Scene};

use crate::failure::Failure;
use crate::new_file::NewFile;
use crate::picture::{Painter, Style};
use ffmpeg::Ffmpeg;
use gif::Gif;

/// Frames a second of an `.mp4`, at most.
const MP4_RATE: f64 = 60.0;
/// Frames a second of a `.gif`, at most: players round other delays as they like.
const GIF_RATE: f64 = 25.0;
/// Default width of an `.mp4`, pixels.
const MP4_WIDTH_PX: usize = 1200;
/// Default width of a `.gif`, pixels: small enough for a README.
const GIF_WIDTH_PX: usize = 720;

/// A video in the making.
pub struct Video {
    painter: Painter,
    clock: Clock,
    reel: Reel,
    srgb: Vec<u8>,
}

/// Pictures one after another in a file.
pub struct Reel(Encoder);

enum Encoder {
    Mp4(Ffmpeg),
    Gif(Gif),
}

impl Video {
    /// Begins the video of a simulation with `fps` frames a second.
    ///
    /// # Errors
    /// A name that ends in neither `.mp4` nor `.gif`, a folder that takes no
    /// file, or, for `.mp4`, no `ffmpeg`.
    pub fn create(
        path: &Path,
        scene: &Scene,
        style: Style,
        width_px: Option<usize>,
        fps: f64,
    ) -> anyhow::Result<Self> {
        let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        let (rate, default_width_px) = match extension.as_deref() {
            Some("mp4") => (MP4_RATE, MP4_WIDTH_PX),
            Some("gif") => (GIF_RATE, GIF_WIDTH_PX),
            _ => {
                let got = path.display();
                let text = format!("--video: got {got}, takes a name that ends in .mp4 or .gif");
                return Err(Failure::BadInput(text).into());
            }
        };
        let file = NewFile::create("--video", path)?;
        let painter = Painter::new(scene, style, width_px.unwrap_or(default_width_px));
        let clock = Clock::new(fps, rate);
        let reel = Reel::start(file, rate == MP4_RATE, painter.size_px(), clock.rate)?;
        Ok(Self { painter, clock, reel, srgb: Vec::new() })
    }

    /// Adds frame `index` of the simulation, if the video shows it.
    ///
    /// # Errors
    /// The encoder or the disk fails.
    pub fn show(&mut self, index: usize, frame: &Frame) -> anyhow::Result<()> {
        if !self.clock.shows(index) {
            return Ok(());
        }
        self.painter.paint(frame, &mut self.srgb);
        self.reel.add(&self.srgb)
    }

    /// Ends the video and gives the file its name.
    ///
    /// # Errors
    /// The encoder or the disk fails.
    pub fn finish(self) -> anyhow::Result<()> {
        self.reel.finish()
    }
}

impl Reel {
    /// Begins a reel of pictures of `size_px`, `rate` a second: an `.mp4` beside `stem`
    /// where there is an `ffmpeg`, else a `.gif`. Returns its path too.
    ///
    /// # Errors
    /// The folder takes no file.
    pub fn beside(
        stem: &Path,
        size_px: [usize; 2],
        rate: f64,
    ) -> anyhow::Result<(Self, std::path::PathBuf)> {
        let mp4 = stem.with_added_extension("mp4");
        if let Ok(reel) = Self::start(NewFile::create("video", &mp4)?, true, size_px, rate) {
            return Ok((reel, mp4));
        }
        let gif = stem.with_added_extension("gif");
        Ok((Self::start(NewFile::create("video", &gif)?, false, size_px, rate)?, gif))
    }

    fn start(file: NewFile, is_mp4: bool, size_px: [usize; 2], rate: f64) -> anyhow::Result<Self> {
        Ok(Self(if is_mp4 {
            Encoder::Mp4(Ffmpeg::start(file, size_px, rate)?)
        } else {
            Encoder::Gif(Gif::start(file, size_px, rate)?)
        }))
    }

    /// Adds a picture: three bytes a pixel, row by row from the upper left corner.
    ///
    /// # Errors
    /// The encoder or the disk fails.
    pub fn add(&mut self, srgb: &[u8]) -> anyhow::Result<()> {
        match &mut self.0 {
            Encoder::Mp4(ffmpeg) => ffmpeg.add(srgb),
            Encoder::Gif(gif) => gif.add(srgb),
        }
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// The encoder or the disk fails.
    pub fn finish(self) -> anyhow::Result<()> {
        match self.0 {
            Encoder::Mp4(ffmpeg) => ffmpeg.finish(),
            Encoder::Gif(gif) => gif.finish(),
        }
    }
}

/// Picks the frames of a simulation that a slower video shows.
struct Clock {
    fps: f64,
    rate: f64,
}

impl Clock {
    fn new(fps: f64, fastest: f64) -> Self {
        Self { fps, rate: fps.min(fastest) }
    }

    /// Whether a picture of the video falls between the frame before `index` and `index`.
    fn shows(&self, index: usize) -> bool {
        // A frame that falls on a picture's time must not miss it by rounding.
        let picture = |index: usize| (index as f64 * self.rate / self.fps + 1e-9).floor();
        index == 0 || picture(index) > picture(index - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn a_second_of_video_takes_a_second() {
        for (fps, fastest, pictures) in
            [(60.0, 25.0, 26), (60.0, 60.0, 61), (24.0, 25.0, 25), (240.0, 60.0, 61)]
        {
            let clock = Clock::new(fps, fastest);
            let shown = (0..=fps as usize).filter(|&index| clock.shows(index)).count();
            assert_eq!(shown, pictures, "{fps} frames a second into at most {fastest}");
        }
    }
}

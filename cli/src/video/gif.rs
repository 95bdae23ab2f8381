//! Animated GIF, with no program to install.
//!
//! A GIF has 256 colours a picture. One is kept for "as before": pixels that do
//! not change are left out, which for paper and still water is most of the file.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Context;
use gif::{DisposalMethod, Encoder, Frame, Repeat};

use super::palette::{Palette, TRANSPARENT};
use crate::new_file::NewFile;

/// A GIF in the making.
pub struct Gif {
    encoder: Encoder<BufWriter<File>>,
    file: NewFile,
    size_px: [u16; 2],
    rate: f64,
    added: u32,
    palette: Option<Palette>,
    shown: Vec<[u8; 3]>,
}

impl Gif {
    /// Begins a GIF of `size_px` pixels and `rate` pictures a second that repeats for ever.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn start(mut file: NewFile, size_px: [usize; 2], rate: f64) -> anyhow::Result<Self> {
        let size_px = [u16::try_from(size_px[0])?, u16::try_from(size_px[1])?];
        let writer = BufWriter::new(file.file().try_clone()?);
        let mut encoder = Encoder::new(writer, size_px[0], size_px[1], &[])?;
        encoder.set_repeat(Repeat::Infinite)?;
        Ok(Self { encoder, file, size_px, rate, added: 0, palette: None, shown: Vec::new() })
    }

    /// Adds one picture.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, srgb: &[u8]) -> anyhow::Result<()> {
        let mut palette = Palette::kept_or_learned(self.palette.take(), srgb);
        let first = self.shown.is_empty();
        self.shown.resize(srgb.len() / 3, [0; 3]);
        let columns = usize::from(self.size_px[0]);
        let pixels = srgb.as_chunks::<3>().0.iter().zip(&mut self.shown);
        let indices: Vec<u8> = pixels
            .enumerate()
            .map(|(pixel, (&wanted, shown))| {
                let (index, colour) = palette.nearest(dithered(wanted, pixel, columns));
                let same = !first && *shown == colour;
                *shown = colour;
                if same { TRANSPARENT } else { index }
            })
            .collect();
        let frame = Frame {
            width: self.size_px[0],
            height: self.size_px[1],
            delay: self.delay(),
            dispose: DisposalMethod::Keep,
            transparent: Some(TRANSPARENT),
            palette: Some(palette.bytes().to_vec()),
            buffer: indices.into(),
            ..Frame::default()
        };
        self.encoder.write_frame(&frame).context("writing the GIF")?;
        self.palette = Some(palette);
        self.added += 1;
        Ok(())
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> anyhow::Result<()> {
        self.encoder.into_inner()?.flush().context("writing the GIF")?;
        self.file.keep()
    }

    /// How long this picture stays, in hundredths of a second; the rounding
    /// errors of successive pictures cancel.
    fn delay(&self) -> u16 {
        let until = |pictures: u32| (100.0 * f64::from(pictures) / self.rate).round();
        (until(self.added + 1) - until(self.added)) as u16
    }
}

/// `colour` a little lighter or darker by a fixed pattern (Bayer 1973), which
/// turns the steps between a palette's colours into a fine weave. What stands
/// still keeps its weave, so it costs nothing in the pictures that follow.
fn dithered(colour: [u8; 3], pixel: usize, columns: usize) -> [u8; 3] {
    const PATTERN: [[i16; 4]; 4] = [[-4, 0, -3, 1], [2, -2, 3, -1], [-3, 1, -4, 0], [3, -1, 2, -2]];
    let shift = PATTERN[(pixel / columns) % 4][(pixel % columns) % 4];
    colour.map(|c| (i16::from(c) + shift).clamp(0, 255) as u8)
}

//! The files that a run leaves.

use std::io::BufWriter;

use anyhow::Context;
use weir_scene::{Frame, Scene, Trajectory};

use super::Args;
use crate::failure::Failure;
use crate::new_file::NewFile;
use crate::picture::{Painter, Style};
use crate::video::Video;

/// Default width of a picture, pixels.
const PICTURE_WIDTH_PX: usize = 1200;

/// Takes frames and turns them into files at the end.
pub struct Outputs<'a> {
    scene: &'a Scene,
    recording: Option<(NewFile, Trajectory)>,
    picture: Option<Picture>,
    video: Option<(String, Video)>,
}

/// A picture of the latest frame, drawn at the end.
struct Picture {
    file: NewFile,
    latest: Frame,
    style: Style,
    width_px: usize,
}

impl<'a> Outputs<'a> {
    /// Makes sure that all files asked for can be written.
    ///
    /// # Errors
    /// A destination that takes no file, a name that ends wrongly, or no `ffmpeg`.
    pub fn open(args: &Args, scene: &'a Scene) -> anyhow::Result<Self> {
        let recording = match &args.out {
            Some(path) => Some((NewFile::create("--out", path)?, Trajectory::new(1.0 / args.fps))),
            None => None,
        };
        let picture = match &args.picture {
            Some(path) if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("png")) => {
                let got = path.display();
                let text = format!("--picture: got {got}, takes a name that ends in .png");
                return Err(Failure::BadInput(text).into());
            }
            Some(path) => Some(Picture {
                file: NewFile::create("--picture", path)?,
                latest: Frame::default(),
                style: args.style,
                width_px: args.width.map_or(PICTURE_WIDTH_PX, usize::from),
            }),
            None => None,
        };
        let video = match &args.video {
            Some(path) => {
                let width_px = args.width.map(usize::from);
                let video = Video::create(path, scene, args.style, width_px, args.fps)?;
                Some((path.display().to_string(), video))
            }
            None => None,
        };
        Ok(Self { scene, recording, picture, video })
    }

    /// Takes frame `index`.
    ///
    /// # Errors
    /// The video cannot be written.
    pub fn take(&mut self, index: usize, frame: &Frame) -> anyhow::Result<()> {
        if let Some((_, trajectory)) = &mut self.recording {
            trajectory.push(frame);
        }
        if let Some(picture) = &mut self.picture {
            picture.latest.clone_from(frame);
        }
        if let Some((_, video)) = &mut self.video {
            video.show(index, frame)?;
        }
        Ok(())
    }

    /// Writes what is left to write, gives the files their names and returns those.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(self) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        if let Some((name, video)) = self.video {
            video.finish()?;
            names.push(name);
        }
        if let Some((file, trajectory)) = self.recording {
            names.push(file.destination().display().to_string());
            let producer = concat!("weir ", env!("CARGO_PKG_VERSION"), " solver");
            weir_datasets::write(file.path(), &trajectory, &self.scene.to_json()?, producer)
                .context("writing the trajectory")?;
            file.keep()?;
        }
        if let Some(picture) = self.picture {
            names.push(picture.file.destination().display().to_string());
            picture.write(self.scene)?;
        }
        Ok(names)
    }
}

impl Picture {
    fn write(mut self, scene: &Scene) -> anyhow::Result<()> {
        let mut painter = Painter::new(scene, self.style, self.width_px);
        let mut srgb = Vec::new();
        painter.paint(&self.latest, &mut srgb);
        let [width, height] = painter.size_px();
        let encoder = image::codecs::png::PngEncoder::new(BufWriter::new(self.file.file()));
        image::ImageEncoder::write_image(
            encoder,
            &srgb,
            u32::try_from(width)?,
            u32::try_from(height)?,
            image::ExtendedColorType::Rgb8,
        )
        .context("writing the picture")?;
        self.file.keep()
    }
}

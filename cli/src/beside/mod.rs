//! What a network makes of a scene, beside what is true.

mod sheet;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use weir_scene::{Advance, Frame, Scene, rollout_with};
use weir_sim::{Backend, Solver};
use weir_surrogate::{FPS, Model, Surrogate};

use crate::output;
use crate::picture::{Painter, Style};
use crate::video::Reel;
use sheet::{Sheet, Strip};

/// How large its pictures are, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Pictures of a scene on its sheet.
    pub columns: usize,
    /// Width of a picture, pixels.
    pub width_px: usize,
    /// Frames from one that is filmed to the next.
    pub stride: usize,
}

/// A scene with what is true.
pub struct Beside {
    /// What it is called in notes and files.
    pub name: String,
    /// Lines and water.
    pub scene: Scene,
    /// How it went, frame by frame at [`FPS`].
    pub truth: Vec<Frame>,
    /// Who says so.
    pub witness: &'static str,
}

/// What came of a scene.
pub struct Outcome {
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

impl Beside {
    /// A scene with `frames` frames of the solver's water, of as many particles as
    /// `model` will have. `watch` may end it early, after any frame.
    ///
    /// # Errors
    /// The solver refuses the scene, or fails.
    pub fn the_solver(
        name: &str,
        scene: &Scene,
        model: &Model,
        frames: usize,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> anyhow::Result<Self> {
        let scene = on_cells_of(model, scene);
        let mut solver = Solver::new(&scene, Backend::Cpu)?;
        let mut truth = Vec::new();
        rollout_with(&mut solver, frames, |_, frame| {
            truth.push(frame.clone());
            watch()
        })?;
        Ok(Self { name: name.to_owned(), scene, truth, witness: "solver" })
    }

    /// Lets the network flow, and leaves a sheet and a film in `folder`; nothing, if
    /// `watch` ends it after some frame.
    ///
    /// # Errors
    /// The scene is more than the model takes, or the folder takes no files.
    pub fn roll_out(
        &self,
        model: &Model,
        looks: Looks,
        folder: &Path,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> anyhow::Result<Option<Outcome>> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let mut network = Surrogate::new(model.clone(), &self.scene)?;
        let mut painters =
            [(); 2].map(|()| Painter::new(&self.scene, Style::Water, looks.width_px));
        let [width, height] = painters[0].size_px();
        let mut sheet = Sheet::new(looks.columns, [width, height], ["network", self.witness])?;
        let mut strip = Strip::new([width, height], ["network", self.witness])?;
        let last = self.truth.len().saturating_sub(1);
        let stem = folder.join(&self.name);
        let (reel, film) = Reel::beside(&stem, strip.size_px(), FPS / looks.stride as f64)?;
        let (mut reel, mut film) = (Some(reel), Some(film));
        let (mut off, mut seen, mut ended) = (0.0, 0_usize, false);
        let mut srgb = [Vec::new(), Vec::new()];
        let rolled = rollout_with(&mut network, last, |index, frame| {
            let truth = &self.truth[index];
            off += centre_off_m(frame, truth);
            seen = index;
            let column = sheet.column(index, last);
            if index % looks.stride == 0 || column.is_some() {
                painters[0].paint(frame, &mut srgb[0]);
                painters[1].paint(truth, &mut srgb[1]);
            }
            if let Some(column) = column {
                sheet.put(column, index as f64 / FPS, &srgb);
            }
            if index % looks.stride == 0 {
                let shown = strip.with(&srgb);
                if let Some(Err(error)) = reel.as_mut().map(|reel| reel.add(shown)) {
                    output::notice(&format!("no film: {error:#}"));
                    (reel, film) = (None, None);
                }
            }
            let next = watch();
            ended = next.is_break();
            next
        });
        if ended {
            return Ok(None);
        }
        if let Err(error) = rolled {
            output::notice(&format!("{} does not last: {error}", self.name));
        }
        if let Some(Err(error)) = reel.map(Reel::finish) {
            output::notice(&format!("no film: {error:#}"));
            film = None;
        }
        let picture = stem.with_added_extension("png");
        sheet.image.save(&picture).with_context(|| picture.display().to_string())?;
        Ok(Some(Outcome {
            picture,
            film,
            centre_off_m: off / (seen + 1) as f64,
            lasted_s: seen as f64 * network.frame_dt_s(),
            line_crossings: network.totals().line_crossings,
        }))
    }
}

/// Whether `model` and the solver take the scene, without running it.
///
/// # Errors
/// One does not; the text says why.
pub fn takes(model: &Model, scene: &Scene) -> Result<(), String> {
    Surrogate::new(model.clone(), scene).map_err(|error| error.to_string())?;
    let solver = Solver::new(&on_cells_of(model, scene), Backend::Cpu);
    solver.map(drop).map_err(|error| error.to_string())
}

/// The scene on the cells that the network knows.
fn on_cells_of(model: &Model, scene: &Scene) -> Scene {
    let mut scene = scene.clone();
    scene.domain.cell_m = model.config.scales.cell_m;
    scene
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

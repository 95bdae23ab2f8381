//! The scenes to judge by, each with its reference.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use weir_datasets::{Dataset, FileError, SceneFile, Split};
use weir_scene::{Frame, Scene, Stroke, Water};
use weir_sim::SolverConfig;
use weir_surrogate::FPS;

use super::contender::{Edit, Engine};
use crate::failure::Failure;

/// A scene to judge by.
#[derive(Debug)]
pub struct Task<'a> {
    /// Its name in results.
    pub label: String,
    /// Slices that it belongs to, beside that of all scenes.
    pub slices: Vec<String>,
    /// What stands in the rectangle.
    pub scene: Scene,
    /// Where it is recorded, if it is.
    pub file: Option<SceneFile<'a>>,
    /// Frames per second that its reference is solved at.
    pub fps: f64,
    /// Changes of the lines, by the frame after which they come.
    pub edits: Vec<(usize, Edit)>,
    /// Last frame to judge at.
    pub frames: usize,
    /// Whether it is beyond what a network learns from, and counts by itself.
    pub stress: bool,
}

/// Where a reference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The file.
    Recorded,
    /// The solver, just now; in the file it is the same as far as that goes.
    Solved,
    /// The solver, just now; the file has other numbers.
    SolvedOtherwise,
    /// The solver, just now; there is no file.
    New,
}

/// Data sets to judge by.
pub struct Data {
    sets: Vec<(String, Dataset)>,
}

impl Data {
    /// Opens the data sets in these folders.
    ///
    /// # Errors
    /// One cannot be read, or two have the same name and folder.
    pub fn open(folders: &[PathBuf], part: bool) -> Result<Self, Failure> {
        let open = |folder: &PathBuf| {
            let opened = if part { Dataset::open_part } else { Dataset::open };
            let dataset = opened(folder.clone()).map_err(refusal)?;
            Ok((dataset.manifest().name.clone(), dataset))
        };
        let mut sets: Vec<(String, Dataset)> =
            folders.iter().map(open).collect::<Result<_, _>>()?;
        for k in 1..sets.len() {
            let name = sets[k].0.clone();
            if sets[..k].iter().any(|(other, _)| *other == name) {
                sets[k].0 = folder_name(&folders[k]).unwrap_or(format!("{name}-{k}"));
            }
        }
        Ok(Self { sets })
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.sets.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The first scenes of a split of each data set: all, or as many as `counts` says
    /// for all or for each.
    ///
    /// # Errors
    /// A data set has no scene in the split, or a file is damaged.
    pub fn tasks(
        &self,
        split: Split,
        counts: &[usize],
        frames: usize,
    ) -> Result<Vec<Task<'_>>, Failure> {
        let mut tasks = Vec::new();
        for (k, (name, dataset)) in self.sets.iter().enumerate() {
            let count = counts.get(k).or(counts.first()).copied().unwrap_or(usize::MAX);
            let files: Vec<SceneFile<'_>> = dataset.scenes(split).take(count).collect();
            if files.is_empty() {
                let has = Split::ALL.iter().filter(|s| dataset.scenes(**s).next().is_some());
                let has: Vec<&str> = has.map(|split| split.name()).collect();
                return Err(Failure::BadInput(format!(
                    "--split: {} has no scene in {}; it has {}",
                    dataset.folder().display(),
                    split.name(),
                    if has.is_empty() { "none at all".to_owned() } else { has.join(", ") }
                )));
            }
            let fps = dataset.manifest().fps;
            let read = |file: SceneFile<'_>| file.verify().and_then(|()| file.scene());
            let read: Result<Vec<Scene>, FileError> =
                files.par_iter().map(|&file| read(file)).collect();
            for (file, scene) in files.iter().zip(read.map_err(refusal)?) {
                let yes = |name: &str, yes: bool| {
                    if yes { name.to_owned() } else { format!("no {name}") }
                };
                let emits = scene.water.iter().any(|w| matches!(w, Water::Emitter { .. }));
                let slices = vec![
                    name.clone(),
                    yes("emitters", emits),
                    yes("drains", !scene.drains.is_empty()),
                ];
                tasks.push(Task {
                    label: format!("{name}-{:05}", file.entry().index),
                    slices,
                    scene,
                    file: Some(*file),
                    fps,
                    edits: Vec::new(),
                    frames,
                    stress: false,
                });
            }
        }
        by_particles(&mut tasks);
        Ok(tasks)
    }
}

fn folder_name(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// Adds a slice for each third of the scenes by how many particles they ever have.
fn by_particles(tasks: &mut [Task<'_>]) {
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_key(|&k| tasks[k].file.map_or(0, |file| file.entry().particles));
    for (rank, &k) in order.iter().enumerate() {
        let third = 3 * rank / order.len().max(1);
        let name = ["few particles", "some particles", "many particles"][third];
        tasks[k].slices.push(name.to_owned());
    }
}

impl Task<'_> {
    /// The reference, a frame each 1/60 s: recorded, where the recording is long
    /// enough, else solved anew. `on_frame` is asked after each frame whether to go on.
    ///
    /// # Errors
    /// The file cannot be read, or the solver does not take the scene.
    pub fn reference(
        &self,
        mut on_frame: impl FnMut() -> Result<(), String>,
    ) -> Result<(Vec<Frame>, Source), String> {
        let stride = (self.fps / FPS).round().max(1.0) as usize;
        let fits = (stride as f64 * FPS - self.fps).abs() < 1e-6;
        let recorded = self.file.filter(|_| fits).map(|file| (file, file.entry().frames));
        if let Some((file, frames)) = recorded
            && frames > stride * self.frames
        {
            let stored = file.read().map_err(|e| e.to_string())?;
            let mut frames = stored.to_trajectory().frames;
            let mut index = 0;
            frames.retain(|_| {
                index += 1;
                (index - 1) % stride == 0
            });
            frames.truncate(self.frames + 1);
            return Ok((frames, Source::Recorded));
        }
        let (fps, stride) = if fits { (self.fps, stride) } else { (FPS, 1) };
        // As data sets are made.
        let config = SolverConfig { fps, audit: false, ..SolverConfig::default() };
        let mut solver = Engine::solver(&self.scene, config).map_err(|e| e.to_string())?;
        let mut frame = Frame::default();
        solver.snapshot(&mut frame);
        let mut frames = vec![frame.clone()];
        for index in 0..self.frames {
            for (_, edit) in self.edits.iter().filter(|(at, _)| *at == index) {
                solver.apply(edit)?;
            }
            for _ in 0..stride {
                solver.advance(&mut frame).map_err(|e| e.to_string())?;
            }
            frames.push(frame.clone());
            on_frame()?;
        }
        let source = match recorded {
            None => Source::New,
            Some((file, recorded)) if same(file, recorded, stride, &frames)? => Source::Solved,
            Some(_) => Source::SolvedOtherwise,
        };
        Ok((frames, source))
    }

    /// The lines after the edits that come up to frame `index`.
    pub fn strokes(&self, index: usize) -> Vec<Stroke> {
        let mut strokes: Vec<Option<Stroke>> =
            self.scene.strokes.iter().cloned().map(Some).collect();
        for (_, edit) in self.edits.iter().filter(|(at, _)| *at <= index) {
            match edit {
                Edit::Erase(k) => {
                    if let Some(stroke) = strokes.get_mut(*k as usize) {
                        *stroke = None;
                    }
                }
                Edit::Add(stroke) => strokes.push(Some(stroke.clone())),
            }
        }
        strokes.into_iter().flatten().collect()
    }
}

/// Whether the last frame that both have is the same to the last bit.
fn same(
    file: SceneFile<'_>,
    recorded: usize,
    stride: usize,
    frames: &[Frame],
) -> Result<bool, String> {
    let last = ((recorded.max(1) - 1) / stride).min(frames.len() - 1);
    let mut window = weir_datasets::Window::default();
    file.read_window(last * stride, 1, &mut window).map_err(|e| e.to_string())?;
    let places = window.positions_m(0);
    let frame = &frames[last];
    let alive = places.iter().filter(|p| p[0].is_finite()).count();
    let equal = frame.ids.iter().zip(&frame.positions_m).all(|(&id, p)| {
        places.get(id as usize).is_some_and(|q| q.map(f32::to_bits) == p.map(f32::to_bits))
    });
    Ok(equal && alive == frame.ids.len())
}

fn refusal(error: FileError) -> Failure {
    Failure::BadInput(error.to_string())
}

//! The data of a run, and what identifies it.

use rayon::prelude::*;
use weir_datasets::{Dataset, FileError, SceneFile, Split};
use weir_scene::{Frame, Scene};
use weir_surrogate::train::{Clip, DataUsed, TrainConfig};

use crate::{Plan, RunError};

/// Most scenes that a run is examined on; more would cost memory and say little more.
const EXAMINED: usize = 16;

/// What a run learns from, and what it is examined on.
pub struct Data {
    dataset: Dataset,
    /// Clips to learn from.
    pub train: Vec<Clip>,
    /// The scenes of these, for a teacher.
    pub scenes: Vec<Scene>,
    /// Clips that it never learns from; none where the set has none.
    pub valid: Vec<Clip>,
}

impl Data {
    /// Reads and verifies the scenes.
    ///
    /// # Errors
    /// Damaged data, or data of another pace.
    pub fn read(plan: &Plan, say: &mut dyn FnMut(&str)) -> Result<Self, RunError> {
        let config = &plan.config;
        let open = if plan.is_part { Dataset::open_part } else { Dataset::open };
        let dataset = open(plan.data.clone())?;
        let train: Vec<SceneFile> = dataset.scenes(Split::Train).collect();
        let valid: Vec<SceneFile> = dataset.scenes(Split::Valid).take(EXAMINED).collect();
        say(&format!("reading {} scenes", train.len() + valid.len()));
        let ((train, scenes), (valid, _)) = (clips(&train, config)?, clips(&valid, config)?);
        let dt_s = dataset.metadata().dt;
        if (dt_s - config.motion.sub_frame_s).abs() > 1e-6 {
            let (data, takes_s) = (plan.data.clone(), config.motion.sub_frame_s);
            return Err(RunError::Pace { data, got_s: dt_s, takes_s });
        }
        Ok(Self { dataset, train, scenes, valid })
    }

    /// Name of the data set.
    pub fn name(&self) -> &str {
        &self.dataset.manifest().name
    }

    /// Hash of the contents of all scenes that are there, hexadecimal: the same for
    /// the same water, whoever made it.
    pub fn digest(&self) -> String {
        self.digest_of(|_| true)
    }

    fn digest_of(&self, counts: impl Fn(Split) -> bool) -> String {
        let mut hash = blake3::Hasher::new();
        for entry in self.dataset.manifest().scenes.iter().filter(|entry| counts(entry.split)) {
            hash.update(format!("{} {}\n", entry.index, entry.sha256).as_bytes());
        }
        // As much as MLflow keeps.
        hash.finalize().to_hex().chars().take(32).collect()
    }

    /// The file that says what the set consists of.
    pub fn manifest(&self) -> std::path::PathBuf {
        self.dataset.folder().join("manifest.json")
    }

    /// What the run uses of it, and what for.
    pub fn used(&self) -> Vec<DataUsed> {
        // To MLflow, name and digest are what makes two data sets one.
        let of = |purpose, split, clips: &[Clip]| DataUsed {
            name: self.name().to_owned(),
            digest: self.digest_of(|other| other == split),
            source: self.dataset.folder().display().to_string(),
            purpose,
            scenes: clips.len(),
            frames: clips.iter().map(Clip::frames).sum(),
        };
        let mut used = vec![of("training", Split::Train, &self.train)];
        if !self.valid.is_empty() {
            used.push(of("validation", Split::Valid, &self.valid));
        }
        used
    }

    /// A scene that the run never learns from with what happened in it, `fps` frames a
    /// second; none where the set has none without bodies.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn example(&self, fps: f64) -> Result<Option<(Scene, Vec<Frame>)>, FileError> {
        let mut scenes = self.dataset.scenes(Split::Valid);
        let Some(file) = scenes.find(|file| file.entry().bodies == 0) else { return Ok(None) };
        let (scene, stored) = (file.scene()?, file.read()?);
        let stride = (1.0 / (fps * stored.dt_s)).round().max(1.0) as usize;
        let frames = (0..stored.frames).step_by(stride).map(|t| {
            let mut frame = Frame { time_s: t as f64 * stored.dt_s, ..Frame::default() };
            for id in 0..stored.particles {
                let at = t * stored.particles + id;
                if !stored.positions_m[at][0].is_nan() {
                    frame.ids.push(id as u32);
                    frame.positions_m.push(stored.positions_m[at]);
                    frame.velocities_m_s.push(stored.velocities_m_s[at]);
                }
            }
            frame
        });
        Ok(Some((scene, frames.collect())))
    }
}

/// Clips and their scenes.
fn clips(files: &[SceneFile], config: &TrainConfig) -> Result<(Vec<Clip>, Vec<Scene>), FileError> {
    let clip = |file: &SceneFile| -> Result<(Clip, Scene), FileError> {
        file.verify()?;
        let (scene, stored) = (file.scene()?, file.read()?);
        let (positions, velocities) = (&stored.positions_m, &stored.velocities_m_s);
        Ok((Clip::new(&scene, config, stored.frames, positions, velocities), scene))
    };
    let clips: Result<Vec<_>, FileError> = files.par_iter().map(clip).collect();
    Ok(clips?.into_iter().unzip())
}

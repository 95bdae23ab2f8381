//! What a network was on its way to what it is.
//!
//! A training run keeps its network after so many steps ([`is_kept`]), in a folder beside its
//! `model`. What a network learns first it learns fast, so these steps grow by a factor and
//! not by a sum. The weights are in half precision: they are to be looked at, not trained.
//!
//! ```no_run
//! use weir_surrogate::{Model, checkpoints, device};
//!
//! let model = Model::open("runs/small/model", &device::open("flex")?)?;
//! for checkpoint in checkpoints::of(&model, "runs/small/model")? {
//!     println!("after {} steps: {:?}", checkpoint.steps, checkpoint.loss());
//! }
//! # Ok::<(), weir_surrogate::ModelError>(())
//! ```

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::ModelError;
use crate::model::Model;

/// Name of the folder, beside that of the model.
pub const FOLDER: &str = "checkpoints";
/// What the folder of a single one begins with.
const PREFIX: &str = "step-";

/// A network after so many steps of training.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Steps of the optimiser.
    pub steps: u64,
    /// What it was then.
    pub model: Model,
}

impl Checkpoint {
    /// Its loss on data that it never learns from, as a share of that of free fall; `None`
    /// where nobody measured it.
    pub fn loss(&self) -> Option<f64> {
        let said = |key: &str| self.model.config.origin.get(key)?.parse::<f64>().ok();
        let share = said("validation_loss")? / said("validation_loss_of_free_fall")?;
        share.is_finite().then_some(share)
    }
}

/// One that comes with this crate: name of its folder, its description and its weights.
struct Shipped {
    name: &'static str,
    config: &'static str,
    weights: &'static [u8],
}

macro_rules! shipped {
    ($($name:literal),*) => {
        [$(Shipped {
            name: $name,
            config: include_str!(concat!("../models/default/checkpoints/", $name, "/model.toml")),
            weights: include_bytes!(
                concat!("../models/default/checkpoints/", $name, "/model.safetensors")
            ),
        }),*]
    };
}

/// Of a training of a network like the one that ships; its card says which.
const SHIPPED: [Shipped; 5] =
    shipped!["step-000000", "step-000100", "step-000316", "step-001000", "step-003162"];

/// Whether a network is kept after so many steps: untrained, and then twice in each power of
/// ten from the first ten on.
pub fn is_kept(steps: u64) -> bool {
    let power = |k: u32| if k.is_multiple_of(2) { 10_u64.pow(k / 2) } else { half_way(k / 2) };
    steps == 0 || (2..38).map(power).any(|kept| kept == steps)
}

/// 10^(k + ½), rounded.
fn half_way(k: u32) -> u64 {
    (10_f64.powi(k as i32) * 10_f64.sqrt()).round() as u64
}

/// Name of the folder of a network after so many steps; names sort like the numbers.
pub fn folder_name(steps: u64) -> String {
    format!("{PREFIX}{steps:06}")
}

/// Steps of the network in a folder of this name; `None` if it is none of ours.
pub fn steps_of(folder_name: &str) -> Option<u64> {
    folder_name.strip_prefix(PREFIX)?.parse().ok()
}

/// What `model`, which was opened as `name`, was before, by steps; nothing if nobody kept it.
///
/// # Errors
/// A file is not what it should be, or is of another network.
pub fn of(model: &Model, name: &str) -> Result<Vec<Checkpoint>, ModelError> {
    let all = if Model::is_shipped(name) {
        let open = |Shipped { name, config, weights }: &Shipped| {
            let origin = format!("the shipped checkpoint {name}");
            let model = Model::from_bytes(&origin, config, weights.to_vec(), model.device())?;
            Ok(Checkpoint { steps: steps_of(name).unwrap_or_default(), model })
        };
        SHIPPED.iter().map(open).collect::<Result<_, ModelError>>()?
    } else {
        kept(model, &Path::new(name).with_file_name(FOLDER))?
    };
    for Checkpoint { steps, model: before } in &all {
        if !before.config.is_like(&model.config) {
            let what = "shape, scales, motion or sight are not those of the network".to_owned();
            return Err(ModelError::Config { origin: folder_name(*steps), what });
        }
    }
    Ok(all)
}

fn kept(model: &Model, folder: &Path) -> Result<Vec<Checkpoint>, ModelError> {
    let at = |source| ModelError::File { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(at(error)),
    };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.map_err(at)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let steps = name.and_then(steps_of);
        // What else lies there is somebody else's.
        let Some(steps) = steps else { continue };
        all.push(Checkpoint { steps, model: Model::load(&path, model.device())? });
    }
    all.sort_by_key(|checkpoint| checkpoint.steps);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device;
    use crate::encode::{Canvas, INPUTS};

    fn shipped() -> Model {
        Model::open("default", &device::open("flex").expect("a processor")).expect("a model")
    }

    #[test]
    fn two_are_kept_of_each_power_of_ten() {
        let kept: Vec<u64> = (0..=40_000).filter(|&steps| is_kept(steps)).collect();
        assert_eq!(kept, [0, 10, 32, 100, 316, 1000, 3162, 10_000, 31_623]);
        assert!(is_kept(10_u64.pow(18)) && !is_kept(u64::MAX));
    }

    #[test]
    fn the_network_that_ships_got_better() {
        let all = of(&shipped(), "default").expect("checkpoints");
        assert_eq!(all[0].steps, 0);
        let losses: Vec<f64> = all.iter().map(|one| one.loss().expect("a loss")).collect();
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
    }

    #[test]
    fn what_a_run_keeps_is_found_beside_its_model_in_order() {
        let run = tempfile::tempdir().expect("a folder");
        let folder = run.path().join("model");
        let name = folder.to_str().expect("text");
        let model = shipped();
        assert!(of(&model, name).expect("nothing").is_empty());
        for steps in [1000, 10] {
            let path = run.path().join(FOLDER).join(folder_name(steps));
            model.save_half(&path).expect("a place");
        }
        fs::create_dir(run.path().join(FOLDER).join("notes")).expect("a folder");
        let steps: Vec<u64> = of(&model, name).expect("two").iter().map(|one| one.steps).collect();
        assert_eq!(steps, [10, 1000]);
        let broken = run.path().join(FOLDER).join(folder_name(10)).join("model.safetensors");
        fs::write(&broken, b"x").expect("a place");
        let error = of(&model, name).map(drop).expect_err("it is broken").to_string();
        assert!(error.contains("step-000010"), "{error}");
    }

    #[test]
    fn half_precision_is_half_as_large_and_nearly_the_same() {
        let (model, run) = (shipped(), tempfile::tempdir().expect("a folder"));
        model.save_half(run.path()).expect("a place");
        let size = fs::metadata(run.path().join("model.safetensors")).expect("a file").len();
        let full = model.to_bytes().expect("bytes").1.len() as f64;
        assert!((0.49..0.52).contains(&(size as f64 / full)), "{size} of {full} bytes");
        let half = Model::load(run.path(), model.device()).expect("a model");
        let values = |model: &Model| -> Vec<f32> {
            let grid = weir_scene::Grid::covering(0.5, 0.5, 1.0 / 64.0);
            let canvas = Canvas::new(&grid, model.config.shape.coarsest());
            let input = (0..INPUTS * canvas.area()).map(|k| (k as f32 * 0.37).sin()).collect();
            model.answer(input, 1, &canvas, &mut ()).expect("an answer")
        };
        let (a, b) = (values(&model), values(&half));
        let norm = |v: &mut dyn Iterator<Item = f32>| v.map(|x| x * x).sum::<f32>().sqrt();
        let off = norm(&mut a.iter().zip(&b).map(|(a, b)| a - b)) / norm(&mut a.iter().copied());
        assert!(off > 0.0 && off < 2e-3, "{off}");
    }
}

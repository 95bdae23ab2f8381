//! A network with all that is needed to run it, in memory and as files.

use std::fs;
use std::path::Path;

use burn::module::Module;
use burn::store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore};
use burn::tensor::{DType, Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::bed::Sight;
use crate::encode::{Canvas, INPUTS, Scales};
use crate::network::{Shape, Tap, UNet};
use crate::range;

/// Name of the file that describes a model.
pub const CONFIG_FILE: &str = "model.toml";
/// Name of the file with its weights.
pub const WEIGHTS_FILE: &str = "model.safetensors";
/// Version of the description.
pub const VERSION: u32 = 2;

/// A model that comes with this crate: its name, its description and its weights.
struct Shipped {
    name: &'static str,
    config: &'static str,
    weights: &'static [u8],
    #[cfg(test)]
    card: &'static str,
}

const SHIPPED: [Shipped; 1] = [Shipped {
    name: "default",
    config: include_str!("../models/default/model.toml"),
    weights: include_bytes!("../models/default/model.safetensors"),
    #[cfg(test)]
    card: include_str!("../models/default/card.md"),
}];

/// Bits of a weight in a file: 32, or 16.
#[derive(Clone, Copy, PartialEq)]
enum Precision {
    Full,
    Half,
}

/// How a network's answer becomes motion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Motion {
    /// Time of a sub-frame, seconds.
    pub sub_frame_s: f64,
    /// Share of the grid's mean velocity that water takes on in a call where it
    /// is dense; the rest of a particle's velocity is its own.
    pub blend: f32,
    /// Share of an excess of density that each call mends; 0 for none.
    pub relax_rate: f32,
    /// Sweeps of the relaxation.
    pub relax_sweeps: usize,
    /// Distance that particles keep from each other, cells; 0 for none. There are four
    /// to a cell, half a cell apart if they lie in rows.
    pub apart: f32,
    /// Whether a body of water can only lose energy.
    pub lossy: bool,
}

impl Default for Motion {
    fn default() -> Self {
        Self {
            sub_frame_s: 1.0 / 120.0,
            blend: 0.3,
            relax_rate: 0.5,
            relax_sweeps: 20,
            apart: 0.45,
            lossy: true,
        }
    }
}

/// All of a model but its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// [`VERSION`].
    pub version: u32,
    /// What it is called.
    pub name: String,
    /// Layers.
    pub shape: Shape,
    /// Units.
    pub scales: Scales,
    /// From answer to motion.
    pub motion: Motion,
    /// What of the lines it sees.
    #[serde(default)]
    pub sight: Sight,
    /// Where it comes from: data, steps, commit; free text by key.
    #[serde(default)]
    pub origin: std::collections::BTreeMap<String, String>,
}

impl ModelConfig {
    /// Whether a network of this description can take the place of one of `other` while its
    /// water flows: all is the same but what it has learned, and where.
    pub fn is_like(&self, other: &Self) -> bool {
        let what = |c: &Self| (c.shape.clone(), c.scales, c.motion.clone(), c.sight);
        what(self) == what(other)
    }

    /// Says which key is out of range, what it got and what it takes.
    ///
    /// # Errors
    /// One is.
    pub fn validate(&self) -> Result<(), String> {
        let Self { version, name, shape, scales, motion, .. } = self;
        range::check("version", *version == VERSION, version, &VERSION.to_string())?;
        let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let named = !name.is_empty() && name.chars().all(word);
        range::check("name", named, format!("{name:?}"), "letters, digits, - _ .")?;
        let Shape { channels, convolutions, residual, sub_frames } = shape;
        let holds =
            (1..=6).contains(&channels.len()) && channels.iter().all(|c| (1..=4096).contains(c));
        let takes = "one to six numbers from 1 to 4096";
        range::check("shape.channels", holds, format!("{channels:?}"), takes)?;
        let holds = residual.len() <= channels.len() && residual.iter().all(|c| *c <= 16);
        let takes = "at most a number for each level, from 0 to 16";
        range::check("shape.residual", holds, format!("{residual:?}"), takes)?;
        range::count("shape.convolutions", *convolutions, 1..=16)?;
        range::count("shape.sub_frames", *sub_frames, 1..=64)?;
        range::positive("scales.cell_m", scales.cell_m)?;
        range::positive("scales.velocity_m_s", scales.velocity_m_s)?;
        range::positive("scales.change_m_s", scales.change_m_s)?;
        range::positive("motion.sub_frame_s", motion.sub_frame_s)?;
        range::share("motion.blend", motion.blend)?;
        range::share("motion.relax_rate", motion.relax_rate)?;
        range::share("motion.apart", motion.apart)?;
        range::count("motion.relax_sweeps", motion.relax_sweeps, 0..=1000)
    }
}

/// A network that is ready to run.
#[derive(Clone, Debug)]
pub struct Model {
    /// Description.
    pub config: ModelConfig,
    net: UNet,
    device: Device,
}

impl Model {
    /// A model of these weights.
    pub fn new(config: ModelConfig, net: UNet, device: Device) -> Self {
        Self { config, net, device }
    }

    /// The model that ships under this name, or lies in the folder of that path.
    ///
    /// # Errors
    /// There is none, or a file is not what it should be.
    pub fn open(name: &str, device: &Device) -> Result<Self, ModelError> {
        if let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name) {
            let origin = format!("the shipped model {name}");
            return Self::from_bytes(&origin, shipped.config, shipped.weights.to_vec(), device);
        }
        let folder = Path::new(name);
        if folder.is_dir() {
            return Self::load(folder, device);
        }
        Err(ModelError::Unknown {
            name: name.to_owned(),
            files: "model.toml and model.safetensors",
            known: SHIPPED.map(|shipped| shipped.name).join(", "),
        })
    }

    /// Whether a model of this name ships.
    pub fn is_shipped(name: &str) -> bool {
        SHIPPED.iter().any(|shipped| shipped.name == name)
    }

    /// Reads a model from a folder.
    ///
    /// # Errors
    /// A file is missing or not what it should be.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, ModelError> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|source| ModelError::File { path, source })
        };
        let config = read(CONFIG_FILE)?;
        let config = String::from_utf8_lossy(&config);
        Self::from_bytes(&folder.display().to_string(), &config, read(WEIGHTS_FILE)?, device)
    }

    /// Reads a model from the contents of its files. `origin` names them in errors.
    ///
    /// # Errors
    /// They are not what they should be.
    pub fn from_bytes(
        origin: &str,
        config: &str,
        weights: Vec<u8>,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let refuse = |what: String| ModelError::Config { origin: origin.to_owned(), what };
        let config: ModelConfig = toml::from_str(config).map_err(|e| refuse(e.to_string()))?;
        config.validate().map_err(refuse)?;
        let mut net = UNet::new(&config.shape, device);
        let refuse = |what: String| ModelError::Weights { origin: origin.to_owned(), what };
        // Weights may be kept in half precision; the network computes in full.
        let mut store = SafetensorsStore::from_bytes(Some(weights))
            .with_from_adapter(FloatCastAdapter::to(DType::F32));
        net.load_from(&mut store).map_err(|e| refuse(e.to_string()))?;
        Ok(Self { config, net, device: device.clone() })
    }

    /// The same model with the weights of `other` where that has any.
    ///
    /// # Errors
    /// They cannot be read, or do not fit.
    pub fn grown_from(&self, other: &Self) -> Result<Self, ModelError> {
        let (_, weights) = other.to_bytes()?;
        let mut store = SafetensorsStore::from_bytes(Some(weights)).allow_partial(true);
        let mut net = self.net.clone();
        let origin = other.config.name.clone();
        net.load_from(&mut store)
            .map_err(|e| ModelError::Weights { origin, what: e.to_string() })?;
        Ok(self.with_net(net))
    }

    /// The contents of its two files: description and weights.
    ///
    /// # Errors
    /// The weights cannot be read from the device.
    pub fn to_bytes(&self) -> Result<(String, Vec<u8>), ModelError> {
        self.to_bytes_in(Precision::Full)
    }

    fn to_bytes_in(&self, precision: Precision) -> Result<(String, Vec<u8>), ModelError> {
        let refuse = |what: String| ModelError::Weights { origin: "in memory".to_owned(), what };
        let config = toml::to_string_pretty(&self.config).map_err(|e| refuse(e.to_string()))?;
        // More than one entry would come in an order of their own each time.
        let mut store =
            SafetensorsStore::from_bytes(None).clear_metadata().metadata("producer", "weir");
        if precision == Precision::Half {
            store = store.with_to_adapter(FloatCastAdapter::to(DType::F16));
        }
        self.net.save_into(&mut store).map_err(|e| refuse(e.to_string()))?;
        Ok((config, store.get_bytes().map_err(|e| refuse(e.to_string()))?))
    }

    /// Writes the model into a folder, each file whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
        self.save_in(Precision::Full, folder)
    }

    /// Writes the model with weights of half as many bytes, to be looked at rather than
    /// trained any further.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn save_half(&self, folder: &Path) -> Result<(), ModelError> {
        self.save_in(Precision::Half, folder)
    }

    fn save_in(&self, precision: Precision, folder: &Path) -> Result<(), ModelError> {
        let (config, weights) = self.to_bytes_in(precision)?;
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| ModelError::File { path, source }
        };
        fs::create_dir_all(folder).map_err(at(folder))?;
        for (name, bytes) in [(WEIGHTS_FILE, &weights[..]), (CONFIG_FILE, config.as_bytes())] {
            let (path, partial) = (folder.join(name), folder.join(format!("{name}.partial")));
            fs::write(&partial, bytes).map_err(at(&partial))?;
            fs::rename(&partial, &path).map_err(at(&path))?;
        }
        Ok(())
    }

    /// How many numbers it has learned.
    pub fn parameters(&self) -> usize {
        self.net.num_params()
    }

    /// The network itself.
    pub fn net(&self) -> &UNet {
        &self.net
    }

    /// Where it runs.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The same model with other weights.
    pub fn with_net(&self, net: UNet) -> Self {
        Self { net, ..self.clone() }
    }

    /// Time that a call covers, seconds.
    pub fn call_s(&self) -> f64 {
        self.config.motion.sub_frame_s * self.config.shape.sub_frames as f64
    }

    /// The answer to `batch` inputs of one canvas, `batch × outputs × height × width`,
    /// in units of [`Scales::change_m_s`].
    ///
    /// # Errors
    /// The device failed.
    pub fn answer(
        &self,
        input: Vec<f32>,
        batch: usize,
        canvas: &Canvas,
        tap: &mut dyn Tap,
    ) -> Result<Vec<f32>, ModelError> {
        let answer = self.answer_there(input, batch, canvas, tap);
        let data = answer.try_into_data().map_err(|e| ModelError::Run(e.to_string()))?;
        data.try_to_vec::<f32>().map_err(|e| ModelError::Run(e.to_string()))
    }

    /// The same for devices that must not be waited for, as in a browser.
    ///
    /// # Errors
    /// The device failed.
    pub async fn answer_async(
        &self,
        input: Vec<f32>,
        batch: usize,
        canvas: &Canvas,
        tap: &mut dyn Tap,
    ) -> Result<Vec<f32>, ModelError> {
        let answer = self.answer_there(input, batch, canvas, tap);
        let data = answer.into_data_async().await.map_err(|e| ModelError::Run(e.to_string()))?;
        data.try_to_vec::<f32>().map_err(|e| ModelError::Run(e.to_string()))
    }

    /// The answer, still on the device.
    fn answer_there(
        &self,
        input: Vec<f32>,
        batch: usize,
        canvas: &Canvas,
        tap: &mut dyn Tap,
    ) -> Tensor<4> {
        let shape = [batch, INPUTS, canvas.height, canvas.width];
        let input = Tensor::<4>::from_data(TensorData::new(input, shape), &self.device);
        self.net.forward(input, tap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn shipped_weights_are_those_that_the_card_speaks_of() {
        for Shipped { name, weights, card, .. } in SHIPPED {
            let sha256: String =
                Sha256::digest(weights).iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(card.contains(&sha256), "{name}: {sha256} is not in its card");
            assert!(weights.len() <= 2 << 20, "{name}: {} bytes to download", weights.len());
        }
    }

    #[test]
    fn a_description_out_of_range_is_refused_by_its_key() {
        let Shipped { config, weights, .. } = SHIPPED[0];
        let device = crate::device::open("flex").expect("a processor");
        let open = |config: &str| Model::from_bytes("it", config, weights.to_vec(), &device);
        assert!(open(config).is_ok());
        let given: ModelConfig = toml::from_str(config).expect("a description");
        let refused = |change: &dyn Fn(&mut ModelConfig), words: &str| {
            let mut config = given.clone();
            change(&mut config);
            let config = toml::to_string(&config).expect("text");
            let error = open(&config).map(drop).expect_err(words).to_string();
            assert!(error.contains(words) && error.contains("takes"), "{error}");
        };
        refused(&|c| c.version = 1, "it: version: got 1");
        refused(&|c| c.motion.apart = 1.5, "motion.apart: got 1.5");
        refused(&|c| c.motion.relax_rate = f32::NAN, "motion.relax_rate: got NaN");
        refused(&|c| c.motion.sub_frame_s = 0.0, "motion.sub_frame_s: got 0");
        refused(&|c| c.scales.cell_m = f64::INFINITY, "scales.cell_m: got inf");
        refused(&|c| c.shape.channels = vec![usize::MAX >> 1], "shape.channels: got [");
        refused(&|c| c.shape.residual = vec![0; 9], "shape.residual: got [");
        refused(&|c| c.shape.sub_frames = 0, "shape.sub_frames: got 0");
    }
}

//! A network with all that is needed to run it, in memory and as files.

use std::fs;
use std::path::Path;

use burn::module::Module;
use burn::store::{ModuleSnapshot, SafetensorsStore};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::bed::Sight;
use crate::encode::{Canvas, INPUTS, Scales};
use crate::network::{Shape, Tap, UNet};

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
}

impl Default for Motion {
    fn default() -> Self {
        Self {
            sub_frame_s: 1.0 / 120.0,
            blend: 0.3,
            relax_rate: 0.5,
            relax_sweeps: 20,
            apart: 0.45,
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
        if config.version != VERSION {
            return Err(refuse(format!("version: got {}, takes {VERSION}", config.version)));
        }
        if config.shape.channels.is_empty() || config.shape.sub_frames == 0 {
            return Err(refuse("shape: no channels or no sub-frames".to_owned()));
        }
        let mut net = UNet::new(&config.shape, device);
        let refuse = |what: String| ModelError::Weights { origin: origin.to_owned(), what };
        let mut store = SafetensorsStore::from_bytes(Some(weights));
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
        let refuse = |what: String| ModelError::Weights { origin: "in memory".to_owned(), what };
        let config = toml::to_string_pretty(&self.config).map_err(|e| refuse(e.to_string()))?;
        // More than one entry would come in an order of their own each time.
        let mut store =
            SafetensorsStore::from_bytes(None).clear_metadata().metadata("producer", "weir");
        self.net.save_into(&mut store).map_err(|e| refuse(e.to_string()))?;
        Ok((config, store.get_bytes().map_err(|e| refuse(e.to_string()))?))
    }

    /// Writes the model into a folder, each file whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
        let (config, weights) = self.to_bytes()?;
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
        let shape = [batch, INPUTS, canvas.height, canvas.width];
        let input = Tensor::<4>::from_data(TensorData::new(input, shape), &self.device);
        let answer = self.net.forward(input, tap);
        let data = answer.try_into_data().map_err(|e| ModelError::Run(e.to_string()))?;
        data.try_to_vec::<f32>().map_err(|e| ModelError::Run(e.to_string()))
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
}

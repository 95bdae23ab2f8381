//! What there is to see inside a network, and on which scale.
//!
//! Maps of a layer are shown in one scale for ever: if each frame had its own, a picture
//! would flicker, and a quiet moment look like a storm. The scales come from watching the
//! network for a second before anybody else does, which also says what a call costs here.

use std::time::Instant;

use serde::Serialize;
use sha2::{Digest, Sha256};
use weir_scene::{AdvanceError, Scene};
use weir_surrogate::bed::MAPS;
use weir_surrogate::checkpoints::Checkpoint;
use weir_surrogate::encode::WATER_MAPS;
use weir_surrogate::internals::{Watch, layers, reach_cells, skips};
use weir_surrogate::network::Map;
use weir_surrogate::{Model, ModelError, Surrogate};

/// Where the network is watched: lines, falling water and lying water.
const SCENE: &str = "funnel";
/// Calls of the network until then, and from one look to the next.
const CALLS: usize = 36;
const EVERY: usize = 6;
/// Share of a map's numbers that lie within its scale.
const WITHIN: f64 = 0.98;

/// A network as the page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Atlas {
    /// What the model is called.
    pub name: String,
    /// SHA-256 of its weights, as they are kept in a file.
    pub sha256: String,
    /// Numbers that it has learned.
    pub parameters: usize,
    /// Time that a call covers, seconds.
    pub call_s: f64,
    /// Farthest that anything reaches through it in a call, cells.
    pub reach_cells: usize,
    /// Its layers in the order in which they work; the first is what it is shown, the last
    /// what it answers.
    pub layers: Vec<Sheet>,
    /// Names of its skip connections, in the order in which they arrive.
    pub skips: Vec<String>,
    /// What it was before, in the order of training.
    pub checkpoints: Vec<Stop>,
    /// Time that a call took on this machine for each particle of the water, seconds.
    pub call_s_a_particle: f64,
}

/// A network on its way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stop {
    /// Steps of training.
    pub steps: u64,
    /// Its loss on data that it never learns from, as a share of that of free fall.
    pub loss: Option<f64>,
}

/// A layer.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Cells along each side that one of its values stands for.
    pub cells: usize,
    /// Its maps.
    pub channels: Vec<Channel>,
    /// Numbers of its maps, first those in which much happens that the others do not show.
    pub lively: Vec<usize>,
}

/// A map of a layer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Channel {
    /// What it means, where somebody knows.
    pub name: Option<String>,
    /// What nearly all of its numbers are within, above and below zero.
    pub scale: f32,
}

/// Why a network cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum AtlasError {
    /// The network failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The water that it was watched with did.
    #[error("watching the network: {0}")]
    Advance(#[from] AdvanceError),
    /// The scene that it is watched with is not there.
    #[error("watching the network: the example {SCENE} cannot be read")]
    Scene,
}

/// Of one map: sums over looks.
#[derive(Clone, Debug, Default)]
struct Seen {
    sizes: Vec<f32>,
    /// How much its numbers differ from place to place.
    spread: f64,
    /// The last look, less its mean and of length one.
    shape: Vec<f32>,
}

impl Atlas {
    /// Watches `model` at work; before, it was what `checkpoints` say.
    ///
    /// # Errors
    /// It failed.
    pub fn of(model: &Model, checkpoints: &[Checkpoint]) -> Result<Self, AtlasError> {
        let known = layers(model)?;
        let mut seen: Vec<Vec<Seen>> =
            known.iter().map(|layer| vec![Seen::default(); layer.channels]).collect();
        let example = Scene::examples().iter().find(|example| example.name == SCENE);
        let scene = example.and_then(|example| Scene::from_toml(example.text).ok());
        let mut water = Surrogate::new(model.clone(), &scene.ok_or(AtlasError::Scene)?)?;
        let mut watch = Watch::new(known.iter().map(|layer| layer.name.clone()));
        let begun = Instant::now();
        let mut particles = 0;
        for call in 0..CALLS {
            particles += water.water().len();
            if call % EVERY != EVERY - 1 {
                water.call(&mut ())?;
                continue;
            }
            watch.clear();
            water.call(&mut watch)?;
            for map in watch.maps()? {
                let layer = known.iter().position(|layer| layer.name == map.layer);
                if let Some(seen) = layer.and_then(|layer| seen[layer].get_mut(map.channel)) {
                    seen.look(&map);
                }
            }
        }
        let call_s_a_particle = begun.elapsed().as_secs_f64() / particles.max(1) as f64;
        let sheets = known.iter().zip(seen).map(|(layer, seen)| {
            let lively = lively(&seen);
            let channel = |(k, seen): (usize, Seen)| Channel {
                name: meaning(&layer.name, k),
                scale: seen.scale(),
            };
            let channels = seen.into_iter().enumerate().map(channel).collect();
            Sheet { name: layer.name.clone(), cells: layer.cells, channels, lively }
        });
        let (_, weights) = model.to_bytes()?;
        let hash = Sha256::digest(&weights);
        Ok(Self {
            name: model.config.name.clone(),
            sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            parameters: model.parameters(),
            call_s: model.call_s(),
            reach_cells: reach_cells(&model.config.shape),
            layers: sheets.collect(),
            skips: skips(model)?,
            checkpoints: checkpoints
                .iter()
                .map(|checkpoint| Stop { steps: checkpoint.steps, loss: checkpoint.loss() })
                .collect(),
            call_s_a_particle,
        })
    }

    /// The number of a layer.
    pub fn layer(&self, name: &str) -> Option<usize> {
        self.layers.iter().position(|sheet| sheet.name == name)
    }
}

impl Seen {
    fn look(&mut self, map: &Map) {
        let count = map.values.len().max(1) as f64;
        let mean = map.values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
        let square = map.values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count;
        self.spread += square.sqrt();
        let length = (square * count).sqrt().max(f64::MIN_POSITIVE);
        self.shape = map.values.iter().map(|&v| ((f64::from(v) - mean) / length) as f32).collect();
        self.sizes.extend(map.values.iter().map(|v| v.abs()).filter(|v| *v > 0.0));
    }

    /// Maps that are nothing but a few hot cells rank behind those in which water is seen.
    fn liveliness(&self) -> f64 {
        let largest = self.sizes.iter().copied().fold(0.0_f32, f32::max);
        if largest > 0.0 { self.spread / f64::from(largest) } else { 0.0 }
    }

    fn scale(mut self) -> f32 {
        if self.sizes.is_empty() {
            return 1.0;
        }
        let k = ((self.sizes.len() - 1) as f64 * WITHIN) as usize;
        *self.sizes.select_nth_unstable_by(k, f32::total_cmp).1
    }
}

/// Maps by how much happens in them, each as far as those before it do not show it.
fn lively(seen: &[Seen]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..seen.len()).collect();
    let mut ranked: Vec<usize> = Vec::new();
    let likeness = |a: usize, b: usize| -> f64 {
        let products = seen[a].shape.iter().zip(&seen[b].shape).map(|(a, b)| f64::from(a * b));
        products.sum::<f64>().abs()
    };
    while !left.is_empty() {
        let worth = |k: usize| {
            let most = ranked.iter().map(|&other| likeness(k, other)).fold(0.0, f64::max);
            seen[k].liveliness() * (1.0 - most)
        };
        let worths: Vec<f64> = left.iter().map(|&k| worth(k)).collect();
        let best = (0..left.len()).max_by(|&a, &b| worths[a].total_cmp(&worths[b])).unwrap_or(0);
        ranked.push(left.remove(best));
    }
    ranked
}

/// What a map means: what goes in and what comes out has names, what is between has none.
fn meaning(layer: &str, channel: usize) -> Option<String> {
    match layer {
        "input" => WATER_MAPS.iter().chain(&MAPS).nth(channel).map(|&name| name.to_owned()),
        "answer" => {
            let axis = ["to the right", "upwards"][channel % 2];
            Some(format!("change {axis}, sub-frame {}", channel / 2 + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_surrogate::device;

    #[test]
    fn a_map_that_shows_what_another_does_comes_late() {
        let seen = |values: Vec<f32>| {
            let mut seen = Seen::default();
            let (layer, height) = (String::new(), 1);
            seen.look(&Map { layer, channel: 0, width: values.len(), height, values });
            seen
        };
        let wave = seen(vec![1.0, -1.0, 1.0, -1.0]);
        let same = seen(vec![-3.0, 3.0, -3.0, 3.1]);
        let other = seen(vec![0.1, 0.1, -0.1, -0.05]);
        let nothing = seen(vec![0.0; 4]);
        assert_eq!(lively(&[nothing, same, other, wave]), [3, 2, 1, 0]);
    }

    #[test]
    fn the_network_that_ships_is_seen_from_what_it_is_shown_to_what_it_answers() {
        let device = device::open("flex").expect("a processor");
        let model = Model::open("default", &device).expect("a model");
        let atlas = Atlas::of(&model, &[]).expect("an atlas");
        let [first, .., last] = &atlas.layers[..] else { panic!("layers") };
        assert_eq!((&*first.name, &*last.name), ("input", "answer"));
        assert_eq!(first.channels[0].name.as_deref(), Some("density"));
        assert!((0.9..2.0).contains(&first.channels[0].scale), "{}", first.channels[0].scale);
        assert_eq!(last.channels.len(), model.config.shape.outputs());
        assert_eq!(atlas.skips, ["up3", "up2", "up1", "up0"]);
        for sheet in &atlas.layers {
            assert!(sheet.channels.iter().all(|c| c.scale > 0.0 && c.scale.is_finite()));
            let mut all = sheet.lively.clone();
            all.sort_unstable();
            assert_eq!(all, (0..sheet.channels.len()).collect::<Vec<_>>());
        }
        assert!(atlas.call_s_a_particle > 0.0);
    }
}

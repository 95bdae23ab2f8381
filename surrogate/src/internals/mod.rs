//! What goes on inside a network, and what its answers depend on.
//!
//! A [`Question`] is water with lines around it, at one instant of a
//! [`Surrogate`](crate::Surrogate) and independent of it from then on. What can be
//! asked about it:
//!
//! | | |
//! |---|---|
//! | [`layers`], [`Watch`] | what each layer answers, as named maps; costs nothing when nobody asks |
//! | [`receptive_field`] | on which places the answer at a cell depends, and how much |
//! | [`saliency()`] | how the answer changes when a line is missing |
//! | [`ablate`], [`Silenced`] | how it changes when a skip connection is silent, and water that flows on so |
//! | [`weights()`], [`apart`] | what each layer has learned, and how far it is from another network |
//! | [`disagreement()`] | where several networks do not agree, as they do where they have not learned |
//!
//! Maps have the lowest row first. Differences of answers are in m/s: what a
//! particle at a place would gain, or lose, in a sub-frame.
//!
//! ```
//! use weir_scene::{Advance, Frame, Scene};
//! use weir_surrogate::internals::{Question, Watch, layers, saliency};
//! use weir_surrogate::{Model, Surrogate, device};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = Model::open("default", &device::open("flex")?)?;
//! let scene = Scene::examples().iter().find(|e| e.name == "funnel").ok_or("no funnel")?;
//! let mut water = Surrogate::new(model.clone(), &Scene::from_toml(scene.text)?)?;
//!
//! // Look at two layers while the water flows on.
//! assert!(layers(&model)?.iter().any(|layer| layer.name == "down0.0"));
//! let mut watch = Watch::new(["down0.0", "answer"]).every(2);
//! water.call(&mut watch)?;
//! assert!(watch.maps()?.iter().any(|map| map.layer == "answer" && map.channel == 0));
//!
//! // Which line matters most to the water as it is now?
//! let question = Question::of(&water);
//! let most = saliency(&model, &question)?;
//! assert_eq!(most.len(), question.strokes().count());
//! # Ok(())
//! # }
//! ```

mod ablation;
mod difference;
mod disagreement;
mod field;
mod question;
mod saliency;
mod watch;
mod weights;

pub use ablation::{Silence, Silenced, ablate, skips};
pub use difference::Difference;
pub use disagreement::disagreement;
pub use field::{reach_cells, receptive_field};
pub use question::{Asked, Question};
pub use saliency::{Saliency, saliency};
pub use watch::{Layer, Watch, layers};
pub use weights::{Spread, Weights, apart, weights};

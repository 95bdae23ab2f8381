//! The network and all that surrounds it on one graphics card.
//!
//! Particles stay on the card: each stage of a call ([`crate::flow`]) has a kernel there, whose
//! twin the file of the same name is, and the network, which burn runs on the same device, reads
//! and writes the very memory that they do. Only what is looked at is read back. As with the
//! solver, the unit is a [`Batch`]: rectangles of any sizes in one set of buffers, and one pass
//! of the network for all of one size.
//!
//! Nothing depends on the order in which threads run, so a rectangle has the same water alone
//! and among others.
//!
//! ```no_run
//! use weir_gpu::Gpu;
//! use weir_scene::{Frame, Scene};
//! use weir_surrogate::{Model, card::Batch, device};
//!
//! let scenes = Scene::examples()[..2].iter().map(|example| Scene::from_toml(example.text));
//! let scenes = scenes.collect::<Result<Vec<_>, _>>()?;
//! let gpu = Gpu::open()?;
//! let model = Model::open("default", &device::on(&gpu)?)?;
//! let mut batch = Batch::new(&gpu, &model, &scenes)?;
//! let mut frames = [Frame::default(), Frame::default()];
//! batch.advance()?;
//! batch.snapshot(&mut frames)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod bed;
#[allow(clippy::module_inception, reason = "one rectangle on a card, as the solver has it")]
mod card;
mod easel;
mod kernels;
mod layout;
mod lengths;
mod slice;
#[cfg(test)]
mod twins;

pub use batch::Batch;
pub use card::Card;

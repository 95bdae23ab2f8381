//! A network that flows like water.
//!
//! Particles are gathered on a grid, a U-Net says how each one's velocity will
//! change over the next few sub-frames, and the particles go their way: they stop
//! at lines as the solver's do ([`weir_ground::Sweep`]), so no answer of the
//! network, however wrong, takes water through a line, and none is ever lost.
//!
//! What is learned and what is not:
//!
//! | | |
//! |---|---|
//! | pressure: how water pushes on water, lines and walls | the network ([`network`]) |
//! | free fall | exact ([`flow`]) |
//! | lines stop water | geometry ([`bed`], [`flow`]) |
//! | water does not pile up | a few sweeps of relaxation after each call ([`relax`]), and a distance between particles ([`apart`]) |
//! | nothing moves by itself | a body of water can only lose energy ([`energy`]) |
//!
//! How good the result is, [`evaluate`] measures against any other producer of frames, and
//! [`gate`] says of two networks whether one may take the other's place.

pub mod apart;
mod awake;
mod basin;
pub mod bed;
#[cfg(feature = "wgpu")]
pub mod card;
pub mod checkpoints;
pub mod device;
mod dice;
pub mod encode;
pub mod energy;
mod error;
pub mod evaluate;
pub mod flight;
pub mod flow;
pub mod gate;
pub mod golden;
pub mod internals;
mod model;
pub mod network;
mod range;
pub mod relax;
mod rollout;
mod surrogate;
mod together;
pub mod train;
pub mod transfer;

pub use basin::StrokeId;
pub use error::ModelError;
pub use model::{CONFIG_FILE, Model, ModelConfig, Motion, VERSION, WEIGHTS_FILE};
pub use rollout::{Rollout, start};
pub use surrogate::{FPS, Surrogate, Totals};
pub use together::{Pass, call_together};

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

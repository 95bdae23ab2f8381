//! Learning from recorded water.

mod batch;
mod clip;
mod config;
mod dice;
mod ema;
mod state;
mod tracker;
mod trainer;

pub use batch::{Batch, Sample};
pub use clip::Clip;
pub use config::TrainConfig;
pub use state::{STATE_FOLDER, StateError};
pub use tracker::{NoTracker, Tracker};
pub use trainer::{Step, TrainError, Trainer};

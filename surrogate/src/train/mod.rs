//! Learning from recorded water.

mod batch;
mod clip;
mod config;
mod dice;
mod ema;
#[cfg(not(target_family = "wasm"))]
mod mlflow;
mod state;
mod tracker;
mod trainer;

pub use batch::{Batch, Sample};
pub use clip::Clip;
pub use config::TrainConfig;
pub(crate) use dice::Dice;
#[cfg(not(target_family = "wasm"))]
pub use mlflow::{MlflowTracker, TrackingError};
pub use state::{STATE_FOLDER, StateError};
pub use tracker::{NoTracker, Tracker};
pub use trainer::{Step, TrainError, Trainer};

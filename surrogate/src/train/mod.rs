//! Learning from recorded water.

mod batch;
mod clip;
mod config;
mod ema;
mod examination;
mod gradient;
mod history;
mod lesson;
mod loss;
#[cfg(not(target_family = "wasm"))]
mod mlflow;
mod state;
mod tracker;
mod trainer;

pub use batch::{Batch, Sample};
pub use clip::Clip;
pub use config::{Lessons, TrainConfig};
pub use examination::{Examination, Mark};
pub use gradient::Gradient;
pub use history::History;
pub use lesson::{Course, Teacher};
pub use loss::{Compared, Loss};
#[cfg(not(target_family = "wasm"))]
pub use mlflow::{KeptRun, MlflowTracker, Sent, ServedRun, TrackingError, send};
pub use state::{STATE_FOLDER, StateError};
pub use tracker::{DataUsed, ModelMade, Tracker};
pub use trainer::{Step, TrainError, Trainer};

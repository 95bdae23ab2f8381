#![doc = include_str!("../README.md")]

mod artifact;
mod backoff;
mod batch;
pub mod blocking;
mod client;
mod clock;
mod dataset;
mod environment;
mod error;
mod experiment;
mod image;
pub mod limits;
mod logged_model;
mod metric;
mod number;
mod recorder;
mod registry;
mod run;
mod search;
pub mod spool;
mod transport;

pub use artifact::{Artifact, ArtifactRoot};
pub use backoff::Backoff;
pub use batch::Batch;
pub use client::{Client, ClientBuilder};
pub use dataset::{Dataset, DatasetInput};
pub use environment::Environment;
pub use error::{Error, Result, SpoolFault};
pub use experiment::Experiment;
pub use image::ImageName;
pub use logged_model::{LoggedModel, LoggedModelStatus, NewLoggedModel};
pub use metric::{Metric, Param, Tag};
pub use recorder::{RecordedModel, Recorder, RecorderBuilder, Report};
pub use registry::{Alias, ModelVersion, NewModelVersion, RegisteredModel};
pub use run::{
    ModelOutput, NewRun, Run, RunData, RunInfo, RunInputs, RunOutputs, RunSearch, RunStatus,
};
pub use search::Page;

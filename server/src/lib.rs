#![doc = include_str!("../README.md")]

mod actor;
mod actors;
mod api;
mod app;
mod ask;
mod atlas;
mod beat;
pub mod config;
mod content;
mod cost;
mod crowd;
mod drawings;
mod engine;
mod flow;
mod gallery;
mod health;
mod insides;
mod listen;
pub mod log;
mod metrics;
mod openapi;
mod pages;
mod peer;
mod plan;
mod priority;
mod problem;
mod protocol;
mod range;
mod rate;
mod redirect;
mod run;
mod site;
mod stage;
mod store;
mod tls;
mod told;
mod visitor;
mod workshop;

pub use app::App;
pub use atlas::{Atlas, AtlasError, Channel, Sheet, Stop};
pub use config::Config;
pub use content::{Content, ContentError};
pub use engine::Reference;
pub use engine::{Engine, Engines};
pub use gallery::Gallery;
pub use insides::Insides;
pub use listen::{redirect, serve};
pub use metrics::ModelInfo;
pub use priority::after_the_water;
pub use stage::{
    BEAT, Change, Deed, Key, Latest, Load, Moment, Refusal, RunId, Seat, Stage, State, Waits,
};
pub use store::{Store, StoreError};
pub use tls::{Tls, TlsError};
pub use told::Told;

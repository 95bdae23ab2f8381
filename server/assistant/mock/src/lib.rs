#![doc = include_str!("../README.md")]

mod assembly;
mod openai;

pub use assembly::{AssemblyAi, Fault, Limits, Said, Session};
pub use openai::{Behaviour, Endpoint, OpenAi, Recorded};

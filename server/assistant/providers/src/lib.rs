#![doc = include_str!("../README.md")]

mod chat;
mod embedding;
mod error;
mod secret;
mod speaking;

pub use chat::{ChatModel, ChatPiece, ChatRequest, ChatStream, Message, Role, Schema, Usage};
pub use embedding::Embedder;
pub use error::ProviderError;
pub use secret::Secret;
pub use speaking::{Spoken, Voice};

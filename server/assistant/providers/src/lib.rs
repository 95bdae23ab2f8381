#![doc = include_str!("../README.md")]

mod breaker;
mod chat;
mod clock;
mod embedding;
mod error;
pub mod openai;
mod paid;
mod prices;
mod purse;
mod secret;
mod speaking;

pub use breaker::{Breaker, Guarded, Pass, Patience};
pub use chat::{ChatModel, ChatPiece, ChatRequest, ChatStream, Message, Role, Schema, Usage};
pub use clock::{Clock, Hand};
pub use embedding::Embedder;
pub use error::ProviderError;
pub use paid::Paid;
pub use prices::Prices;
pub use purse::{Purse, PurseError, Reservation};
pub use secret::Secret;
pub use speaking::{Spoken, Voice};

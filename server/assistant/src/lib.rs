#![doc = include_str!("../README.md")]

mod accounts;
pub mod config;
mod database;
mod recordings;
mod tokens;

pub use accounts::{AccountError, Accounts, User, UserRole};
pub use config::AssistantConfig;
pub use database::DatabaseError;
pub use recordings::{Recording, RecordingError, Recordings};
pub use tokens::{KeyError, LIFE_S, TokenError, Tokens};

#![doc = include_str!("../README.md")]

mod accounts;
mod answering;
mod assistant;
mod call_sound;
pub mod config;
mod documents;
mod hearing;
mod models;
mod paid_ears;
mod place;
mod recordings;
mod renewal;
mod tokens;
mod whole;

use sqlx::migrate::Migrator;

/// Of the file of accounts and recordings.
static MIGRATIONS: Migrator = sqlx::migrate!();

pub use accounts::{AccountError, Accounts, User, UserRole};
pub use answering::Answering;
pub use assistant::{Assistant, OpenError};
pub use call_sound::{CallSound, CallSounds, SoundReadError};
pub use config::AssistantConfig;
pub use documents::Page;
pub use hearing::Hearing;
pub use models::Models;
pub use recordings::{Recording, RecordingError, Recordings};
pub use renewal::{RenewalError, Renewed};
pub use tokens::{KeyError, LIFE_S, TokenError, Tokens};

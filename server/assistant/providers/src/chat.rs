//! A model that answers, piece by piece.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::ProviderError;

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// What the model is told to do. Never text of a visitor or of a document.
    System,
    /// What is asked, and what it is about.
    User,
    /// What the model said before.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// What `role` says.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// A form that an answer has to have: a JSON schema of which every key is required.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// What it is called.
    pub name: String,
    /// The schema itself.
    pub schema: serde_json::Value,
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatRequest {
    /// The conversation so far, the oldest first.
    pub messages: Vec<Message>,
    /// Most tokens of the answer.
    pub most_tokens: u32,
    /// The form of the answer, if it is no free text.
    pub schema: Option<Schema>,
}

/// Tokens that were read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of what was asked.
    pub prompt_tokens: u64,
    /// Of the answer.
    pub completion_tokens: u64,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatPiece {
    /// The next words.
    Text(String),
    /// What it took; once, at the end, where the model says it.
    Usage(Usage),
}

/// The pieces of an answer. It ends after the last one, or with an error; dropping it ends the
/// request.
pub type ChatStream = BoxStream<'static, Result<ChatPiece, ProviderError>>;

/// A model that answers.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// What it is called where answers are shown, such as `gpt-4o-mini at api.openai.com`.
    fn id(&self) -> &str;

    /// Begins an answer.
    ///
    /// # Errors
    /// There is no answer; errors after its first piece are in the stream.
    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ProviderError>;
}

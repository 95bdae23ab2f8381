#![doc = include_str!("../README.md")]

mod answer;
mod changes;
mod citations;
mod confidence;
mod documents;
mod extract;
pub mod jobs;
mod library;
pub mod measure;
mod prompt;
mod refresh;
mod vectors;

pub use answer::{
    Answer, AnswerConfig, Answerer, By, Ending, Event, Nearest, QuestionError, Source,
};
pub use changes::{Changes, Looked};
pub use citations::Citations;
pub use confidence::Evidence;
pub use documents::{Documents, DocumentsError, scope};
pub use extract::{Quote, quotes, sentences};
pub use library::{Found, Library, Passage, RefreshError, Within};
pub use refresh::{Progress, Refreshed};
pub use vectors::{
    ContentSha, Near, PgVectors, Space, SqliteVectors, VectorError, VectorStore, embedded_text,
};

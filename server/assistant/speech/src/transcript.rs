//! What was said.

use serde::{Deserialize, Serialize};

/// A word, and when it was said: in seconds from the first sample that was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word.
    pub text: String,
    /// When it begins.
    pub start_s: f32,
    /// When it ends.
    pub end_s: f32,
    /// How sure the transcriber is, 0 to 1.
    pub confidence: f32,
}

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The words as a text. Empty where nothing was said.
    pub text: String,
    /// The words one by one; none where the transcriber does not tell them apart.
    pub words: Vec<Word>,
}

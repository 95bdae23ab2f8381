//! What is wrong with a scene, said so that its author can mend it.

use std::fmt::Display;

/// A refused scene: which key, what stood there, what may stand there.
///
/// Reads as one line, `domain.cell_m: got -0.1, takes a number above 0`. It
/// does not know where the text came from; whoever read the file says that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: got {got}, takes {takes}")]
pub struct SceneError {
    /// The key, `stroke[2].points_m[0][1]`; for a syntax error, `line 3, column 7`.
    pub key: String,
    /// What stood there.
    pub got: String,
    /// What may stand there.
    pub takes: String,
}

impl SceneError {
    /// An error whose parts are one line each, and no longer than a line can be:
    /// keys and values may come from a stranger's file.
    pub fn new(key: impl Display, got: impl Display, takes: impl Display) -> Self {
        Self {
            key: on_one_line(&key.to_string(), 120),
            got: on_one_line(&got.to_string(), 200),
            takes: on_one_line(&takes.to_string(), 400),
        }
    }
}

/// `text` with its control characters turned to spaces, cut to `limit` characters.
fn on_one_line(text: &str, limit: usize) -> String {
    let mut line: String =
        text.chars().take(limit).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(limit).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_value_stays_on_one_short_line() {
        let error = SceneError::new("name", format!("\u{1b}[2J\n{}", "x".repeat(10_000)), "less");
        let line = error.to_string();
        assert!(line.chars().count() < 300 && !line.contains(char::is_control), "{line}");
    }
}

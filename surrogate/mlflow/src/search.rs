//! Answers that come in pages.

/// One page of a search, and how to ask for the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// What was found.
    pub items: Vec<T>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Servers end with an empty token, or with none.
    pub(crate) fn new(items: Vec<T>, token: Option<String>) -> Self {
        Self { items, next: token.filter(|token| !token.is_empty()) }
    }
}

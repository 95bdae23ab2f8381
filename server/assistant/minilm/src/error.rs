//! Why there is no model, or no vector.

/// Why a folder is no model that is used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Read {
        /// Its path.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is none of those that are known.
    #[error(
        "{file} has SHA-256 {sha256}, which is none that is known: it is damaged, or another \
         model; to use it all the same, allow what is not pinned"
    )]
    Unpinned {
        /// Its path.
        file: String,
        /// In hexadecimal.
        sha256: String,
    },
    /// A file is not what its name says.
    #[error("{file}: {why}")]
    Malformed {
        /// Its path.
        file: String,
        /// Why not.
        why: String,
    },
    /// A tensor is not as the configuration has it.
    #[error("{file}: tensor {tensor}: got {got}, expected {expected}")]
    Tensor {
        /// Path of the file.
        file: String,
        /// Its name.
        tensor: String,
        /// What the configuration asks for.
        expected: String,
        /// What there is.
        got: String,
    },
}

/// Why there are no vectors. No message has a text in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// A text cannot be cut into tokens.
    #[error("text {index} cannot be cut into tokens")]
    Tokens {
        /// Which of the texts, from 0.
        index: usize,
    },
    /// The network failed.
    #[error("the network failed: {0}")]
    Network(String),
}

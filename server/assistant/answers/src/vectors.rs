//! Vectors of texts, kept by what made them and by what they were made of.

mod postgres;
mod sqlite;

use std::collections::HashSet;
use std::fmt::{Debug, Display, Formatter};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use weir_kept::KeptError;
use weir_retrieval::Chunk;

pub use postgres::PgVectors;
pub use sqlite::SqliteVectors;

/// What a text is, by SHA-256: the same text has the same vector.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentSha(pub [u8; 32]);

impl ContentSha {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

impl Display for ContentSha {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Debug for ContentSha {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        Display::fmt(self, f)
    }
}

/// The text of a part of which its vector is made: title and heading go with it, as a part read
/// alone does not say what it is about.
pub fn embedded_text(chunk: &Chunk) -> String {
    format!("{}\n{}\n{}", chunk.title, chunk.heading, chunk.text)
}

/// Vectors that can be compared: of one embedder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Space {
    /// What made them.
    pub model_id: String,
    /// Numbers of each.
    pub dimensions: usize,
}

/// A vector that is near another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The text of which it is.
    pub content_sha: ContentSha,
    /// The cosine of the angle between both, -1 to 1.
    pub cosine: f32,
}

/// Why vectors are not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// A vector has not the numbers of its space.
    #[error("{model_id} has vectors of {expected} numbers, and this has {got}")]
    Dimensions {
        /// The space.
        model_id: String,
        /// What it has to have.
        expected: usize,
        /// What it has.
        got: usize,
    },
    /// A vector has infinite numbers, or some that are none.
    #[error("a vector of {model_id} has numbers that are not finite")]
    NotFinite {
        /// The space.
        model_id: String,
    },
    /// The SQLite file cannot be opened.
    #[error("vectors: {0}")]
    Kept(#[from] KeptError),
    /// PostgreSQL has no pgvector.
    #[error(
        "PostgreSQL {version} has no extension `vector`: install pgvector for it (Debian and \
         Ubuntu: postgresql-{version}-pgvector from apt.postgresql.org; else \
         https://github.com/pgvector/pgvector)"
    )]
    NoExtension {
        /// Which PostgreSQL, such as 15.
        version: String,
    },
    /// pgvector is there and may not be switched on.
    #[error("`CREATE EXTENSION vector` has to be run once by an owner of the database: {0}")]
    Extension(sqlx::Error),
    /// The database refuses.
    #[error("vectors: {0}")]
    Database(#[from] sqlx::Error),
    /// The database is of another time.
    #[error("vectors: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// Where vectors are kept.
#[async_trait]
pub trait VectorStore: Send + Sync {
    /// Of which texts there are vectors.
    ///
    /// # Errors
    /// The database refuses.
    async fn held(&self, space: &Space) -> Result<HashSet<ContentSha>, VectorError>;

    /// Keeps vectors, all or none; one of the same text is replaced.
    ///
    /// # Errors
    /// One has not the dimensions of the space or is not finite, or the database refuses.
    async fn upsert(
        &self,
        space: &Space,
        vectors: &[(ContentSha, Vec<f32>)],
    ) -> Result<(), VectorError>;

    /// Lets vectors go, and says of how many texts there were any.
    ///
    /// # Errors
    /// The database refuses.
    async fn delete(&self, space: &Space, gone: &[ContentSha]) -> Result<usize, VectorError>;

    /// Those `most` vectors of the texts `among` all that are nearest, the nearest first; of two
    /// that are as near the one of the smaller hash.
    ///
    /// # Errors
    /// The vector has not the dimensions of the space or is not finite, or the database refuses.
    async fn nearest(
        &self,
        space: &Space,
        vector: &[f32],
        most: usize,
        among: &HashSet<ContentSha>,
    ) -> Result<Vec<Near>, VectorError>;
}

/// Refuses what is no vector of the space.
fn check(space: &Space, vector: &[f32]) -> Result<(), VectorError> {
    let model_id = || space.model_id.clone();
    if vector.len() != space.dimensions {
        let (expected, got) = (space.dimensions, vector.len());
        return Err(VectorError::Dimensions { model_id: model_id(), expected, got });
    }
    if !vector.iter().all(|number| number.is_finite()) {
        return Err(VectorError::NotFinite { model_id: model_id() });
    }
    Ok(())
}

/// A hash as it comes from a database, whose table holds nothing else.
fn sha(bytes: &[u8]) -> Result<ContentSha, VectorError> {
    let bytes = bytes.try_into();
    Ok(ContentSha(bytes.map_err(|error| sqlx::Error::Decode(Box::new(error)))?))
}

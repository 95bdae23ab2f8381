//! Texts as vectors.

use async_trait::async_trait;

use crate::ProviderError;

/// What makes vectors of texts: the nearer two vectors, the more alike what the texts mean.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// What made the vectors. Vectors of different ids cannot be compared.
    fn id(&self) -> &str;

    /// Numbers of a vector.
    fn dimensions(&self) -> usize;

    /// A vector of length 1 for each text, in their order.
    ///
    /// # Errors
    /// There are none; then not even some.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ProviderError>;
}

//! Texts as vectors, in batches.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::Client;
use crate::{Embedder, ProviderError};

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    embedding: Vec<f32>,
}

#[async_trait]
impl Embedder for Client {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.config.dimensions
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ProviderError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(self.config.batch) {
            let body = json!({"model": self.config.model, "input": batch,
                "encoding_format": "float"});
            let response = self.ask("embeddings", |builder| builder.json(&body)).await?;
            let answer: Answer = self.read_json(response).await?;
            vectors.extend(self.sorted(answer, batch.len())?);
        }
        Ok(vectors)
    }
}

impl Client {
    /// The vectors in the order of their texts, each of length 1.
    fn sorted(&self, answer: Answer, texts: usize) -> Result<Vec<Vec<f32>>, ProviderError> {
        let mut items = answer.data;
        items.sort_by_key(|item| item.index);
        if !items.iter().map(|item| item.index).eq(0..texts) {
            return Err(self.unexpected("not one vector for each text"));
        }
        items.into_iter().map(|item| self.unit(item.embedding)).collect()
    }

    fn unit(&self, mut vector: Vec<f32>) -> Result<Vec<f32>, ProviderError> {
        if vector.len() != self.config.dimensions {
            let (got, wanted) = (vector.len(), self.config.dimensions);
            return Err(self.unexpected(format!("a vector of {got} numbers instead of {wanted}")));
        }
        // In f64, or the square of a large number would be infinite.
        let length = vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        if !length.is_finite() || length == 0.0 {
            return Err(self.unexpected("a vector that has no direction"));
        }
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
        Ok(vector)
    }
}

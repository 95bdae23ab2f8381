//! Answers from documents, and jobs: opened when somebody first asks.

use std::sync::{Arc, PoisonError, RwLock};

use weir_answers::jobs::Jobs;
use weir_answers::{
    AnswerConfig, Answerer, Documents, Library, PgVectors, Progress, RefreshError, Refreshed,
    SqliteVectors, VectorStore,
};

use crate::config::AssistantConfig;
use crate::models::Models;

/// What answers, and the postings.
pub struct Answering {
    library: Arc<Library>,
    answerer: Answerer,
    jobs: RwLock<Arc<Jobs>>,
}

impl Answering {
    /// From these documents, as configured; vectors are kept in a folder.
    ///
    /// # Errors
    /// The embedder or the store of vectors cannot be opened.
    pub async fn open(
        config: &AssistantConfig,
        folder: &std::path::Path,
        models: &Models,
        documents: Documents,
    ) -> Result<Self, String> {
        let jobs = RwLock::new(Arc::new(Jobs::new(&documents)));
        let library = Arc::new(match models.embedder.clone() {
            Some(embedder) => {
                Library::with_vectors(documents, embedder, vectors(config, folder).await?)
            }
            None => Library::new(documents),
        });
        let settings =
            AnswerConfig { most_tokens: config.chat.most_tokens, ..AnswerConfig::default() };
        let answerer = Answerer::new(Arc::clone(&library), settings);
        let answerer = match &models.chat {
            Some(model) => answerer.with_model(Arc::clone(model)),
            None => answerer,
        };
        Ok(Self { library, answerer, jobs })
    }

    /// What answers.
    pub fn answerer(&self) -> &Answerer {
        &self.answerer
    }

    /// What is answered from.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The postings as they are now.
    pub fn jobs(&self) -> Arc<Jobs> {
        Arc::clone(&self.jobs.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes these documents in the place of what is there.
    ///
    /// # Errors
    /// As [`Library::refresh`].
    pub async fn refresh(
        &self,
        documents: Documents,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Refreshed, RefreshError> {
        let jobs = Arc::new(Jobs::new(&documents));
        let refreshed = self.library.refresh(documents, progress).await?;
        *self.jobs.write().unwrap_or_else(PoisonError::into_inner) = jobs;
        Ok(refreshed)
    }
}

async fn vectors(
    config: &AssistantConfig,
    folder: &std::path::Path,
) -> Result<Arc<dyn VectorStore>, String> {
    let wrong = |error: weir_answers::VectorError| error.to_string();
    match &config.vectors.url {
        Some(url) => Ok(Arc::new(PgVectors::open(url.reveal()).await.map_err(wrong)?)),
        None => {
            let store = SqliteVectors::open(&folder.join("vectors.sqlite")).await.map_err(wrong)?;
            Ok(Arc::new(store))
        }
    }
}

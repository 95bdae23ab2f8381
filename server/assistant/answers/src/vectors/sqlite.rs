//! Vectors in an SQLite file, compared in memory: exact, and for a hundred thousand texts still
//! some hundredths of a second.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::{Row, SqlitePool};
use tokio::sync::RwLock;
use weir_kept::Kept;

use super::{ContentSha, Near, Space, VectorError, VectorStore, check, sha};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Vectors in an SQLite file. They are read once, when they are first asked for, and again by
/// [`VectorStore::held`], which so sees what another process has added.
#[derive(Debug)]
pub struct SqliteVectors {
    pool: SqlitePool,
    /// A space that is not here was not read yet.
    memory: RwLock<HashMap<Space, Vectors>>,
}

type Vectors = HashMap<ContentSha, Vec<f32>>;

impl SqliteVectors {
    /// In this file, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made, or the file is no such database.
    pub async fn open(file: &Path) -> Result<Self, VectorError> {
        let pool = Kept::new(file, &MIGRATIONS).pool().await?.clone();
        Ok(Self { pool, memory: RwLock::default() })
    }

    async fn read(&self, space: &Space) -> Result<Vectors, VectorError> {
        let query =
            "SELECT content_sha, vector FROM vectors WHERE model_id = ?1 AND dimensions = ?2";
        let rows = sqlx::query(query)
            .bind(&space.model_id)
            .bind(space.dimensions as i64)
            .fetch_all(&self.pool)
            .await?;
        let vector = |row: sqlx::sqlite::SqliteRow| {
            let of = sha(row.try_get("content_sha")?)?;
            Ok((of, numbers(row.try_get("vector")?)))
        };
        rows.into_iter().map(vector).collect()
    }
}

#[async_trait]
impl VectorStore for SqliteVectors {
    async fn held(&self, space: &Space) -> Result<HashSet<ContentSha>, VectorError> {
        // Locked from the first row on: what is put in meanwhile is not forgotten.
        let mut memory = self.memory.write().await;
        let vectors = self.read(space).await?;
        let held = vectors.keys().copied().collect();
        memory.insert(space.clone(), vectors);
        Ok(held)
    }

    async fn upsert(
        &self,
        space: &Space,
        vectors: &[(ContentSha, Vec<f32>)],
    ) -> Result<(), VectorError> {
        vectors.iter().try_for_each(|(_, vector)| check(space, vector))?;
        let mut memory = self.memory.write().await;
        let mut transaction = self.pool.begin().await?;
        for (of, vector) in vectors {
            sqlx::query(
                "INSERT INTO vectors (model_id, dimensions, content_sha, vector) \
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET vector = excluded.vector",
            )
            .bind(&space.model_id)
            .bind(space.dimensions as i64)
            .bind(of.0.as_slice())
            .bind(bytes(vector))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        if let Some(ours) = memory.get_mut(space) {
            ours.extend(vectors.iter().cloned());
        }
        Ok(())
    }

    async fn delete(&self, space: &Space, gone: &[ContentSha]) -> Result<usize, VectorError> {
        let mut memory = self.memory.write().await;
        let mut transaction = self.pool.begin().await?;
        let mut deleted = 0;
        for of in gone {
            let query =
                "DELETE FROM vectors WHERE model_id = ?1 AND dimensions = ?2 AND content_sha = ?3";
            let done = sqlx::query(query)
                .bind(&space.model_id)
                .bind(space.dimensions as i64)
                .bind(of.0.as_slice())
                .execute(&mut *transaction)
                .await?;
            deleted += done.rows_affected() as usize;
        }
        transaction.commit().await?;
        if let Some(ours) = memory.get_mut(space) {
            for of in gone {
                ours.remove(of);
            }
        }
        Ok(deleted)
    }

    async fn nearest(
        &self,
        space: &Space,
        vector: &[f32],
        most: usize,
        among: &HashSet<ContentSha>,
    ) -> Result<Vec<Near>, VectorError> {
        check(space, vector)?;
        if !self.memory.read().await.contains_key(space) {
            self.held(space).await?;
        }
        let memory = self.memory.read().await;
        let Some(vectors) = memory.get(space) else { return Ok(Vec::new()) };
        let near = |(of, other): (&ContentSha, &Vec<f32>)| Near {
            content_sha: *of,
            cosine: cosine(vector, other),
        };
        let mut found: Vec<Near> =
            vectors.iter().filter(|(of, _)| among.contains(of)).map(near).collect();
        found.sort_unstable_by(|a, b| {
            b.cosine.total_cmp(&a.cosine).then(a.content_sha.cmp(&b.content_sha))
        });
        found.truncate(most);
        Ok(found)
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { (dot(a, b) / lengths).clamp(-1.0, 1.0) } else { 0.0 }
}

fn bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks();
    numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

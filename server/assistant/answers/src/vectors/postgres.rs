//! Vectors in PostgreSQL, compared there by the extension pgvector
//! (<https://github.com/pgvector/pgvector>).

use std::collections::HashSet;
use std::fmt::Write;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool, Row};

use super::{ContentSha, Near, Space, VectorError, VectorStore, check, sha};

/// Longest that a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most numbers of a vector that pgvector makes an index of.
const MOST_INDEXED: usize = 2000;

/// Vectors in PostgreSQL, in a schema of their own, `weir_vectors`.
#[derive(Clone, Debug)]
pub struct PgVectors {
    pool: PgPool,
}

impl PgVectors {
    /// In this database, such as `postgres://weir@localhost/weir`; schema and table are made if
    /// they are not there.
    ///
    /// # Errors
    /// It cannot be reached, has no pgvector, or does not let us make what is missing.
    pub async fn open(url: &str) -> Result<Self, VectorError> {
        let options =
            PgConnectOptions::from_str(url)?.options([("search_path", "weir_vectors,public")]);
        // A pool tries until its patience is over; at the start who is not there is to be told.
        options.connect().await?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        prepare(&pool).await?;
        sqlx::migrate!("migrations/postgres").run(&pool).await?;
        Ok(Self { pool })
    }

    /// Makes an index of all vectors of so many dimensions (HNSW; Malkov and Yashunin, IEEE TPAMI
    /// 42, 2020). With it the planner may answer from the index, which is faster beyond some ten
    /// thousand texts, and may leave near ones out; without it answers are exact.
    ///
    /// # Errors
    /// There are too many dimensions for an index, or the database refuses.
    pub async fn index(&self, space: &Space) -> Result<(), VectorError> {
        let dimensions = space.dimensions;
        if dimensions > MOST_INDEXED {
            let model_id = space.model_id.clone();
            return Err(VectorError::Dimensions {
                model_id,
                expected: MOST_INDEXED,
                got: dimensions,
            });
        }
        let make = format!(
            "CREATE INDEX IF NOT EXISTS vectors_hnsw_{dimensions} ON vectors USING hnsw \
             ((vector::vector({dimensions})) vector_cosine_ops) WHERE dimensions = {dimensions}"
        );
        // Made of a number alone.
        sqlx::query(AssertSqlSafe(make)).execute(&self.pool).await?;
        Ok(())
    }
}

/// Switches pgvector on where it is installed, and makes the schema.
async fn prepare(pool: &PgPool) -> Result<(), VectorError> {
    let mut transaction = pool.begin().await?;
    // `IF NOT EXISTS` alone fails where two begin at once.
    let lock = "SELECT pg_advisory_xact_lock(hashtext('weir_vectors'))";
    sqlx::query(lock).execute(&mut *transaction).await?;
    let (version, is_there): (String, bool) = sqlx::query_as(
        "SELECT split_part(current_setting('server_version'), '.', 1), \
         EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')",
    )
    .fetch_one(&mut *transaction)
    .await?;
    if !is_there {
        return Err(VectorError::NoExtension { version });
    }
    let extend = "CREATE EXTENSION IF NOT EXISTS vector SCHEMA public";
    sqlx::query(extend).execute(&mut *transaction).await.map_err(VectorError::Extension)?;
    let make = "CREATE SCHEMA IF NOT EXISTS weir_vectors";
    sqlx::query(make).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

#[async_trait]
impl VectorStore for PgVectors {
    async fn held(&self, space: &Space) -> Result<HashSet<ContentSha>, VectorError> {
        let query = "SELECT content_sha FROM vectors WHERE model_id = $1 AND dimensions = $2";
        let rows = sqlx::query(query)
            .bind(&space.model_id)
            .bind(dimensions(space)?)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| sha(row.try_get(0)?)).collect()
    }

    async fn upsert(
        &self,
        space: &Space,
        vectors: &[(ContentSha, Vec<f32>)],
    ) -> Result<(), VectorError> {
        vectors.iter().try_for_each(|(_, vector)| check(space, vector))?;
        let mut transaction = self.pool.begin().await?;
        for (of, vector) in vectors {
            sqlx::query(
                "INSERT INTO vectors (model_id, dimensions, content_sha, vector) \
                 VALUES ($1, $2, $3, $4::vector) ON CONFLICT (model_id, dimensions, content_sha) \
                 DO UPDATE SET vector = excluded.vector",
            )
            .bind(&space.model_id)
            .bind(dimensions(space)?)
            .bind(of.0.as_slice())
            .bind(literal(vector))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn delete(&self, space: &Space, gone: &[ContentSha]) -> Result<usize, VectorError> {
        let done = sqlx::query(
            "DELETE FROM vectors WHERE model_id = $1 AND dimensions = $2 \
             AND content_sha = ANY($3)",
        )
        .bind(&space.model_id)
        .bind(dimensions(space)?)
        .bind(gone.iter().map(|of| of.0.to_vec()).collect::<Vec<_>>())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() as usize)
    }

    async fn nearest(
        &self,
        space: &Space,
        vector: &[f32],
        most: usize,
        among: &HashSet<ContentSha>,
    ) -> Result<Vec<Near>, VectorError> {
        check(space, vector)?;
        let wide = dimensions(space)?;
        // The dimensions stand in the text, since an index is for some alone. The cosine of a
        // vector of length 0 is no number, and counts as 0.
        let query = format!(
            "SELECT content_sha, coalesce(nullif(1 - distance, 'NaN'), 0)::real AS cosine FROM \
             (SELECT content_sha, vector::vector({wide}) <=> $1::vector({wide}) AS distance \
             FROM vectors WHERE model_id = $2 AND dimensions = {wide} AND content_sha = ANY($3) \
             ORDER BY distance LIMIT $4) AS near ORDER BY cosine DESC, content_sha"
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(literal(vector))
            .bind(&space.model_id)
            .bind(among.iter().map(|of| of.0.to_vec()).collect::<Vec<_>>())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        let near = |row: &sqlx::postgres::PgRow| {
            let content_sha = sha(row.try_get("content_sha")?)?;
            Ok(Near { content_sha, cosine: row.try_get("cosine")? })
        };
        rows.iter().map(near).collect()
    }
}

/// As PostgreSQL counts.
fn dimensions(space: &Space) -> Result<i32, VectorError> {
    let wide = i32::try_from(space.dimensions);
    Ok(wide.map_err(|error| sqlx::Error::Encode(Box::new(error)))?)
}

/// A vector as pgvector writes it: `[1,0.5]`.
fn literal(vector: &[f32]) -> String {
    let mut text = String::from("[");
    for (number, value) in vector.iter().enumerate() {
        let comma = if number > 0 { "," } else { "" };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}{value}");
    }
    text.push(']');
    text
}

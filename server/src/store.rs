//! What outlives the server: drawings that visitors keep, in one SQLite file.
//!
//! The file is made when the first drawing is kept. A drawing's name is made of its
//! content, so the same drawing kept twice is one, and a link always means the same.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sqlx::Row as _;
use sqlx::migrate::Migrator;
use weir_kept::{Kept, KeptError, now_s};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Most drawings that are kept; those that nobody asked for longest make room.
const MOST: i64 = 100_000;
/// Letters of a name: digits and letters that nobody takes for one another.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How many of them a name has: 60 bits of a hash.
const LENGTH: usize = 12;
/// Name of the file.
const FILE: &str = "weir.sqlite";

/// Drawings that visitors keep.
#[derive(Debug)]
pub struct Store(Kept);

impl Store {
    /// A store in this folder, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(Kept::new(folder.into().join(FILE), &MIGRATIONS))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Keeps a scene, as JSON, and gives its name.
    ///
    /// # Errors
    /// See [`KeptError`].
    pub async fn keep(&self, scene: &str) -> Result<String, KeptError> {
        let (pool, id, now_s) = (self.0.pool().await?, name(scene), now_s());
        sqlx::query(
            "INSERT INTO drawings (id, scene, kept_s, asked_s) VALUES (?1, ?2, ?3, ?3) \
             ON CONFLICT (id) DO UPDATE SET asked_s = ?3",
        )
        .bind(&id)
        .bind(scene)
        .bind(now_s)
        .execute(pool)
        .await?;
        sqlx::query(
            "DELETE FROM drawings WHERE id IN (SELECT id FROM drawings ORDER BY asked_s DESC, \
             kept_s DESC LIMIT -1 OFFSET ?1)",
        )
        .bind(MOST)
        .execute(pool)
        .await?;
        Ok(id)
    }

    /// The scene of this name, as JSON.
    ///
    /// # Errors
    /// See [`KeptError`].
    pub async fn find(&self, id: &str) -> Result<Option<String>, KeptError> {
        if !is_name(id) {
            return Ok(None);
        }
        let Some(pool) = self.0.if_there().await? else { return Ok(None) };
        let query = "UPDATE drawings SET asked_s = ?2 WHERE id = ?1 RETURNING scene";
        let found = sqlx::query(query).bind(id).bind(now_s()).fetch_optional(pool).await?;
        Ok(found.map(|row| row.try_get(0)).transpose()?)
    }
}

/// What a scene is called.
fn name(scene: &str) -> String {
    let hash = Sha256::digest(scene);
    let bits = hash[..8].iter().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
    (0..LENGTH).map(|k| char::from(LETTERS[(bits >> (5 * k)) as usize & 31])).collect()
}

fn is_name(id: &str) -> bool {
    id.len() == LENGTH && id.bytes().all(|letter| LETTERS.contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_found_again_by_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("deep/down");
        let store = Store::new(&at);
        assert_eq!(store.find("0123456789ab").await.expect("an answer"), None);
        assert!(!at.exists(), "nothing was kept");
        let id = store.keep("{\"a\":1}").await.expect("a name");
        assert_eq!(store.keep("{\"a\":1}").await.expect("a name"), id, "the same is one");
        assert_ne!(store.keep("{\"a\":2}").await.expect("a name"), id);
        let another = Store::new(&at);
        assert_eq!(another.find(&id).await.expect("an answer").as_deref(), Some("{\"a\":1}"));
        for wrong in ["", "0123456789ab", "x' OR 1=1 --", "ooooooooiiii"] {
            assert_eq!(another.find(wrong).await.expect("an answer"), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(
            folder.path().join(FILE),
            "these are not the bytes of a database at all, sorry",
        )
        .expect("a file");
        let error = Store::new(folder.path()).keep("{}").await.expect_err("no database");
        assert!(error.to_string().contains(FILE), "{error}");
        let occupied = folder.path().join(FILE).join("below");
        let error = Store::new(&occupied).keep("{}").await.expect_err("no folder");
        assert!(error.to_string().contains("below"), "{error}");
    }
}

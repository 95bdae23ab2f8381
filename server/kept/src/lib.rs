#![doc = include_str!("../README.md")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Row as _, SqlitePool};
use tokio::sync::OnceCell;

/// Connections to a file: readers beside the one who writes.
const CONNECTIONS: u32 = 4;
/// Longest that one waits while another writes, or reads what is to be overwritten.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time between two looks whether somebody still reads.
const BREATH: Duration = Duration::from_millis(50);

/// Why something is not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// The folder cannot be made.
    #[error("{}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file cannot be opened.
    #[error("{}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: sqlx::Error,
    },
    /// The file is of another time.
    #[error("{}: {source}", path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: MigrateError,
    },
    /// What was deleted still stands in the file's log, since others read it.
    #[error("{}: it is read; what was deleted is still in its log", path.display())]
    StillRead {
        /// The file.
        path: PathBuf,
    },
    /// The database refuses.
    #[error("the database: {0}")]
    Refused(#[from] sqlx::Error),
}

/// One SQLite file. Clones are the same.
#[derive(Clone, Debug)]
pub struct Kept {
    path: Arc<Path>,
    migrations: &'static Migrator,
    pool: Arc<OnceCell<SqlitePool>>,
}

impl Kept {
    /// The file at a path, which is made, with its folder, when it is needed; brought up to date by
    /// these migrations.
    pub fn new(path: impl Into<PathBuf>, migrations: &'static Migrator) -> Self {
        Self { path: path.into().into(), migrations, pool: Arc::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, if anything was ever kept in it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn if_there(&self) -> Result<Option<&SqlitePool>, KeptError> {
        if self.pool.get().is_none() && !self.path.exists() {
            return Ok(None);
        }
        self.pool().await.map(Some)
    }

    /// The file, made if there is none.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn pool(&self) -> Result<&SqlitePool, KeptError> {
        self.pool.get_or_try_init(|| self.open()).await
    }

    /// Moves the write-ahead log into the file: what was deleted still stands in it. While others
    /// read that cannot be, and is tried again for some seconds.
    ///
    /// # Errors
    /// They still read, or the database refuses.
    pub async fn empty_log(&self) -> Result<(), KeptError> {
        let Some(pool) = self.if_there().await? else { return Ok(()) };
        let begun = Instant::now();
        loop {
            let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(pool).await?;
            let is_busy: i64 = row.try_get(0)?;
            if is_busy == 0 {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(KeptError::StillRead { path: self.path.to_path_buf() });
            }
            tokio::time::sleep(BREATH).await;
        }
    }

    async fn open(&self) -> Result<SqlitePool, KeptError> {
        let path = || self.path.to_path_buf();
        if let Some(folder) = self.path.parent() {
            let at = |source| KeptError::Folder { path: folder.to_owned(), source };
            tokio::fs::create_dir_all(folder).await.map_err(at)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .pragma("secure_delete", "ON")
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options);
        let pool = pool.await.map_err(|source| KeptError::Open { path: path(), source })?;
        let migrated = self.migrations.run(&pool).await;
        migrated.map_err(|source| KeptError::Migrate { path: path(), source })?;
        Ok(pool)
    }
}

/// Seconds since 1970.
pub fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    static NONE: Migrator = Migrator::DEFAULT;

    /// All bytes of the file and of what stands beside it.
    fn bytes(folder: &Path) -> Vec<u8> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("it"));
        entries.flat_map(|entry| std::fs::read(entry.path()).expect("a file")).collect()
    }

    #[tokio::test]
    async fn a_file_is_made_when_something_is_kept_and_not_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Kept::new(folder.path().join("deep/a.sqlite"), &NONE);
        assert!(kept.if_there().await.expect("an answer").is_none());
        kept.empty_log().await.expect("there is none");
        assert!(!folder.path().join("deep").exists());
        let pool = kept.pool().await.expect("a file");
        sqlx::query("CREATE TABLE names (name TEXT)").execute(pool).await.expect("a table");
        let other = Kept::new(kept.path(), &NONE);
        let pool = other.if_there().await.expect("an answer").expect("it is there");
        sqlx::query("INSERT INTO names VALUES ('Ida')").execute(pool).await.expect("kept");
    }

    #[tokio::test]
    async fn what_is_deleted_is_in_no_file_and_who_reads_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Kept::new(folder.path().join("a.sqlite"), &NONE);
        let pool = kept.pool().await.expect("a file");
        let secret = "a word that nobody shall find again";
        let is_there = || {
            let secret = secret.as_bytes();
            bytes(folder.path()).windows(secret.len()).any(|part| part == secret)
        };
        sqlx::query("CREATE TABLE names (name TEXT)").execute(pool).await.expect("a table");
        let insert = sqlx::query("INSERT INTO names VALUES (?1)").bind(secret).execute(pool);
        insert.await.expect("kept");
        assert!(is_there());
        let mut reader = pool.begin().await.expect("a reader");
        let read = sqlx::query("SELECT * FROM names").fetch_all(&mut *reader).await;
        assert_eq!(read.expect("rows").len(), 1);
        sqlx::query("DELETE FROM names").execute(pool).await.expect("deleted");
        let forgets = kept.empty_log();
        let reads = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(is_there(), "somebody reads it");
            drop(reader);
        };
        let (forgotten, ()) = tokio::join!(forgets, reads);
        forgotten.expect("nobody reads any more");
        assert!(!is_there());
    }

    #[tokio::test]
    async fn what_cannot_be_opened_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.sqlite");
        std::fs::write(&path, "these are not the bytes of a database").expect("a file");
        for wrong in [path.clone(), path.join("below.sqlite")] {
            let error = Kept::new(wrong, &NONE).pool().await.expect_err("no database");
            assert!(error.to_string().contains("a.sqlite"), "{error}");
        }
    }
}

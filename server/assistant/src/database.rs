//! The SQLite file of accounts and recordings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tokio::sync::OnceCell;

/// Longest that one waits while another writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why something is not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The folder cannot be made.
    #[error("{}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("{}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: sqlx::Error,
    },
    /// The database is of another time.
    #[error("{}: {source}", path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: sqlx::migrate::MigrateError,
    },
    /// The database refuses.
    #[error("the database: {0}")]
    Refused(#[from] sqlx::Error),
}

/// The file, which is made when something is first kept in it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    path: PathBuf,
    pool: Arc<OnceCell<SqlitePool>>,
}

impl Database {
    /// The file at a path.
    pub fn new(path: PathBuf) -> Self {
        Self { path, pool: Arc::default() }
    }

    /// The file, if anything was ever kept in it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn if_there(&self) -> Result<Option<&SqlitePool>, DatabaseError> {
        if self.pool.get().is_none() && !self.path.exists() {
            return Ok(None);
        }
        self.pool().await.map(Some)
    }

    /// The file, made if there is none.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn pool(&self) -> Result<&SqlitePool, DatabaseError> {
        self.pool.get_or_try_init(|| open(&self.path)).await
    }
}

async fn open(path: &Path) -> Result<SqlitePool, DatabaseError> {
    if let Some(folder) = path.parent() {
        let at = |source| DatabaseError::Folder { path: folder.to_owned(), source };
        tokio::fs::create_dir_all(folder).await.map_err(at)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(PATIENCE);
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
    let pool = pool.map_err(|source| DatabaseError::Open { path: path.to_owned(), source })?;
    let migrated = sqlx::migrate!().run(&pool).await;
    migrated.map_err(|source| DatabaseError::Migrate { path: path.to_owned(), source })?;
    Ok(pool)
}

/// Seconds since 1970.
pub(crate) fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().try_into().unwrap_or(i64::MAX)
}

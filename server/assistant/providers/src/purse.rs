//! What may be spent in a day, kept in an SQLite file.
//!
//! A request reserves the most that it can cost before it is sent, and settles what it did cost
//! afterwards. What is reserved and never settled counts in full, also when the program ended in
//! between: the cap is kept whatever happens, at the price of counting too much.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{Row, SqlitePool};
use weir_kept::{Kept, KeptError};

use crate::{Clock, ProviderError};

const DAY_S: u64 = 86_400;
static MIGRATIONS: Migrator = sqlx::migrate!();

/// Why there is no purse.
#[derive(Debug, thiserror::Error)]
pub enum PurseError {
    /// Its file cannot be opened.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// The cap is more than the database can count.
    #[error("a cap of {0} micro-dollars is more than can be counted")]
    Cap(u64),
}

/// What may be spent in a day. Copies are of the same purse.
#[derive(Clone)]
pub struct Purse {
    pool: SqlitePool,
    cap: i64,
    clock: Clock,
}

impl Purse {
    /// The purse in the file `path`, of which `cap` micro-dollars may be spent in a day of `clock`.
    ///
    /// # Errors
    /// See [`PurseError`].
    pub async fn open(path: &Path, cap: u64, clock: Clock) -> Result<Self, PurseError> {
        let cap = i64::try_from(cap).map_err(|_| PurseError::Cap(cap))?;
        let pool = Kept::new(path, &MIGRATIONS).pool().await?.clone();
        Ok(Self { pool, cap, clock })
    }

    /// Sets `most` micro-dollars aside.
    ///
    /// # Errors
    /// [`ProviderError::Spent`] if so much is not left today; [`ProviderError::Ours`] if the
    /// database refuses.
    pub async fn reserve(&self, most: u64) -> Result<Reservation, ProviderError> {
        let most = i64::try_from(most).map_err(|_| ProviderError::Spent)?;
        let left = self.cap.checked_sub(most).filter(|&left| left >= 0);
        let left = left.ok_or(ProviderError::Spent)?;
        // One statement that writes: SQLite lets no other write between its sum and its row.
        let row = sqlx::query(
            "INSERT INTO spendings (day, micro_dollars) SELECT ?1, ?2 WHERE (SELECT \
             COALESCE(SUM(micro_dollars), 0) FROM spendings WHERE day = ?1) <= ?3 RETURNING id",
        )
        .bind(self.today())
        .bind(most)
        .bind(left)
        .fetch_optional(&self.pool)
        .await
        .map_err(refused)?;
        let id = row.ok_or(ProviderError::Spent)?.try_get(0).map_err(refused)?;
        Ok(Reservation { pool: self.pool.clone(), id })
    }

    /// Micro-dollars that are spent or set aside today.
    ///
    /// # Errors
    /// [`ProviderError::Ours`] if the database refuses.
    pub async fn spent(&self) -> Result<u64, ProviderError> {
        let query = "SELECT COALESCE(SUM(micro_dollars), 0) FROM spendings WHERE day = ?1";
        let row = sqlx::query(query).bind(self.today()).fetch_one(&self.pool).await;
        let sum: i64 = row.and_then(|row| row.try_get(0)).map_err(refused)?;
        Ok(sum.unsigned_abs())
    }

    fn today(&self) -> i64 {
        (self.clock.now().as_secs() / DAY_S) as i64
    }
}

fn refused(source: sqlx::Error) -> ProviderError {
    ProviderError::Ours(format!("what is spent cannot be written down: {source}"))
}

/// Money set aside for one request. Dropped, it counts in full.
#[must_use = "what is reserved counts in full until it is settled"]
pub struct Reservation {
    pool: SqlitePool,
    id: i64,
}

impl Reservation {
    /// Counts what the request did cost, in micro-dollars, on the day that it was reserved. This
    /// may be more than was reserved: what is spent is spent.
    ///
    /// # Errors
    /// The database refuses; then it counts in full.
    pub async fn settle(self, actual: u64) -> Result<(), ProviderError> {
        sqlx::query("UPDATE spendings SET micro_dollars = ?2 WHERE id = ?1")
            .bind(self.id)
            .bind(i64::try_from(actual).unwrap_or(i64::MAX))
            .execute(&self.pool)
            .await
            .map_err(refused)?;
        Ok(())
    }

    /// Gives all of it back: the request was not sent, or was refused.
    ///
    /// # Errors
    /// The database refuses; then it counts in full.
    pub async fn release(self) -> Result<(), ProviderError> {
        self.settle(0).await
    }
}

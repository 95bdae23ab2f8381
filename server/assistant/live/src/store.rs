//! Calls in one SQLite file, written as they happen.
//!
//! The file is made when the first call begins. It is this crate's alone: its migrations are
//! counted in it. What is deleted is overwritten, in the file and in its log.

mod find;

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use weir_kept::{Kept, KeptError, now_s};

use crate::record::{Card, LandmarkEvent, Turn};
use crate::sound::{Recorder, SoundError, Tape};
use crate::words::{Listed, Reason};

pub use find::{Page, Search, Viewer};

static MIGRATIONS: Migrator = sqlx::migrate!();

const DAY_S: i64 = 86_400;
/// Calls that are swept at a time.
const AT_A_TIME: i64 = 100;

/// Why something is not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened, or is still read.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// The database refuses.
    #[error("the database of calls: {0}")]
    Refused(#[from] sqlx::Error),
    /// Sound cannot be deleted.
    #[error(transparent)]
    Sound(#[from] SoundError),
    /// A column holds what this version does not know.
    #[error("the database of calls: {column}: got what it never takes")]
    Strange {
        /// Which column.
        column: &'static str,
    },
}

/// A call that begins.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCall {
    /// What it is asked for by.
    pub id: String,
    /// Who takes it.
    pub user_id: String,
    /// What it is called.
    pub title: String,
    /// Name of the playbook.
    pub playbook: String,
    /// What is to be reached.
    pub landmarks: Vec<Listed>,
    /// Who makes text of sound.
    pub transcriber: String,
    /// Days that it is kept.
    pub days: u32,
}

/// All calls.
#[derive(Clone, Debug)]
pub struct CallStore {
    kept: Kept,
    sound: Option<Arc<dyn Recorder>>,
}

impl CallStore {
    /// The file at a path, which is made when it is needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { kept: Kept::new(path, &MIGRATIONS), sound: None }
    }

    /// With somebody who keeps the sound of calls. It is deleted with them.
    #[must_use]
    pub fn with_sound(self, sound: Arc<dyn Recorder>) -> Self {
        Self { sound: Some(sound), ..self }
    }

    /// What keeps the sound of a call that begins, if it is kept.
    pub(crate) fn tape(&self, call_id: &str) -> Option<Box<dyn Tape>> {
        self.sound.as_ref()?.begin(call_id)
    }

    /// A call begins now.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn begin(&self, call: &NewCall) -> Result<(), StoreError> {
        self.begin_at(call, now_s()).await
    }

    async fn begin_at(&self, call: &NewCall, now_s: i64) -> Result<(), StoreError> {
        let query = "INSERT INTO calls (id, user_id, title, playbook, landmarks, transcriber, \
                     began_s, expires_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let landmarks = serde_json::json!(call.landmarks).to_string();
        let query = sqlx::query(query).bind(&call.id).bind(&call.user_id).bind(&call.title);
        let query = query.bind(&call.playbook).bind(landmarks).bind(&call.transcriber);
        let query = query.bind(now_s).bind(now_s + i64::from(call.days) * DAY_S);
        query.execute(self.kept.pool().await?).await?;
        Ok(())
    }

    /// Somebody said something.
    ///
    /// # Errors
    /// The database refuses: there is no such call, or it has this turn.
    pub async fn turn(&self, call_id: &str, turn: &Turn) -> Result<(), StoreError> {
        let query = "INSERT INTO turns (call_id, turn, role, text, start_s, end_s) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let query = sqlx::query(query).bind(call_id).bind(number(turn.turn)?);
        let query = query.bind(name(&turn.role)).bind(&turn.text);
        let query = query.bind(f64::from(turn.start_s)).bind(f64::from(turn.end_s));
        query.execute(self.kept.pool().await?).await?;
        Ok(())
    }

    /// A landmark became otherwise than before, by the word of this number.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn landmark(
        &self,
        call_id: &str,
        n: u64,
        event: &LandmarkEvent,
    ) -> Result<(), StoreError> {
        let query = "INSERT INTO landmark_events (call_id, n, landmark, state, turn, quote, \
                     span_start, span_end, score, method) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let [start, end] = match event.span {
            Some(span) => span.map(|at| i64::try_from(at).ok()),
            None => [None; 2],
        };
        let query = sqlx::query(query).bind(call_id).bind(number(n)?).bind(&event.id);
        let query = query.bind(name(&event.state)).bind(event.turn.map(number).transpose()?);
        let query = query.bind(&event.quote).bind(start).bind(end);
        let query = query.bind(event.score.map(f64::from)).bind(name(&event.method));
        query.execute(self.kept.pool().await?).await?;
        Ok(())
    }

    /// A card was shown, by the word of this number.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn suggestion(&self, call_id: &str, n: u64, card: &Card) -> Result<(), StoreError> {
        let query = "INSERT INTO suggestions (call_id, n, kind, about, text, source) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let query = sqlx::query(query).bind(call_id).bind(number(n)?).bind(name(&card.kind));
        let query = query.bind(&card.about).bind(&card.text).bind(&card.source);
        query.execute(self.kept.pool().await?).await?;
        Ok(())
    }

    /// A call has ended.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn end(
        &self,
        call_id: &str,
        reason: Reason,
        duration_s: f32,
    ) -> Result<(), StoreError> {
        let query = "UPDATE calls SET reason = ?2, duration_s = ?3 WHERE id = ?1";
        let query = sqlx::query(query).bind(call_id).bind(name(&reason));
        query.bind(f64::from(duration_s)).execute(self.kept.pool().await?).await?;
        Ok(())
    }

    /// Ends what a server that died left open, and says how many calls that were. For the
    /// beginning, when none is live.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn end_lost(&self) -> Result<u64, StoreError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(0) };
        let query = "UPDATE calls SET reason = ?1, duration_s = \
                     (SELECT coalesce(max(end_s), 0.0) FROM turns WHERE call_id = calls.id) \
                     WHERE reason IS NULL";
        let done = sqlx::query(query).bind(name(&Reason::Lost)).execute(pool).await?;
        Ok(done.rows_affected())
    }

    /// Deletes a call with its sound, if whoever asks may; says whether there was one.
    ///
    /// # Errors
    /// The database or the place of sound refuses; what is left can be deleted again.
    pub async fn delete(&self, viewer: &Viewer, id: &str) -> Result<bool, StoreError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(false) };
        let query = "SELECT id FROM calls WHERE id = ?1 AND (?2 OR user_id = ?3)";
        let query = sqlx::query_scalar(query).bind(id).bind(viewer.sees_all).bind(&viewer.user_id);
        let ids: Vec<String> = query.fetch_all(pool).await?;
        Ok(self.remove(pool, &ids).await? > 0)
    }

    /// Deletes calls that have been kept for long enough, with their sound, and says how many.
    ///
    /// # Errors
    /// As [`Self::delete`].
    pub async fn sweep(&self, now_s: i64) -> Result<u64, StoreError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(0) };
        let mut swept = 0;
        loop {
            let query = "SELECT id FROM calls WHERE expires_s <= ?1 LIMIT ?2";
            let query = sqlx::query_scalar(query).bind(now_s).bind(AT_A_TIME);
            let ids: Vec<String> = query.fetch_all(pool).await?;
            if ids.is_empty() {
                return Ok(swept);
            }
            swept += self.remove(pool, &ids).await?;
        }
    }

    /// The sound first: a call without any can be deleted again, sound without a call is never
    /// found.
    async fn remove(&self, pool: &SqlitePool, ids: &[String]) -> Result<u64, StoreError> {
        let mut removed = 0;
        for id in ids {
            if let Some(sound) = &self.sound {
                sound.delete(id).await?;
            }
            let query = sqlx::query("DELETE FROM calls WHERE id = ?1").bind(id);
            removed += query.execute(pool).await?.rows_affected();
        }
        self.kept.empty_log().await?;
        Ok(removed)
    }
}

/// The word for one of a few.
fn name(of: &impl Serialize) -> String {
    match serde_json::json!(of) {
        Value::String(name) => name,
        other => other.to_string(),
    }
}

/// One of a few, by its word.
fn named<T: DeserializeOwned>(column: &'static str, name: String) -> Result<T, StoreError> {
    serde_json::from_value(Value::String(name)).map_err(|_| StoreError::Strange { column })
}

/// A number as the database has them.
fn number(of: u64) -> Result<i64, StoreError> {
    of.try_into().map_err(|_| StoreError::Strange { column: "number" })
}

#[cfg(test)]
mod tests;

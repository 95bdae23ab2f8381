//! Sound that somebody agreed to have kept: the sound in an object store, who, when and until
//! when in the database.

use std::ops::Range;

use bytes::Bytes;
use object_store::path::Path as Object;
use object_store::{ObjectStoreExt as _, PutPayload};
use serde::Serialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use weir_kept::{Kept, KeptError, now_s};

use crate::place::Place;

/// Days that a recording may be kept.
pub const DAYS: Range<u32> = 1..366;
/// Seconds after which a row whose object never came is swept.
const ORPHAN_S: i64 = 3600;
/// Recordings that are swept at a time.
const AT_A_TIME: i64 = 100;

/// Why something is not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The database refuses.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// The store refuses.
    #[error("the store of sound: {0}")]
    Store(#[from] object_store::Error),
}

impl From<sqlx::Error> for RecordingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Kept(error.into())
    }
}

/// What is known of a recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recording {
    /// What it is asked for by.
    pub id: String,
    /// How long it is, in seconds.
    pub duration_s: f64,
    /// What was heard in it.
    pub transcript: String,
    /// When it was made, in seconds since 1970.
    pub made_s: i64,
    /// When it is deleted.
    pub expires_s: i64,
}

/// All recordings.
#[derive(Clone, Debug)]
pub struct Recordings {
    kept: Kept,
    place: Place,
}

impl Recordings {
    pub(crate) fn new(kept: Kept, place: Place) -> Self {
        Self { kept, place }
    }

    /// Keeps a WAV file of somebody for some days.
    ///
    /// # Errors
    /// It is not kept.
    pub async fn keep(
        &self,
        owner: &str,
        wav: Bytes,
        duration_s: f64,
        transcript: &str,
        days: u32,
    ) -> Result<Recording, RecordingError> {
        let id = Uuid::new_v4().to_string();
        let object = Object::from(format!("recordings/{id}.wav"));
        let made_s = now_s();
        let expires_s = made_s + i64::from(days) * 86_400;
        sqlx::query(
            "INSERT INTO recordings (id, owner, object, duration_s, transcript, made_s, expires_s) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(&id)
        .bind(owner)
        .bind(object.as_ref())
        .bind(duration_s)
        .bind(transcript)
        .bind(made_s)
        .bind(expires_s)
        .execute(self.kept.pool().await?)
        .await?;
        self.place.store().await?.put(&object, PutPayload::from_bytes(wav)).await?;
        let whole = sqlx::query("UPDATE recordings SET is_whole = 1 WHERE id = ?1").bind(&id);
        whole.execute(self.kept.pool().await?).await?;
        let transcript = transcript.to_owned();
        Ok(Recording { id, duration_s, transcript, made_s, expires_s })
    }

    /// What somebody has here, the newest first.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn of(&self, owner: &str) -> Result<Vec<Recording>, RecordingError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(Vec::new()) };
        let query = "SELECT * FROM recordings WHERE owner = ?1 AND is_whole = 1 AND expires_s > ?2 \
                     ORDER BY made_s DESC, id";
        let rows = sqlx::query(query).bind(owner).bind(now_s()).fetch_all(pool).await?;
        rows.iter().map(recording).collect()
    }

    /// The sound of one of somebody's recordings, a WAV file.
    ///
    /// # Errors
    /// The database or the store refuses.
    pub async fn sound(&self, owner: &str, id: &str) -> Result<Option<Bytes>, RecordingError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(None) };
        let query = "SELECT object FROM recordings WHERE id = ?1 AND owner = ?2 AND is_whole = 1 \
                     AND expires_s > ?3";
        let query = sqlx::query(query).bind(id).bind(owner).bind(now_s());
        let Some(row) = query.fetch_optional(pool).await? else { return Ok(None) };
        let object: String = row.try_get("object")?;
        match self.place.store().await?.get(&Object::from(object)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes one of somebody's recordings, or all of them; says how many there were.
    ///
    /// # Errors
    /// Something could not be deleted; what is left can be deleted again.
    pub async fn delete(&self, owner: &str, id: Option<&str>) -> Result<u64, RecordingError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(0) };
        let query =
            "SELECT id, object FROM recordings WHERE owner = ?1 AND (?2 IS NULL OR id = ?2)";
        let rows = sqlx::query(query).bind(owner).bind(id).fetch_all(pool).await?;
        self.remove(&rows).await
    }

    /// Deletes what has been kept for long enough, or was never whole; says how many.
    ///
    /// # Errors
    /// As [`Self::delete`].
    pub async fn sweep(&self) -> Result<u64, RecordingError> {
        self.sweep_at(now_s()).await
    }

    async fn sweep_at(&self, now_s: i64) -> Result<u64, RecordingError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(0) };
        let mut swept = 0;
        loop {
            let query = "SELECT id, object FROM recordings WHERE expires_s <= ?1 OR \
                         (is_whole = 0 AND made_s <= ?2) LIMIT ?3";
            let query = sqlx::query(query).bind(now_s).bind(now_s - ORPHAN_S).bind(AT_A_TIME);
            let rows = query.fetch_all(pool).await?;
            if rows.is_empty() {
                return Ok(swept);
            }
            swept += self.remove(&rows).await?;
        }
    }

    /// The object first: a row without one can be deleted again, an object without a row is
    /// never found.
    async fn remove(&self, rows: &[SqliteRow]) -> Result<u64, RecordingError> {
        for row in rows {
            let (id, object): (String, String) = (row.try_get("id")?, row.try_get("object")?);
            match self.place.store().await?.delete(&Object::from(object)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            sqlx::query("DELETE FROM recordings WHERE id = ?1")
                .bind(id)
                .execute(self.kept.pool().await?)
                .await?;
        }
        // Transcripts that were deleted are in no log either.
        self.kept.empty_log().await?;
        Ok(rows.len() as u64)
    }
}

fn recording(row: &SqliteRow) -> Result<Recording, RecordingError> {
    Ok(Recording {
        id: row.try_get("id")?,
        duration_s: row.try_get("duration_s")?,
        transcript: row.try_get("transcript")?,
        made_s: row.try_get("made_s")?,
        expires_s: row.try_get("expires_s")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recordings(folder: &tempfile::TempDir) -> Recordings {
        let kept = Kept::new(folder.path().join("a.sqlite"), &crate::MIGRATIONS);
        Recordings::new(kept, Place::folder(&folder.path().join("sound")))
    }

    fn objects(folder: &tempfile::TempDir) -> usize {
        let all = std::fs::read_dir(folder.path().join("sound/recordings"));
        all.expect("a folder").count()
    }

    #[tokio::test]
    async fn what_is_kept_is_its_owners_until_it_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = recordings(&folder);
        let wav = Bytes::from_static(b"RIFF");
        let mine = recordings.keep("ida", wav.clone(), 1.5, "hello", 30).await.expect("kept");
        recordings.keep("ida", wav.clone(), 2.5, "hello again", 30).await.expect("kept");
        recordings.keep("bo", wav.clone(), 0.5, "", 30).await.expect("kept");
        assert_eq!(recordings.of("ida").await.expect("a list").len(), 2);
        assert_eq!(recordings.sound("ida", &mine.id).await.expect("sound"), Some(wav));
        assert_eq!(recordings.sound("bo", &mine.id).await.expect("none"), None);
        assert_eq!(recordings.delete("bo", Some(&mine.id)).await.expect("none"), 0);
        assert_eq!(recordings.delete("ida", Some(&mine.id)).await.expect("one"), 1);
        assert_eq!(recordings.sound("ida", &mine.id).await.expect("none"), None);
        assert_eq!(recordings.delete("ida", None).await.expect("the other"), 1);
        assert_eq!((recordings.of("ida").await.expect("a list").len(), objects(&folder)), (0, 1));
    }

    #[tokio::test]
    async fn what_has_expired_or_was_never_whole_is_swept() {
        let folder = tempfile::tempdir().expect("a folder");
        let recordings = recordings(&folder);
        for days in [1, 1, 30] {
            recordings.keep("ida", Bytes::from_static(b"RIFF"), 1.0, "", days).await.expect("it");
        }
        let half =
            "INSERT INTO recordings VALUES ('x', 'ida', 'recordings/x.wav', 0, 1.0, '', ?1, ?2)";
        let now_s = now_s();
        let pool = recordings.kept.pool().await.expect("a database");
        let half = sqlx::query(half).bind(now_s).bind(now_s + 864_000).execute(pool);
        half.await.expect("a row");
        assert_eq!(recordings.sweep().await.expect("swept"), 0);
        assert_eq!(recordings.of("ida").await.expect("a list").len(), 3, "half of one is none");
        assert_eq!(recordings.sweep_at(now_s + 2 * 86_400).await.expect("swept"), 3);
        assert_eq!((recordings.of("ida").await.expect("a list").len(), objects(&folder)), (1, 1));
    }
}

//! What was kept, for those who may see it.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use weir_kept::now_s;

use super::{CallStore, StoreError, named};
use crate::record::{CallRecord, CallSummary, Card, LandmarkEvent, Turn};
use crate::words::{Listed, Reason};

/// Most calls of a page.
const PAGE: u32 = 100;
/// Calls that a viewer may see. How a landmark is, its last event says.
const SUMMARY: &str = "\
    WITH wanted AS ( \
        SELECT calls.id AS call_id, coalesce((SELECT state FROM landmark_events AS event \
            WHERE event.call_id = calls.id AND event.landmark = listed.value ->> 'id' \
            ORDER BY n DESC LIMIT 1), 'pending') AS state \
        FROM calls, json_each(calls.landmarks) AS listed WHERE listed.value ->> 'required') \
    SELECT *, strftime('%Y-%m-%dT%H:%M:%SZ', began_s, 'unixepoch') AS began, \
        (SELECT count(*) FROM wanted WHERE call_id = calls.id AND state <> 'waived') AS required, \
        (SELECT count(*) FROM wanted WHERE call_id = calls.id AND state = 'done') AS reached \
    FROM calls WHERE (?1 OR user_id = ?2) AND expires_s > ?3";

/// Who looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Calls of this user are seen.
    pub user_id: String,
    /// And those of all others.
    pub sees_all: bool,
}

/// Which calls are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Those that have this in their title or in something that was said.
    pub text: Option<String>,
    /// Those that go on, or those that have ended.
    pub goes_on: Option<bool>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Calls before it.
    pub skip: u32,
    /// Most calls of it; never more than 100.
    pub most: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { skip: 0, most: 20 }
    }
}

impl CallStore {
    /// All that is kept of a call, if there is one that this viewer may see.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn find(&self, viewer: &Viewer, id: &str) -> Result<Option<CallRecord>, StoreError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(None) };
        let mut read = pool.begin().await?;
        let query = format!("{SUMMARY} AND id = ?4");
        let query = sqlx::query(sqlx::AssertSqlSafe(query));
        let query = query.bind(viewer.sees_all).bind(&viewer.user_id).bind(now_s()).bind(id);
        let Some(row) = query.fetch_optional(&mut *read).await? else { return Ok(None) };
        let summary = summary(&row)?;
        let landmarks: String = row.try_get("landmarks")?;
        let landmarks = serde_json::from_str(&landmarks);
        let mut landmarks: Vec<Listed> =
            landmarks.map_err(|_| StoreError::Strange { column: "landmarks" })?;

        let query = "SELECT * FROM turns WHERE call_id = ?1 ORDER BY start_s, turn";
        let rows = sqlx::query(query).bind(id).fetch_all(&mut *read).await?;
        let turns = rows.iter().map(turn).collect::<Result<Vec<_>, _>>()?;
        let query = "SELECT * FROM landmark_events WHERE call_id = ?1 ORDER BY n";
        let rows = sqlx::query(query).bind(id).fetch_all(&mut *read).await?;
        let events = rows.iter().map(event).collect::<Result<Vec<_>, _>>()?;
        let query = "SELECT * FROM suggestions WHERE call_id = ?1 ORDER BY n";
        let rows = sqlx::query(query).bind(id).fetch_all(&mut *read).await?;
        let suggestions = rows.iter().map(card).collect::<Result<Vec<_>, _>>()?;
        for event in &events {
            let of = landmarks.iter_mut().filter(|listed| listed.id == event.id);
            of.for_each(|listed| listed.state = event.state);
        }
        Ok(Some(CallRecord { summary, landmarks, turns, events, suggestions }))
    }

    /// Calls that this viewer may see and that are looked for, the newest first.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn list(
        &self,
        viewer: &Viewer,
        search: &Search,
        page: &Page,
    ) -> Result<Vec<CallSummary>, StoreError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(Vec::new()) };
        let query = format!(
            "{SUMMARY} AND (?4 IS NULL OR title LIKE ?4 ESCAPE '\\' OR EXISTS (SELECT 1 FROM turns \
             WHERE call_id = calls.id AND text LIKE ?4 ESCAPE '\\')) \
             AND (?5 IS NULL OR ?5 = (reason IS NULL)) \
             ORDER BY began_s DESC, id LIMIT ?6 OFFSET ?7"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query));
        let query = query.bind(viewer.sees_all).bind(&viewer.user_id).bind(now_s());
        let query = query.bind(search.text.as_deref().map(pattern)).bind(search.goes_on);
        let query = query.bind(page.most.min(PAGE)).bind(page.skip);
        query.fetch_all(pool).await?.iter().map(summary).collect()
    }
}

/// What is LIKE a text, whatever signs are in it.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn summary(row: &SqliteRow) -> Result<CallSummary, StoreError> {
    let reason: Option<String> = row.try_get("reason")?;
    let reason: Option<Reason> = reason.map(|reason| named("reason", reason)).transpose()?;
    let duration_s: Option<f64> = row.try_get("duration_s")?;
    Ok(CallSummary {
        id: row.try_get("id")?,
        user_id: row.try_get("user_id")?,
        title: row.try_get("title")?,
        playbook: row.try_get("playbook")?,
        transcriber: row.try_get("transcriber")?,
        began_s: row.try_get("began_s")?,
        began: row.try_get("began")?,
        expires_s: row.try_get("expires_s")?,
        duration_s: duration_s.map(|duration_s| duration_s as f32),
        reason,
        required: row.try_get("required")?,
        reached: row.try_get("reached")?,
    })
}

fn turn(row: &SqliteRow) -> Result<Turn, StoreError> {
    let number: i64 = row.try_get("turn")?;
    let (start_s, end_s): (f64, f64) = (row.try_get("start_s")?, row.try_get("end_s")?);
    Ok(Turn {
        turn: whole("turn", number)?,
        role: named("role", row.try_get("role")?)?,
        text: row.try_get("text")?,
        start_s: start_s as f32,
        end_s: end_s as f32,
    })
}

fn event(row: &SqliteRow) -> Result<LandmarkEvent, StoreError> {
    let number: Option<i64> = row.try_get("turn")?;
    let span: (Option<i64>, Option<i64>) = (row.try_get("span_start")?, row.try_get("span_end")?);
    let span = match span {
        (Some(start), Some(end)) => Some([whole("span_start", start)?, whole("span_end", end)?]),
        _ => None,
    };
    let score: Option<f64> = row.try_get("score")?;
    Ok(LandmarkEvent {
        id: row.try_get("landmark")?,
        state: named("state", row.try_get("state")?)?,
        turn: number.map(|number| whole("turn", number)).transpose()?,
        quote: row.try_get("quote")?,
        span,
        score: score.map(|score| score as f32),
        method: named("method", row.try_get("method")?)?,
    })
}

fn card(row: &SqliteRow) -> Result<Card, StoreError> {
    Ok(Card {
        kind: named("kind", row.try_get("kind")?)?,
        about: row.try_get("about")?,
        text: row.try_get("text")?,
        source: row.try_get("source")?,
    })
}

/// A number that is never below 0.
fn whole<T: TryFrom<i64>>(column: &'static str, number: i64) -> Result<T, StoreError> {
    number.try_into().map_err(|_| StoreError::Strange { column })
}

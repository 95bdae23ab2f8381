//! Who may take calls, and see them.
//!
//! Passwords are kept as Argon2id hashes (RFC 9106) with 19 MiB, two passes and one lane, which
//! is what OWASP's *Password Storage Cheat Sheet* asks for at least.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use tokio::sync::Semaphore;
use uuid::Uuid;
use weir_kept::{Kept, KeptError, now_s};

/// Memory of a hash, KiB.
const MEMORY_KIB: u32 = 19 << 10;
/// Passes over it.
const PASSES: u32 = 2;
/// Hashes that are computed at a time; more wait.
const AT_A_TIME: usize = 2;
/// Letters of a password.
const PASSWORD: std::ops::RangeInclusive<usize> = 10..=200;
/// Letters of a name.
const NAME: std::ops::RangeInclusive<usize> = 1..=60;

/// What somebody may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserRole {
    /// Take calls, and see one's own.
    Agent,
    /// See everybody's as well.
    Supervisor,
}

impl UserRole {
    /// The role as a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
        }
    }
}

impl std::str::FromStr for UserRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let roles = [Self::Agent, Self::Supervisor];
        let found = roles.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| format!("role: got {text:?}, takes agent or supervisor"))
    }
}

/// Somebody who has an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What calls are kept under.
    pub id: String,
    /// What they log in as.
    pub name: String,
    /// What they may.
    pub role: UserRole,
    /// Tokens of an earlier epoch are worth nothing.
    pub epoch: i64,
}

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// What was given cannot be a name or a password.
    #[error("{0}")]
    Wrong(String),
    /// There is none of this name, or it has another password: which of the two is not told.
    #[error("name and password: there is no such account")]
    Unknown,
    /// Hashing failed.
    #[error("hashing a password: {0}")]
    Hash(String),
    /// The database refuses.
    #[error(transparent)]
    Kept(#[from] KeptError),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        Self::Kept(error.into())
    }
}

/// All accounts.
#[derive(Clone, Debug)]
pub struct Accounts {
    kept: Kept,
    hashing: Arc<Semaphore>,
}

impl Accounts {
    pub(crate) fn new(kept: Kept) -> Self {
        Self { kept, hashing: Arc::new(Semaphore::new(AT_A_TIME)) }
    }

    /// Makes an account.
    ///
    /// # Errors
    /// The name is taken, or one of the two cannot be.
    pub async fn add(
        &self,
        name: &str,
        password: &str,
        role: UserRole,
    ) -> Result<User, AccountError> {
        let is_name = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
        if !NAME.contains(&name.chars().count()) || !name.chars().all(is_name) {
            let why = "name: takes 1 to 60 letters, digits, or - _ . @";
            return Err(AccountError::Wrong(why.to_owned()));
        }
        let hash = self.hash(password).await?;
        let id = Uuid::new_v4().to_string();
        let query = "INSERT INTO users (id, name, hash, role, made_s) VALUES (?1, ?2, ?3, ?4, ?5) \
                     ON CONFLICT (name) DO NOTHING";
        let query = sqlx::query(query).bind(&id).bind(name).bind(hash).bind(role.name());
        let done = query.bind(now_s()).execute(self.kept.pool().await?).await?;
        if done.rows_affected() == 0 {
            return Err(AccountError::Wrong(format!("name: {name} is taken")));
        }
        Ok(User { id, name: name.to_owned(), role, epoch: 0 })
    }

    /// Who has this name and this password. It takes as long where there is nobody of that name.
    ///
    /// # Errors
    /// Nobody has.
    pub async fn log_in(&self, name: &str, password: &str) -> Result<User, AccountError> {
        let query = sqlx::query("SELECT id, name, role, epoch, hash FROM users WHERE name = ?1");
        let row = match self.kept.if_there().await? {
            Some(pool) => query.bind(name).fetch_optional(pool).await?,
            None => None,
        };
        let hash: Option<String> = row.as_ref().map(|row| row.try_get("hash")).transpose()?;
        let hash = match hash {
            Some(hash) => hash,
            None => self.hash("a password that nobody has").await?,
        };
        let given = password.to_owned();
        let is_theirs = self
            .work(move || {
                let hash = PasswordHash::new(&hash).map_err(|error| error.to_string())?;
                Ok(hasher()?.verify_password(given.as_bytes(), &hash).is_ok())
            })
            .await?;
        match row {
            Some(row) if is_theirs => Ok(user(&row)?),
            _ => Err(AccountError::Unknown),
        }
    }

    /// Gives somebody another password; who was logged in is not any more.
    ///
    /// # Errors
    /// There is nobody of this name, or it cannot be a password.
    pub async fn set_password(&self, name: &str, password: &str) -> Result<(), AccountError> {
        let hash = self.hash(password).await?;
        let query = "UPDATE users SET hash = ?2, epoch = epoch + 1 WHERE name = ?1";
        let done =
            sqlx::query(query).bind(name).bind(hash).execute(self.kept.pool().await?).await?;
        if done.rows_affected() == 0 { Err(AccountError::Unknown) } else { Ok(()) }
    }

    /// Takes an account away.
    ///
    /// # Errors
    /// There is nobody of this name.
    pub async fn remove(&self, name: &str) -> Result<(), AccountError> {
        let done = sqlx::query("DELETE FROM users WHERE name = ?1").bind(name);
        let done = done.execute(self.kept.pool().await?).await?;
        if done.rows_affected() == 0 { Err(AccountError::Unknown) } else { Ok(()) }
    }

    /// Ends all log-ins of somebody.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn log_out_everywhere(&self, id: &str) -> Result<(), AccountError> {
        let query = sqlx::query("UPDATE users SET epoch = epoch + 1 WHERE id = ?1");
        query.bind(id).execute(self.kept.pool().await?).await?;
        Ok(())
    }

    /// Who has this id.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn find(&self, id: &str) -> Result<Option<User>, AccountError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(None) };
        let query = sqlx::query("SELECT id, name, role, epoch FROM users WHERE id = ?1");
        let row = query.bind(id).fetch_optional(pool).await?;
        row.as_ref().map(user).transpose()
    }

    /// Whether there is nobody who could log in.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn is_empty(&self) -> Result<bool, AccountError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(true) };
        let query = sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM users)");
        Ok(query.fetch_one(pool).await?)
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn all(&self) -> Result<Vec<User>, AccountError> {
        let Some(pool) = self.kept.if_there().await? else { return Ok(Vec::new()) };
        let query = sqlx::query("SELECT id, name, role, epoch FROM users ORDER BY name");
        let rows = query.fetch_all(pool).await?;
        rows.iter().map(user).collect()
    }

    async fn hash(&self, password: &str) -> Result<String, AccountError> {
        if !PASSWORD.contains(&password.chars().count()) {
            let why = "password: takes 10 to 200 letters";
            return Err(AccountError::Wrong(why.to_owned()));
        }
        let password = password.to_owned();
        self.work(move || {
            let hash = hasher()?.hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
        })
        .await
    }

    /// Computes beside the threads that answer, and not too much at a time.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, AccountError> {
        let wrong = |why: String| AccountError::Hash(why);
        let turn = Arc::clone(&self.hashing).acquire_owned().await;
        let turn = turn.map_err(|error| wrong(error.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            // Also if nobody waits for it any more.
            drop(turn);
            done
        });
        done.await.map_err(|error| wrong(error.to_string()))?.map_err(wrong)
    }
}

fn hasher() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn user(row: &SqliteRow) -> Result<User, AccountError> {
    let role: String = row.try_get("role")?;
    Ok(User {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: role.parse().map_err(AccountError::Wrong)?,
        epoch: row.try_get("epoch")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(folder: &tempfile::TempDir) -> Accounts {
        Accounts::new(Kept::new(folder.path().join("deep/a.sqlite"), &crate::MIGRATIONS))
    }

    #[tokio::test]
    async fn who_has_the_password_is_let_in_and_nobody_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let accounts = accounts(&folder);
        assert!(accounts.log_in("ida", "a long password").await.is_err());
        assert!(accounts.all().await.expect("nobody").is_empty());
        assert!(!folder.path().join("deep").exists(), "nothing was kept");
        let ida = accounts.add("ida", "a long password", UserRole::Agent).await.expect("ida");
        assert_eq!(accounts.log_in("IDA", "a long password").await.expect("ida"), ida);
        for (name, password) in [("ida", "another password"), ("bo", "a long password"), ("", "")] {
            let error = accounts.log_in(name, password).await.expect_err("a stranger");
            assert!(matches!(error, AccountError::Unknown), "{error}");
        }
        let taken = accounts.add("Ida", "a long password", UserRole::Agent).await;
        assert!(taken.expect_err("taken").to_string().contains("is taken"));
        accounts.set_password("ida", "a new password").await.expect("a password");
        assert!(accounts.log_in("ida", "a long password").await.is_err());
        assert_eq!(accounts.log_in("ida", "a new password").await.expect("ida").epoch, 1);
        accounts.remove("ida").await.expect("gone");
        assert!(accounts.find(&ida.id).await.expect("an answer").is_none());
    }

    #[tokio::test]
    async fn hashes_say_how_they_were_made_and_passwords_are_not_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let accounts = accounts(&folder);
        accounts.add("bo", "a long password", UserRole::Supervisor).await.expect("bo");
        let hash: String = sqlx::query("SELECT hash FROM users")
            .fetch_one(accounts.kept.pool().await.expect("it"))
            .await
            .and_then(|row| row.try_get(0))
            .expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for (name, password) in
            [("", "a long password"), ("a b", "a long password"), ("c", "short")]
        {
            let error = accounts.add(name, password, UserRole::Agent).await.expect_err("wrong");
            assert!(matches!(error, AccountError::Wrong(_)), "{error}");
        }
    }
}

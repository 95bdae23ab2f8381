//! Who is logged in: JSON Web Tokens (RFC 7519), signed with HMAC-SHA-256 and nothing else.

use std::path::{Path, PathBuf};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use weir_kept::now_s;

use crate::accounts::{AccountError, Accounts, User};

/// Who signs.
const ISSUER: &str = "weir";
/// What for.
const AUDIENCE: &str = "weir-calls";
/// Seconds that a token is worth something.
pub const LIFE_S: i64 = 12 * 3600;
/// Bytes of a key.
const KEY: usize = 32;

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It is no token, not of this server, or of too long ago.
    #[error("the token is not valid any more, or never was: log in")]
    Invalid,
    /// The account has gone, or its password has changed.
    #[error("the account of this token has changed: log in")]
    Changed,
    /// It cannot be told.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct KeyError {
    path: PathBuf,
    why: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The user's id.
    sub: String,
    epoch: i64,
    iat: i64,
    exp: i64,
}

/// What signs tokens, and knows its own.
#[derive(Clone)]
pub struct Tokens {
    sign: EncodingKey,
    check: DecodingKey,
    rules: Validation,
}

impl Tokens {
    /// The key in a file, which is made if there is none, for its owner alone.
    ///
    /// # Errors
    /// The file cannot be read or made, or is no key.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let wrong = |why: String| KeyError { path: path.to_owned(), why };
        let key = match std::fs::read(path) {
            Ok(key) if key.len() == KEY => key,
            Ok(key) => return Err(wrong(format!("got {} bytes, takes {KEY}", key.len()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                make(path).map_err(|error| wrong(error.to_string()))?
            }
            Err(error) => return Err(wrong(error.to_string())),
        };
        Ok(Self::new(&key))
    }

    fn new(key: &[u8]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = 0;
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let (sign, check) = (EncodingKey::from_secret(key), DecodingKey::from_secret(key));
        Self { sign, check, rules }
    }

    /// A token for somebody who has logged in.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn sign(&self, user: &User) -> Result<String, TokenError> {
        self.sign_at(user, now_s())
    }

    fn sign_at(&self, user: &User, now_s: i64) -> Result<String, TokenError> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user.id.clone(),
            epoch: user.epoch,
            iat: now_s,
            exp: now_s + LIFE_S,
        };
        let header = Header::new(Algorithm::HS256);
        encode(&header, &claims, &self.sign).map_err(|_| TokenError::Invalid)
    }

    /// Who a token is of, as the account is now.
    ///
    /// # Errors
    /// It is not valid, or not any more.
    pub async fn check(&self, token: &str, accounts: &Accounts) -> Result<User, TokenError> {
        let told = decode::<Claims>(token, &self.check, &self.rules);
        let claims = told.map_err(|_| TokenError::Invalid)?.claims;
        let user = accounts.find(&claims.sub).await?;
        user.filter(|user| user.epoch == claims.epoch).ok_or(TokenError::Changed)
    }
}

/// Makes a key, whole or not at all.
fn make(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Write as _;
    // A version 4 UUID has 122 random bits: two make a key of 244.
    let key = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes).concat();
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&key)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key),
        // Somebody else was faster: theirs is the key.
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read(path)
        }
        Err(error) => Err(error.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::UserRole;

    #[tokio::test]
    async fn a_token_is_of_its_server_its_time_and_its_account() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = weir_kept::Kept::new(folder.path().join("a.sqlite"), &crate::MIGRATIONS);
        let accounts = Accounts::new(kept);
        let ida = accounts.add("ida", "a long password", UserRole::Agent).await.expect("ida");
        let path = folder.path().join("keys/jwt.key");
        let tokens = Tokens::open(&path).expect("a key");
        let token = tokens.sign(&ida).expect("a token");
        assert_eq!(tokens.check(&token, &accounts).await.expect("ida"), ida);
        let again = Tokens::open(&path).expect("the same key");
        assert_eq!(again.check(&token, &accounts).await.expect("ida"), ida);

        let old = tokens.sign_at(&ida, now_s() - LIFE_S - 1).expect("a token");
        let foreign = Tokens::new(&[7; KEY]).sign(&ida).expect("a token");
        // {"alg":"none","typ":"JWT"}
        let body = token.split('.').nth(1).expect("claims");
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.");
        for wrong in [&old, &foreign, &unsigned, "", "a.b.c"] {
            let error = tokens.check(wrong, &accounts).await.expect_err(wrong);
            assert!(matches!(error, TokenError::Invalid), "{wrong}: {error}");
        }
        accounts.log_out_everywhere(&ida.id).await.expect("out");
        let error = tokens.check(&token, &accounts).await.expect_err("out");
        assert!(matches!(error, TokenError::Changed), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_for_its_owner_and_a_wrong_one_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("jwt.key");
        Tokens::open(&path).expect("a key");
        let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        std::fs::write(&path, "short").expect("written");
        let error = Tokens::open(&path).err().expect("no key").to_string();
        assert!(error.contains("jwt.key: got 5 bytes"), "{error}");
    }
}

//! Whose recordings are whose: a random word that the visitor's browser keeps.

use std::fmt::Write as _;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

/// Where it stands in a request.
const HEADER: &str = "weir-visitor";
/// Hexadecimal digits of it.
const LENGTH: usize = 32;

/// What recordings are kept under: a hash, so that who reads the database has nobody's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitorId(String);

impl VisitorId {
    /// As it stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for VisitorId {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if word.len() != LENGTH || !word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            // Not what was got: it may be somebody's.
            return Err(format!("visitor: takes {LENGTH} hexadecimal digits"));
        }
        let hash = Sha256::digest(word.to_ascii_lowercase());
        let mut text = String::with_capacity(2 * hash.len());
        for byte in hash {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }
}

impl<S: Sync> FromRequestParts<S> for VisitorId {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let word = parts.headers.get(HEADER).and_then(|word| word.to_str().ok());
        let word = word.ok_or_else(|| format!("{HEADER}: takes this header"));
        word.and_then(str::parse).map_err(|why| (StatusCode::UNAUTHORIZED, why).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_as_a_hash_and_anything_else_is_refused_without_an_echo() {
        let word = "0123456789abcdef0123456789abcdef";
        let id: VisitorId = word.parse().expect("a visitor");
        assert_eq!(id, word.to_uppercase().parse().expect("the same"));
        assert!(id.as_str().len() == 64 && !id.as_str().contains(word));
        for wrong in ["", "0123", "zz23456789abcdef0123456789abcdef", "' OR 1=1 --"] {
            let error = wrong.parse::<VisitorId>().expect_err("no visitor");
            assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
        }
    }
}

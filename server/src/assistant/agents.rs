//! Whose calls they are, by name.

use std::collections::HashMap;

use serde::Serialize;
use weir_assistant::AccountError;

use super::login::LoggedIn;
use crate::app::App;

/// A call, and who takes it or took it.
#[derive(Serialize)]
pub struct Named<T> {
    /// None where the account is no more.
    agent: Option<String>,
    #[serde(flatten)]
    call: T,
}

/// Agents whose calls somebody may see.
pub struct Agents(HashMap<String, String>);

impl Agents {
    /// Those whom `who` may see.
    ///
    /// # Errors
    /// The accounts cannot be read.
    pub async fn seen_by(who: LoggedIn, app: &App) -> Result<Self, AccountError> {
        let users = match who.viewer().sees_all {
            true => app.assistant.accounts().all().await?,
            false => vec![who.0],
        };
        Ok(Self(users.into_iter().map(|user| (user.id, user.name)).collect()))
    }

    /// Names whose call it is.
    pub fn name<T>(&self, user_id: &str, call: T) -> Named<T> {
        Named { agent: self.0.get(user_id).cloned(), call }
    }
}

//! Who is logged in: `/api/login`, and the cookie or token that says so.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_assistant::{AccountError, LIFE_S, TokenError, User};
use weir_live::Viewer;

use super::limits::Admitted;
use crate::app::App;
use crate::problem::Problem;

/// The cookie with the token.
const COOKIE: &str = "weir-login";

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

/// Who is in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// As whom.
    name: String,
    /// `agent`, who sees own calls, or `supervisor`, who sees all.
    role: &'static str,
    /// For programs: goes into `Authorization: Bearer …` and into the `hello` of a call. Pages have
    /// a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// Lets somebody in whom `weir user` knows.
#[utoipa::path(
    post,
    path = "/api/login",
    request_body = Credentials,
    responses(
        (status = 200, description = "In, for twelve hours", body = Me),
        (status = 401, description = "There is no such account", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many tries", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn login(
    State(app): State<App>,
    _: Admitted,
    Json(given): Json<Credentials>,
) -> Response {
    let user = match app.assistant.accounts().log_in(&given.name, &given.password).await {
        Ok(user) => user,
        Err(error @ AccountError::Unknown) => {
            return (StatusCode::UNAUTHORIZED, error.to_string()).into_response();
        }
        Err(error) => return failed(&error),
    };
    let signed = app.assistant.tokens().map_err(|error| error.to_string());
    let signed = signed.and_then(|tokens| tokens.sign(&user).map_err(|error| error.to_string()));
    match signed {
        Ok(token) => {
            let cookie = cookie(&app, &token, LIFE_S);
            let me = Me { name: user.name, role: user.role.name(), token: Some(token) };
            ([(header::SET_COOKIE, cookie)], Json(me)).into_response()
        }
        Err(error) => failed(&error),
    }
}

/// Ends all log-ins of who asks.
#[utoipa::path(
    post,
    path = "/api/logout",
    responses((status = 204, description = "Out, everywhere"))
)]
pub async fn logout(State(app): State<App>, LoggedIn(user): LoggedIn) -> Response {
    match app.assistant.accounts().log_out_everywhere(&user.id).await {
        Ok(()) => {
            (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&app, "", 0))]).into_response()
        }
        Err(error) => failed(&error),
    }
}

/// Who is logged in.
#[utoipa::path(
    get,
    path = "/api/me",
    responses(
        (status = 200, description = "Who", body = Me),
        (status = 401, description = "Nobody", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn me(LoggedIn(user): LoggedIn) -> Json<Me> {
    Json(Me { name: user.name, role: user.role.name(), token: None })
}

/// No script reads it, and no other site sends it.
fn cookie(app: &App, token: &str, life_s: i64) -> String {
    let secure = if app.tls.is_some() { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Strict{secure}")
}

/// What the disk has is the server's business.
pub fn failed(error: &impl ToString) -> Response {
    let error = error.to_string();
    tracing::error!(error, "accounts");
    let why = "nobody can be let in just now".to_owned();
    (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
}

/// Somebody who is logged in, by a token in `Authorization` or in the cookie.
pub struct LoggedIn(pub User);

impl LoggedIn {
    /// What they may see.
    pub fn viewer(&self) -> Viewer {
        viewer(&self.0)
    }
}

/// What somebody may see.
pub fn viewer(user: &User) -> Viewer {
    let sees_all = user.role == weir_assistant::UserRole::Supervisor;
    Viewer { user_id: user.id.clone(), sees_all }
}

/// Who a token is of.
///
/// # Errors
/// Nobody, in words, and with what status.
pub async fn user_of(app: &App, token: &str) -> Result<User, (StatusCode, String)> {
    let tokens = app.assistant.tokens().map_err(|error| {
        tracing::error!(%error, "the key of tokens");
        (StatusCode::INTERNAL_SERVER_ERROR, "nobody can be let in just now".to_owned())
    })?;
    tokens.check(token, app.assistant.accounts()).await.map_err(|error| match error {
        TokenError::Account(error) => {
            tracing::error!(%error, "accounts");
            (StatusCode::INTERNAL_SERVER_ERROR, "nobody can be let in just now".to_owned())
        }
        error => (StatusCode::UNAUTHORIZED, error.to_string()),
    })
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(|line| line.split(';')).map(str::trim);
    let ours = cookies.find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('='));
    bearer.or(ours)
}

impl FromRequestParts<App> for LoggedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Some(token) = token(&parts.headers) else {
            return Err(
                (StatusCode::UNAUTHORIZED, "takes a log-in: POST /api/login").into_response()
            );
        };
        user_of(app, token).await.map(Self).map_err(IntoResponse::into_response)
    }
}

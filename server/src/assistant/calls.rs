//! Calls: their WebSocket, and what is kept of them under `/api/calls`.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Path, Query, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use utoipa::ToSchema;
use weir_live::{
    CallSummary, ClientWord, ErrorCode, Inbox, LONGEST, LandmarkState, Page, Search, ServerWord,
    StoreError, Told,
};

use super::agents::Agents;
use super::login::{self, LoggedIn, user_of};
use crate::app::{App, is_from_here};
use crate::problem::Problem;

/// Longest that a caller may take to say who it is.
const HELLO: Duration = Duration::from_secs(5);
/// Longest that a caller may take to take a word.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the longest message.
const MESSAGE: usize = if LONGEST > 16 << 10 { LONGEST } else { 16 << 10 };

/// Letters that calls are searched for.
const TEXT: usize = 200;

/// Upgrades to a WebSocket for a call.
pub async fn socket(
    State(app): State<App>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_from_here(&headers, &app.config.public_origins) {
        return (StatusCode::FORBIDDEN, "origin: takes this site's own pages\n").into_response();
    }
    let visitors = app.visitors.clone();
    let upgrade = upgrade.max_message_size(MESSAGE).max_frame_size(MESSAGE);
    upgrade.on_upgrade(move |socket| visitors.track_future(serve(socket, app)))
}

async fn serve(socket: WebSocket, app: App) {
    let (mut out, mut sound) = socket.split();
    if let Err(word) = take(&mut out, &mut sound, &app).await {
        // Who is gone already need not be told.
        let _ = say(&mut out, &Told { n: 0, word }.text()).await;
    }
    let _ = out.close().await;
}

/// From hello to the last word.
async fn take(
    out: &mut SplitSink<WebSocket, Message>,
    sound: &mut SplitStream<WebSocket>,
    app: &App,
) -> Result<(), ServerWord> {
    let wrong = |code, why: &str| ServerWord::Error { code, why: why.to_owned() };
    let first = timeout(HELLO, sound.next()).await;
    let first = first.map_err(|_| wrong(ErrorCode::Refused, "hello: none came in 5 s"))?;
    let text = match first {
        Some(Ok(Message::Text(text))) => text,
        Some(Ok(_)) => return Err(wrong(ErrorCode::Word, "hello: takes text before sound")),
        _ => return Ok(()),
    };
    let hello = match ClientWord::read(&text) {
        Ok(ClientWord::Hello(hello)) => hello,
        Ok(_) => return Err(wrong(ErrorCode::Word, "hello: takes a hello first")),
        Err(error) => return Err(wrong(ErrorCode::Word, &error.to_string())),
    };
    let user = user_of(app, &hello.jwt).await;
    let user = user.map_err(|(_, why)| wrong(ErrorCode::Refused, &format!("jwt: {why}")))?;
    let live = app.assistant.live().await;
    let live = live.map_err(|why| wrong(ErrorCode::Transcriber, &why))?;
    let link = live.open(&user.id, &hello).await.map_err(|refusal| refusal.word())?;
    let (inbox, mut words) = (link.inbox, link.words);
    let tell = async {
        while let Some(told) = words.recv().await {
            match timeout(PATIENCE, say(out, &told.text())).await {
                Ok(true) => {}
                // It is cut, and told the rest when it comes back.
                _ => return,
            }
        }
    };
    tokio::select! {
        () = hear(sound, inbox) => {}
        () = tell => {}
    }
    Ok(())
}

/// Hands on what a caller sends until it goes. What is handed on may have to wait, and then so
/// does the caller.
async fn hear(sound: &mut SplitStream<WebSocket>, inbox: Inbox) {
    while let Some(Ok(message)) = sound.next().await {
        let heard = match message {
            Message::Text(text) => inbox.text(&text).await,
            Message::Binary(bytes) => inbox.binary(&bytes).await,
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => return,
        };
        if heard.is_err() {
            // The last words are still on their way to the caller.
            return std::future::pending().await;
        }
    }
}

async fn say(out: &mut SplitSink<WebSocket, Message>, text: &str) -> bool {
    out.send(Message::text(text)).await.is_ok()
}

/// Which calls.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Those with these words in their title or in what was said.
    text: Option<String>,
    /// `live`, those that go on, or `ended`.
    #[param(value_type = Option<String>)]
    state: Option<CallState>,
    /// How many to pass over.
    skip: Option<u32>,
    /// How many at most; 20, and never more than 100.
    most: Option<u32>,
}

/// Whether a call goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CallState {
    Live,
    Ended,
}

/// Calls, the newest first: one's own, or for supervisors all; each with the name of its agent.
#[utoipa::path(
    get,
    path = "/api/calls",
    params(Which),
    responses(
        (status = 200, description = "What is known of each", body = [Object]),
        (status = 401, description = "Nobody is logged in", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn list(State(app): State<App>, who: LoggedIn, Query(which): Query<Which>) -> Response {
    if which.text.as_ref().is_some_and(|text| text.chars().count() > TEXT) {
        let why = format!("text: takes {TEXT} letters and no more");
        return Problem::unprocessable(why).into_response();
    }
    let usual = Page::default();
    let page =
        Page { skip: which.skip.unwrap_or(usual.skip), most: which.most.unwrap_or(usual.most) };
    let goes_on = which.state.map(|state| state == CallState::Live);
    let search = Search { text: which.text, goes_on };
    let calls = match app.assistant.calls().list(&who.viewer(), &search, &page).await {
        Ok(calls) => calls,
        Err(error) => return failed(&error),
    };
    let agents = match Agents::seen_by(who, &app).await {
        Ok(agents) => agents,
        Err(error) => return login::failed(&error),
    };
    let named = |call: CallSummary| agents.name(&call.user_id.clone(), call);
    Json(calls.into_iter().map(named).collect::<Vec<_>>()).into_response()
}

/// In what form.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form {
    /// `json`, `markdown` or `srt`.
    r#as: Option<String>,
}

/// A call: what was said in it, what it reached, and what was suggested.
#[utoipa::path(
    get,
    path = "/api/calls/{id}",
    params(("id" = String, Path, description = "Its id in the list"), Form),
    responses(
        (status = 200, description = "The call", body = Object),
        (status = 404, description = "There is none that you may see", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn find(
    State(app): State<App>,
    who: LoggedIn,
    Path(id): Path<String>,
    Query(form): Query<Form>,
) -> Response {
    let call = match app.assistant.calls().find(&who.viewer(), &id).await {
        Ok(Some(call)) => call,
        Ok(None) => return none(&id),
        Err(error) => return failed(&error),
    };
    let (kind, text) = match form.r#as.as_deref() {
        None | Some("json") => {
            let agents = match Agents::seen_by(who, &app).await {
                Ok(agents) => agents,
                Err(error) => return login::failed(&error),
            };
            let named = agents.name(&call.summary.user_id.clone(), call);
            let text = serde_json::to_string_pretty(&named).expect("all keys of a call are text");
            ("application/json", text + "\n")
        }
        Some("markdown") => ("text/markdown; charset=utf-8", call.markdown()),
        Some("srt") => ("application/x-subrip; charset=utf-8", call.srt()),
        Some(other) => {
            let why = format!("as: got {other:?}, takes json, markdown or srt");
            return Problem::unprocessable(why).into_response();
        }
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// Deletes a call with all that was said in it.
#[utoipa::path(
    delete,
    path = "/api/calls/{id}",
    params(("id" = String, Path, description = "Its id in the list")),
    responses(
        (status = 204, description = "It is no more"),
        (status = 404, description = "There is none that you may see", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn delete(State(app): State<App>, who: LoggedIn, Path(id): Path<String>) -> Response {
    let deleted = match app.assistant.live_if_any() {
        Some(live) => live.delete(&who.viewer(), &id).await,
        None => app.assistant.calls().delete(&who.viewer(), &id).await,
    };
    match deleted {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => none(&id),
        Err(error) => failed(&error),
    }
}

/// A call as it goes on: the words of its protocol, as server-sent events.
#[utoipa::path(
    get,
    path = "/api/calls/{id}/live",
    params(("id" = String, Path, description = "Its id in the list")),
    responses(
        (status = 200, description = "Events", content_type = "text/event-stream", body = String),
        (status = 404, description = "No such call goes on that you may see", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn watch(State(app): State<App>, who: LoggedIn, Path(id): Path<String>) -> Response {
    let watch = match app.assistant.live_if_any() {
        Some(live) => live.watch(&who.viewer(), &id).await,
        None => None,
    };
    let Some(watch) = watch else { return none(&id) };
    let told = |told: &Told| Ok::<_, Infallible>(Event::default().data(told.text()));
    let so_far: Vec<_> = watch.so_far.iter().map(|word| told(word)).collect();
    let coming = stream::unfold(watch.words, move |mut words| async move {
        match words.recv().await {
            Ok(word) => Some((told(&word), words)),
            // The page asks anew, and is told all of it.
            Err(RecvError::Lagged(_) | RecvError::Closed) => None,
        }
    });
    let closing = app.closing.clone();
    let events = stream::iter(so_far).chain(coming).take_until(closing.cancelled_owned());
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// How a landmark is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    /// `pending`, `done` or `waived`.
    #[schema(value_type = String)]
    state: LandmarkState,
}

/// Says by hand how a landmark of a call that goes on is; whatever is heard, it stays so.
#[utoipa::path(
    put,
    path = "/api/calls/{id}/landmarks/{landmark}",
    params(
        ("id" = String, Path, description = "The call"),
        ("landmark" = String, Path, description = "The landmark"),
    ),
    request_body = Mark,
    responses(
        (status = 204, description = "It is so"),
        (status = 404, description = "No such call goes on that you may see", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn mark(
    State(app): State<App>,
    who: LoggedIn,
    Path((id, landmark)): Path<(String, String)>,
    Json(mark): Json<Mark>,
) -> Response {
    if app.assistant.playbook().landmark(&landmark).is_none() {
        return Problem::not_found(format!("landmark {landmark:?}: there is none")).into_response();
    }
    let is_marked = match app.assistant.live_if_any() {
        Some(live) => live.mark(&who.viewer(), &id, landmark, mark.state).await,
        None => false,
    };
    if is_marked { StatusCode::NO_CONTENT.into_response() } else { none(&id) }
}

fn none(id: &str) -> Response {
    Problem::not_found(format!("call {id:?}: there is none that you may see")).into_response()
}

/// What the disk has is the server's business.
fn failed(error: &StoreError) -> Response {
    tracing::error!(%error, "the store of calls");
    let why = "calls cannot be kept or found just now".to_owned();
    (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
}

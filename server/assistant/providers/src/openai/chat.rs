//! Answers, piece by piece, from server-sent events.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::Client;
use super::asking::{Refused, root};
use crate::{ChatModel, ChatPiece, ChatRequest, ChatStream, ProviderError, Usage};

/// Bytes on the wire for a byte of text, at most: every token has its names around it.
const OVERHEAD: usize = 512;

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Counts>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Counts {
    prompt_tokens: u64,
    completion_tokens: u64,
}

#[async_trait]
impl ChatModel for Client {
    fn id(&self) -> &str {
        &self.id
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        let send = async |old| {
            let body = body(&self.config.model, &request, old);
            self.ask("chat/completions", |builder| builder.json(&body)).await
        };
        let old = self.old.load(Ordering::Relaxed);
        let response = match send(old).await {
            Err(refused) if !old && wants_max_tokens(&refused) => {
                let response = send(true).await?;
                self.old.store(true, Ordering::Relaxed);
                response
            }
            answer => answer?,
        };
        let reader = Reader {
            client: self.clone(),
            events: events(self, response),
            text_bytes: 0,
            wait: self.first,
            finished: false,
            over: false,
        };
        Ok(stream::unfold(reader, async |mut reader| Some((reader.next().await?, reader))).boxed())
    }
}

fn body(model: &str, request: &ChatRequest, old: bool) -> Value {
    let most = if old { "max_tokens" } else { "max_completion_tokens" };
    let mut body = json!({"model": model, "messages": request.messages, "stream": true,
        "stream_options": {"include_usage": true}});
    body[most] = request.most_tokens.into();
    if let Some(form) = &request.schema {
        body["response_format"] = json!({"type": "json_schema", "json_schema":
            {"name": form.name, "strict": true, "schema": form.schema}});
    }
    body
}

/// Older servers do not know `max_completion_tokens`, and name it when they refuse.
fn wants_max_tokens(refused: &Refused) -> bool {
    let name = b"max_completion_tokens";
    matches!(refused.error, ProviderError::Refused { status: 400 | 422, .. })
        && refused.body.windows(name.len()).any(|window| window == name)
}

type Events = BoxStream<'static, Result<Event, EventStreamError<ProviderError>>>;

/// The events, as long as they are not too many bytes.
fn events(client: &Client, response: reqwest::Response) -> Events {
    let (client, mut left) = (client.clone(), client.config.most_bytes.saturating_mul(OVERHEAD));
    let pieces = response.bytes_stream().map(move |piece| -> Result<Bytes, ProviderError> {
        let piece = piece.map_err(|error| client.unreachable(root(error)))?;
        let rest = left.checked_sub(piece.len());
        left = rest.ok_or_else(|| client.unexpected("an answer without end"))?;
        Ok(piece)
    });
    pieces.eventsource().boxed()
}

struct Reader {
    client: Client,
    events: Events,
    text_bytes: usize,
    /// Longest that the next event is waited for.
    wait: Duration,
    /// The model said that it has finished.
    finished: bool,
    /// Nothing more is read.
    over: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<ChatPiece, ProviderError>> {
        while !self.over {
            match self.read().await {
                Ok(Some(piece)) => return Some(Ok(piece)),
                Ok(None) => {}
                Err(error) => {
                    self.over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    /// Reads an event; none if there is nothing in it for who asked.
    async fn read(&mut self) -> Result<Option<ChatPiece>, ProviderError> {
        let event = timeout(self.wait, self.events.next()).await;
        let event = event.map_err(|_| self.client.late(self.wait))?;
        self.wait = self.client.idle;
        let Some(event) = event else {
            self.over = true;
            // Some servers end without `[DONE]`.
            let whole = self.finished.then_some(None);
            return whole.ok_or_else(|| self.client.unreachable("it broke off in an answer"));
        };
        let event = event.map_err(|error| match error {
            EventStreamError::Transport(error) => error,
            _ => self.client.unexpected("no stream of events"),
        })?;
        if event.data.trim() == "[DONE]" {
            self.over = true;
            return Ok(None);
        }
        let chunk: Chunk = serde_json::from_str(&event.data)
            .map_err(|_| self.client.unexpected("an event that is no piece of an answer"))?;
        self.take(chunk)
    }

    fn take(&mut self, chunk: Chunk) -> Result<Option<ChatPiece>, ProviderError> {
        if chunk.error.is_some() {
            return Err(self.client.unreachable("it failed in an answer"));
        }
        if let Some(Counts { prompt_tokens, completion_tokens }) = chunk.usage {
            let usage = Usage { prompt_tokens, completion_tokens };
            return Ok(Some(ChatPiece::Usage(usage)));
        }
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(None) };
        self.finished |= choice.finish_reason.is_some();
        if choice.delta.refusal.is_some_and(|refusal| !refusal.is_empty()) {
            let (provider, message) = (self.client.id.clone(), "the model declines".into());
            return Err(ProviderError::Refused { provider, status: 200, message });
        }
        let Some(text) = choice.delta.content.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        self.text_bytes += text.len();
        let most = self.client.config.most_bytes;
        if self.text_bytes > most {
            return Err(self.client.unexpected(format!("an answer of more than {most} bytes")));
        }
        Ok(Some(ChatPiece::Text(text)))
    }
}

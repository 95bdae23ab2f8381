//! The network for whoever runs it elsewhere: what it is made of, and a run to check it by.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use weir_surrogate::Model;
use weir_surrogate::golden::Golden;

use crate::app::App;
use crate::engine::Engines;
use crate::site::{tag, tagged};

/// What can be taken away of the champion, made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Download(Mutex<Option<(String, Parts)>>);

impl Download {
    async fn of(&self, engines: Arc<Engines>) -> Result<Parts, String> {
        let mut made = self.0.lock().await;
        if let Some((_, parts)) = made.as_ref().filter(|(of, _)| *of == engines.atlas.sha256) {
            return Ok(parts.clone());
        }
        let of = engines.atlas.sha256.clone();
        let parts = spawn_blocking(move || Parts::of(&engines.model)).await;
        let parts = parts.unwrap_or_else(|_| Err("it could not be made".to_owned()))?;
        *made = Some((of, parts.clone()));
        Ok(parts)
    }
}

#[derive(Clone, Debug)]
struct Parts {
    description: Bytes,
    weights: Bytes,
    golden: Bytes,
}

impl Parts {
    fn of(model: &Model) -> Result<Self, String> {
        let (description, weights) = model.to_bytes().map_err(|error| error.to_string())?;
        let golden = Golden::of(model).map_err(|error| error.to_string())?;
        let golden = serde_json::to_vec(&golden).map_err(|error| error.to_string())?;
        Ok(Self { description: description.into(), weights: weights.into(), golden: golden.into() })
    }
}

async fn part(app: &App, headers: &HeaderMap, kind: &str, which: fn(Parts) -> Bytes) -> Response {
    match app.download.of(app.cast.champion()).await {
        Ok(parts) => {
            let bytes = which(parts);
            let name = tag(&Sha256::digest(&bytes));
            tagged(kind, bytes, &name, headers)
        }
        Err(why) => {
            (StatusCode::INTERNAL_SERVER_ERROR, format!("the network: {why}\n")).into_response()
        }
    }
}

/// What the network is, as the file `model.toml` of a model's folder.
#[utoipa::path(
    get,
    path = "/api/model/description",
    responses((status = 200, description = "TOML", body = String, content_type = "application/toml"))
)]
pub async fn description(State(app): State<App>, headers: HeaderMap) -> Response {
    part(&app, &headers, "application/toml", |parts| parts.description).await
}

/// What it has learned, as the file `model.safetensors` of a model's folder.
#[utoipa::path(
    get,
    path = "/api/model/weights",
    responses((status = 200, description = "safetensors", body = Vec<u8>,
        content_type = "application/octet-stream"))
)]
pub async fn weights(State(app): State<App>, headers: HeaderMap) -> Response {
    let mut answer = part(&app, &headers, "application/octet-stream", |parts| parts.weights).await;
    // Weights are nearly noise: packing them takes time and saves next to nothing.
    let plain = HeaderValue::from_static("identity");
    answer.headers_mut().insert(header::CONTENT_ENCODING, plain);
    answer
}

/// A run of a second that it makes here: who runs it elsewhere can see whether it does the same.
#[utoipa::path(
    get,
    path = "/api/model/golden",
    responses((status = 200, description = "The scene, and where its particles are", body = Object))
)]
pub async fn golden(State(app): State<App>, headers: HeaderMap) -> Response {
    part(&app, &headers, "application/json", |parts| parts.golden).await
}

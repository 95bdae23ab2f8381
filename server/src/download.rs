//! The network for whoever runs it elsewhere: what it is made of, and a run to check it by.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use weir_surrogate::Model;
use weir_surrogate::golden::Golden;

use crate::app::App;
use crate::site::{tag, tagged};

/// What can be taken away, made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Download(OnceCell<Parts>);

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
    let make = || async {
        let engines = Arc::clone(&app.engines);
        let made = spawn_blocking(move || Parts::of(&engines.model)).await;
        made.unwrap_or_else(|_| Err("it could not be made".to_owned()))
    };
    match app.download.0.get_or_try_init(make).await {
        Ok(parts) => {
            let bytes = which(parts.clone());
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

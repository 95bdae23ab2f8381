//! What programs can ask for, told to programs: a document of OpenAPI.

use axum::Json;
use utoipa::OpenApi;

use crate::problem::Problem;
use crate::{api, download, drawings};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "weir",
        description = "The network, scenes that come with weir, and drawings of visitors. What is said over the \
        WebSocket is in docs/PROTOCOL.md."
    ),
    paths(
        api::model,
        download::description,
        download::weights,
        download::golden,
        api::scenes,
        api::scene,
        drawings::keep,
        drawings::find,
        document
    ),
    components(schemas(Problem))
)]
struct Document;

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    responses((status = 200, description = "An OpenAPI document", body = Object))
)]
pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

//! What programs can ask for, told to programs: a document of OpenAPI.

use axum::Json;
use utoipa::OpenApi;

use crate::assistant::{
    answers, call_sound, calls, drawing, jobs, login, recordings, sound, status,
};
use crate::problem::Problem;
use crate::{api, download, drawings};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "weir",
        description = "The network, scenes that come with weir, drawings of visitors, questions and voices. What is said \
        over WebSockets is in docs/PROTOCOL.md."
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
        status::status,
        crate::status::status,
        answers::ask,
        jobs::recommend,
        jobs::question,
        jobs::classify,
        login::login,
        login::logout,
        login::me,
        calls::list,
        calls::find,
        calls::delete,
        calls::watch,
        call_sound::sound,
        calls::mark,
        drawing::draw,
        sound::transcribe,
        sound::speak,
        recordings::list,
        recordings::sound,
        recordings::delete,
        recordings::delete_all,
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

//! What programs can ask for: `GET /api/…`, in JSON.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use weir_scene::Scene;

use crate::app::App;
use crate::problem::Problem;

/// The network: its layers, the scales of their maps, its skip connections.
#[utoipa::path(
    get,
    path = "/api/model",
    responses(
        (status = 200, description = "The network", body = Object),
        (status = 429, description = "Too many requests", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn model(State(app): State<App>) -> Response {
    Json(&*app.cast.champion().atlas).into_response()
}

/// A scene that comes with weir.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listed {
    /// What it is asked for by.
    name: &'static str,
    /// What people call it.
    title: String,
    /// How many bodies float in it.
    bodies: usize,
}

/// The scenes that come with weir, in the order of a gallery.
#[utoipa::path(
    get,
    path = "/api/scenes",
    responses(
        (status = 200, description = "All scenes", body = [Listed]),
        (status = 429, description = "Too many requests", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn scenes() -> Response {
    let listed = |example: &weir_scene::Example| {
        let scene = Scene::from_toml(example.text).ok()?;
        Some(Listed { name: example.name, title: scene.name, bodies: scene.bodies.len() })
    };
    Json(Scene::examples().iter().filter_map(listed).collect::<Vec<_>>()).into_response()
}

/// One of them, as a scene file.
#[utoipa::path(
    get,
    path = "/api/scenes/{name}",
    params(("name" = String, Path, description = "Its name in the list", example = "funnel")),
    responses(
        (status = 200, description = "The scene", body = Object),
        (status = 404, description = "There is none of this name", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn scene(Path(name): Path<String>) -> Response {
    let example = Scene::examples().iter().find(|example| example.name == name);
    match example.and_then(|example| Scene::from_toml(example.text).ok()) {
        Some(scene) => Json(scene).into_response(),
        None => {
            let like = Scene::example_like(&name).map(|name| format!("; is {name} meant?"));
            let why = format!("scene {name:?}: there is none{}", like.unwrap_or_default());
            Problem::not_found(why).into_response()
        }
    }
}

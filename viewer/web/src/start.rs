//! Where the page begins.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlCanvasElement;
use weir_scene::Scene;
use weir_surrogate::{Model, device};
use weir_viewer::Options;

use crate::aside::{self, Parts};
use crate::inside::NAME;

/// What the network in the visitor's browser is called: on the processor, and on the card.
const HERE: &str = "network on this device";
const CARD: &str = "network on this device's card";

/// Opens the window on a canvas, with the network of this description and these weights, which is
/// known to make the `golden` run; `has_card` says whether the browser has WebGPU.
///
/// # Errors
/// They are no network, or the browser has nothing to paint with.
#[wasm_bindgen]
pub async fn open(
    canvas: HtmlCanvasElement,
    config: String,
    weights: Vec<u8>,
    golden: String,
    has_card: bool,
) -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let words = |error: &dyn std::fmt::Display| JsValue::from(error.to_string());
    let golden = serde_json::from_str(&golden).map_err(|error| words(&error))?;
    let device = device::open("flex").map_err(|error| words(&error))?;
    let model = Model::from_bytes(NAME, &config, weights.clone(), &device);
    let model = model.map_err(|error| words(&error))?;
    let found = Scene::examples().iter().find(|example| example.name == "funnel");
    let scene = found.map(|example| Scene::from_toml(example.text));
    let scene = scene.transpose().map_err(|error| words(&error))?.unwrap_or_default();
    let parts = Rc::new(Parts { config, weights, golden });
    let mut makers = vec![aside::maker(HERE, "flex", &parts)];
    if has_card {
        let mut card = aside::maker(CARD, "wgpu", &parts);
        card.instead = Some(HERE.to_owned());
        makers.push(card);
    }
    let options =
        Options { scene, path: None, model, checkpoints: Vec::new(), makers, recording: None };
    weir_viewer::run_on(canvas, options).await
}

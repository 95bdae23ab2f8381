//! Where the page begins.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlCanvasElement;
use weir_scene::Scene;
use weir_surrogate::{Model, device};
use weir_viewer::remote::maps;
use weir_viewer::{Maker, Options};

use crate::aside::{self, Parts};
use crate::inside::NAME;

/// What the network in the visitor's browser is called: on the processor, and on the card.
const HERE: &str = "network on this device";
const CARD: &str = "network on this device's card";

/// What the page has fetched, and where it is.
#[wasm_bindgen(getter_with_clone)]
pub struct Page {
    /// Where it comes from: `https://weir.example`.
    pub origin: String,
    /// The network that the server runs, as `model.toml` and `model.safetensors`.
    pub config: String,
    /// See `config`.
    pub weights: Vec<u8>,
    /// A run that it is known to make, as JSON.
    pub golden: String,
    /// What can be looked at inside of it, as JSON.
    pub atlas: String,
    /// Whether the browser has WebGPU.
    pub has_card: bool,
    /// What moves the water at first: `here` is the network in the browser, `card` the same on the
    /// card; anything else is the server's.
    pub first: String,
}

#[wasm_bindgen]
impl Page {
    /// A page from here with this network.
    #[wasm_bindgen(constructor)]
    pub fn new(
        origin: String,
        config: String,
        weights: Vec<u8>,
        golden: String,
        atlas: String,
    ) -> Self {
        Self { origin, config, weights, golden, atlas, has_card: false, first: String::new() }
    }
}

/// Opens the window on a canvas.
///
/// # Errors
/// What was fetched is no network, or the browser has nothing to paint with.
#[wasm_bindgen]
pub async fn open(canvas: HtmlCanvasElement, page: Page) -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let options = options(page).map_err(JsValue::from)?;
    weir_viewer::run_on(canvas, options).await
}

fn options(page: Page) -> Result<Options, String> {
    let Page { origin, config, weights, golden, atlas, has_card, first } = page;
    let golden = serde_json::from_str(&golden).map_err(|error| format!("golden: {error}"))?;
    let model = device::open("flex")
        .and_then(|device| Model::from_bytes(NAME, &config, weights.clone(), &device))
        .map_err(|error| error.to_string())?;
    let address = origin.parse()?;
    let there = Maker::on_server(&address, &maps::atlas(&atlas)?);
    let parts = Rc::new(Parts { config, weights, golden });
    let mut here = aside::maker(HERE, "flex", &parts);
    here.instead = Some(there[0].name.clone());
    let mut makers: Vec<Maker> = there.into_iter().chain([here]).collect();
    if has_card {
        let mut card = aside::maker(CARD, "wgpu", &parts);
        card.instead = Some(HERE.to_owned());
        makers.push(card);
    }
    let wanted = match first.as_str() {
        "here" => HERE,
        "card" => CARD,
        _ => "",
    };
    // Who asks for a card where there is none gets the server's.
    if let Some(k) = makers.iter().position(|maker| maker.name == wanted) {
        makers[..=k].rotate_right(1);
    }
    let example = Scene::examples().iter().find(|example| example.name == "funnel");
    let scene = example.map(|example| Scene::from_toml(example.text)).transpose();
    let scene = scene.map_err(|error| error.to_string())?.unwrap_or_default();
    Ok(Options { scene, path: None, model, checkpoints: Vec::new(), makers, recording: None })
}

//! A window on the water and on what goes on inside the network.
//!
//! The window draws, shows and asks; what moves water works elsewhere ([`worker`]), as a rule on
//! a thread of its own, and is never waited for. The network and recordings come with this crate, a
//! solver is brought by whoever opens the window ([`engine::Maker`]).
//!
//! | | |
//! |---|---|
//! | [`app`] | the window's state, and how its panels hang together |
//! | [`document`] | the scene that is drawn: lines with names, what can be undone, files |
//! | [`tool`] | what a hand on the canvas leaves |
//! | [`engine`], [`desk`] | what moves water, and what it is told to do |
//! | [`worker`], [`thread`] | what the window asks of it and sees, up to a common clock |
//! | [`remote`], [`afar`] | the same of a server, over its WebSocket; what the window has to do for it |
//! | [`water`] | water as a picture, painted by the graphics card |
//! | [`canvas`], [`insides`], [`curves`], [`training`], [`shelf`], [`bar`] | the panels |
//! | [`school`], [`runs`] | a training run on a thread of its own; a run of somebody else, read |
//! | [`losses`], [`weights`], [`bars`] | what a run yields, and what its layers have learned |
//! | [`open`], [`files`] | files that are dropped or chosen, on a disk or in a browser |
//! | [`lens`] | between metres and the screen |

pub mod afar;
pub mod app;
pub mod bar;
pub mod bars;
pub mod canvas;
pub mod curves;
pub mod desk;
pub mod document;
pub mod engine;
#[cfg_attr(target_family = "wasm", path = "browser.rs")]
#[cfg_attr(not(target_family = "wasm"), path = "disk.rs")]
pub mod files;
pub mod insides;
pub mod lens;
#[cfg(not(target_family = "wasm"))]
pub mod losses;
pub mod open;
pub mod remote;
#[cfg(not(target_family = "wasm"))]
pub mod runs;
#[cfg(not(target_family = "wasm"))]
pub mod school;
pub mod shelf;
#[cfg(not(target_family = "wasm"))]
pub mod thread;
pub mod tool;
#[cfg(not(target_family = "wasm"))]
pub mod training;
#[cfg(target_family = "wasm")]
pub mod turns;
pub mod water;
pub mod weights;
pub mod worker;

pub use app::{App, Options};
pub use engine::{Engine, Figure, Maker, Told};
#[cfg(not(target_family = "wasm"))]
pub use school::Means;

/// Opens the window, and returns when it is closed.
///
/// # Errors
/// There is no display, or nothing to paint with, in words.
#[cfg(not(target_family = "wasm"))]
pub fn run(options: Options) -> Result<(), String> {
    let native = eframe::NativeOptions {
        viewport: eframe::egui::ViewportBuilder::default()
            .with_title("weir")
            .with_inner_size([1360.0, 860.0]),
        renderer: eframe::Renderer::Wgpu,
        ..Default::default()
    };
    let opened = eframe::run_native(
        "weir",
        native,
        Box::new(|context| {
            let state = context.wgpu_render_state.as_ref();
            let mut app = App::new(&context.egui_ctx, state, options)?;
            if let Some(storage) = context.storage {
                app.recall(storage);
            }
            Ok(Box::new(app))
        }),
    );
    opened.map_err(|error| error.to_string())
}

/// Opens the window on a page's canvas, for as long as that is there.
///
/// # Errors
/// The browser has nothing to paint with.
#[cfg(target_family = "wasm")]
pub async fn run_on(
    canvas: web_sys::HtmlCanvasElement,
    options: Options,
) -> Result<(), wasm_bindgen::JsValue> {
    let create: eframe::AppCreator<'static> = Box::new(|context| {
        let state = context.wgpu_render_state.as_ref();
        Ok(Box::new(App::new(&context.egui_ctx, state, options)?))
    });
    eframe::WebRunner::new().start(canvas, eframe::WebOptions::default(), create).await
}

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

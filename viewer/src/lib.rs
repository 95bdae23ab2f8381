//! A window on the water and on what goes on inside the network.
//!
//! The window draws, shows and asks; what moves water works on threads of its own
//! ([`worker`]) and is never waited for. The network and recordings come with this crate, a
//! solver is brought by whoever opens the window ([`engine::Maker`]). Training needs threads and
//! files, and is there where these are.
//!
//! | | |
//! |---|---|
//! | [`app`] | the window's state, and how its panels hang together |
//! | [`document`] | the scene that is drawn: lines with names, what can be undone, files |
//! | [`tool`] | what a hand on the canvas leaves |
//! | [`engine`], [`worker`] | what moves water, on a thread of its own, up to a common clock |
//! | [`water`] | water as a picture, painted by the graphics card |
//! | [`canvas`], [`insides`], [`curves`], [`training`], [`shelf`], [`bar`] | the panels |
//! | [`school`], [`runs`] | a training run on a thread of its own; a run of somebody else, read |
//! | [`losses`], [`weights`], [`bars`] | what a run yields, and what its layers have learned |
//! | [`open`] | files that are dropped or chosen |
//! | [`lens`] | between metres and the screen |

pub mod app;
pub mod bar;
pub mod bars;
pub mod canvas;
pub mod curves;
pub mod document;
pub mod engine;
pub mod insides;
pub mod lens;
#[cfg(not(target_family = "wasm"))]
pub mod losses;
pub mod open;
#[cfg(not(target_family = "wasm"))]
pub mod runs;
#[cfg(not(target_family = "wasm"))]
pub mod school;
pub mod shelf;
pub mod tool;
#[cfg(not(target_family = "wasm"))]
pub mod training;
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
            Ok(Box::new(App::new(&context.egui_ctx, state, options)?))
        }),
    );
    opened.map_err(|error| error.to_string())
}

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

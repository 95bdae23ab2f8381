//! The window as a page, and the network in the visitor's own browser.
//!
//! The page and its network are two threads of the browser that share nothing: `aside` is the
//! page's end, a `Worker` of the window; `inside` is the other's, which has the network. They
//! write each other [`letters`]. Before water flows, the network is put to the [`trial`].

#[cfg(target_family = "wasm")]
pub mod aside;
#[cfg(target_family = "wasm")]
pub mod inside;
pub mod letters;
#[cfg(target_family = "wasm")]
mod start;
pub mod trial;

/// The README's text is not left behind.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Servers that show each other's runs over a real broker: `nats-server`, which Debian has a
//! package of. It is found on the `PATH`, in `/usr/sbin`, or where `WEIR_NATS` says.
//!
//!     cargo test --release -p weir-server --test away -- --ignored

mod broker;
#[path = "../outside/common.rs"]
#[allow(dead_code, reason = "another test needs all of it")]
mod common;
mod doors;
mod ends;
mod hostile;
mod proxy;
mod replica;
mod watching;

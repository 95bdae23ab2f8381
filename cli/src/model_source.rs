//! From what the user typed to a network: the name of one that ships or its folder,
//! and what computes it.

use weir_surrogate::{Model, ModelError, device};

use crate::failure::Failure;

/// What to say where a scene with bodies is given to a network.
pub const BODIES_ARE_WALLS: &str =
    "note: to the network bodies are walls; they neither move nor float";

/// Opens the network `given` on the device called `device`.
///
/// # Errors
/// No such network, or no such device.
pub fn load(given: &str, device: &str) -> Result<Model, Failure> {
    Model::open(given, &device::open(device).map_err(refusal)?).map_err(refusal)
}

/// What is lacking here is told apart from what was asked for wrongly.
pub fn refusal(error: ModelError) -> Failure {
    let text = error.to_string();
    if error.is_lacking() { Failure::Lacking(text) } else { Failure::BadInput(text) }
}

//! Scenes that show what the network makes of them while it learns.

use std::ops::ControlFlow;

use weir_surrogate::{FPS, Model};
use weir_training::Data;

use crate::beside::{Beside, Looks};
use crate::output;
use crate::scene_source;

/// The example that is always among them.
const EXAMPLE: &str = "funnel";
/// Simulated time, seconds, at most.
const LONGEST_S: f64 = 3.0;
/// How they are shown.
pub const LOOKS: Looks = Looks { columns: 5, width_px: 360, stride: 2 };

/// The scenes of a run: an example with the solver's water, and one that the data set
/// keeps for validation. What cannot be had is left out and said.
pub fn samples(model: &Model, data: &Data) -> Vec<Beside> {
    let (example, held_out) = (example(model), held_out(data));
    let mut samples = Vec::new();
    for sample in [example.map(Some), held_out] {
        match sample {
            Ok(sample) => samples.extend(sample),
            Err(error) => output::notice(&format!("a scene is not sampled: {error:#}")),
        }
    }
    samples
}

/// Watches a rollout and lets it go on.
pub fn to_its_end() -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn example(model: &Model) -> anyhow::Result<Beside> {
    let scene = scene_source::example(EXAMPLE)?;
    let frames = (LONGEST_S * FPS) as usize;
    Beside::the_solver(EXAMPLE, &scene, model, frames, &mut to_its_end)
}

fn held_out(data: &Data) -> anyhow::Result<Option<Beside>> {
    let Some((scene, mut truth)) = data.example(FPS)? else { return Ok(None) };
    truth.truncate((LONGEST_S * FPS) as usize + 1);
    Ok(Some(Beside { name: "held-out".to_owned(), scene, truth, witness: "recording" }))
}

//! What computes the water: the solver, or a network in its place.

use serde::Serialize;
use weir_scene::{Advance, Frame, GridField, Scene};
use weir_sim::{Solver, SolverConfig};
use weir_surrogate::Rollout;

use super::Args;
use crate::backend::{self, Backend};
use crate::failure::Failure;
use crate::model_source::{BODIES_ARE_WALLS, refusal};
use crate::output;

/// A producer of frames that can say how it went.
pub enum Engine {
    /// The solver.
    Solver(Box<Solver>),
    /// A network.
    Network(Box<dyn Rollout>),
}

/// How a run went, as its producer saw it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Account {
    /// Name of the network, if it was one.
    pub model: Option<String>,
    /// Steps of the solver, or calls of the network.
    pub steps: u64,
    /// Moves that crossed a line.
    pub line_crossings: u64,
    /// Particle-steps that ended inside a body.
    pub body_penetrations: u64,
    /// Mean over steps of |mean of ρ/ρ₀ over full cells − 1|; the solver's alone.
    pub density_mean_err: f64,
    /// Mean over steps of the 99th percentile of |ρ/ρ₀ − 1|; the solver's alone.
    pub density_p99_err: f64,
    /// Largest |∇·u|·dt of any step; the solver's alone.
    pub max_divergence_dt: f64,
    /// Hash of all positions.
    pub digest: String,
}

impl Engine {
    /// What the arguments ask for, at time zero of `scene`.
    ///
    /// # Errors
    /// Bad input, or a device that is not there.
    pub fn new(args: &Args, scene: &Scene) -> Result<Self, Failure> {
        let Some(name) = &args.model else {
            let config = SolverConfig { fps: args.fps, ..SolverConfig::default() };
            let solver = Solver::with_config(scene, args.backend.into(), config)
                .map_err(|error| backend::refusal(&args.scene, &error))?;
            return Ok(Self::Solver(Box::new(solver)));
        };
        if args.backend == Backend::Gpu {
            let text =
                "--backend gpu: moves the solver's water; what computes a network is --device";
            return Err(Failure::BadInput(text.into()));
        }
        if (args.fps - weir_surrogate::FPS).abs() > 1e-9 {
            let text = format!("--fps: got {}, a network takes {}", args.fps, weir_surrogate::FPS);
            return Err(Failure::BadInput(text));
        }
        let network = weir_surrogate::start(name, &args.device, scene).map_err(refusal)?;
        if !scene.bodies.is_empty() {
            output::notice(BODIES_ARE_WALLS);
        }
        Ok(Self::Network(network))
    }

    /// The producer.
    pub fn producer(&mut self) -> &mut dyn Advance {
        match self {
            Self::Solver(solver) => &mut **solver,
            Self::Network(network) => &mut **network,
        }
    }

    /// Name of the graphics card, if one moves the water.
    pub fn card(&self) -> Option<&str> {
        match self {
            Self::Solver(solver) => solver.card(),
            Self::Network(network) => network.card(),
        }
    }

    /// How full each cell is, ρ/ρ₀.
    pub fn density(&self) -> GridField {
        match self {
            Self::Solver(solver) => solver.density(),
            Self::Network(network) => network.density(),
        }
    }

    /// How the run went.
    pub fn account(&self) -> Account {
        match self {
            Self::Solver(solver) => {
                let totals = solver.totals();
                Account {
                    model: None,
                    steps: totals.steps,
                    line_crossings: totals.line_crossings,
                    body_penetrations: totals.body_penetrations,
                    density_mean_err: totals.density_mean_err,
                    density_p99_err: totals.density_p99_err,
                    max_divergence_dt: totals.max_divergence_dt,
                    digest: solver.digest(),
                }
            }
            Self::Network(network) => {
                let mut frame = Frame::default();
                network.snapshot(&mut frame);
                Account {
                    model: Some(network.model().config.name.clone()),
                    steps: network.totals().calls,
                    line_crossings: network.totals().line_crossings,
                    digest: digest(&frame),
                    ..Account::default()
                }
            }
        }
    }
}

/// BLAKE3 hash of positions by identity, hexadecimal.
fn digest(frame: &Frame) -> String {
    let mut order: Vec<usize> = (0..frame.ids.len()).collect();
    order.sort_unstable_by_key(|&k| frame.ids[k]);
    let mut hash = blake3::Hasher::new();
    for k in order {
        hash.update(&frame.ids[k].to_le_bytes());
        frame.positions_m[k].iter().for_each(|c| {
            hash.update(&c.to_le_bytes());
        });
    }
    hash.finalize().to_hex().to_string()
}

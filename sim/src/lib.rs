//! Ground truth: water with a free surface, lines without thickness, rigid bodies.
//!
//! Incompressible inviscid or viscous flow in two dimensions by APIC/FLIP
//! particles on a staggered grid (Zhu & Bridson 2005; Jiang et al. 2015), with a
//! pressure projection in which cells fall apart along drawn lines, a second
//! projection that keeps density (Kugelstadt et al. 2019), and rapier2d's bodies
//! inside the pressure matrix (Batty et al. 2007).
//!
//! ```
//! use weir_scene::{Advance, Frame, Scene};
//! use weir_sim::{Backend, Solver};
//!
//! let scene = Scene::from_toml(r#"
//!     version = 1
//!     domain = { width_m = 0.5, height_m = 0.5, cell_m = 0.03125 }
//!     water = [{ kind = "block", min_m = [0.0, 0.0], max_m = [0.25, 0.4] }]
//! "#)?;
//! let mut solver = Solver::new(&scene, Backend::Cpu)?;
//! let mut frame = Frame::default();
//! for _ in 0..10 {
//!     solver.advance(&mut frame)?;
//! }
//! assert!(solver.diagnostics().kinetic_j > 0.0);
//! assert_eq!(solver.totals().line_crossings, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Inside the crate lengths are in cell widths (`dx = 1`), velocities in cell
//! widths per second, masses in water-filled cells. Names without a unit mean
//! these; whatever leaves the crate is in SI units.
//!
//! # A step
//!
//! 1. [`weir_ground::Topology`]: which parts of which cells are connected.
//! 2. [`weir_ground::Emitter`], [`cpu::spread`]: water comes in and leaves; particles are sorted
//!    by cell and add up on the grid.
//! 3. [`cpu::particle_to_grid`]: velocities to the sides of cells; beside it
//!    [`cpu::density`], [`cpu::surface`]: how full, and where the surface is.
//! 4. Gravity and [`cpu::viscosity`].
//! 5. [`cpu::pressure`]: no divergence, and bodies pushed, in one solve.
//! 6. [`solid`]: rapier2d moves the bodies.
//! 7. [`cpu::extrapolate`]: velocities around the water.
//! 8. [`cpu::grid_to_particle`], [`cpu::advect`]: particles move, and cross no line.

mod config;
pub(crate) mod cpu;
mod diagnostics;
mod error;
mod field;
#[cfg(feature = "gpu")]
pub mod gpu;
mod measure;
mod particles;
pub(crate) mod solid;
mod solver;
mod stencil;
pub mod validation;

pub use config::{Backend, SolverConfig};
pub use diagnostics::{Diagnostics, StageTimes, Totals};
pub use error::SolverError;
pub use solid::{BodyState, StrokeId};
pub use solver::Solver;

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

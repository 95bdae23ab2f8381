//! The stages of a step on the processor, one file each.
//!
//! Every stage computes its output from a fixed set of inputs in a fixed order,
//! alone or in blocks that follow from the grid. Nothing depends on how rayon
//! splits the work, so a run is the same to the last bit for any number of threads.

pub mod advect;
pub mod attend;
pub mod body_flux;
pub mod density;
pub mod extrapolate;
pub mod flight;
pub mod grid_to_particle;
pub mod linear_system;
pub mod neighbours;
pub mod particle_to_grid;
mod pools;
pub mod pressure;
pub mod rest_density;
pub mod spread;
pub mod surface;
pub mod viscosity;

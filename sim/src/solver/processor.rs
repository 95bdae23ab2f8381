//! Water that the processor moves.

use std::ops::Range;

use weir_scene::{AdvanceError, Scene};

use super::host::Host;
use super::water::{Drop, State, Water};
use crate::cpu::body_flux::BodyFlux;
use crate::cpu::extrapolate::Extrapolate;
use crate::cpu::flight::Flight;
use crate::cpu::grid_to_particle::Counts;
use crate::cpu::particle_to_grid::ParticleToGrid;
use crate::cpu::pressure::Pressure;
use crate::cpu::spread::Spread;
use crate::cpu::surface::Surface;
use crate::cpu::viscosity::Viscosity;
use crate::field::{FaceField, Packed};
use crate::measure::Motion;
use crate::particles::Particles;
use crate::{SolverConfig, SolverError};

/// A scene and its water, in the rayon pool that calls.
pub struct Processor {
    pub(super) host: Host,
    pub(super) particles: Particles,
    pub(super) flux: Vec<BodyFlux>,
    pub(super) leverage: Vec<BodyFlux>,
    /// Impulse on the movers by `leverage` in the last step, three a mover.
    pub(super) lever_impulse: Vec<f64>,
    pub(super) flight: Flight,

    pub(super) density: Vec<f32>,
    /// How much deeper than its sample point the centre of each cut cell is, cells.
    pub(super) deeper: Vec<f32>,
    pub(super) surface: Surface,
    pub(super) spread: Spread,
    pub(super) transfer: ParticleToGrid,
    pub(super) velocity: FaceField,
    pub(super) change: FaceField,
    pub(super) displacement: FaceField,
    /// What particles read.
    pub(super) sides: [Vec<Packed>; 2],
    /// Rows of cells around the water, and those with the ones of the step before.
    pub(super) reach: Range<usize>,
    pub(super) rows: Range<usize>,
    pub(super) known: [Vec<bool>; 2],
    pub(super) wet: [Vec<bool>; 2],
    pub(super) pressure: Pressure,
    pub(super) viscous: Viscosity,
    pub(super) extrapolate: [Extrapolate; 2],
    /// The velocity of each particle before the last step, by identity; none before
    /// the first.
    pub(super) before: Vec<[f32; 2]>,
    /// |v|² of the particles, in no order.
    pub(super) squares: Vec<f32>,
    pub(super) partial: Vec<(Counts, Motion)>,
    pub(super) scratch: Vec<f32>,
}

impl Processor {
    /// A scene at time zero.
    ///
    /// # Errors
    /// As [`Host::new`].
    pub fn new(scene: &Scene, config: SolverConfig) -> Result<Self, SolverError> {
        let host = Host::new(scene, config)?;
        let rows = 0..host.grid.ny;
        let mut own = Self {
            host,
            particles: Particles::default(),
            flux: Vec::new(),
            leverage: Vec::new(),
            lever_impulse: Vec::new(),
            flight: Flight::default(),
            density: Vec::new(),
            deeper: Vec::new(),
            surface: Surface::default(),
            spread: Spread::default(),
            transfer: ParticleToGrid::default(),
            velocity: FaceField::default(),
            change: FaceField::default(),
            displacement: FaceField::default(),
            sides: Default::default(),
            reach: rows.clone(),
            rows,
            known: [Vec::new(), Vec::new()],
            wet: [Vec::new(), Vec::new()],
            pressure: Pressure::default(),
            viscous: Viscosity::default(),
            extrapolate: Default::default(),
            before: Vec::new(),
            squares: Vec::new(),
            partial: Vec::new(),
            scratch: Vec::new(),
        };
        let Self { host, particles, .. } = &mut own;
        host.fill(scene, |id, position, velocity| particles.push(id, position, velocity));
        own.particles.sort(&own.host.grid, |_| false);
        own.update_topology();
        own.step_off_lines();
        own.measure_afresh();
        Ok(own)
    }
}

impl Water for Processor {
    fn host(&self) -> &Host {
        &self.host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.host
    }

    fn card(&self) -> Option<&str> {
        None
    }

    fn step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError> {
        self.take_step(dt_limit_s)
    }

    fn visit(&self, visit: &mut dyn FnMut(Drop)) {
        for (&id, particle) in self.particles.id.iter().zip(&self.particles.all) {
            let before = self.before.get(id as usize).copied();
            let (position, velocity) = (particle.position, particle.velocity);
            visit(Drop { id, position, velocity, before });
        }
    }

    fn set_velocities(&mut self, f: &dyn Fn([f32; 2]) -> [f32; 2]) -> Result<(), SolverError> {
        for particle in &mut self.particles.all {
            particle.velocity = f(particle.position);
        }
        self.measure_afresh();
        Ok(())
    }

    fn retain(&mut self, f: &(dyn Fn([f32; 2]) -> bool + Sync)) -> Result<(), SolverError> {
        self.particles.sort(&self.host.grid, |p| !f(p));
        self.measure_afresh();
        Ok(())
    }

    fn replace(&mut self, drops: &[Drop]) -> Result<(), SolverError> {
        self.particles = Particles::default();
        drops.iter().for_each(|drop| self.particles.push(drop.id, drop.position, drop.velocity));
        self.particles.sort(&self.host.grid, |_| false);
        self.step_off_lines();
        // Frames hold velocities of their instant: the next step begins like the first.
        self.before.clear();
        self.measure_afresh();
        Ok(())
    }

    fn look(&self, at: &mut dyn FnMut(State<'_>)) {
        at(State {
            fluid: &self.surface.fluid,
            sides: &self.sides,
            pressure: &self.pressure.value,
            density: &self.density,
        });
    }
}

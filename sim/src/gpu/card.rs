//! One scene on a card: a batch of one, behind the seam that the processor stands behind too.

use std::sync::OnceLock;

use weir_gpu::{Gpu, GpuError};
use weir_ground::Axis;
use weir_scene::{AdvanceError, Scene};
use wide::f32x4;

use super::batch::Batch;
use super::layout::{Particle, Tag};
use crate::field::Packed;
use crate::solver::host::Host;
use crate::solver::water::{Drop, State, Water};
use crate::{SolverConfig, SolverError};

/// A scene whose water a card moves. What was read back is kept until the next step.
pub struct Card {
    batch: Batch,
    grid: OnceLock<Option<Grid>>,
    drops: OnceLock<Vec<Drop>>,
}

/// What the last step found on the grid, as read back.
#[derive(Debug)]
struct Grid {
    fluid: Vec<bool>,
    sides: [Vec<Packed>; 2],
    pressure: Vec<f32>,
    density: Vec<f32>,
}

impl Card {
    /// A scene at time zero.
    ///
    /// # Errors
    /// As [`Batch::new`].
    pub fn new(gpu: &Gpu, scene: &Scene, config: &SolverConfig) -> Result<Self, SolverError> {
        let batch = Batch::new(gpu, std::slice::from_ref(scene), config)?;
        Ok(Self { batch, grid: OnceLock::new(), drops: OnceLock::new() })
    }

    fn forget(&mut self) {
        (self.grid, self.drops) = (OnceLock::new(), OnceLock::new());
    }

    fn read_grid(&self) -> Result<Grid, GpuError> {
        let topology = &self.host().topology;
        let components = topology.component_count();
        let [x, y] = Axis::BOTH.map(|axis| topology.node_count(axis));
        let fluid: Vec<u32> = self.batch.read("fluid", components)?;
        let sides: Vec<[f32; 4]> = self.batch.read("sides", x + y)?;
        let (of_x, of_y) = sides.split_at(x);
        Ok(Grid {
            fluid: fluid.into_iter().map(|found| found != 0).collect(),
            sides: [of_x, of_y].map(|sides| sides.iter().map(|s| f32x4::new(*s)).collect()),
            pressure: self.batch.read("unknown", components)?,
            density: self.batch.read("density", components)?,
        })
    }

    fn read_drops(&self) -> Result<Vec<Drop>, GpuError> {
        let (particles, tags) = self.batch.particles()?;
        let told = |(particle, tag): (&Particle, &Tag)| Drop {
            id: tag.id,
            position: particle.position,
            velocity: particle.velocity,
            before: Some(tag.before),
        };
        Ok(particles.iter().zip(&tags).map(told).collect())
    }

    /// Changes the particles one by one, or drops them.
    fn edit(&mut self, keep: impl Fn(&mut Particle) -> bool) -> Result<(), SolverError> {
        let (particles, tags) = self.batch.particles()?;
        let mut both: Vec<(Particle, Tag)> = particles.into_iter().zip(tags).collect();
        both.retain_mut(|(particle, _)| keep(particle));
        self.put(both)
    }

    fn put(&mut self, water: Vec<(Particle, Tag)>) -> Result<(), SolverError> {
        self.forget();
        let (particles, tags): (Vec<_>, Vec<_>) = water.into_iter().unzip();
        Ok(self.batch.replace(particles, &tags)?)
    }
}

impl Water for Card {
    fn host(&self) -> &Host {
        self.batch.host(0)
    }

    fn host_mut(&mut self) -> &mut Host {
        self.batch.host_mut(0)
    }

    fn card(&self) -> Option<&str> {
        Some(self.batch.gpu().name())
    }

    fn step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError> {
        self.forget();
        self.batch.step(&[dt_limit_s])?;
        Ok(self.host().diagnostics.dt_s)
    }

    fn visit(&self, visit: &mut dyn FnMut(Drop)) {
        // A card that is lost says so at the next step; until then there is nothing to see.
        let drops = self.drops.get_or_init(|| self.read_drops().unwrap_or_default());
        drops.iter().for_each(|drop| visit(*drop));
    }

    fn set_velocities(&mut self, f: &dyn Fn([f32; 2]) -> [f32; 2]) -> Result<(), SolverError> {
        self.edit(|particle| {
            particle.velocity = f(particle.position);
            true
        })
    }

    fn retain(&mut self, f: &(dyn Fn([f32; 2]) -> bool + Sync)) -> Result<(), SolverError> {
        self.edit(|particle| f(particle.position))
    }

    fn replace(&mut self, drops: &[Drop]) -> Result<(), SolverError> {
        let stored = |&Drop { id, position, velocity, .. }: &Drop| {
            let particle = Particle { position, velocity, gradient: [0.0; 4] };
            (particle, Tag { id, scene: 0, before: velocity })
        };
        self.put(drops.iter().map(stored).collect())
    }

    fn look(&self, at: &mut dyn FnMut(State<'_>)) {
        // A card that is lost says so at the next step; until then there is nothing to see.
        let grid = self.grid.get_or_init(|| self.read_grid().ok());
        if let Some(Grid { fluid, sides, pressure, density }) = grid {
            at(State { fluid, sides, pressure, density });
        }
    }
}

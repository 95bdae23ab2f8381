//! Pressure, and the density projection that shares its matrix.
//!
//! For each wet component c, with p scaled by dt/(ρ dx²) so that a difference
//! over a side is a velocity in cells/s,
//!
//! Σ a (p_c − p_n) + (J K Jᵀ p)_c = −(Σ a u·n + J V)_c
//!
//! over its sides of aperture a, with air at p = 0 a distance θ away (ghost
//! fluid, Gibou et al. 2002) and the bodies' term of [`super::body_flux`]. Water
//! that touches no air and no yielding body leaves p free by a constant; there
//! the mean of the right-hand side is dropped, which is the part that no
//! incompressible motion can meet.

use std::ops::Range;

use rayon::prelude::*;

use super::attend;
use super::body_flux::BodyFlux;
use super::linear_system::{Factor, LinearSystem, Outcome, Workspace, interleave};
use super::pools::Pools;
use super::surface::Surface;
use crate::field::{FaceField, columns};
use crate::solid::{Mobility, Mover};
use weir_ground::{Axis, NONE, Topology};

/// Rows that are worth a thread of their own: waking one takes longer than fewer.
const SHARED: usize = 8192;
/// Largest share of a density error that one step mends.
const DENSITY_ERROR_MAX: f32 = 0.5;

/// The matrix, both solutions, and their memory between steps.
#[derive(Clone, Debug, Default)]
pub struct Pressure {
    component_of_row: Vec<u32>,
    row_of_component: Vec<u32>,
    system: LinearSystem,
    factor: Factor,
    pools: Pools,
    /// Scaled pressure of each component, cells/s; zero in air.
    pub value: Vec<f32>,
    /// Potential of the displacement that restores density, cells.
    pub shift: Vec<f32>,
    rhs: [Vec<f32>; 2],
    unknown: [Vec<f32>; 2],
    work: [Workspace; 2],
    /// For each row: whether it borders water only.
    interior: Vec<bool>,
    spare: Vec<u32>,
    divergence: Vec<f32>,
    kick_s: f64,
}

/// What the pressure solve needs besides the matrix.
pub struct Coupling<'a> {
    /// J.
    pub flux: &'a [BodyFlux],
    /// K.
    pub mobility: &'a Mobility,
    /// Velocities of the movers before pressure acts, three a mover.
    pub velocity: &'a [f64],
}

/// How the two solves ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcomes {
    /// Pressure.
    pub pressure: Outcome,
    /// Density.
    pub density: Outcome,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub struct Tolerances {
    /// Relative residual of pressure.
    pub pressure: f64,
    /// Relative residual of density.
    pub density: f64,
    /// Most iterations of either.
    pub iterations: usize,
}

impl Pressure {
    /// Builds the matrix for the water that `surface` found.
    pub fn assemble(&mut self, topology: &Topology, surface: &Surface) {
        let count = topology.component_count();
        self.component_of_row.clear();
        self.row_of_component.clear();
        self.row_of_component.resize(count, NONE);
        let wet = (0..count).filter(|&c| surface.fluid[c]).map(|c| c as u32);
        self.component_of_row.extend(wet);
        interleave(&mut self.component_of_row, &mut self.spare);
        for (row, &component) in self.component_of_row.iter().enumerate() {
            self.row_of_component[component as usize] = row as u32;
        }
        self.system.clear();
        self.interior.clear();
        for &component in &self.component_of_row {
            let own = component as usize;
            let (mut diagonal, mut interior) = (0.0, true);
            topology.for_links(own, |link| {
                let other = link.other as usize;
                if surface.fluid[other] {
                    diagonal += link.aperture;
                    self.system.push(self.row_of_component[other], -link.aperture);
                } else {
                    diagonal += link.aperture / surface.theta(own, other);
                    interior = false;
                }
            });
            self.system.end_row(diagonal);
            self.interior.push(interior);
        }
    }

    /// Prepares the assembled matrix for the solves.
    pub fn factorise(&mut self, flux: &[BodyFlux], movers: &[Mover]) {
        let Self { system, factor, pools, interior, row_of_component, .. } = self;
        let yielding = flux.iter().filter(|entry| movers[entry.mover as usize].yields);
        let held = yielding.filter_map(|entry| {
            let row = row_of_component[entry.component as usize];
            (row != NONE).then_some((row as usize, entry.mover as usize, entry.flux))
        });
        let radii: Vec<f64> = movers.iter().map(|mover| mover.radius).collect();
        attend::longer(|| factor.factorise(system), || pools.find(system, interior, held, &radii));
    }

    /// Solves for pressure and for the density potential, side by side. The second
    /// is done sooner; on its thread `meanwhile` is then given ρ/ρ₀ of the
    /// components that are full, with water around them and their neighbours.
    #[allow(clippy::too_many_arguments)]
    pub fn solve<R: Send>(
        &mut self,
        topology: &Topology,
        velocity: &FaceField,
        density: &[f32],
        density_rate: f32,
        coupling: &Coupling,
        kick_s: f64,
        tolerances: Tolerances,
        meanwhile: impl FnOnce(&mut dyn Iterator<Item = f32>) -> R + Send,
    ) -> (Outcomes, R) {
        self.fill_pressure_rhs(topology, velocity, coupling);
        // Last step's pressure, stretched to this step's time, is where this one starts.
        let stretch = if self.kick_s > 0.0 { (kick_s / self.kick_s) as f32 } else { 0.0 };
        self.kick_s = kick_s;
        let components = topology.component_count();
        self.value.resize(components, 0.0);
        self.shift.resize(components, 0.0);

        let Self {
            value,
            shift,
            system,
            factor,
            pools,
            rhs,
            unknown,
            work,
            component_of_row,
            row_of_component,
            ..
        } = self;
        let [rhs_p, rhs_d] = rhs;
        let [x_p, x_d] = unknown;
        let [work_p, work_d] = work;
        let entries: Vec<(usize, BodyFlux)> = coupling
            .flux
            .iter()
            .map(|f| (row_of_component[f.component as usize] as usize, *f))
            .filter(|(row, _)| *row != NONE as usize)
            .collect();
        let rigid = coupling.mobility.is_rigid();
        let bodies = |x: &dyn Fn(usize) -> f32, add: &mut dyn FnMut(usize, f32)| {
            if rigid {
                return;
            }
            let mut impulse = vec![0.0; coupling.velocity.len()];
            for (row, entry) in &entries {
                let x = f64::from(x(*row));
                for k in 0..3 {
                    impulse[3 * entry.mover as usize + k] += entry.flux[k] * x;
                }
            }
            let mut yielded = vec![0.0; impulse.len()];
            coupling.mobility.apply(&impulse, &mut yielded);
            for (row, entry) in &entries {
                let back: f64 =
                    (0..3).map(|k| entry.flux[k] * yielded[3 * entry.mover as usize + k]).sum();
                add(*row, back as f32);
            }
        };
        let most = tolerances.iterations;
        let full = component_of_row.iter().zip(&pools.deep).filter(|(_, deep)| **deep);
        let mut full = full.map(|(&component, _)| density[component as usize]);
        let both = if system.len() > SHARED { rayon::join } else { attend::longer };
        let (pressure, (density, result)) = both(
            || {
                let tolerance = tolerances.pressure;
                x_p.clear();
                x_p.extend(component_of_row.iter().map(|&c| stretch * value[c as usize]));
                // A constant that changes nothing would grow from step to step until
                // nothing else is left of the digits.
                pools.drop_means(x_p, &pools.enclosed);
                let outcome = factor.solve(system, rhs_p, x_p, tolerance, most, bodies, work_p);
                by_component(component_of_row, x_p, value);
                outcome
            },
            || {
                let none = |_: &dyn Fn(usize) -> f32, _: &mut dyn FnMut(usize, f32)| ();
                let tolerance = tolerances.density;
                density_rhs(topology, component_of_row, pools, density, density_rate, rhs_d);
                x_d.clear();
                x_d.resize(rhs_d.len(), 0.0);
                let outcome = factor.solve(system, rhs_d, x_d, tolerance, most, none, work_d);
                by_component(component_of_row, x_d, shift);
                (outcome, meanwhile(&mut full))
            },
        );
        (Outcomes { pressure, density }, result)
    }

    fn fill_pressure_rhs(
        &mut self,
        topology: &Topology,
        velocity: &FaceField,
        coupling: &Coupling,
    ) {
        let rhs = &mut self.rhs[0];
        rhs.resize(self.component_of_row.len(), 0.0);
        let rows = self.component_of_row.par_iter().zip(rhs.par_iter_mut()).with_min_len(SHARED);
        rows.for_each(|(&component, rhs)| {
            *rhs = -divergence_of(topology, velocity, component as usize);
        });
        for entry in coupling.flux {
            let row = self.row_of_component[entry.component as usize];
            if row != NONE {
                let v = &coupling.velocity[3 * entry.mover as usize..][..3];
                let swept: f64 = (0..3).map(|k| entry.flux[k] * v[k]).sum();
                rhs[row as usize] -= swept as f32;
            }
        }
        self.pools.drop_means(rhs, &self.pools.enclosed);
    }

    /// Number of bodies of water.
    pub fn pool_count(&self) -> usize {
        self.pools.airless.len()
    }

    /// The body of water that `component` belongs to, if it is wet.
    #[inline]
    pub fn pool_of(&self, component: u32) -> Option<usize> {
        let row = self.row_of_component[component as usize];
        (row != NONE).then(|| self.pools.of_row[row as usize] as usize)
    }

    /// All wet components, each with its body of water and whether it lies deep inside.
    pub fn wet(&self) -> impl Iterator<Item = (usize, usize, bool)> + '_ {
        let rows = self.component_of_row.iter().zip(&self.pools.of_row).zip(&self.pools.deep);
        rows.map(|((&component, &pool), &deep)| (component as usize, pool as usize, deep))
    }

    /// Takes the pressure gradient off `velocity` along `axis`, writes the
    /// displacement that restores density, and marks the unknowns beside water.
    /// All water lies inside `rows` of cells.
    #[allow(clippy::too_many_arguments)]
    pub fn apply(
        &self,
        topology: &Topology,
        surface: &Surface,
        axis: Axis,
        rows: &Range<usize>,
        velocity: &mut [f32],
        displacement: &mut Vec<f32>,
        wet: &mut Vec<bool>,
    ) {
        let width = columns(topology.grid(), axis);
        let count = topology.node_count(axis);
        displacement.resize(count, 0.0);
        wet.resize(count, false);
        let (rows, [nodes, _]) = (topology.face_rows(axis, rows), topology.nodes_in(axis, rows));
        velocity[nodes.clone()]
            .par_chunks_mut(width)
            .zip(displacement[nodes.clone()].par_chunks_mut(width))
            .zip(wet[nodes].par_chunks_mut(width))
            .enumerate()
            .with_min_len(SHARED / width)
            .for_each(|(row, ((velocity, displacement), wet))| {
                let j = rows.start + row;
                for i in 0..width {
                    (displacement[i], wet[i]) = (0.0, false);
                    let Some([low, high]) = topology.cells_beside(axis, i, j) else {
                        // A wall: nothing passes.
                        velocity[i] = 0.0;
                        wet[i] = true;
                        continue;
                    };
                    let water = surface.fluid[low] || surface.fluid[high];
                    if water && topology.pieces(axis, j * width + i).is_none() {
                        velocity[i] -= surface.drop(&self.value, low, high);
                        displacement[i] = -surface.drop(&self.shift, low, high);
                        wet[i] = true;
                    }
                }
            });
        for (face, pieces) in topology.special_pieces(axis) {
            if pieces.is_empty() {
                // A closed side is as good as a wall.
                velocity[face] = 0.0;
            }
            for piece in pieces {
                let node = piece.node as usize;
                let [low, high] = piece.sides.map(|side| side as usize);
                wet[node] = surface.fluid[low] || surface.fluid[high];
                displacement[node] = 0.0;
                if wet[node] {
                    velocity[node] -= surface.drop(&self.value, low, high);
                    displacement[node] = -surface.drop(&self.shift, low, high);
                }
            }
        }
    }

    /// Largest |∇·u| over wet components after projection, 1/s.
    pub fn max_divergence(
        &mut self,
        topology: &Topology,
        velocity: &FaceField,
        flux: &[BodyFlux],
        movers: &[f64],
    ) -> f32 {
        let Self { component_of_row, divergence, .. } = self;
        component_of_row
            .par_iter()
            .with_min_len(SHARED)
            .map(|&component| divergence_of(topology, velocity, component as usize))
            .collect_into_vec(divergence);
        for entry in flux {
            let row = self.row_of_component[entry.component as usize];
            if row != NONE {
                let v = &movers[3 * entry.mover as usize..][..3];
                let swept: f64 = (0..3).map(|k| entry.flux[k] * v[k]).sum();
                self.divergence[row as usize] += swept as f32;
            }
        }
        self.divergence.iter().fold(0.0, |worst, d| worst.max(d.abs()))
    }
}

/// Flux by which the displacement that restores density should leave each
/// component, cells²: the share that is too much, of its area.
fn density_rhs(
    topology: &Topology,
    rows: &[u32],
    pools: &Pools,
    density: &[f32],
    rate: f32,
    rhs: &mut Vec<f32>,
) {
    rhs.clear();
    rhs.extend(rows.iter().zip(&pools.deep).map(|(&component, &deep)| {
        let error = density[component as usize] - 1.0;
        // Near the surface too little water is no error.
        let error = if error < 0.0 && !deep { 0.0 } else { error };
        let area = topology.area(component as usize) as f32;
        area * rate * error.clamp(-DENSITY_ERROR_MAX, DENSITY_ERROR_MAX)
    }));
    pools.drop_means(rhs, &pools.airless);
}

/// Gives each wet component its row's value, and zero to the others.
fn by_component(component_of_row: &[u32], rows: &[f32], field: &mut [f32]) {
    field.fill(0.0);
    for (&component, &x) in component_of_row.iter().zip(rows) {
        field[component as usize] = x;
    }
}

/// Σ a u·n over the sides of a component, cells²/s.
fn divergence_of(topology: &Topology, velocity: &FaceField, component: usize) -> f32 {
    let mut sum = 0.0;
    topology.for_links(component, |link| {
        sum += link.aperture * link.outward * velocity[link.axis as usize][link.node as usize];
    });
    sum
}

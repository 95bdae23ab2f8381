//! Water in flight keeps its momentum.
//!
//! A body of water that touches nothing but air and moving solids gains what
//! gravity gives and loses what its pressure does to those solids, and nothing
//! else. Its particles do so only nearly: sides of the grid push as if they
//! carried full cells, particles that run into an outline lose what no pressure
//! took, and the shift that evens out density carries water to where the flow is
//! another. Each of these errors is a few thousandths of a collision and of either
//! sign; together they would not average out. After each step the difference is
//! taken off all particles of the body of water alike, which changes no motion
//! within it.
//!
//! Where water touches a line or a side of the rectangle nothing can be said:
//! there the rest of the world takes what is missing.

use std::ops::Range;

use weir_scene::Grid;

use super::body_flux::BodyFlux;
use super::pressure::Pressure;
use crate::measure::Motion;
use crate::particles::{Particles, VOLUME};
use weir_ground::{Segment, Topology};

/// Cells around a body of water in which nothing must stand: particles fly up to
/// six in a step, and lie up to one outside the cells that count as water.
const ROOM: f64 = 8.0;
/// Least share of the cells that lie deep inside. In films and drops a particle
/// and the cell that it stands in weigh too differently to be set against each other.
const DEEP_SHARE: f64 = 0.2;
/// Farthest that a correction may move water in a step, cells.
const FARTHEST: f64 = 0.01;

/// Bodies of water in flight, and what their particles should come to.
#[derive(Clone, Debug, Default)]
pub struct Flight {
    pools: Vec<Extent>,
    /// Indices of particles that lie together, and their body of water.
    runs: Vec<(Range<usize>, usize)>,
    /// For each body of water.
    wanted: Vec<Sum>,
    reached: Vec<Sum>,
}

/// A body of water and the box around it, in cells.
#[derive(Clone, Copy, Debug)]
struct Extent {
    min: [f64; 2],
    max: [f64; 2],
    cells: u32,
    deep: u32,
    flies: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    particles: f64,
    /// Σ v, cells/s.
    velocity: [f64; 2],
}

impl Flight {
    /// Finds the water that is in flight and what it should come to: its momentum
    /// now, plus `fall` (cells/s) for each particle, less what its pressure does to
    /// the solids by way of `flux` and `leverage`.
    pub fn begin(
        &mut self,
        topology: &Topology,
        lines: &[Segment],
        particles: &Particles,
        pressure: &Pressure,
        [flux, leverage]: [&[BodyFlux]; 2],
        fall: [f32; 2],
    ) {
        self.runs.clear();
        self.find_fliers(topology, lines, pressure);
        if !self.pools.iter().any(|pool| pool.flies) {
            return;
        }
        self.gather(topology, particles, pressure);
        self.wanted.clear();
        self.wanted.resize(self.pools.len(), Sum::default());
        for (range, pool) in &self.runs {
            self.wanted[*pool].add(particles, range.clone());
        }
        for sum in &mut self.wanted {
            (0..2).for_each(|k| sum.velocity[k] += sum.particles * f64::from(fall[k]));
        }
        for entry in flux.iter().chain(leverage) {
            let Some(pool) = pressure.pool_of(entry.component) else { continue };
            let p = f64::from(pressure.value[entry.component as usize]);
            let per_particle = p / f64::from(VOLUME);
            (0..2).for_each(|k| self.wanted[pool].velocity[k] -= entry.flux[k] * per_particle);
        }
    }

    /// Takes off the particles what they got too much, and puts it right in `motion`.
    pub fn settle(&mut self, particles: &mut Particles, dt_s: f64, motion: &mut Motion) {
        if self.runs.is_empty() {
            return;
        }
        self.reached.clear();
        self.reached.resize(self.wanted.len(), Sum::default());
        for (range, pool) in &self.runs {
            self.reached[*pool].add(particles, range.clone());
        }
        for (range, pool) in &self.runs {
            let correction = self.wanted[*pool].less(&self.reached[*pool], FARTHEST / dt_s);
            for particle in &mut particles.all[range.clone()] {
                for k in 0..2 {
                    let before = f64::from(particle.velocity[k]);
                    particle.velocity[k] = (before + correction[k]) as f32;
                    let after = f64::from(particle.velocity[k]);
                    motion.velocity[k] += after - before;
                    motion.kinetic += 0.5 * (after * after - before * before);
                }
            }
        }
    }

    fn find_fliers(&mut self, topology: &Topology, lines: &[Segment], pressure: &Pressure) {
        let grid = topology.grid();
        self.pools.clear();
        self.pools.resize(pressure.pool_count(), Extent::EMPTY);
        for (component, pool, deep) in pressure.wet() {
            let cell = topology.cell_of(component);
            let low = [(cell % grid.nx) as f64, (cell / grid.nx) as f64];
            let extent = &mut self.pools[pool];
            for k in 0..2 {
                extent.min[k] = extent.min[k].min(low[k]);
                extent.max[k] = extent.max[k].max(low[k] + 1.0);
            }
            extent.cells += 1;
            extent.deep += u32::from(deep);
        }
        for pool in &mut self.pools {
            pool.flies = f64::from(pool.deep) >= DEEP_SHARE * f64::from(pool.cells)
                && !topology.periodic_x()
                && pool.is_clear(grid, lines);
        }
    }

    /// Lists the particles of water in flight. One that lies in no wet cell belongs
    /// to the water beside it.
    fn gather(&mut self, topology: &Topology, particles: &Particles, pressure: &Pressure) {
        let grid = topology.grid();
        for cell in 0..grid.nx * grid.ny {
            let range = particles.in_cell(cell);
            if range.is_empty() {
                continue;
            }
            let own = || topology.components_of(cell);
            let beside = |component: usize| {
                let mut found = None;
                topology.for_links(component, |link| {
                    found = found.or_else(|| pressure.pool_of(link.other));
                });
                found
            };
            let pool = own()
                .find_map(|component| pressure.pool_of(component as u32))
                .or_else(|| own().find_map(beside));
            let Some(pool) = pool.filter(|&pool| self.pools[pool].flies) else { continue };
            match self.runs.last_mut() {
                Some((last, of)) if *of == pool && last.end == range.start => last.end = range.end,
                _ => self.runs.push((range, pool)),
            }
        }
    }
}

impl Extent {
    const EMPTY: Self = Self {
        min: [f64::INFINITY; 2],
        max: [f64::NEG_INFINITY; 2],
        cells: 0,
        deep: 0,
        flies: false,
    };

    /// Whether nothing stands around.
    fn is_clear(&self, grid: &Grid, lines: &[Segment]) -> bool {
        let size = [grid.nx as f64, grid.ny as f64];
        let inside = (0..2).all(|k| self.min[k] >= ROOM && self.max[k] <= size[k] - ROOM);
        let apart = |line: &Segment| {
            (0..2).any(|k| {
                line.a[k].max(line.b[k]) < self.min[k] - ROOM
                    || line.a[k].min(line.b[k]) > self.max[k] + ROOM
            })
        };
        inside && lines.iter().all(apart)
    }
}

impl Sum {
    /// By how much each particle of `other` would have to be faster to come to
    /// this sum, but no more than `most`.
    fn less(&self, other: &Self, most: f64) -> [f64; 2] {
        let each = [0, 1].map(|k| (self.velocity[k] - other.velocity[k]) / other.particles);
        let length = each[0].hypot(each[1]);
        if length > most { each.map(|c| c * (most / length)) } else { each }
    }

    fn add(&mut self, particles: &Particles, range: Range<usize>) {
        self.particles += range.len() as f64;
        for particle in &particles.all[range] {
            (0..2).for_each(|k| self.velocity[k] += f64::from(particle.velocity[k]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(min: [f64; 2], max: [f64; 2]) -> Extent {
        Extent { min, max, ..Extent::EMPTY }
    }

    #[test]
    fn water_near_a_wall_or_a_line_does_not_fly() {
        let grid = Grid { nx: 64, ny: 48, cell_m: 0.1 };
        let blob = extent([20.0, 16.0], [30.0, 24.0]);
        assert!(blob.is_clear(&grid, &[]));
        assert!(!extent([7.0, 16.0], [30.0, 24.0]).is_clear(&grid, &[]), "the left side");
        assert!(!extent([20.0, 16.0], [30.0, 41.0]).is_clear(&grid, &[]), "the top");
        let far = Segment { a: [20.0, 4.0], b: [30.0, 4.0] };
        let near = Segment { a: [35.0, 0.0], b: [60.0, 20.0] };
        assert!(blob.is_clear(&grid, &[far]));
        assert!(!blob.is_clear(&grid, &[far, near]));
    }

    #[test]
    fn what_is_taken_off_makes_up_the_difference_and_is_bounded() {
        let wanted = Sum { particles: 4.0, velocity: [8.0, -2.0] };
        let reached = Sum { particles: 4.0, velocity: [10.0, -2.0] };
        assert_eq!(wanted.less(&reached, 1.0), [-0.5, 0.0]);
        assert_eq!(wanted.less(&reached, 0.25), [-0.25, 0.0]);
        assert_eq!(wanted.less(&wanted, 1.0), [0.0, 0.0]);
    }
}

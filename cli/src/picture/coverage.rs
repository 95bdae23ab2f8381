//! From particles to the shape of the water.
//!
//! Particles are blurred into a field that is one in full water ([`Field`]), the
//! field is corrected for walls ([`openness`]) and cut at a level: above it is
//! water. On the edge of full water the field is one half, at half a spacing
//! from the outermost particles, so cutting near one half puts the free surface
//! where the particles end. Lone particles never reach that level; they are
//! spray, and each is drawn as a drop.

use rayon::prelude::*;

use super::barrier::{Barrier, Occluder};
use super::blur::Coarse;
use super::canvas::{Bounds, centre, coverage, segment_distance};
use super::colour::smoothstep;
use super::field::{Dot, Field};
use super::kernel::Kernel;
use super::openness::{LEAST_OPEN, openness};

/// Level of the field where water begins, a little below one half so that a
/// single row of particles still holds together.
const LEVEL: f32 = 0.42;
/// Half width of the soft edge, in the field: about one pixel for the usual spacing.
const EDGE: f32 = 0.055;
/// Particles in less of a field than this are spray.
const SPRAY_BELOW: f32 = 0.46;

/// What moves through the water: outlines, and how much of each coarse pixel they fill.
pub struct Obstacles<'a> {
    /// Outlines, inner pixels, each closed.
    pub outlines: &'a [Vec<[f32; 2]>],
    /// Share of each coarse pixel inside an obstacle.
    pub filled: &'a Coarse,
}

/// A particle as the picture needs it.
#[derive(Clone, Copy, Debug)]
pub struct Particle {
    /// Position, inner pixels.
    pub at: [f32; 2],
    /// Velocity, inner pixels per second.
    pub velocity: [f32; 2],
    /// Speed over the scene's reference speed.
    pub pace: f32,
    /// Identity, for what should vary from drop to drop but not from frame to frame.
    pub id: u32,
}

/// The water's shape on the picture, remade each frame.
pub struct Coverage {
    /// Share of each pixel that is water.
    pub water: Vec<f32>,
    /// Mean pace of the water in each pixel.
    pub pace: Vec<f32>,
    /// Share of each pixel that is foam.
    pub foam: Vec<f32>,
    kernel: Kernel,
    lines: Barrier,
    open: Vec<f32>,
    dots: Vec<Dot>,
    field: Field,
    foam_field: Field,
    shadow: Coarse,
}

impl Coverage {
    /// For a picture of `size_px` with still `lines` and particles `spacing_px` apart.
    pub fn new(size_px: [usize; 2], spacing_px: f32, lines: Barrier) -> Self {
        let kernel = Kernel::new(spacing_px);
        let pixels = size_px[0] * size_px[1];
        Self {
            water: vec![0.0; pixels],
            pace: vec![0.0; pixels],
            foam: vec![0.0; pixels],
            open: openness(size_px, &kernel, &lines),
            kernel,
            lines,
            dots: Vec::new(),
            field: Field::new(size_px),
            foam_field: Field::new(size_px),
            shadow: Coarse::default(),
        }
    }

    /// Columns and rows.
    pub fn size_px(&self) -> [usize; 2] {
        self.field.size_px
    }

    /// Remakes the shape for these particles and obstacles.
    pub fn update(&mut self, particles: &[Particle], obstacles: &Obstacles) {
        let mut barrier = self.lines.clone();
        for outline in obstacles.outlines {
            barrier.push_chain(outline, 0.0, true);
        }
        self.dots.clear();
        self.dots.extend(particles.iter().map(|p| Dot { at: p.at, value: p.pace }));
        self.field.splat(&self.dots, &self.kernel, &barrier);

        self.correct_for_solids(obstacles);
        self.gather_foam(particles, &barrier);
        let drops =
            Drops { spacing_px: self.kernel.spacing_px, field: &self.field, barrier: &barrier };
        drops.draw(particles, &mut self.water, &mut self.foam);
    }

    /// Divides the field by the share of the reach that is open, in place, and cuts it.
    fn correct_for_solids(&mut self, obstacles: &Obstacles) {
        let solid = !obstacles.outlines.is_empty();
        if solid {
            self.shadow.clone_from(obstacles.filled);
            self.shadow.blur(self.kernel.sigma_px() / self.shadow.factor as f32);
        }
        let (shadow, columns) = (&self.shadow, self.field.size_px[0]);
        let rows = self
            .field
            .density
            .par_chunks_mut(columns)
            .zip(self.field.weighted.par_chunks(columns))
            .zip(self.open.par_chunks(columns))
            .zip(self.water.par_chunks_mut(columns).zip(self.pace.par_chunks_mut(columns)));
        rows.enumerate().for_each(|(y, (((density, weighted), open), (water, pace)))| {
            for x in 0..columns {
                let sum = density[x];
                if sum <= 0.0 {
                    (water[x], pace[x]) = (0.0, 0.0);
                    continue;
                }
                let taken = if solid && shadow.nearest(x, y) > 0.0 {
                    shadow.at(x as f32 + 0.5, y as f32 + 0.5)
                } else {
                    0.0
                };
                pace[x] = weighted[x] / sum;
                density[x] = sum / (open[x] - taken).max(LEAST_OPEN);
                water[x] = smoothstep(LEVEL - EDGE, LEVEL + EDGE, density[x]);
            }
        });
    }

    /// Foam forms where fast water meets air.
    fn gather_foam(&mut self, particles: &[Particle], barrier: &Barrier) {
        self.dots.clear();
        for particle in particles {
            let depth = self.field.density[self.field.pixel(particle.at)];
            let foam = smoothstep(0.25, 0.75, particle.pace) * smoothstep(1.0, 0.6, depth);
            if foam > 0.02 {
                self.dots.push(Dot { at: particle.at, value: foam });
            }
        }
        self.foam_field.splat(&self.dots, &self.kernel, barrier);
        self.foam.copy_from_slice(&self.foam_field.weighted);
    }
}

/// Spray: particles with few others around them.
struct Drops<'a> {
    spacing_px: f32,
    field: &'a Field,
    barrier: &'a Barrier,
}

impl Drops<'_> {
    /// How long the shutter stays open, seconds: fast drops are drawn as short streaks.
    const SHUTTER_S: f32 = 0.006;

    fn draw(&self, particles: &[Particle], water: &mut [f32], foam: &mut [f32]) {
        let size_px = self.field.size_px;
        let mut occluders: Vec<Occluder> = Vec::new();
        for particle in particles {
            let depth = self.field.density[self.field.pixel(particle.at)];
            let lone = smoothstep(SPRAY_BELOW, 0.75 * SPRAY_BELOW, depth);
            if lone <= 0.0 {
                continue;
            }
            // Some drops are larger than others, whatever the particle's volume says.
            let vary =
                0.75 + 0.5 * (particle.id.wrapping_mul(2_654_435_769) >> 16) as f32 / 65_536.0;
            let radius = (0.42 * vary * self.spacing_px).max(0.9) * lone.sqrt();
            let longest = 1.5 * self.spacing_px;
            let streak = {
                let [vx, vy] = particle.velocity.map(|v| v * Self::SHUTTER_S);
                let cut = (longest / vx.hypot(vy).max(longest)).min(1.0);
                [vx * cut, vy * cut]
            };
            let tail = [particle.at[0] - streak[0], particle.at[1] - streak[1]];
            self.barrier.near(particle.at, radius + longest, &mut occluders);
            let bounds = Bounds::around(&[particle.at, tail], radius, size_px);
            for y in bounds.min[1]..bounds.max[1] {
                for x in bounds.min[0]..bounds.max[0] {
                    let p = centre(x, y);
                    let (distance, along) = segment_distance(p, particle.at, tail);
                    let inside = coverage(distance - radius * (1.0 - 0.5 * along));
                    if inside > 0.0 && !occluders.iter().any(|o| o.hides(p)) {
                        let pixel = y * size_px[0] + x;
                        water[pixel] = water[pixel].max(inside);
                        foam[pixel] = foam[pixel].max(0.08 * lone * inside);
                    }
                }
            }
        }
    }
}

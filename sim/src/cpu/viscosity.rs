//! Viscosity, implicit in time: (1 − ν dt ∇²) u = u*.
//!
//! Each velocity component diffuses between sides of the same orientation. A
//! line between two of them cuts the link; where walls drag, the link ends on
//! the line instead, at the speed of the wall.

use weir_scene::Grid;

use super::linear_system::{Factor, LinearSystem, Outcome, Workspace};
use crate::field::{FaceField, NoSlip, columns, face_at};
use weir_ground::{Axis, NONE, Obstacles, Point, Topology};

/// Diffusion number ν dt / dx² below which a step would move less than a
/// ten-thousandth of any velocity difference; it is left out then.
const NEGLIGIBLE: f64 = 1e-4;

const TOLERANCE: f64 = 1e-6;
const ITERATIONS: usize = 200;
/// Nearest that a wall counts as, in cells.
const NEAREST: f64 = 0.1;

/// Diffusion number of a step of `dt_s` seconds, if it is felt. `viscosity` in cells²/s.
pub fn number(viscosity: f64, dt_s: f64) -> Option<f64> {
    Some(viscosity * dt_s).filter(|&number| number > NEGLIGIBLE)
}

/// Memory between steps.
#[derive(Clone, Debug, Default)]
pub struct Viscosity {
    row_of_node: Vec<u32>,
    rows: Vec<Side>,
    system: LinearSystem,
    factor: Factor,
    rhs: Vec<f32>,
    unknown: Vec<f32>,
    work: Workspace,
}

/// A side that water passes, or a piece of one.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Its velocity unknown.
    pub node: u32,
    /// Its open length, cell widths.
    pub aperture: f32,
    face: (usize, usize),
    at: [f32; 2],
}

/// What one link of a side leads to, and by which share in a diffusion number of one.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// Another side.
    Node { node: u32, share: f32 },
    /// A wall, which moves at `speed`, cells/s.
    Wall { share: f32, speed: f32 },
}

impl Viscosity {
    /// Diffuses `velocity` where `known`, with diffusion number `k` = ν dt / dx².
    #[allow(clippy::too_many_arguments)]
    pub fn run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        no_slip: NoSlip,
        k: f64,
        known: &[Vec<bool>; 2],
        velocity: &mut FaceField,
    ) -> Outcome {
        let mut worst = Outcome::default();
        for axis in Axis::BOTH {
            let (known, velocity) = (&known[axis as usize], &mut velocity[axis as usize]);
            self.list_rows(topology, axis, known);
            let links = Links { topology, obstacles, no_slip, axis };
            self.assemble(&links, k as f32, velocity);
            self.factor.factorise(&self.system);
            self.unknown.clear();
            self.unknown.extend(self.rows.iter().map(|row| velocity[row.node as usize]));
            let outcome = self.factor.solve(
                &self.system,
                &self.rhs,
                &mut self.unknown,
                TOLERANCE,
                ITERATIONS,
                |_, _| (),
                &mut self.work,
            );
            for (row, &value) in self.rows.iter().zip(&self.unknown) {
                velocity[row.node as usize] = value;
            }
            if axis == Axis::X && topology.periodic_x() {
                let grid = topology.grid();
                for j in 0..grid.ny {
                    velocity[grid.face_x(grid.nx, j)] = velocity[grid.face_x(0, j)];
                }
            }
            worst.iterations = worst.iterations.max(outcome.iterations);
            worst.residual = worst.residual.max(outcome.residual);
        }
        worst
    }

    fn list_rows(&mut self, topology: &Topology, axis: Axis, known: &[bool]) {
        self.rows.clear();
        self.row_of_node.clear();
        self.row_of_node.resize(known.len(), NONE);
        for_sides(topology, axis, |side| {
            if known[side.node as usize] {
                self.row_of_node[side.node as usize] = self.rows.len() as u32;
                self.rows.push(side);
            }
        });
    }

    fn assemble(&mut self, links: &Links<'_>, k: f32, velocity: &[f32]) {
        self.system.clear();
        self.rhs.clear();
        for side in &self.rows {
            let (mut diagonal, mut rhs) =
                (side.aperture, side.aperture * velocity[side.node as usize]);
            links.visit(side, |end| match end {
                End::Node { node, share } => {
                    let other = self.row_of_node[node as usize];
                    if other != NONE {
                        diagonal += k * share;
                        self.system.push(other, -k * share);
                    }
                }
                End::Wall { share, speed } => {
                    diagonal += k * share;
                    rhs += k * share * speed;
                }
            });
            self.system.end_row(diagonal);
            self.rhs.push(rhs);
        }
    }
}

/// Visits all sides of `axis` that water passes, those at a seam once.
pub fn for_sides(topology: &Topology, axis: Axis, mut visit: impl FnMut(Side)) {
    let grid = topology.grid();
    let width = columns(grid, axis);
    for number in 0..grid.len(axis.stagger()) {
        let (i, j) = (number % width, number / width);
        let seam_copy = axis == Axis::X && topology.periodic_x() && i == grid.nx;
        if seam_copy || topology.cells_beside(axis, i, j).is_none() {
            continue;
        }
        let mut add = |node, at, aperture| visit(Side { node, aperture, face: (i, j), at });
        match topology.pieces(axis, number) {
            None => add(number as u32, face_at(axis, i, j), 1.0),
            Some(pieces) => pieces.iter().for_each(|p| add(p.node, p.at, p.aperture)),
        }
    }
}

/// To what the sides of an axis are linked. It follows from what stands there alone, not from
/// where the water is.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    /// What is connected.
    pub topology: &'a Topology,
    /// What is in the way.
    pub obstacles: &'a Obstacles,
    /// Walls that drag.
    pub no_slip: NoSlip,
    /// Along which the velocity points.
    pub axis: Axis,
}

impl Links<'_> {
    /// Visits what lies one side further in all four directions.
    pub fn visit(&self, side: &Side, mut visit: impl FnMut(End)) {
        for step in [[0, -1], [-1, 0], [1, 0], [0, 1]] {
            self.visit_along(side, step, &mut visit);
        }
    }

    fn visit_along(&self, side: &Side, step: [i64; 2], visit: &mut impl FnMut(End)) {
        let grid: &Grid = self.topology.grid();
        let [width, height] = grid.shape(self.axis.stagger()).map(|n| n as i64);
        let (i, j) = (side.face.0 as i64, side.face.1 as i64);
        let (mut i2, j2) = (i + step[0], j + step[1]);
        if self.topology.periodic_x() {
            i2 = i2.rem_euclid(grid.nx as i64);
        }
        if i2 < 0 || i2 >= width || j2 < 0 || j2 >= height {
            // Beside a wall, half a cell away.
            let speed = if self.axis == Axis::X && step[1] > 0 { self.no_slip.lid } else { 0.0 };
            if self.no_slip.on {
                visit(side.wall(0.5, speed));
            }
            return;
        }
        let (i2, j2) = (i2 as usize, j2 as usize);
        if self.topology.cells_beside(self.axis, i2, j2).is_none() {
            // The neighbour lies in a wall that water does not pass.
            visit(side.wall(1.0, 0.0));
            return;
        }
        let number = j2 * width as usize + i2;
        let shift = [(i + step[0]) as f32 - i2 as f32, 0.0];
        let mut link = |node: u32, at: [f32; 2], aperture: f32| {
            let to = [0, 1].map(|k| f64::from(at[k] + shift[k]));
            match self.first_hit(side, to) {
                None => visit(End::Node { node, share: side.aperture.min(aperture) }),
                Some(way) if self.no_slip.on => visit(side.wall(way, 0.0)),
                Some(_) => {}
            }
        };
        match self.topology.pieces(self.axis, number) {
            None => link(number as u32, face_at(self.axis, i2, j2), 1.0),
            Some(pieces) => pieces.iter().for_each(|p| link(p.node, p.at, p.aperture)),
        }
    }

    /// Where on the way from a side to a point a line is met, 0 to 1.
    fn first_hit(&self, side: &Side, to: Point) -> Option<f64> {
        let grid = self.topology.grid();
        let cell = grid.cell(side.face.0.min(grid.nx - 1), side.face.1.min(grid.ny - 1));
        let from = side.at.map(f64::from);
        self.obstacles.near(cell).filter_map(|s| s.hit(from, to)).min_by(f64::total_cmp)
    }
}

impl Side {
    /// A link to a wall, `distance` cells away.
    fn wall(&self, distance: f64, speed: f32) -> End {
        End::Wall { share: self.aperture / distance.max(NEAREST) as f32, speed }
    }
}

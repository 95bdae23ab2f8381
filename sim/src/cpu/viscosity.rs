//! Viscosity, implicit in time: (1 − ν dt ∇²) u = u*.
//!
//! Each velocity component diffuses between sides of the same orientation. A
//! line between two of them cuts the link; where walls drag, the link ends on
//! the line instead, at the speed of the wall.

use weir_scene::Grid;

use super::linear_system::{Factor, LinearSystem, Outcome, Workspace};
use crate::field::{FaceField, NoSlip, columns, face_at};
use weir_ground::{Axis, NONE, Obstacles, Topology};

/// Diffusion number ν dt / dx² below which a step would move less than a
/// ten-thousandth of any velocity difference; it is left out then.
pub const NEGLIGIBLE: f64 = 1e-4;

const TOLERANCE: f64 = 1e-6;
const ITERATIONS: usize = 200;
/// Nearest that a wall counts as, in cells.
const NEAREST: f64 = 0.1;

/// Memory between steps.
#[derive(Clone, Debug, Default)]
pub struct Viscosity {
    row_of_node: Vec<u32>,
    rows: Vec<Row>,
    system: LinearSystem,
    factor: Factor,
    rhs: Vec<f32>,
    unknown: Vec<f32>,
    work: Workspace,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    node: u32,
    face: (u32, u32),
    at: [f32; 2],
    aperture: f32,
}

/// What one link of a side leads to.
enum End {
    Node { node: usize, aperture: f32 },
    Wall { distance: f64, speed: f32 },
    Nothing,
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
            self.assemble(topology, obstacles, no_slip, axis, k as f32, velocity);
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
        let grid = topology.grid();
        let width = columns(grid, axis);
        self.rows.clear();
        self.row_of_node.clear();
        self.row_of_node.resize(known.len(), NONE);
        for face in 0..grid.len(axis.stagger()) {
            let (i, j) = (face % width, face / width);
            let seam_copy = axis == Axis::X && topology.periodic_x() && i == grid.nx;
            if seam_copy || topology.cells_beside(axis, i, j).is_none() {
                continue;
            }
            let mut add = |node: u32, at, aperture| {
                if known[node as usize] {
                    self.row_of_node[node as usize] = self.rows.len() as u32;
                    self.rows.push(Row { node, face: (i as u32, j as u32), at, aperture });
                }
            };
            match topology.pieces(axis, face) {
                None => add(face as u32, face_at(axis, i, j), 1.0),
                Some(pieces) => pieces.iter().for_each(|p| add(p.node, p.at, p.aperture)),
            }
        }
    }

    fn assemble(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        no_slip: NoSlip,
        axis: Axis,
        k: f32,
        velocity: &[f32],
    ) {
        self.system.clear();
        self.rhs.clear();
        for row in &self.rows {
            let (mut diagonal, mut rhs) =
                (row.aperture, row.aperture * velocity[row.node as usize]);
            for step in [[0, -1], [-1, 0], [1, 0], [0, 1]] {
                let links = Links { topology, obstacles, no_slip, axis, row };
                links.visit(step, |end| match end {
                    End::Node { node, aperture } => {
                        let other = self.row_of_node[node];
                        if other != NONE {
                            let share = k * row.aperture.min(aperture);
                            diagonal += share;
                            self.system.push(other, -share);
                        }
                    }
                    End::Wall { distance, speed } => {
                        let share = k * row.aperture / distance.max(NEAREST) as f32;
                        diagonal += share;
                        rhs += share * speed;
                    }
                    End::Nothing => {}
                });
            }
            self.system.end_row(diagonal);
            self.rhs.push(rhs);
        }
    }
}

struct Links<'a> {
    topology: &'a Topology,
    obstacles: &'a Obstacles,
    no_slip: NoSlip,
    axis: Axis,
    row: &'a Row,
}

impl Links<'_> {
    /// Visits what lies one side further in direction `step`.
    fn visit(&self, step: [i64; 2], mut visit: impl FnMut(End)) {
        let grid: &Grid = self.topology.grid();
        let [width, height] = grid.shape(self.axis.stagger()).map(|n| n as i64);
        let (i, j) = (i64::from(self.row.face.0), i64::from(self.row.face.1));
        let (mut i2, j2) = (i + step[0], j + step[1]);
        if self.topology.periodic_x() {
            i2 = i2.rem_euclid(grid.nx as i64);
        }
        if i2 < 0 || i2 >= width || j2 < 0 || j2 >= height {
            // Beside a wall, half a cell away.
            let speed = if self.axis == Axis::X && step[1] > 0 { self.no_slip.lid } else { 0.0 };
            visit(if self.no_slip.on { End::Wall { distance: 0.5, speed } } else { End::Nothing });
            return;
        }
        let (i2, j2) = (i2 as usize, j2 as usize);
        if self.topology.cells_beside(self.axis, i2, j2).is_none() {
            // The neighbour lies in a wall that water does not pass.
            visit(End::Wall { distance: 1.0, speed: 0.0 });
            return;
        }
        let face = j2 * width as usize + i2;
        let shift = [(i + step[0]) as f32 - i2 as f32, 0.0];
        match self.topology.pieces(self.axis, face) {
            None => self.link(face, face_at(self.axis, i2, j2), shift, 1.0, &mut visit),
            Some(pieces) => {
                for piece in pieces {
                    self.link(piece.node as usize, piece.at, shift, piece.aperture, &mut visit);
                }
            }
        }
    }

    fn link(
        &self,
        node: usize,
        at: [f32; 2],
        shift: [f32; 2],
        aperture: f32,
        visit: &mut impl FnMut(End),
    ) {
        let grid = self.topology.grid();
        let (i, j) = (self.row.face.0 as usize, self.row.face.1 as usize);
        let cell = grid.cell(i.min(grid.nx - 1), j.min(grid.ny - 1));
        let from = self.row.at.map(f64::from);
        let to = [0, 1].map(|k| f64::from(at[k] + shift[k]));
        let nearest =
            self.obstacles.near(cell).filter_map(|s| s.hit(from, to)).min_by(f64::total_cmp);
        visit(match nearest {
            None => End::Node { node, aperture },
            Some(t) if self.no_slip.on => End::Wall { distance: t, speed: 0.0 },
            Some(_) => End::Nothing,
        });
    }
}

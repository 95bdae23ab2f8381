//! Moving a particle without ever crossing a line.
//!
//! A move is cut at the first line that it touches, put a hair's breadth before
//! it on the side that it came from, and goes on along the line with what is
//! left. Each leg is accepted only if it touches nothing, so the path of a
//! particle is a polyline that crosses no segment: what is on one side of a
//! line stays there, however thin the line, however fast the water.

use crate::{Obstacles, Point, Segment};

/// Distance from a line at which a particle is put down, cells.
pub const CLEARANCE: f64 = 1e-3;
/// Legs of one move.
const LEGS: usize = 4;

/// The lines and the sides of the rectangle that moves stop at.
#[derive(Clone, Copy)]
pub struct Sweep<'a> {
    /// Lines at rest (the outlines of what moves among them are not consulted).
    pub obstacles: &'a Obstacles,
    /// Lower left corner of where particles may be, cells.
    pub min: Point,
    /// Upper right corner, cells; infinite where the rectangle is periodic.
    pub max: Point,
}

/// Where a particle went: the corners of its path, first and last included.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    points: [Point; LEGS + 2],
    count: usize,
}

impl Path {
    fn from(p: Point) -> Self {
        Self { points: [p; LEGS + 2], count: 1 }
    }

    fn go(&mut self, p: Point) {
        self.points[self.count] = p;
        self.count += 1;
    }

    /// The corners.
    pub fn points(&self) -> &[Point] {
        &self.points[..self.count]
    }

    /// Its last corner.
    pub fn end(&self) -> Point {
        self.points[self.count - 1]
    }
}

impl Sweep<'_> {
    /// Where a move ends that meets nothing but the sides of the rectangle; takes
    /// off `velocity` what runs into them.
    #[inline(always)]
    pub fn in_the_open(&self, q: [f32; 2], velocity: &mut [f32; 2]) -> [f32; 2] {
        let mut end = q;
        for k in 0..2 {
            let (min, max) = (self.min[k] as f32, self.max[k] as f32);
            if q[k] < min {
                velocity[k] = velocity[k].max(0.0);
            } else if q[k] > max {
                velocity[k] = velocity[k].min(0.0);
            }
            end[k] = q[k].clamp(min, max);
        }
        end
    }

    /// Slides along lines at rest.
    pub fn past_lines(&self, cell: usize, p: Point, q: Point, velocity: &mut Point) -> Path {
        let mut path = Path::from(p);
        let mut lines = self.obstacles.lines_near(cell).peekable();
        if lines.peek().is_none() {
            path.go(self.clamp(q, velocity));
            return path;
        }
        let first_hit = |from: Point, to: Point| -> Option<(f64, &Segment)> {
            let hits = lines.clone().filter_map(|s| s.hit(from, to).map(|t| (t, s)));
            hits.min_by(|a, b| a.0.total_cmp(&b.0))
        };
        let mut target = self.clamp(q, velocity);
        for _ in 0..LEGS {
            let from = path.end();
            let Some((t, segment)) = first_hit(from, target) else {
                path.go(target);
                return path;
            };
            let normal = segment.normal_towards(from);
            meet(velocity, normal, [0.0; 2]);
            let delta = [target[0] - from[0], target[1] - from[1]];
            let touch = [from[0] + t * delta[0], from[1] + t * delta[1]];
            let beside = snap(
                self.inside([touch[0] + CLEARANCE * normal[0], touch[1] + CLEARANCE * normal[1]]),
            );
            if let Some((_, second)) = first_hit(from, beside) {
                // A wedge: what runs into it stops there, or its velocity would grow
                // with each push while it stays.
                meet(velocity, second.normal_towards(from), [0.0; 2]);
                if velocity[0] * normal[0] + velocity[1] * normal[1] < 0.0 {
                    *velocity = [0.0; 2];
                }
                return path;
            }
            path.go(beside);
            let left = [target[0] - touch[0], target[1] - touch[1]];
            let into = left[0] * normal[0] + left[1] * normal[1];
            target = self.clamp(
                [beside[0] + left[0] - into * normal[0], beside[1] + left[1] - into * normal[1]],
                velocity,
            );
        }
        path
    }

    /// The nearest point where a particle may be.
    pub fn inside(&self, p: Point) -> Point {
        [p[0].clamp(self.min[0], self.max[0]), p[1].clamp(self.min[1], self.max[1])]
    }

    /// Keeps a target inside the rectangle.
    fn clamp(&self, q: Point, velocity: &mut Point) -> Point {
        for k in 0..2 {
            let mut normal = [0.0; 2];
            if q[k] < self.min[k] {
                normal[k] = 1.0;
                meet(velocity, normal, [0.0; 2]);
            } else if q[k] > self.max[k] {
                normal[k] = -1.0;
                meet(velocity, normal, [0.0; 2]);
            }
        }
        snap(self.inside(q))
    }
}

/// Takes off `velocity` what runs into a solid with this normal and velocity.
pub fn meet(velocity: &mut Point, normal: Point, solid: Point) {
    let approach = (velocity[0] - solid[0]) * normal[0] + (velocity[1] - solid[1]) * normal[1];
    if approach < 0.0 {
        velocity[0] -= approach * normal[0];
        velocity[1] -= approach * normal[1];
    }
}

/// The nearest point that a particle's single-precision position can hold.
pub fn snap(p: Point) -> Point {
    [f64::from(p[0] as f32), f64::from(p[1] as f32)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_scene::Grid;

    fn obstacles(grid: &Grid, segments: &[[Point; 2]]) -> Obstacles {
        let mut obstacles = Obstacles::default();
        obstacles.set_lines(grid, segments.iter().map(|&[a, b]| Segment { a, b }));
        obstacles.set_outlines(grid, []);
        obstacles
    }

    #[test]
    fn what_is_stuck_in_a_wedge_does_not_gain_speed() {
        let grid = Grid { nx: 32, ny: 8, cell_m: 1.0 / 64.0 };
        // Two drawn lines, one of which ends a hair above the other.
        let lines = [
            [[0.3064, 0.0602], [0.3374, 0.056]],
            [[0.3374, 0.056], [0.3627, 0.0564]],
            [[0.3226, 0.0582], [0.2896, 0.0557]],
        ];
        let obstacles = obstacles(&grid, &lines.map(|line| line.map(|p| p.map(|c| 64.0 * c))));
        let sweep = Sweep { obstacles: &obstacles, min: [0.0; 2], max: [32.0, 8.0] };
        let (mut p, mut velocity) = ([20.587_466, 3.720_326_4], [0.0; 2]);
        for _ in 0..120 {
            velocity[1] -= 9.81 * 64.0 / 120.0;
            let q = [p[0] + velocity[0] / 120.0, p[1] + velocity[1] / 120.0];
            p = sweep.past_lines(grid.cell(20, 3), p, q, &mut velocity).end();
            let speed = f64::hypot(velocity[0], velocity[1]);
            assert!(speed < 10.0, "{speed} cells/s at {p:?}");
        }
    }
}

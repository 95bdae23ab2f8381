//! Moving a particle without ever crossing a line.
//!
//! A move is cut at the first line that it touches, put a hair's breadth before
//! it on the side that it came from, and goes on along the line with what is
//! left. Each leg is accepted only if it touches nothing, so the path of a
//! particle is a polyline that crosses no segment: what is on one side of a
//! line stays there, however thin the line, however fast the water.
//!
//! A solid that moves is met in its own coordinates, in which it rests: the
//! particle goes from where it was to where it will be as seen from there.

use crate::field::both;
use crate::geometry::{Obstacles, Point, Segment};
use crate::solid::Mover;

/// Distance from a line at which a particle is put down, cells.
const CLEARANCE: f64 = 1e-3;
/// Legs of one move.
const LEGS: usize = 4;
/// Rounds of moving out of a solid's way and checking the lines again.
const ROUNDS: usize = 6;

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

    fn end(&self) -> Point {
        self.points[self.count - 1]
    }
}

/// The solids that surround the water in one step.
pub struct Surroundings<'a> {
    /// Lines at rest (the outlines of movers among them are not consulted).
    pub obstacles: &'a Obstacles,
    /// Solids that move.
    pub movers: &'a [Mover],
    /// Lower left corner of where particles may be, cells.
    pub min: Point,
    /// Upper right corner, cells; infinite where the rectangle is periodic.
    pub max: Point,
}

/// The nearest point that a particle's single-precision position can hold.
fn snap(p: Point) -> Point {
    both(|k| f64::from(p[k] as f32))
}

impl Surroundings<'_> {
    /// Moves from `p`, in `cell`, towards `q`, less than a cell away. Takes off
    /// `velocity` (cells/s) what runs into the solids. Returns the path past the
    /// lines. It can end inside a mover only if that left it no way out.
    pub fn travel(&self, cell: usize, p: Point, q: Point, velocity: &mut Point) -> Path {
        let mut wanted = Wanted { velocity: *velocity };
        let mut path = self.past_lines(cell, p, q, &mut wanted);
        let near = || self.movers.iter().filter(|mover| mover.in_reach(p));
        if near().next().is_none() {
            *velocity = wanted.velocity;
            return path;
        }
        for _ in 0..ROUNDS {
            let Some((target, normal, solid)) =
                near().find_map(|mover| pushed(mover, p, path.end()))
            else {
                *velocity = wanted.velocity;
                return path;
            };
            wanted.meet(normal, solid);
            path = self.past_lines(cell, p, target, &mut wanted);
        }
        *velocity = wanted.velocity;
        // Squeezed between solids: stay, go along with one of them, or slip out
        // sideways. If nothing of this is free, the inside of a body is: the body
        // gives the particle back in the next step, a line would not.
        let candidates: Vec<Point> =
            std::iter::once(p)
                .chain(near().map(|mover| {
                    snap(mover.after.world_from_body(mover.before.body_from_world(p)))
                }))
                .chain(near().flat_map(|mover| exits(mover, p)))
                .filter(|q| (q[0] - p[0]).hypot(q[1] - p[1]) < 0.95 && self.inside(*q) == *q)
                .collect();
        for spare_bodies in [true, false] {
            let in_the_way = |q: Point| {
                near().any(|m| (spare_bodies || m.insides.is_empty()) && pushed(m, p, q).is_some())
            };
            for &candidate in &candidates {
                let aside = self.past_lines(cell, p, candidate, &mut wanted);
                if aside.end() == candidate && !in_the_way(candidate) {
                    return aside;
                }
            }
        }
        path
    }

    /// Where a move ends that meets nothing but the sides of the rectangle; takes
    /// off `velocity` what runs into them.
    #[inline(always)]
    pub fn in_the_open(&self, q: [f32; 2], velocity: &mut [f32; 2]) -> [f32; 2] {
        both(|k| {
            let (min, max) = (self.min[k] as f32, self.max[k] as f32);
            if q[k] < min {
                velocity[k] = velocity[k].max(0.0);
            } else if q[k] > max {
                velocity[k] = velocity[k].min(0.0);
            }
            q[k].clamp(min, max)
        })
    }

    /// Slides along lines at rest.
    fn past_lines(&self, cell: usize, p: Point, q: Point, wanted: &mut Wanted) -> Path {
        let mut path = Path::from(p);
        let mut lines = self.obstacles.lines_near(cell).peekable();
        if lines.peek().is_none() {
            path.go(self.clamp(q, wanted));
            return path;
        }
        let first_hit = |from: Point, to: Point| -> Option<(f64, &Segment)> {
            let hits = lines.clone().filter_map(|s| s.hit(from, to).map(|t| (t, s)));
            hits.min_by(|a, b| a.0.total_cmp(&b.0))
        };
        let mut target = self.clamp(q, wanted);
        for _ in 0..LEGS {
            let from = path.end();
            let Some((t, segment)) = first_hit(from, target) else {
                path.go(target);
                return path;
            };
            let normal = segment.normal_towards(from);
            wanted.meet(normal, [0.0; 2]);
            let delta = [target[0] - from[0], target[1] - from[1]];
            let touch = [from[0] + t * delta[0], from[1] + t * delta[1]];
            let beside = snap(
                self.inside([touch[0] + CLEARANCE * normal[0], touch[1] + CLEARANCE * normal[1]]),
            );
            if first_hit(from, beside).is_some() {
                return path;
            }
            path.go(beside);
            let left = [target[0] - touch[0], target[1] - touch[1]];
            let into = left[0] * normal[0] + left[1] * normal[1];
            target = self.clamp(
                [beside[0] + left[0] - into * normal[0], beside[1] + left[1] - into * normal[1]],
                wanted,
            );
        }
        path
    }

    fn inside(&self, p: Point) -> Point {
        both(|k| p[k].clamp(self.min[k], self.max[k]))
    }

    /// Keeps a target inside the rectangle.
    fn clamp(&self, q: Point, wanted: &mut Wanted) -> Point {
        for k in 0..2 {
            let mut normal = [0.0; 2];
            if q[k] < self.min[k] {
                normal[k] = 1.0;
                wanted.meet(normal, [0.0; 2]);
            } else if q[k] > self.max[k] {
                normal[k] = -1.0;
                wanted.meet(normal, [0.0; 2]);
            }
        }
        snap(self.inside(q))
    }
}

/// The velocity that a particle keeps after meeting solids.
struct Wanted {
    velocity: Point,
}

impl Wanted {
    /// Takes off what runs into a solid with this normal and velocity.
    fn meet(&mut self, normal: Point, solid: Point) {
        let approach =
            (self.velocity[0] - solid[0]) * normal[0] + (self.velocity[1] - solid[1]) * normal[1];
        if approach < 0.0 {
            self.velocity[0] -= approach * normal[0];
            self.velocity[1] -= approach * normal[1];
        }
    }
}

/// Points just outside each side of a mover's outline, as near to `p` as each has.
fn exits(mover: &Mover, p: Point) -> impl Iterator<Item = Point> + '_ {
    let local = mover.after.body_from_world(p);
    mover.insides.iter().flat_map(|inside| inside.segments()).map(move |side| {
        let d = [side.b[0] - side.a[0], side.b[1] - side.a[1]];
        let squared = d[0] * d[0] + d[1] * d[1];
        let from = [local[0] - side.a[0], local[1] - side.a[1]];
        let t = ((from[0] * d[0] + from[1] * d[1]) / squared).clamp(0.0, 1.0);
        let out = CLEARANCE / squared.sqrt();
        let on = [side.a[0] + t * d[0] + out * d[1], side.a[1] + t * d[1] - out * d[0]];
        snap(mover.after.world_from_body(on))
    })
}

/// Where a move that runs into `mover` should end instead, the normal there
/// and the solid's velocity; nothing if it does not run into it.
fn pushed(mover: &Mover, p: Point, q: Point) -> Option<(Point, Point, Point)> {
    if !mover.in_reach(p) {
        return None;
    }
    let from = mover.before.body_from_world(p);
    let to = mover.after.body_from_world(q);
    let placed = |on: Point, normal: Point, slide: Point| {
        let beside =
            [on[0] + CLEARANCE * normal[0] + slide[0], on[1] + CLEARANCE * normal[1] + slide[1]];
        let world = snap(mover.after.world_from_body(beside));
        (world, mover.after.turn(normal), mover.velocity_at(p))
    };
    let inside_from = mover.insides.iter().find(|inside| inside.contains(from));
    if let Some(inside) = inside_from {
        // It was inside already (a body came to be where water was): out by the nearest way.
        let (on, normal) = inside.nearest_outline(to);
        return inside.contains(to).then(|| placed(on, normal, [0.0; 2]));
    }
    let hits = mover.outline.iter().filter_map(|s| s.hit(from, to).map(|t| (t, s)));
    let (t, segment) = hits.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let normal = segment.normal_towards(from);
    let delta = [to[0] - from[0], to[1] - from[1]];
    let touch = [from[0] + t * delta[0], from[1] + t * delta[1]];
    let left = [delta[0] * (1.0 - t), delta[1] * (1.0 - t)];
    let into = left[0] * normal[0] + left[1] * normal[1];
    Some(placed(touch, normal, [left[0] - into * normal[0], left[1] - into * normal[1]]))
}

/// Depth inside a mover from which a particle counts as having penetrated it,
/// cells. rapier lets bodies that touch overlap by about as much.
const DEEP: f64 = 0.01;

/// Whether a particle that ends the step at `q` is inside the mover.
pub fn is_inside(mover: &Mover, q: Point) -> bool {
    let local = mover.after.body_from_world(q);
    mover.insides.iter().any(|inside| {
        inside.contains(local) && {
            let (on, _) = inside.nearest_outline(local);
            (on[0] - local[0]).hypot(on[1] - local[1]) > DEEP
        }
    })
}

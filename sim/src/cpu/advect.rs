//! Moving a particle past lines and past what moves.
//!
//! Lines at rest are [`weir_ground::Sweep`]'s. A solid that moves is met in its
//! own coordinates, in which it rests: the particle goes from where it was to
//! where it will be as seen from there. A push that would cross a line is undone.

use weir_ground::{CLEARANCE, Path, Point, Sweep, meet, snap};

use crate::solid::Mover;

/// Rounds of moving out of a solid's way and checking the lines again.
const ROUNDS: usize = 6;

/// The solids that surround the water in one step.
pub struct Surroundings<'a> {
    /// Lines at rest and the sides of the rectangle.
    pub sweep: Sweep<'a>,
    /// Solids that move.
    pub movers: &'a [Mover],
}

impl Surroundings<'_> {
    /// Moves from `p`, in `cell`, towards `q`, less than a cell away. Takes off
    /// `velocity` (cells/s) what runs into the solids. Returns the path past the
    /// lines. It can end inside a mover only if that left it no way out.
    pub fn travel(&self, cell: usize, p: Point, q: Point, velocity: &mut Point) -> Path {
        let mut path = self.sweep.past_lines(cell, p, q, velocity);
        let near = || self.movers.iter().filter(|mover| mover.in_reach(p));
        if near().next().is_none() {
            return path;
        }
        for _ in 0..ROUNDS {
            let Some((target, normal, solid)) =
                near().find_map(|mover| pushed(mover, p, path.end()))
            else {
                return path;
            };
            meet(velocity, normal, solid);
            path = self.sweep.past_lines(cell, p, target, velocity);
        }
        // Squeezed between solids: stay, go along with one of them, or slip out
        // sideways. If nothing of this is free, the inside of a body is: the body
        // gives the particle back in the next step, a line would not.
        let candidates: Vec<Point> =
            std::iter::once(p)
                .chain(near().map(|mover| {
                    snap(mover.after.world_from_body(mover.before.body_from_world(p)))
                }))
                .chain(near().flat_map(|mover| exits(mover, p)))
                .filter(|q| (q[0] - p[0]).hypot(q[1] - p[1]) < 0.95 && self.sweep.inside(*q) == *q)
                .collect();
        for spare_bodies in [true, false] {
            let in_the_way = |q: Point| {
                near().any(|m| (spare_bodies || m.insides.is_empty()) && pushed(m, p, q).is_some())
            };
            for &candidate in &candidates {
                let aside = self.sweep.past_lines(cell, p, candidate, &mut velocity.clone());
                if aside.end() == candidate && !in_the_way(candidate) {
                    return aside;
                }
            }
        }
        path
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

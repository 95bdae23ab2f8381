//! A solid that moves, as the water sees it: in cell widths, for one step.

use weir_ground::{Point, Polygon, Segment};

/// A rigid placement: rotation, then translation, cell widths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    cos: f64,
    sin: f64,
    at: Point,
}

impl Placement {
    /// Turned by `angle_rad` about its own origin, which is put at `at`.
    pub fn new(at: Point, angle_rad: f64) -> Self {
        let (sin, cos) = angle_rad.sin_cos();
        Self { cos, sin, at }
    }

    /// Cosine and sine of the turn, and where the solid's origin is, cells.
    pub fn numbers(&self) -> [f64; 4] {
        [self.cos, self.sin, self.at[0], self.at[1]]
    }

    /// From the solid's coordinates to the world's.
    #[inline]
    pub fn world_from_body(&self, p: Point) -> Point {
        let q = self.turn(p);
        [q[0] + self.at[0], q[1] + self.at[1]]
    }

    /// From the world's coordinates to the solid's.
    #[inline]
    pub fn body_from_world(&self, p: Point) -> Point {
        let q = [p[0] - self.at[0], p[1] - self.at[1]];
        [self.cos * q[0] + self.sin * q[1], self.cos * q[1] - self.sin * q[0]]
    }

    /// A direction from the solid's coordinates to the world's.
    #[inline]
    pub fn turn(&self, d: Point) -> Point {
        [self.cos * d[0] - self.sin * d[1], self.sin * d[0] + self.cos * d[1]]
    }
}

/// A body, or a line while it is being moved.
#[derive(Clone, Debug)]
pub struct Mover {
    /// Where it is at the start of the step.
    pub before: Placement,
    /// Where it is at the end of the step.
    pub after: Placement,
    /// Its outline, in its own coordinates.
    pub outline: Vec<Segment>,
    /// Its insides, in its own coordinates; none for a line without thickness.
    pub insides: Vec<Polygon>,
    /// Centre of mass at the start of the step.
    pub centre: Point,
    /// Velocity, at the start of the step and, once it has moved, at its end:
    /// cells/s, cells/s, rad/s.
    pub velocity: [f64; 3],
    /// Whether a push moves it.
    pub yields: bool,
    /// Farthest point of the outline from the centre of mass.
    pub radius: f64,
}

impl Mover {
    /// The outline at the start of the step, in the world.
    pub fn outline_before(&self) -> impl Iterator<Item = Segment> + '_ {
        let place = |p| self.before.world_from_body(p);
        self.outline.iter().map(move |s| Segment { a: place(s.a), b: place(s.b) })
    }

    /// The insides at the start of the step, in the world.
    pub fn insides_before(&self) -> impl Iterator<Item = Polygon> + '_ {
        self.insides.iter().map(|inside| {
            Polygon::new(inside.segments().map(|s| self.before.world_from_body(s.a)).collect())
        })
    }

    /// Velocity of the solid's point that is at `p`, cells/s.
    #[inline]
    pub fn velocity_at(&self, p: Point) -> Point {
        let [u, v, spin] = self.velocity;
        [u - spin * (p[1] - self.centre[1]), v + spin * (p[0] - self.centre[0])]
    }

    /// Speed of its fastest point, cells/s.
    pub fn max_speed(&self) -> f64 {
        self.velocity[0].hypot(self.velocity[1]) + self.velocity[2].abs() * self.radius
    }

    /// Whether a particle at `p` may meet it in a step in which nothing moves
    /// farther than a cell.
    #[inline]
    pub fn in_reach(&self, p: Point) -> bool {
        let reach = self.radius + 2.5;
        let d = [p[0] - self.centre[0], p[1] - self.centre[1]];
        d[0] * d[0] + d[1] * d[1] < reach * reach
    }
}

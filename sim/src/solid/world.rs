//! The rapier2d world: walls, drawn lines, bodies, joints.

use std::collections::BTreeMap;

use rapier2d::parry::shape::Ball;
use rapier2d::prelude::*;
use weir_ground::{Outline, Point, Polygon, Segment, of_stroke};
use weir_scene::{Body, JointKind, Motion, Pose as FramePose, Scene, Shape as BodyShape, Stroke};

use super::{Constraint, Mobility, Mover, Placement};
use crate::SolverError;

/// Names a drawn line for as long as the solver lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrokeId(pub u32);

/// A rigid body's state, in SI units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BodyState {
    /// Centre of mass, metres.
    pub centre_m: [f64; 2],
    /// Counter-clockwise angle, radians.
    pub angle_rad: f64,
    /// Velocity of the centre of mass, m/s.
    pub velocity_m_s: [f64; 2],
    /// Angular velocity, rad/s.
    pub angular_velocity_rad_s: f64,
    /// Mass, kg per metre of depth; infinite for a kinematic body.
    pub mass_kg: f64,
    /// Moment of inertia about the centre of mass, kg·m² per metre of depth.
    pub inertia_kg_m2: f64,
}

/// Density of water, kg/m³.
pub const WATER_KG_M3: f64 = 1000.0;

struct Solid {
    handle: RigidBodyHandle,
    outline: Vec<Segment>,
    insides: Vec<Polygon>,
    /// Where a drawn line is; rapier knows where bodies are.
    track: Option<Track>,
}

/// How far a drawn line has been carried. Kept here in double precision: rapier's
/// sum of single steps ends some 1e-5 cells beside where the line was sent, and
/// that decides on which side of it a particle is.
#[derive(Clone, Copy, Debug, Default)]
struct Track {
    /// From where it was drawn, metres.
    start_m: Point,
    by_m: Point,
    over_s: f64,
    elapsed_s: f64,
}

impl Track {
    fn moves(&self) -> bool {
        self.elapsed_s < self.over_s
    }

    fn left_s(&self) -> f64 {
        self.over_s - self.elapsed_s
    }

    fn offset_m(&self) -> Point {
        let share = if self.moves() { self.elapsed_s / self.over_s } else { 1.0 };
        [0, 1].map(|k| self.start_m[k] + self.by_m[k] * share)
    }

    fn advance(&mut self, dt_s: f64) {
        self.elapsed_s += dt_s;
        if self.left_s() <= 1e-9 {
            self.elapsed_s = self.over_s;
        }
    }
}

impl Solid {
    fn moves(&self) -> bool {
        self.track.is_none_or(|track| track.moves())
    }
}

/// Walls, lines, bodies and joints in rapier2d, and their outlines in cell widths.
pub struct World {
    physics: PhysicsWorld,
    cell_m: f64,
    gravity_m_s2: [f64; 2],
    ground: RigidBodyHandle,
    bodies: Vec<Solid>,
    lines: BTreeMap<StrokeId, Solid>,
    next_line: u32,
    line_stopped: bool,
}

impl World {
    /// The solids of a validated scene.
    ///
    /// # Errors
    /// A polygon that rapier2d cannot make a shape of.
    pub fn new(scene: &Scene) -> Result<Self, SolverError> {
        let mut physics = PhysicsWorld::new();
        physics.gravity = Vector::ZERO;
        let ground = physics.insert_body(RigidBodyBuilder::fixed());
        let mut world = Self {
            physics,
            cell_m: scene.domain.cell_m,
            gravity_m_s2: scene.gravity_m_s2,
            ground,
            bodies: Vec::new(),
            lines: BTreeMap::new(),
            next_line: 0,
            line_stopped: false,
        };
        world.add_walls(scene);
        for stroke in &scene.strokes {
            world.add_line(stroke);
        }
        for (index, body) in scene.bodies.iter().enumerate() {
            world.add_body(index, body)?;
        }
        for joint in &scene.joints {
            world.add_joint(joint.kind, joint.body, joint.other, joint.at_m);
        }
        Ok(world)
    }

    fn add_walls(&mut self, scene: &Scene) {
        let size = scene.domain.grid().size_m();
        let corner = vector(size);
        let mut walls = vec![(Vector::ZERO, Vector::Y), (corner, -Vector::Y)];
        if !scene.domain.periodic_x {
            walls.extend([(Vector::ZERO, Vector::X), (corner, -Vector::X)]);
        }
        for (at, normal) in walls {
            let wall = ColliderBuilder::new(SharedShape::halfspace(normal)).translation(at);
            self.physics.insert_collider(wall, Some(self.ground));
        }
    }

    /// Adds a drawn line, at rest.
    pub fn add_line(&mut self, stroke: &Stroke) -> StrokeId {
        let mut vertices: Vec<Vector> = stroke.points_m.iter().map(|&p| vector(p)).collect();
        if let (true, Some(&first)) = (stroke.closed, vertices.first()) {
            vertices.push(first);
        }
        vertices.dedup();
        let handle = self.physics.insert_body(RigidBodyBuilder::fixed());
        let radius = (stroke.thickness_m / 2.0) as f32;
        if radius > 0.0 {
            for pair in vertices.windows(2) {
                let collider = ColliderBuilder::capsule_from_endpoints(pair[0], pair[1], radius);
                self.physics.insert_collider(collider, Some(handle));
            }
        } else {
            let collider = ColliderBuilder::polyline(vertices, None);
            self.physics.insert_collider(collider, Some(handle));
        }
        let Outline { segments: outline, insides } = of_stroke(stroke, self.cell_m);
        let id = StrokeId(self.next_line);
        self.next_line += 1;
        self.lines.insert(id, Solid { handle, outline, insides, track: Some(Track::default()) });
        id
    }

    /// Takes a drawn line away.
    ///
    /// # Errors
    /// No such line.
    pub fn erase_line(&mut self, id: StrokeId) -> Result<(), SolverError> {
        let line = self.lines.remove(&id).ok_or(SolverError::UnknownStroke(id.0))?;
        self.physics.remove_body_with_colliders(line.handle, true);
        Ok(())
    }

    /// Sets a drawn line moving by `by_m` over the next `over_s` seconds.
    ///
    /// # Errors
    /// No such line.
    pub fn move_line(
        &mut self,
        id: StrokeId,
        by_m: [f64; 2],
        over_s: f64,
    ) -> Result<(), SolverError> {
        let line = self.lines.get_mut(&id).ok_or(SolverError::UnknownStroke(id.0))?;
        let start_m = line.track.unwrap_or_default().offset_m();
        line.track = Some(Track { start_m, by_m, over_s, elapsed_s: 0.0 });
        let body = &mut self.physics.bodies[line.handle];
        body.set_body_type(RigidBodyType::KinematicVelocityBased, true);
        body.set_linvel(vector(by_m.map(|d| d / over_s)), true);
        Ok(())
    }

    fn add_body(&mut self, index: usize, body: &Body) -> Result<(), SolverError> {
        let (ring, shape) =
            shape_of(&body.shape, self.cell_m).ok_or(SolverError::BodyShape(index))?;
        let builder = match body.motion {
            Motion::Dynamic => RigidBodyBuilder::dynamic(),
            Motion::Kinematic => RigidBodyBuilder::kinematic_velocity_based(),
        };
        let builder = builder
            .translation(vector(body.position_m))
            .rotation(body.angle_rad as f32)
            .linvel(vector(body.velocity_m_s))
            .angvel(body.angular_velocity_rad_s as f32)
            .can_sleep(false)
            .ccd_enabled(true);
        let handle = self.physics.insert_body(builder);
        let collider = ColliderBuilder::new(shape).density(body.density_kg_m3 as f32);
        self.physics.insert_collider(collider, Some(handle));
        self.physics.bodies[handle]
            .recompute_mass_properties_from_colliders(&self.physics.colliders);
        let inside = Polygon::new(ring.iter().map(|&p| self.cells(p)).collect());
        let outline = inside.segments().collect();
        self.bodies.push(Solid { handle, outline, insides: vec![inside], track: None });
        Ok(())
    }

    fn add_joint(&mut self, kind: JointKind, first: usize, other: Option<usize>, at_m: [f64; 2]) {
        let handle1 = self.bodies[first].handle;
        let handle2 = other.map_or(self.ground, |index| self.bodies[index].handle);
        let (pose1, pose2) =
            (*self.physics.bodies[handle1].position(), *self.physics.bodies[handle2].position());
        let anchor1 = pose1.inverse_transform_point(vector(at_m));
        let anchor2 = pose2.inverse_transform_point(vector(at_m));
        match kind {
            JointKind::Pin => {
                let joint = RevoluteJointBuilder::new()
                    .local_anchor1(anchor1)
                    .local_anchor2(anchor2)
                    .contacts_enabled(false);
                self.physics.insert_impulse_joint(handle1, handle2, joint);
            }
            JointKind::Weld => {
                let relative = pose1.inv_mul(&pose2);
                let joint = FixedJointBuilder::new()
                    .local_frame1(Pose::from_parts(anchor1, relative.rotation))
                    .local_frame2(Pose::from_parts(anchor2, Rotation::identity()))
                    .contacts_enabled(false);
                self.physics.insert_impulse_joint(handle1, handle2, joint);
            }
        }
    }

    fn cells(&self, p: Vector) -> Point {
        [f64::from(p.x) / self.cell_m, f64::from(p.y) / self.cell_m]
    }

    /// Segments of all lines at rest, in the world.
    pub fn resting_segments(&self) -> impl Iterator<Item = Segment> + '_ {
        self.lines.values().filter(|line| !line.moves()).flat_map(|line| {
            let placement = self.placement(line);
            line.outline.iter().map(move |s| Segment {
                a: placement.world_from_body(s.a),
                b: placement.world_from_body(s.b),
            })
        })
    }

    /// Insides of thick lines at rest, in the world.
    pub fn resting_insides(&self) -> impl Iterator<Item = Polygon> + '_ {
        self.lines.values().filter(|line| !line.moves()).flat_map(|line| {
            let placement = self.placement(line);
            line.insides.iter().map(move |inside| {
                Polygon::new(inside.segments().map(|s| placement.world_from_body(s.a)).collect())
            })
        })
    }

    fn placement(&self, solid: &Solid) -> Placement {
        if let Some(track) = solid.track {
            return Placement::new(track.offset_m().map(|c| c / self.cell_m), 0.0);
        }
        let pose = self.physics.bodies[solid.handle].position();
        Placement::new(self.cells(pose.translation), f64::from(pose.rotation.angle()))
    }

    fn moving(&self) -> impl Iterator<Item = &Solid> {
        self.bodies.iter().chain(self.lines.values().filter(|line| line.moves()))
    }

    /// Whether any line is on its way, so that outlines change owner when it stops.
    pub fn any_line_moving(&self) -> bool {
        self.lines.values().any(Solid::moves)
    }

    /// Writes every solid that moves into `movers`, as it is now: bodies in the
    /// order of the scene, then lines on their way.
    pub fn refresh_movers(&self, movers: &mut Vec<Mover>) {
        movers.truncate(self.moving().count());
        for (index, solid) in self.moving().enumerate() {
            let body = &self.physics.bodies[solid.handle];
            let placement = self.placement(solid);
            let centre = self.cells(body.center_of_mass());
            let velocity = self.velocity_of(solid.handle);
            if movers.len() <= index {
                movers.push(Mover {
                    before: placement,
                    after: placement,
                    outline: solid.outline.clone(),
                    insides: solid.insides.clone(),
                    centre,
                    velocity,
                    yields: body.is_dynamic(),
                    radius: 0.0,
                });
            }
            let mover = &mut movers[index];
            if mover.outline.len() != solid.outline.len() || index >= self.bodies.len() {
                mover.outline.clone_from(&solid.outline);
                mover.insides.clone_from(&solid.insides);
            }
            (mover.before, mover.after) = (placement, placement);
            (mover.centre, mover.velocity, mover.yields) = (centre, velocity, body.is_dynamic());
            let ends = mover.outline_before().flat_map(|s| [s.a, s.b]);
            mover.radius =
                ends.map(|p| (p[0] - centre[0]).hypot(p[1] - centre[1])).fold(0.0, f64::max);
        }
    }

    /// Inverse masses of the movers in units of water-filled cells: per mass
    /// ρ·dx² for motion, ρ·dx⁴ for turning. Zero where nothing but the scene
    /// moves the solid.
    pub fn inverse_masses(&self) -> Vec<[f64; 3]> {
        let cell_mass = WATER_KG_M3 * self.cell_m * self.cell_m;
        let cell_inertia = cell_mass * self.cell_m * self.cell_m;
        self.moving()
            .map(|solid| {
                let body = &self.physics.bodies[solid.handle];
                if !body.is_dynamic() {
                    return [0.0; 3];
                }
                let mass = &body.mass_properties().local_mprops;
                let inverse = f64::from(mass.inv_mass) * cell_mass;
                let inverse_inertia = f64::from(mass.inv_principal_inertia) * cell_inertia;
                [inverse, inverse, inverse_inertia]
            })
            .collect()
    }

    /// How the movers yield, and their velocities after gravity has acted for
    /// `dt_s` and joints and pressing contacts have held, in cells/s and rad/s.
    pub fn let_fall(&self, movers: &[Mover], dt_s: f64) -> (Mobility, Vec<f64>) {
        let inverse_mass = self.inverse_masses();
        let mobility = Mobility::new(&inverse_mass, &self.constraints(movers));
        let mut velocity: Vec<f64> = Vec::with_capacity(3 * movers.len());
        for (mover, inverse) in movers.iter().zip(&inverse_mass) {
            let fall = if inverse[0] > 0.0 { dt_s / self.cell_m } else { 0.0 };
            let [u, v, spin] = mover.velocity;
            velocity.extend([
                u + self.gravity_m_s2[0] * fall,
                v + self.gravity_m_s2[1] * fall,
                spin,
            ]);
        }
        mobility.project(&inverse_mass, &mut velocity);
        (mobility, velocity)
    }

    fn constraints(&self, movers: &[Mover]) -> Vec<Constraint> {
        let index_of =
            |handle: RigidBodyHandle| self.moving().position(|solid| solid.handle == handle);
        let mut constraints = Vec::new();
        let mut hold = |ends: [Option<RigidBodyHandle>; 2], at: Point, direction: Point| {
            let mut terms = Vec::new();
            for (end, sign) in ends.into_iter().zip([1.0, -1.0]) {
                let Some(index) = end.and_then(index_of) else { continue };
                let r = [at[0] - movers[index].centre[0], at[1] - movers[index].centre[1]];
                let arm = r[0] * direction[1] - r[1] * direction[0];
                terms.extend([
                    (3 * index, sign * direction[0]),
                    (3 * index + 1, sign * direction[1]),
                    (3 * index + 2, sign * arm),
                ]);
            }
            if !terms.is_empty() {
                constraints.push(Constraint { terms });
            }
        };
        let mut welds = Vec::new();
        for (_, joint) in self.physics.impulse_joints() {
            let pose = self.physics.bodies[joint.body1()].position();
            let at = self.cells(pose.transform_point(joint.data.local_frame1.translation));
            let ends = [Some(joint.body1()), Some(joint.body2())];
            hold(ends, at, [1.0, 0.0]);
            hold(ends, at, [0.0, 1.0]);
            if joint.data.locked_axes.contains(JointAxesMask::ANG_X) {
                welds.push(ends);
            }
        }
        for pair in self.physics.contact_pairs() {
            let collider = &self.physics.colliders[pair.collider1];
            let ends = [pair.collider1, pair.collider2]
                .map(|handle| self.physics.colliders[handle].parent());
            for manifold in pair.manifolds() {
                let normal = manifold.data.normal;
                for point in manifold.points.iter().filter(|p| p.data.impulse > 0.0) {
                    let local = match manifold.subshape_pos1() {
                        Some(part) => part.transform_point(point.local_p1),
                        None => point.local_p1,
                    };
                    let at = self.cells(collider.position().transform_point(local));
                    hold(ends, at, [f64::from(normal.x), f64::from(normal.y)]);
                }
            }
        }
        constraints.extend(welds.into_iter().filter_map(|ends| {
            let terms: Vec<_> = ends
                .into_iter()
                .zip([1.0, -1.0])
                .filter_map(|(end, sign)| Some((3 * end.and_then(index_of)? + 2, sign)))
                .collect();
            (!terms.is_empty()).then_some(Constraint { terms })
        }));
        constraints
    }

    /// Gives bodies the velocities that gravity and water left them with, lets
    /// rapier resolve contacts and joints over `dt_s`, and writes where every
    /// mover arrived. Gravity is in `velocity` already and acts no second time.
    pub fn step(&mut self, dt_s: f64, velocity: &[f64], movers: &mut [Mover]) {
        for (solid, v) in self.bodies.iter().zip(velocity.chunks_exact(3)) {
            let body = &mut self.physics.bodies[solid.handle];
            if body.is_dynamic() {
                let linear = [v[0] * self.cell_m, v[1] * self.cell_m];
                body.set_linvel(vector(linear), true);
                body.set_angvel(v[2] as f32, true);
            }
        }
        self.physics.integration_parameters.dt = dt_s as f32;
        self.physics.step();
        let on_their_way = self.lines.iter().filter(|(_, line)| line.moves());
        let on_their_way: Vec<StrokeId> = on_their_way.map(|(&id, _)| id).collect();
        for track in self.lines.values_mut().filter_map(|line| line.track.as_mut()) {
            track.advance(dt_s);
        }
        let carried = on_their_way.iter().filter_map(|id| self.lines.get(id));
        for (mover, solid) in movers.iter_mut().zip(self.bodies.iter().chain(carried)) {
            (mover.after, mover.velocity) = (self.placement(solid), self.velocity_of(solid.handle));
        }
        let stopped = on_their_way.iter().filter_map(|id| self.lines.get(id));
        self.line_stopped = false;
        for line in stopped.filter(|line| !line.moves()) {
            self.line_stopped = true;
            let body = &mut self.physics.bodies[line.handle];
            body.set_linvel(Vector::ZERO, true);
            body.set_translation(vector(line.track.unwrap_or_default().offset_m()), true);
            body.set_body_type(RigidBodyType::Fixed, true);
        }
    }

    /// Cells/s, cells/s, rad/s.
    fn velocity_of(&self, handle: RigidBodyHandle) -> [f64; 3] {
        let body = &self.physics.bodies[handle];
        let linear = body.linvel();
        [
            f64::from(linear.x) / self.cell_m,
            f64::from(linear.y) / self.cell_m,
            f64::from(body.angvel()),
        ]
    }

    /// Whether a line came to rest in the last step.
    pub fn just_stopped(&self) -> bool {
        self.line_stopped
    }

    /// Longest time, up to `limit_s`, that leaves no line moving past its end.
    pub fn time_to_line_stop(&self, limit_s: f64) -> f64 {
        let tracks = self.lines.values().filter_map(|line| line.track);
        let left = tracks.filter(Track::moves).map(|track| track.left_s());
        left.fold(limit_s, f64::min)
    }

    /// Pose of each body of the scene, for a frame.
    pub fn body_poses(&self) -> impl Iterator<Item = FramePose> + '_ {
        self.bodies.iter().map(|solid| {
            let pose = self.physics.bodies[solid.handle].position();
            FramePose {
                position_m: [pose.translation.x, pose.translation.y],
                angle_rad: pose.rotation.angle(),
            }
        })
    }

    /// State of body `index` of the scene.
    pub fn body(&self, index: usize) -> Option<BodyState> {
        let body = &self.physics.bodies[self.bodies.get(index)?.handle];
        let (centre, linear) = (body.center_of_mass(), body.linvel());
        let mass = &body.mass_properties().local_mprops;
        let dynamic = body.is_dynamic();
        let unless_zero = |inverse: f32| {
            if dynamic && inverse > 0.0 { 1.0 / f64::from(inverse) } else { f64::INFINITY }
        };
        Some(BodyState {
            centre_m: [f64::from(centre.x), f64::from(centre.y)],
            angle_rad: f64::from(body.rotation().angle()),
            velocity_m_s: [f64::from(linear.x), f64::from(linear.y)],
            angular_velocity_rad_s: f64::from(body.angvel()),
            mass_kg: unless_zero(mass.inv_mass),
            inertia_kg_m2: unless_zero(mass.inv_principal_inertia),
        })
    }

    /// Momentum of all dynamic bodies, kg·m/s per metre of depth.
    pub fn momentum_kg_m_s(&self) -> [f64; 2] {
        let states = (0..self.bodies.len()).filter_map(|index| self.body(index));
        states.filter(|state| state.mass_kg.is_finite()).fold([0.0; 2], |sum, state| {
            [0, 1].map(|k| sum[k] + state.mass_kg * state.velocity_m_s[k])
        })
    }
}

fn vector(p: [f64; 2]) -> Vector {
    Vector::new(p[0] as f32, p[1] as f32)
}

/// Outline of a body in metres, and its rapier shape.
fn shape_of(shape: &BodyShape, cell_m: f64) -> Option<(Vec<Vector>, SharedShape)> {
    match shape {
        BodyShape::Box { half_extents_m: [x, y] } => {
            let (x, y) = (*x as f32, *y as f32);
            let ring = [[-x, -y], [x, -y], [x, y], [-x, y]].map(|[x, y]| Vector::new(x, y));
            Some((ring.to_vec(), SharedShape::cuboid(x, y)))
        }
        BodyShape::Ball { radius_m } => {
            let sides = (std::f64::consts::TAU * radius_m / cell_m).ceil().clamp(16.0, 96.0);
            let step = std::f64::consts::TAU / sides;
            // The polygon displaces as much water as the disc.
            let equal_area = radius_m * (step / step.sin()).sqrt();
            let ring = Ball::new(equal_area as f32).to_polyline(sides as u32);
            Some((ring, SharedShape::ball(*radius_m as f32)))
        }
        BodyShape::Polygon { points_m } => {
            let inside = Polygon::new(points_m.clone());
            let ring: Vec<Vector> = inside.segments().map(|s| vector(s.a)).collect();
            let count = ring.len() as u32;
            let sides: Vec<[u32; 2]> = (0..count).map(|k| [k, (k + 1) % count]).collect();
            let shape = if inside.is_convex() {
                SharedShape::convex_polyline(ring.clone())?
            } else {
                SharedShape::convex_decomposition(&ring, &sides)
            };
            Some((ring, shape))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carried_line_is_where_it_was_sent_to_the_last_digit() {
        let scene = "version = 1\ndomain = { width_m = 1.0, height_m = 1.0 }";
        let scene = Scene::from_toml(scene).expect("a scene");
        let mut world = World::new(&scene).expect("a world");
        let points_m = vec![[0.2, 0.3], [0.6, 0.3]];
        let line = world.add_line(&Stroke { points_m, ..Stroke::default() });
        for by_m in [[0.013, -0.058], [0.1, 0.21]] {
            world.move_line(line, by_m, 0.15).expect("the line");
            let mut movers = Vec::new();
            while world.any_line_moving() {
                world.refresh_movers(&mut movers);
                world.step(world.time_to_line_stop(7e-4), &[0.0; 3], &mut movers);
            }
        }
        let end = world.resting_segments().next().expect("its segment").b;
        let sent = [0.6 + 0.113, 0.3 + 0.152].map(|m| m / scene.domain.cell_m);
        assert!((0..2).all(|k| (end[k] - sent[k]).abs() < 1e-12), "{end:?} for {sent:?}");
    }
}

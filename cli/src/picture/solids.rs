//! Rigid bodies: wood if they float, stone if they sink, brass if something else moves them.

use weir_scene::{Body, JointKind, Motion, Pose, Scene, Shape};

use super::blur::Coarse;
use super::camera::Camera;
use super::canvas::{Bounds, Canvas, coverage};
use super::colour::{Rgb, hex, mix, smoothstep};

/// Density of water, kg/m³: what is lighter floats.
const WATER_KG_M3: f64 = 1000.0;
/// Coarse pixels of the mask that says where bodies are.
const MASK_FACTOR: usize = 4;

/// What the bodies of a scene look like.
pub struct Solids {
    bodies: Vec<Look>,
    pins: Vec<Pin>,
    camera: Camera,
    ink: Rgb,
}

struct Look {
    outline: Outline,
    light: Rgb,
    dark: Rgb,
    grain: Grain,
}

/// An outline in the body's own coordinates, pixels, y **down** like the picture.
enum Outline {
    Ball { radius: f32 },
    Polygon { points: Vec<[f32; 2]> },
}

#[derive(Clone, Copy)]
enum Grain {
    Wood,
    Stone,
    Metal,
}

struct Pin {
    body: usize,
    local: [f32; 2],
    weld: bool,
}

/// A body's place on the picture: rotates and moves its own coordinates.
#[derive(Clone, Copy)]
struct Place {
    at: [f32; 2],
    sin: f32,
    cos: f32,
}

impl Place {
    /// With y down, a counter-clockwise angle turns the other way.
    fn new(at: [f32; 2], angle_rad: f32) -> Self {
        let (sin, cos) = (-angle_rad).sin_cos();
        Self { at, sin, cos }
    }

    fn out(self, p: [f32; 2]) -> [f32; 2] {
        let (x, y) = (self.cos * p[0] - self.sin * p[1], self.sin * p[0] + self.cos * p[1]);
        [self.at[0] + x, self.at[1] + y]
    }

    fn back(self, p: [f32; 2]) -> [f32; 2] {
        let d = [p[0] - self.at[0], p[1] - self.at[1]];
        [self.cos * d[0] + self.sin * d[1], self.cos * d[1] - self.sin * d[0]]
    }
}

impl Solids {
    /// The bodies and joints of `scene`.
    pub fn new(scene: &Scene, camera: Camera) -> Self {
        let pin = |joint: &weir_scene::Joint| {
            let body = scene.bodies.get(joint.body)?;
            let place = Place::new(pixels(body.position_m, camera), body.angle_rad as f32);
            let local = place.back(pixels(joint.at_m, camera));
            Some(Pin { body: joint.body, local, weld: joint.kind == JointKind::Weld })
        };
        Self {
            bodies: scene.bodies.iter().map(|body| Look::new(body, camera.px_per_m)).collect(),
            pins: scene.joints.iter().filter_map(pin).collect(),
            camera,
            ink: hex(0x2b2a33),
        }
    }

    /// Outlines at these poses, inner pixels.
    pub fn outlines(&self, poses: &[Pose]) -> Vec<Vec<[f32; 2]>> {
        self.placed(poses, 0.0).map(|(look, place)| look.corners(place)).collect()
    }

    /// Fills `mask` with the share of each coarse pixel inside a body; leaves it empty without bodies.
    pub fn mask(&self, poses: &[Pose], mask: &mut Coarse) {
        if self.bodies.is_empty() {
            return;
        }
        let size = self.camera.inner_px.map(|n| n.div_ceil(MASK_FACTOR));
        mask.factor = MASK_FACTOR;
        mask.size = size;
        mask.values.clear();
        mask.values.resize(size[0] * size[1], 0.0);
        let factor = MASK_FACTOR as f32;
        for (look, place) in self.placed(poses, 0.0) {
            let corners: Vec<_> =
                look.corners(place).into_iter().map(|p| p.map(|c| c / factor)).collect();
            let bounds = Bounds::around(&corners, 1.0, size);
            for j in bounds.min[1]..bounds.max[1] {
                for i in bounds.min[0]..bounds.max[0] {
                    let p = [(i as f32 + 0.5) * factor, (j as f32 + 0.5) * factor];
                    let inside = coverage(look.distance(place.back(p)) / factor);
                    let share = &mut mask.values[j * size[0] + i];
                    *share = share.max(inside);
                }
            }
        }
    }

    /// Draws shadows, which fall to the lower right and lie under everything else.
    pub fn paint_shadows(&self, canvas: &mut Canvas, poses: &[Pose]) {
        let drop = self.camera.pen(5.0);
        let soft = self.camera.pen(9.0);
        for (look, place) in self.placed(poses, self.camera.margin_px as f32) {
            let size = canvas.size_px;
            canvas.paint(Bounds::around(&look.corners(place), drop + soft, size), |p| {
                let distance = look.distance(place.back([p[0] - 0.6 * drop, p[1] - drop]));
                (self.ink, 0.22 * smoothstep(soft, -soft, distance))
            });
        }
    }

    /// Draws the bodies and the pins that hold them.
    pub fn paint(&self, canvas: &mut Canvas, poses: &[Pose]) {
        let (pen, size) = (self.camera.pen(1.0), canvas.size_px);
        for (look, place) in self.placed(poses, self.camera.margin_px as f32) {
            canvas.paint(Bounds::around(&look.corners(place), 2.0 * pen, size), |p| {
                let local = place.back(p);
                let distance = look.distance(local);
                let bevel = smoothstep(-7.0 * pen, -1.5 * pen, distance);
                let mut colour = mix(look.colour(local, pen), look.dark, 0.35 * bevel);
                colour = mix(colour, self.ink, coverage(-distance - 1.4 * pen));
                (colour, coverage(distance - 0.8 * pen))
            });
        }
        let places: Vec<_> = self.placed(poses, self.camera.margin_px as f32).collect();
        for pin in &self.pins {
            if let Some((_, place)) = places.get(pin.body) {
                let at = place.out(pin.local);
                canvas.disc(at, 6.0 * pen, self.ink, 1.0);
                canvas.disc(at, 4.2 * pen, hex(0xe9c46a), 1.0);
                if pin.weld {
                    let arm = 3.0 * pen;
                    for d in [[arm, arm], [arm, -arm]] {
                        let ends = [[at[0] - d[0], at[1] - d[1]], [at[0] + d[0], at[1] + d[1]]];
                        canvas.pen(&ends, 1.5 * pen, self.ink, 1.0);
                    }
                } else {
                    canvas.disc(at, 1.5 * pen, self.ink, 1.0);
                }
            }
        }
    }

    fn placed<'a>(
        &'a self,
        poses: &'a [Pose],
        offset_px: f32,
    ) -> impl Iterator<Item = (&'a Look, Place)> {
        self.bodies.iter().zip(poses).map(move |(look, pose)| {
            let at = self.camera.inner_from_world(pose.position_m).map(|c| c + offset_px);
            (look, Place::new(at, pose.angle_rad))
        })
    }
}

impl Look {
    fn new(body: &Body, px_per_m: f32) -> Self {
        let flip = |p: [f64; 2]| [p[0] as f32 * px_per_m, -p[1] as f32 * px_per_m];
        let outline = match &body.shape {
            Shape::Ball { radius_m } => Outline::Ball { radius: *radius_m as f32 * px_per_m },
            Shape::Box { half_extents_m: [x, y] } => Outline::Polygon {
                points: [[-x, -y], [*x, -y], [*x, *y], [-x, *y]].map(flip).to_vec(),
            },
            Shape::Polygon { points_m } => {
                Outline::Polygon { points: points_m.iter().copied().map(flip).collect() }
            }
        };
        let (grain, light, dark) = if body.motion == Motion::Kinematic {
            (Grain::Metal, 0xd8c48a, 0x8d7340)
        } else if body.density_kg_m3 < WATER_KG_M3 {
            (Grain::Wood, 0xe3b981, 0xa86f3c)
        } else {
            (Grain::Stone, 0xb9b4b0, 0x77706e)
        };
        Self { outline, light: hex(light), dark: hex(dark), grain }
    }

    /// Signed distance from the outline, pixels, negative inside.
    fn distance(&self, p: [f32; 2]) -> f32 {
        match &self.outline {
            Outline::Ball { radius } => p[0].hypot(p[1]) - radius,
            Outline::Polygon { points } => polygon_distance(p, points),
        }
    }

    fn corners(&self, place: Place) -> Vec<[f32; 2]> {
        match &self.outline {
            Outline::Ball { radius } => {
                const SIDES: u8 = 48;
                let corner = |i: u8| {
                    let (sin, cos) =
                        (std::f32::consts::TAU * f32::from(i) / f32::from(SIDES)).sin_cos();
                    place.out([radius * cos, radius * sin])
                };
                (0..SIDES).map(corner).collect()
            }
            Outline::Polygon { points } => points.iter().map(|&p| place.out(p)).collect(),
        }
    }

    fn colour(&self, p: [f32; 2], pen: f32) -> Rgb {
        let (u, v) = (p[0] / pen, p[1] / pen);
        let t = match self.grain {
            Grain::Wood => {
                let wavy = v + 3.0 * (u * 0.021).sin() + 1.3 * (u * 0.057 + v * 0.1).sin();
                let ring = 0.5 + 0.5 * (wavy * 0.62).sin();
                0.15 + 0.5 * ring.powi(3) + 0.08 * (wavy * 2.3 + u * 0.05).sin()
            }
            Grain::Stone => {
                let cloud = (u * 0.11 + (v * 0.13).sin() * 2.0).sin() * (v * 0.09 + u * 0.03).cos();
                0.35 + 0.22 * cloud
            }
            Grain::Metal => 0.3 + 0.18 * (v * 1.9).sin() + 0.1 * (u * 0.03 + v * 0.02).sin(),
        };
        mix(self.light, self.dark, t.clamp(0.0, 1.0))
    }
}

fn pixels(point_m: [f64; 2], camera: Camera) -> [f32; 2] {
    camera.inner_from_world(point_m.map(|c| c as f32))
}

/// Distance to the nearest side, negative inside by the even-odd rule.
fn polygon_distance(p: [f32; 2], points: &[[f32; 2]]) -> f32 {
    let mut nearest = f32::INFINITY;
    let mut inside = false;
    for (i, &a) in points.iter().enumerate() {
        let b = points[(i + 1) % points.len()];
        nearest = nearest.min(super::canvas::segment_distance(p, a, b).0);
        let straddles = (a[1] > p[1]) != (b[1] > p[1]);
        if straddles && p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0] {
            inside = !inside;
        }
    }
    if inside { -nearest } else { nearest }
}

//! Pictures of water, drawn in software.
//!
//! A [`Painter`] is made once for a scene and then draws any of its frames, from
//! the paper upwards:
//!
//! 1. paper with a faint grid, and shadows ([`backdrop`]);
//! 2. the water: particles become a shape ([`coverage`]), the shape is lit ([`water`]);
//! 3. bodies and their pins ([`solids`]), ink of the drawn lines ([`ink`]), marks.
//!
//! No water shows on the wrong side of a line, however thin: whatever spreads a
//! particle over pixels asks the [`barrier`] first.

mod backdrop;
mod barrier;
mod blur;
mod camera;
mod canvas;
mod colour;
mod colour_map;
mod coverage;
mod field;
mod ink;
mod kernel;
mod lettering;
mod openness;
mod solids;
mod speed;
mod water;

#[cfg(test)]
mod gallery;

use clap::ValueEnum;
use weir_scene::{Frame, Scene};

use barrier::Barrier;
use blur::Coarse;
use camera::Camera;
use canvas::Canvas;
use colour::SrgbTable;
use coverage::{Coverage, Obstacles, Particle};
use ink::Ink;
use solids::Solids;
use speed::SpeedDots;
use water::WaterLight;

/// What the water looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// Lit water with foam and spray
    #[default]
    Water,
    /// Particles coloured by their speed, with a legend
    Speed,
}

/// Draws the frames of one scene.
pub struct Painter {
    scene: Scene,
    camera: Camera,
    backdrop: Canvas,
    canvas: Canvas,
    look: Look,
    solids: Solids,
    ink: Ink,
    mask: Coarse,
    table: SrgbTable,
}

enum Look {
    Water { shape: Box<Coverage>, light: WaterLight, particles: Vec<Particle>, per_m_s: f32 },
    Speed(SpeedDots),
}

impl Painter {
    /// A painter of `scene` on pictures `width_px` wide.
    pub fn new(scene: &Scene, style: Style, width_px: usize) -> Self {
        let camera = Camera::new(&scene.domain, width_px);
        let spacing_px = (scene.domain.cell_m / 2.0) as f32 * camera.px_per_m;
        let lines = barrier_of(scene, camera, spacing_px);
        let look = match style {
            Style::Water => Look::Water {
                shape: Box::new(Coverage::new(camera.inner_px, spacing_px, lines)),
                light: WaterLight::new(camera.pen(1.0)),
                particles: Vec::new(),
                per_m_s: 1.0 / fall_speed_m_s(scene),
            },
            Style::Speed => Look::Speed(SpeedDots::new(scene, camera, spacing_px, lines)),
        };
        let ink = Ink::new(&scene.strokes, camera);
        let mut backdrop = backdrop::paper(&scene.domain, camera);
        ink.paint_shadows(&mut backdrop);
        Self {
            scene: scene.clone(),
            canvas: backdrop.clone(),
            backdrop,
            look,
            solids: Solids::new(scene, camera),
            ink,
            mask: Coarse::default(),
            table: SrgbTable::new(),
            camera,
        }
    }

    /// Columns and rows of the pictures; both are even.
    pub fn size_px(&self) -> [usize; 2] {
        self.camera.size_px()
    }

    /// Draws `frame` into `srgb`: three bytes a pixel, row by row from the upper left corner.
    pub fn paint(&mut self, frame: &Frame, srgb: &mut Vec<u8>) {
        let Self { camera, backdrop, canvas, look, solids, .. } = self;
        canvas.copy_from(backdrop);
        solids.paint_shadows(canvas, &frame.body_poses);
        match look {
            Look::Water { shape, light, particles, per_m_s } => {
                solids.mask(&frame.body_poses, &mut self.mask);
                let outlines = solids.outlines(&frame.body_poses);
                collect(frame, *camera, *per_m_s, particles);
                shape.update(particles, &Obstacles { outlines: &outlines, filled: &self.mask });
                light.shade(canvas, backdrop, camera.margin_px, shape, &self.mask);
            }
            Look::Speed(dots) => dots.paint(canvas, frame),
        }
        backdrop::paint_marks(canvas, &self.scene, *camera);
        solids.paint(canvas, &frame.body_poses);
        self.ink.paint(canvas);
        if let Look::Speed(dots) = look {
            dots.paint_legend(canvas);
        }
        canvas.write_srgb(&self.table, srgb);
    }
}

/// Speed of water that fell through the height of the rectangle, m/s; one without gravity.
fn fall_speed_m_s(scene: &Scene) -> f32 {
    let [gx, gy] = scene.gravity_m_s2;
    let speed = (2.0 * gx.hypot(gy) * scene.domain.height_m).sqrt();
    if speed > 0.0 { speed as f32 } else { 1.0 }
}

fn barrier_of(scene: &Scene, camera: Camera, spacing_px: f32) -> Barrier {
    let mut barrier = Barrier::new(camera.inner_px, 2.5 * spacing_px);
    for stroke in &scene.strokes {
        let points: Vec<_> =
            stroke.points_m.iter().map(|p| camera.inner_from_world(p.map(|c| c as f32))).collect();
        let half_thickness = 0.5 * stroke.thickness_m as f32 * camera.px_per_m;
        barrier.push_chain(&points, half_thickness, stroke.closed);
    }
    barrier
}

fn collect(frame: &Frame, camera: Camera, per_m_s: f32, particles: &mut Vec<Particle>) {
    particles.clear();
    let states = frame.positions_m.iter().zip(&frame.velocities_m_s).zip(&frame.ids);
    particles.extend(states.map(|((&position, &v), &id)| Particle {
        at: camera.inner_from_world(position),
        velocity: [v[0] * camera.px_per_m, -v[1] * camera.px_per_m],
        pace: v[0].hypot(v[1]) * per_m_s,
        id,
    }));
}

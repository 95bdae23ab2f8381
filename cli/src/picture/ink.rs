//! Drawn lines, as a pen would leave them.
//!
//! Lines of a scene stand still, so their ink is computed once and then laid
//! over each frame, pixel by pixel.

use weir_scene::Stroke;

use super::camera::Camera;
use super::canvas::{Bounds, Canvas, coverage, segment_distance};
use super::colour::{Rgb, hex, smoothstep};

/// Least width of a line on a picture 1200 pixels wide: a line without thickness must be seen.
const LEAST_WIDTH_PX: f32 = 4.4;

/// The ink of all lines of a scene: pixel, opacity of the ink, opacity of its shadow.
pub struct Ink {
    touched: Vec<(usize, f32, f32)>,
    colour: Rgb,
}

impl Ink {
    /// The ink of `strokes`.
    pub fn new(strokes: &[Stroke], camera: Camera) -> Self {
        let size = camera.size_px();
        let mut ink = vec![(0.0_f32, 0.0_f32); size[0] * size[1]];
        for (which, stroke) in strokes.iter().enumerate() {
            let mut points: Vec<[f32; 2]> =
                stroke.points_m.iter().map(|p| camera.px_from_world(p.map(|c| c as f32))).collect();
            if stroke.closed {
                points.extend(points.first().copied());
            }
            let width = (stroke.thickness_m as f32 * camera.px_per_m)
                .max(camera.pen(LEAST_WIDTH_PX))
                .max(2.0);
            let line = Line { points: &points, width, pen: camera.pen(1.0), phase: which as f32 };
            line.draw(&mut ink, size);
        }
        let touched = ink
            .into_iter()
            .enumerate()
            .filter(|(_, (ink, shadow))| *ink > 0.0 || *shadow > 0.0)
            .map(|(pixel, (ink, shadow))| (pixel, ink, shadow))
            .collect();
        Self { touched, colour: hex(0x23222e) }
    }

    /// Lays the lines' shadows on the paper.
    pub fn paint_shadows(&self, canvas: &mut Canvas) {
        for &(pixel, _, shadow) in &self.touched {
            canvas.blend(pixel, self.colour, 0.16 * shadow);
        }
    }

    /// Lays the ink over whatever is there.
    pub fn paint(&self, canvas: &mut Canvas) {
        for &(pixel, ink, _) in &self.touched {
            canvas.blend(pixel, self.colour, 0.96 * ink);
        }
    }
}

struct Line<'a> {
    points: &'a [[f32; 2]],
    width: f32,
    pen: f32,
    phase: f32,
}

impl Line<'_> {
    fn draw(&self, ink: &mut [(f32, f32)], size: [usize; 2]) {
        let (drop, soft) = (3.0 * self.pen, 4.0 * self.pen);
        let mut run = 0.0;
        for pair in self.points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            let bounds = Bounds::around(&[a, b], self.width + drop + soft, size);
            for y in bounds.min[1]..bounds.max[1] {
                for x in bounds.min[0]..bounds.max[0] {
                    let p = super::canvas::centre(x, y);
                    let (distance, along) = segment_distance(p, a, b);
                    let half = 0.5 * self.width * self.pressure(run + along * length);
                    let (cast, _) = segment_distance([p[0] - 0.6 * drop, p[1] - drop], a, b);
                    let (dark, shade) = &mut ink[y * size[0] + x];
                    *dark = dark.max(coverage(distance - half));
                    *shade = shade.max(smoothstep(half + soft, half - 1.0, cast));
                }
            }
            run += length;
        }
    }

    /// How hard the hand presses after `run_px` of line: the width wanders by some 12 %.
    fn pressure(&self, run_px: f32) -> f32 {
        let s = run_px / self.pen + 97.0 * self.phase;
        1.0 + 0.07 * (s * 0.031).sin() + 0.05 * (s * 0.083 + 1.7).sin()
    }
}

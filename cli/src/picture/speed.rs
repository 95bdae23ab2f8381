//! Particles coloured by speed, with a legend.

use weir_scene::{Frame, Scene};

use super::barrier::Barrier;
use super::camera::Camera;
use super::canvas::{Bounds, Canvas, coverage};
use super::colour::{Rgb, hex};
use super::colour_map::viridis;
use super::lettering;

/// Draws each particle as a disc. The scale is the scene's, not the frame's, so
/// that a colour means one speed throughout a video.
pub struct SpeedDots {
    lines: Barrier,
    radius_px: f32,
    full_scale_m_s: f32,
    camera: Camera,
    ink: Rgb,
}

impl SpeedDots {
    /// Full scale is the first round number above the speed that water reaches in
    /// falling through half the rectangle.
    pub fn new(scene: &Scene, camera: Camera, spacing_px: f32, lines: Barrier) -> Self {
        let fastest = super::fall_speed_m_s(scene) * std::f32::consts::FRAC_1_SQRT_2;
        Self {
            lines,
            radius_px: (0.5 * spacing_px).max(0.8),
            full_scale_m_s: round_up(fastest),
            camera,
            ink: hex(0x34333d),
        }
    }

    /// Draws the particles of `frame`.
    pub fn paint(&self, canvas: &mut Canvas, frame: &Frame) {
        let (size, margin) = (canvas.size_px, self.camera.margin_px as f32);
        let mut occluders = Vec::new();
        for (&position, v) in frame.positions_m.iter().zip(&frame.velocities_m_s) {
            let at = self.camera.inner_from_world(position);
            let colour = viridis(v[0].hypot(v[1]) / self.full_scale_m_s);
            self.lines.near(at, self.radius_px + 1.0, &mut occluders);
            let on_canvas = at.map(|c| c + margin);
            canvas.paint(Bounds::around(&[on_canvas], self.radius_px, size), |p| {
                let distance = (p[0] - on_canvas[0]).hypot(p[1] - on_canvas[1]) - self.radius_px;
                let inner = p.map(|c| c - margin);
                let hidden = occluders.iter().any(|o| o.hides(inner));
                (colour, if hidden { 0.0 } else { coverage(distance) })
            });
        }
    }

    /// Draws the colour bar in the upper right corner of the rectangle.
    pub fn paint_legend(&self, canvas: &mut Canvas) {
        let pen = self.camera.pen(1.0);
        let (width, height, letters) = (220.0 * pen, 10.0 * pen, 11.0 * pen);
        let inset = self.camera.margin_px as f32 + 22.0 * pen;
        let right = canvas.size_px[0] as f32 - inset - lettering::width_px(" m/s", letters);
        let (left, top) = (right - width, inset);
        let size = canvas.size_px;
        let plate = Bounds::around(
            &[
                [left - 14.0 * pen, top - 12.0 * pen],
                [size[0] as f32 - inset + 12.0 * pen, top + height + 26.0 * pen],
            ],
            0.0,
            size,
        );
        canvas.paint(plate, |_| (hex(0xfdfbf6), 0.82));
        let bar = Bounds::around(&[[left, top], [right, top + height]], 0.0, size);
        canvas.paint(bar, |p| {
            let inside = coverage(left - p[0]).min(coverage(p[0] - right));
            let inside = inside.min(coverage(top - p[1])).min(coverage(p[1] - top - height));
            (viridis((p[0] - left) / width), inside)
        });
        for tick in 0..=4_u8 {
            let share = f32::from(tick) / 4.0;
            let x = left + share * width;
            canvas.pen(
                &[[x, top + height], [x, top + height + 4.0 * pen]],
                1.2 * pen,
                self.ink,
                0.8,
            );
            let text = format!("{}", share * self.full_scale_m_s);
            let at = [x - lettering::width_px(&text, letters) / 2.0, top + height + 8.0 * pen];
            lettering::write(canvas, &text, at, letters, self.ink);
        }
        let unit = [right + letters * 0.9, top - 0.5 * pen];
        lettering::write(canvas, "m/s", unit, letters, self.ink);
    }
}

/// The first of 1, 2, 4, 8 times a power of ten that is not below `x`: quarters of it are short to write.
fn round_up(x: f32) -> f32 {
    let decade = 10.0_f32.powf(x.max(1e-6).log10().floor());
    [1.0, 2.0, 4.0, 8.0].into_iter().map(|m| m * decade).find(|&m| m >= x).unwrap_or(10.0 * decade)
}

#[cfg(test)]
mod tests {
    use super::round_up;

    #[test]
    fn full_scale_is_round_and_not_too_small() {
        for (x, expected) in [(3.13, 4.0), (0.9, 1.0), (4.1, 8.0), (8.5, 10.0), (2.0, 2.0)] {
            assert_eq!(round_up(x), expected);
        }
    }
}

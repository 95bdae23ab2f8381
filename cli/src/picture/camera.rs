//! Where metres fall on the picture.

use weir_scene::Domain;

/// Maps the rectangle onto a picture with a margin of 1/60 of its width around it.
///
/// Water is drawn on *inner* pixels, which start at the rectangle's upper left
/// corner; everything else on the picture's own, one margin further. Both have
/// x to the right and y **down**. Width and height are even, because most video
/// players insist on it.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    /// Pixels per metre.
    pub px_per_m: f32,
    /// Pixels between the picture's edge and the rectangle.
    pub margin_px: usize,
    /// Columns and rows of the rectangle.
    pub inner_px: [usize; 2],
    height_m: f64,
}

impl Camera {
    /// The camera that shows `domain` on a picture `width_px` wide, rounded down
    /// to even; narrower if it would be more than twice as high as that.
    pub fn new(domain: &Domain, width_px: usize) -> Self {
        let width_px = (width_px / 2).max(30) * 2;
        let margin_px = width_px / 60;
        let widest = (width_px - 2 * margin_px) as f64;
        let px_per_m = (widest / domain.width_m).min(2.0 * widest / domain.height_m);
        let even = |length_m: f64| ((length_m * px_per_m / 2.0).round() as usize).max(1) * 2;
        Self {
            px_per_m: px_per_m as f32,
            margin_px,
            inner_px: [even(domain.width_m), even(domain.height_m)],
            height_m: domain.height_m,
        }
    }

    /// Columns and rows of the whole picture.
    pub fn size_px(&self) -> [usize; 2] {
        self.inner_px.map(|n| n + 2 * self.margin_px)
    }

    /// Inner pixel coordinates of a point in metres.
    #[inline]
    pub fn inner_from_world(&self, point_m: [f32; 2]) -> [f32; 2] {
        [point_m[0] * self.px_per_m, (self.height_m as f32 - point_m[1]) * self.px_per_m]
    }

    /// Picture coordinates of a point in metres.
    #[inline]
    pub fn px_from_world(&self, point_m: [f32; 2]) -> [f32; 2] {
        self.inner_from_world(point_m).map(|c| c + self.margin_px as f32)
    }

    /// A length that is `px` pixels on a picture 1200 pixels wide: pens and
    /// letters keep their proportion to the whole.
    pub fn pen(&self, px: f32) -> f32 {
        px * self.size_px()[0] as f32 / 1200.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(width_m: f64, height_m: f64, width_px: usize) -> Camera {
        let domain = Domain {
            width_m,
            height_m,
            cell_m: 0.01,
            walls: weir_scene::Walls::Slip,
            periodic_x: false,
            lid_speed_m_s: 0.0,
        };
        Camera::new(&domain, width_px)
    }

    #[test]
    fn corners_of_the_rectangle_fall_on_corners_of_its_pixels() {
        let camera = camera(1.5, 1.0, 1200);
        assert_eq!(camera.size_px()[0], 1200);
        assert_eq!(camera.inner_from_world([0.0, 1.0]), [0.0, 0.0]);
        let [x, y] = camera.inner_from_world([1.5, 0.0]);
        assert!((x - camera.inner_px[0] as f32).abs() < 0.5, "{x}");
        assert!((y - camera.inner_px[1] as f32).abs() < 1.0, "{y}");
    }

    #[test]
    fn sizes_are_even_and_no_rectangle_makes_a_huge_picture() {
        for (width_m, height_m) in [(1.5, 1.0), (0.1, 50.0), (50.0, 0.1), (1.0, 0.777)] {
            let [width, height] = camera(width_m, height_m, 1001).size_px();
            assert!(width % 2 == 0 && height % 2 == 0, "{width} by {height}");
            assert!(width <= 1000 && height <= 2000, "{width} by {height}");
        }
    }
}

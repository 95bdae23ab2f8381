//! Between the rectangle in metres and the screen in points.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};
use weir_scene::Domain;

/// Where the rectangle lies on the screen: as large as fits, in the middle, y up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// The rectangle on the screen, points.
    pub rect: Rect,
    /// Points to a metre.
    pub points_per_m: f32,
}

impl Lens {
    /// Shows all of `domain` within `room`.
    pub fn fit(domain: &Domain, room: Rect) -> Self {
        let [width, height] = [domain.width_m as f32, domain.height_m as f32];
        let points_per_m = (room.width() / width).min(room.height() / height).max(1.0);
        let size = vec2(width, height) * points_per_m;
        Self { rect: Rect::from_center_size(room.center(), size), points_per_m }
    }

    /// Where a place is on the screen.
    pub fn to_screen(&self, p: [f64; 2]) -> Pos2 {
        let [x, y] = p.map(|c| c as f32 * self.points_per_m);
        pos2(self.rect.left() + x, self.rect.bottom() - y)
    }

    /// Which place of the rectangle, or beyond, is there on the screen.
    pub fn to_place(&self, p: Pos2) -> [f64; 2] {
        let Vec2 { x, y } = p - self.rect.left_bottom();
        [x, -y].map(|c| f64::from(c / self.points_per_m))
    }

    /// The nearest place within the rectangle.
    pub fn to_inside(&self, domain: &Domain, p: Pos2) -> [f64; 2] {
        let [x, y] = self.to_place(p);
        [x.clamp(0.0, domain.width_m), y.clamp(0.0, domain.height_m)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_the_same_place_and_up_is_up() {
        let text = "version = 1\ndomain = { width_m = 1.5, height_m = 1.0, cell_m = 0.125 }";
        let domain = weir_scene::Scene::from_toml(text).expect("a scene").domain;
        let room = Rect::from_min_size(pos2(10.0, 20.0), vec2(640.0, 300.0));
        let lens = Lens::fit(&domain, room);
        assert!(room.contains_rect(lens.rect));
        for p in [[0.0, 0.0], [1.5, 1.0], [0.3, 0.7]] {
            let back = lens.to_place(lens.to_screen(p));
            assert!((0..2).all(|k| (back[k] - p[k]).abs() < 1e-6), "{back:?} {p:?}");
        }
        assert!(lens.to_screen([0.0, 1.0]).y < lens.to_screen([0.0, 0.0]).y);
        assert_eq!(lens.to_inside(&domain, pos2(-99.0, -99.0)), [0.0, 1.0]);
    }
}

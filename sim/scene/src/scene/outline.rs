//! Where a body's outline lies in the scene.

use super::{Body, Shape};

/// Corners of the polygon that stands for a disc's outline.
const DISC_CORNERS: u32 = 48;

impl Body {
    /// The outline at time zero, in the scene's coordinates, metres; a disc as
    /// the corners of an inscribed polygon.
    pub fn outline_m(&self) -> Vec<[f64; 2]> {
        let local_m = match &self.shape {
            Shape::Box { half_extents_m: [x, y] } => vec![[-x, -y], [*x, -y], [*x, *y], [-x, *y]],
            Shape::Ball { radius_m } => (0..DISC_CORNERS)
                .map(|corner| {
                    let turns = f64::from(corner) / f64::from(DISC_CORNERS);
                    let (sin, cos) = (std::f64::consts::TAU * turns).sin_cos();
                    [radius_m * cos, radius_m * sin]
                })
                .collect(),
            Shape::Polygon { points_m } => points_m.clone(),
        };
        let (sin, cos) = self.angle_rad.sin_cos();
        let [x, y] = self.position_m;
        local_m.into_iter().map(|[u, v]| [x + cos * u - sin * v, y + sin * u + cos * v]).collect()
    }

    /// The smallest upright rectangle about the body at time zero: lower left
    /// and upper right corner, metres.
    pub fn bounds_m(&self) -> [[f64; 2]; 2] {
        if let Shape::Ball { radius_m } = self.shape {
            let [x, y] = self.position_m;
            return [[x - radius_m, y - radius_m], [x + radius_m, y + radius_m]];
        }
        let empty = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
        self.outline_m().into_iter().fold(empty, |[min, max], point| {
            [
                [min[0].min(point[0]), min[1].min(point[1])],
                [max[0].max(point[0]), max[1].max(point[1])],
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Body, Motion, Shape};

    fn body(shape: Shape, angle_rad: f64) -> Body {
        Body {
            shape,
            position_m: [1.0, 2.0],
            angle_rad,
            density_kg_m3: 500.0,
            velocity_m_s: [0.0; 2],
            angular_velocity_rad_s: 0.0,
            motion: Motion::Dynamic,
        }
    }

    #[test]
    fn a_quarter_turn_swaps_width_and_height() {
        let shape = Shape::Box { half_extents_m: [0.3, 0.1] };
        let [min, max] = body(shape, std::f64::consts::FRAC_PI_2).bounds_m();
        for (got, want) in [(min, [0.9, 1.7]), (max, [1.1, 2.3])] {
            assert!((got[0] - want[0]).abs() < 1e-12 && (got[1] - want[1]).abs() < 1e-12);
        }
    }

    #[test]
    fn a_disc_reaches_its_radius_every_way() {
        let bounds = body(Shape::Ball { radius_m: 0.5 }, 0.3).bounds_m();
        assert_eq!(bounds, [[0.5, 1.5], [1.5, 2.5]]);
    }
}

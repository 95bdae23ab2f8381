//! What a scene is in numbers.

use weir_scene::{Scene, Water};

/// One of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// What it is called.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
}

/// How many there are.
pub const COUNT: usize = 7;

/// All of them, in order.
pub const FEATURES: [Feature; COUNT] = [
    feature("water", "share of the rectangle that blocks of water fill"),
    feature("water_top", "height of the highest water, of the rectangle's"),
    feature("jets", "emitters"),
    feature("lines", "drawn lines"),
    feature("line_length", "length of all lines, in diagonals of the rectangle"),
    feature("line_slope", "mean steepness of lines by length, from 0, level, to 1, upright"),
    feature("line_height", "mean height of lines by length, of the rectangle's"),
];

const fn feature(name: &'static str, about: &'static str) -> Feature {
    Feature { name, about }
}

/// The numbers of a scene, in the order of [`FEATURES`]. Lines without any are as if they lay on
/// the floor.
pub fn measure(scene: &Scene) -> [f64; COUNT] {
    let [width_m, height_m] = [scene.domain.width_m, scene.domain.height_m];
    let (mut area_m2, mut top_m, mut jets) = (0.0, 0.0_f64, 0.0);
    for water in &scene.water {
        match *water {
            Water::Block { min_m, max_m, .. } => {
                area_m2 += (max_m[0] - min_m[0]) * (max_m[1] - min_m[1]);
                top_m = top_m.max(max_m[1]);
            }
            Water::Emitter { from_m, to_m, .. } => {
                jets += 1.0;
                top_m = top_m.max(from_m[1]).max(to_m[1]);
            }
        }
    }
    let [mut length_m, mut upright_m, mut moment_m2] = [0.0; 3];
    for [from, to] in scene.strokes.iter().flat_map(|stroke| stroke.segments()) {
        let along = [to[0] - from[0], to[1] - from[1]];
        let piece_m = along[0].hypot(along[1]);
        length_m += piece_m;
        upright_m += piece_m * along[1].abs().atan2(along[0].abs()) / std::f64::consts::FRAC_PI_2;
        moment_m2 += piece_m * f64::midpoint(from[1], to[1]);
    }
    let of_length = |sum: f64| if length_m > 0.0 { sum / length_m } else { 0.0 };
    [
        area_m2 / (width_m * height_m),
        top_m / height_m,
        jets,
        scene.strokes.len() as f64,
        length_m / width_m.hypot(height_m),
        of_length(upright_m),
        of_length(moment_m2) / height_m,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_that_can_be_measured_by_hand() {
        let scene = Scene::from_toml(
            "version = 1
            domain = { width_m = 3.0, height_m = 4.0, cell_m = 0.0625 }
            stroke = [
                { points_m = [[0.0, 1.0], [1.0, 1.0]] },
                { points_m = [[2.0, 1.0], [2.0, 4.0]] },
            ]

            [[water]]
            kind = \"block\"
            min_m = [0.0, 1.0]
            max_m = [1.5, 3.0]

            [[water]]
            kind = \"emitter\"
            from_m = [0.0, 3.5]
            to_m = [0.0, 3.0]
            speed_m_s = 1.0",
        );
        let found = measure(&scene.expect("a scene"));
        let known = [0.25, 0.875, 1.0, 2.0, 0.8, 0.75, (1.0 + 3.0 * 2.5) / 4.0 / 4.0];
        for ((found, known), feature) in found.iter().zip(known).zip(FEATURES) {
            assert!((found - known).abs() < 1e-12, "{}: {found}, not {known}", feature.name);
        }
    }
}

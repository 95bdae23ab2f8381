//! Blocks, emitters and drains.

use super::check::{above_zero, in_domain, rectangle, velocity, within};
use super::{DURATION_MAX_S, EDGE_TOLERANCE_M, SPEED_MAX_M_S};
use crate::{Domain, Limits, Scene, SceneError, Water};

/// Four particles a cell.
const PARTICLES_A_CELL: f64 = 4.0;

pub(super) fn check(scene: &Scene, limits: &Limits) -> Result<(), SceneError> {
    for (i, water) in scene.water.iter().enumerate() {
        check_water(i, water, &scene.domain)?;
        check_overlap(i, water, &scene.water[..i])?;
    }
    for (i, drain) in scene.drains.iter().enumerate() {
        let key = || format!("drain[{i}]");
        rectangle(drain.min_m, drain.max_m, 0.0, &scene.domain, key)?;
    }
    let particles = particles_expected(scene);
    if particles > limits.particles as f64 {
        let got = format!("about {particles:.0} particles, those of all emitters included");
        return Err(SceneError::new("water", got, format!("at most {}", limits.particles)));
    }
    Ok(())
}

pub(super) fn particles_expected(scene: &Scene) -> f64 {
    let area_m2: f64 = scene
        .water
        .iter()
        .map(|water| match *water {
            Water::Block { min_m, max_m, .. } => (max_m[0] - min_m[0]) * (max_m[1] - min_m[1]),
            Water::Emitter { from_m, to_m, speed_m_s, start_s, stop_s } => {
                let open_s = (stop_s.min(scene.duration_s) - start_s).max(0.0);
                length(from_m, to_m) * speed_m_s * open_s
            }
        })
        .sum();
    area_m2 * PARTICLES_A_CELL / (scene.domain.cell_m * scene.domain.cell_m)
}

fn check_water(i: usize, water: &Water, domain: &Domain) -> Result<(), SceneError> {
    let key = |field: &'static str| move || format!("water[{i}].{field}");
    let spacing_m = domain.particle_spacing_m();
    match *water {
        Water::Block { min_m, max_m, velocity_m_s } => {
            rectangle(min_m, max_m, spacing_m, domain, || format!("water[{i}]"))?;
            velocity(velocity_m_s, SPEED_MAX_M_S, key("velocity_m_s"))
        }
        Water::Emitter { from_m, to_m, speed_m_s, start_s, stop_s } => {
            in_domain(from_m, domain, key("from_m"))?;
            in_domain(to_m, domain, key("to_m"))?;
            let length_m = length(from_m, to_m);
            if length_m < spacing_m * (1.0 - 1e-9) {
                let got = format!("a point {length_m:?} m from from_m");
                let takes = format!("one at least a particle spacing, {spacing_m:?} m, away");
                return Err(SceneError::new(key("to_m")(), got, takes));
            }
            above_zero(speed_m_s, SPEED_MAX_M_S, "m/s", key("speed_m_s"))?;
            within(start_s, 0.0..=DURATION_MAX_S, "s", key("start_s"))?;
            // The infinities and NaN are refused here; `Water::NEVER` is finite.
            if !(stop_s > start_s && stop_s.is_finite()) {
                let takes = format!(
                    "a number above start_s = {start_s:?}; left out, the emitter never stops"
                );
                return Err(SceneError::new(key("stop_s")(), format!("{stop_s:?}"), takes));
            }
            Ok(())
        }
    }
}

/// Two blocks in one place would start at twice the density of water.
fn check_overlap(i: usize, water: &Water, earlier: &[Water]) -> Result<(), SceneError> {
    let Water::Block { min_m, max_m, .. } = water else { return Ok(()) };
    for (j, other) in earlier.iter().enumerate() {
        let Water::Block { min_m: other_min_m, max_m: other_max_m, .. } = other else { continue };
        let overlap =
            |axis: usize| max_m[axis].min(other_max_m[axis]) - min_m[axis].max(other_min_m[axis]);
        if overlap(0) > EDGE_TOLERANCE_M && overlap(1) > EDGE_TOLERANCE_M {
            let got = format!("a block that overlaps water[{j}]");
            return Err(SceneError::new(format!("water[{i}]"), got, "blocks side by side"));
        }
    }
    Ok(())
}

fn length(from_m: [f64; 2], to_m: [f64; 2]) -> f64 {
    (to_m[0] - from_m[0]).hypot(to_m[1] - from_m[1])
}

//! Where each particle would go if it were alone.
//!
//! Water that falls at 4 m/s passes nine cells in a call: whether it will meet a
//! line, and what other water will be there, is decided far from where it is now.
//! So the network is shown not only what is, but what would come of it if
//! particles flew freely and stopped at lines: what they lose there, how crowded
//! it gets, and whom they meet.

use rayon::prelude::*;
use weir_ground::Path;

use crate::bed::Bed;
use crate::encode::Water;
use crate::transfer::cell_of;

/// Farthest that a particle goes in one leg, cells: lists of lines reach one cell far.
const LEG: f64 = 0.98;
/// Moments of a call at which flights are looked at.
pub const STAGES: usize = 2;
/// Particles that one task covers.
const CHUNK: usize = 256;

/// How one particle would fare.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flight {
    /// Where it ends, cells.
    pub end: [f32; 2],
    /// How fast it is then, cells/s.
    pub velocity: [f32; 2],
    /// What lines and walls have changed of its velocity by the end of each stage,
    /// cells/s.
    pub lost: [[f32; 2]; STAGES],
}

/// The flights of all particles over `call_s`, in stages of equal length. `gravity`
/// is in cells/s².
pub fn flights(bed: &Bed, water: &Water, gravity: [f64; 2], call_s: f64) -> Vec<Flight> {
    let dt = call_s / STAGES as f64;
    let particles = water.position.par_iter().zip(&water.velocity).with_min_len(CHUNK);
    let fly = |(p, v): (&[f32; 2], &[f32; 2])| {
        let mut flight = Flight { end: *p, velocity: *v, lost: [[0.0; 2]; STAGES] };
        let mut lost = [0.0_f32; 2];
        for stage in 0..STAGES {
            let v = flight.velocity;
            let free = [0, 1].map(|k| v[k] + (gravity[k] * dt) as f32);
            let way = [0, 1].map(|k| 0.5 * (f64::from(v[k]) + f64::from(free[k])) * dt);
            flight.velocity = free;
            go(bed, &mut flight.end, way, &mut flight.velocity, |_| ());
            (0..2).for_each(|k| lost[k] += flight.velocity[k] - free[k]);
            flight.lost[stage] = lost;
        }
        flight
    };
    particles.map(fly).collect()
}

/// Takes a particle at `p` the `way` past all lines, in legs that `seen` is shown.
/// A way that is not finite is left for who checks the water.
pub fn go(
    bed: &Bed,
    p: &mut [f32; 2],
    way: [f64; 2],
    v: &mut [f32; 2],
    mut seen: impl FnMut(&Path),
) {
    // No care for overflow: that is a way that is not finite.
    let length = (way[0] * way[0] + way[1] * way[1]).sqrt();
    if !length.is_finite() {
        *p = way.map(|c| c as f32);
        return;
    }
    let sweep = bed.sweep();
    let mut velocity = v.map(f64::from);
    let legs = (length / LEG).ceil().max(1.0);
    for _ in 0..legs as usize {
        let from = p.map(f64::from);
        let to = [from[0] + way[0] / legs, from[1] + way[1] / legs];
        let path = sweep.past_lines(cell_of(bed.grid(), *p), from, to, &mut velocity);
        seen(&path);
        *p = path.end().map(|c| c as f32);
    }
    *v = velocity.map(|c| c as f32);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::Sight;
    use weir_scene::Scene;

    fn fly(p: [f32; 2], v: [f32; 2], gravity: [f64; 2]) -> Flight {
        let scene = Scene::from_toml(
            "version = 1
            domain = { width_m = 1.0, height_m = 0.5, cell_m = 0.0625 }
            stroke = [{ points_m = [[0.25, 0.25], [0.75, 0.25]] }]",
        );
        let scene = scene.expect("a scene");
        let bed = Bed::new(&scene, &scene.strokes, Sight::default());
        let mut water = Water::default();
        water.push(0, p, v);
        flights(&bed, &water, gravity, 0.1)[0]
    }

    #[test]
    fn alone_a_particle_falls_on_a_parabola() {
        let flight = fly([2.0, 7.0], [10.0, 0.0], [0.0, -100.0]);
        assert!((flight.end[0] - 3.0).abs() < 1e-5 && (flight.end[1] - 6.5).abs() < 1e-5);
        assert_eq!(flight.lost, [[0.0; 2]; STAGES]);
        assert_eq!(flight.velocity, [10.0, -10.0]);
    }

    #[test]
    fn a_line_takes_what_runs_into_it_and_at_what_stage_is_told() {
        // The line lies at 4 cells: two cells below, 40 cells/s reach it in the first half.
        let flight = fly([8.0, 6.0], [3.0, -44.0], [0.0; 2]);
        assert!((flight.end[1] - 4.0).abs() < 1e-2, "it lies on the line: {flight:?}");
        assert!((flight.end[0] - 8.3).abs() < 1e-4, "and slides on");
        assert_eq!(flight.lost, [[0.0, 44.0]; 2]);
        let late = fly([8.0, 7.0], [0.0, -44.0], [0.0; 2]);
        assert_eq!(late.lost, [[0.0, 0.0], [0.0, 44.0]]);
    }
}

//! What is measured in one scene.

use serde::Serialize;
use weir_scene::{Scene, Water};

use super::lines::LineStatistics;
use super::motion::{Bodies, Density, Energy};
use super::room::Room;
use crate::digest::sha256;
use crate::plane::Point;
use crate::{SceneFile, Split, StoredTrajectory, trajectory};

/// What was measured in a scene whose file is as it should be.
#[derive(Clone, Debug, Serialize)]
pub struct SceneQuality {
    /// Number of the scene.
    pub index: usize,
    /// What it is for.
    pub split: Split,
    /// Particles that ever lived.
    pub particles: usize,
    /// Particles outside the rectangle, in all frames.
    pub outside: usize,
    /// Ways from frame to frame that lead through a line.
    pub crossings: usize,
    /// Share of particles deeper than half a cell in a body; none without bodies.
    pub in_bodies: Option<f64>,
    /// Largest way in a frame, relative to that of water that fell through the
    /// whole height.
    pub displacement: f64,
    /// Most energy ever over that of the start, less one; none where water, a
    /// drain or a body changes it.
    pub energy_rise: Option<f64>,
    /// Energy of the last frame over that of the first; none as above.
    pub energy_left: Option<f64>,
    /// Particles in full cells relative to four, over frames; none without full cells.
    pub density: Option<f64>,
    /// Share of full cells that are crowded; none without full cells.
    pub crowded: Option<f64>,
    /// Root mean square of the speed over all frames, m/s.
    pub speed_m_s: f64,
    /// Share of the lines' length that water comes near.
    pub wet_lines: f64,
    /// The lines.
    pub lines: LineStatistics,
    /// What stands in the scene, as a checksum: its name left out.
    #[serde(skip)]
    pub(super) identity: String,
    /// Area and middle of the water at the start.
    #[serde(skip)]
    pub(super) water: [f64; 3],
}

/// Reads a scene's file and measures it, or says why it is not as it should be.
pub(super) fn look(file: &SceneFile) -> Result<SceneQuality, String> {
    let entry = file.entry();
    let path = file.path();
    let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
    entry.check(&bytes).map_err(|fault| fault.to_string())?;
    let run = trajectory::decode(bytes).map_err(|fault| fault.to_string())?;
    run.check_lives().map_err(|fault| fault.to_string())?;
    let got = [run.frames, run.particles, run.bodies];
    let takes = [entry.frames, entry.particles, entry.bodies];
    if got != takes {
        return Err(format!("frames, particles, bodies: got {got:?}, manifest says {takes:?}"));
    }
    if sha256(run.scene_json.as_bytes()) != entry.scene_sha256 {
        return Err("holds another scene than the manifest says".to_owned());
    }
    let scene = Scene::from_json(&run.scene_json).map_err(|error| error.to_string())?;
    Ok(measure(file, &scene, &run))
}

fn measure(file: &SceneFile, scene: &Scene, run: &StoredTrajectory) -> SceneQuality {
    let grid = scene.domain.grid();
    let room = Room::new(grid, &scene.strokes);
    let (mut outside, mut crossings, mut longest_m) = (0, 0, 0.0_f64);
    let mut seen = vec![false; grid.nx * grid.ny];
    let mut energy = Energy::new(scene);
    let mut density = Density::new(grid);
    let mut bodies = Bodies::new(scene);
    let speed = |id: usize, t: usize| {
        let [u, v] = run.velocities_m_s(t)[id].map(f64::from);
        u.hypot(v)
    };
    let mut before: &[[f32; 2]] = &[];
    // Where each particle was last seen clear of all lines, and how fast.
    let mut clear: Vec<Option<(Point, f64)>> = vec![None; run.particles];
    for t in 0..run.frames {
        let now = run.positions_m(t);
        for (id, position) in now.iter().enumerate().filter(|(_, p)| !p[0].is_nan()) {
            let here = position.map(f64::from);
            let cell = [0, 1].map(|axis| here[axis] / grid.cell_m);
            if !(0.0..=grid.nx as f64).contains(&cell[0])
                || !(0.0..=grid.ny as f64).contains(&cell[1])
            {
                outside += 1;
                continue;
            }
            let [i, j] = cell.map(|place| place as usize);
            seen[grid.cell(i.min(grid.nx - 1), j.min(grid.ny - 1))] = true;
            if let Some(was) = before.get(id).filter(|was| !was[0].is_nan()) {
                let was = was.map(f64::from);
                longest_m = longest_m.max((here[0] - was[0]).hypot(here[1] - was[1]));
            }
            if !room.unsure(here) {
                let speed_m_s = speed(id, t);
                if let Some((was, before_m_s)) = clear[id] {
                    let way_m = speed_m_s.max(before_m_s) * run.dt_s;
                    crossings += usize::from(room.crossed(was, here, way_m));
                }
                clear[id] = Some((here, speed_m_s));
            }
        }
        energy.see(now, run.velocities_m_s(t));
        density.see(now);
        bodies.see(now, run.body_poses(t));
        before = now;
    }
    let entry = file.entry();
    SceneQuality {
        index: entry.index,
        split: entry.split,
        particles: run.particles,
        outside,
        crossings,
        in_bodies: bodies.share(),
        displacement: longest_m / (fall_speed_m_s(scene) * run.dt_s),
        energy_rise: energy.rise(),
        energy_left: energy.left(),
        density: density.mean(),
        crowded: density.crowded(),
        speed_m_s: energy.speed_m_s(),
        wet_lines: room.wet_share(&seen),
        lines: LineStatistics::of(scene),
        identity: identity(scene),
        water: start(scene),
    }
}

/// Speed of water that fell through the whole height, on top of what it had.
fn fall_speed_m_s(scene: &Scene) -> f64 {
    let started = scene.water.iter().map(|water| match *water {
        Water::Block { velocity_m_s: [u, v], .. } => u.hypot(v),
        Water::Emitter { speed_m_s, .. } => speed_m_s,
    });
    let [gx, gy] = scene.gravity_m_s2;
    let fall = 2.0 * gx.hypot(gy) * scene.domain.height_m;
    (started.fold(0.0, f64::max).powi(2) + fall).sqrt().max(1e-9)
}

/// Two scenes that differ in nothing but their names have the same identity.
fn identity(scene: &Scene) -> String {
    let nameless = Scene { name: String::new(), ..scene.clone() };
    sha256(format!("{nameless:?}").as_bytes())
}

fn start(scene: &Scene) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for water in &scene.water {
        let (min, max) = match *water {
            Water::Block { min_m, max_m, .. } => (min_m, max_m),
            Water::Emitter { from_m, to_m, .. } => (from_m, to_m),
        };
        let area = ((max[0] - min[0]) * (max[1] - min[1])).abs();
        sum[0] += area;
        sum[1] += 0.5 * (min[0] + max[0]);
        sum[2] += 0.5 * (min[1] + max[1]);
    }
    sum
}

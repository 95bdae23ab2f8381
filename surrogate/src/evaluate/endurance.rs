//! Whether a long run stays sane, with no reference to compare it with.

use serde::Serialize;
use weir_scene::{Frame, Scene};

use super::motion::{Motion, STILL_M_S, particle_kg, speed_limit_m_s};

/// Energy that water may have beyond what came in, as a share of that and of
/// what it would take to lift all of it by a tenth of the rectangle.
const SLACK: f64 = 0.1;

/// Why a run counts as blown up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlowUp {
    /// The frame.
    pub frame: usize,
    /// What was seen in it.
    pub what: String,
}

/// Watches a run from its first frame on.
#[derive(Clone, Debug)]
pub struct Endurance {
    scene: Scene,
    particle_kg: f64,
    limit_m_s: f64,
    /// By id, whether it has been there.
    seen: Vec<bool>,
    /// Energy that has come in so far, joules per metre of depth.
    brought_j: f64,
    /// Largest share of it that the water has had.
    most: f64,
    frames: usize,
    blow_up: Option<BlowUp>,
}

impl Endurance {
    /// For a run of `scene`, whose particles stand for squares `side_m` wide.
    pub fn new(scene: &Scene, side_m: f64) -> Self {
        Self {
            particle_kg: particle_kg(side_m),
            limit_m_s: speed_limit_m_s(scene),
            scene: scene.clone(),
            seen: Vec::new(),
            brought_j: 0.0,
            most: 0.0,
            frames: 0,
            blow_up: None,
        }
    }

    /// Looks at the next frame.
    pub fn see(&mut self, frame: &Frame) {
        let gravity = self.scene.gravity_m_s2;
        let mut fresh = Frame::default();
        let ids = frame.ids.iter().max().map_or(0, |&id| id as usize + 1);
        self.seen.resize(self.seen.len().max(ids), false);
        for (k, id) in frame.ids.iter().enumerate() {
            if !std::mem::replace(&mut self.seen[*id as usize], true) {
                fresh.positions_m.push(frame.positions_m[k]);
                fresh.velocities_m_s.push(frame.velocities_m_s[k]);
            }
        }
        self.brought_j += Motion::of(&fresh, gravity, self.particle_kg).energy_j();
        let motion = Motion::of(frame, gravity, self.particle_kg);
        let weight = motion.mass_kg * gravity[0].hypot(gravity[1]);
        let lift = weight * self.scene.domain.height_m;
        let still_j = 0.5 * motion.mass_kg * STILL_M_S.powi(2);
        let slack = (SLACK * (self.brought_j.abs() + lift)).max(still_j);
        let allowed = self.brought_j + slack;
        let what = if !motion.energy_j().is_finite() {
            Some("a motion that is not a number".to_owned())
        } else if motion.fastest_m_s > self.limit_m_s {
            Some(format!("{:.1} m/s, above {:.1}", motion.fastest_m_s, self.limit_m_s))
        } else if motion.energy_j() > allowed {
            Some(format!("{:.1} J/m of {:.1} that came in", motion.energy_j(), self.brought_j))
        } else {
            None
        };
        if let Some(what) = what {
            self.fail(what);
        }
        if self.brought_j > 0.0 {
            self.most = self.most.max(motion.energy_j() / self.brought_j);
        }
        self.frames += 1;
    }

    /// Notes that the run could not go on.
    pub fn fail(&mut self, what: String) {
        let frame = self.frames;
        self.blow_up.get_or_insert(BlowUp { frame, what });
    }

    /// The first blow-up, if there was one.
    pub fn blow_up(&self) -> Option<&BlowUp> {
        self.blow_up.as_ref()
    }

    /// Most energy that the water had, as a share of what had come in by then.
    pub fn most_energy(&self) -> f64 {
        self.most
    }

    /// Frames seen.
    pub fn frames(&self) -> usize {
        self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endurance() -> Endurance {
        let text = "version = 1\ndomain = { width_m = 1.0, height_m = 1.0, cell_m = 0.0625 }";
        Endurance::new(&Scene::from_toml(text).expect("a scene"), 0.03125)
    }

    fn drop_of(height_m: f32, speed_m_s: f32) -> Frame {
        Frame {
            ids: vec![0],
            positions_m: vec![[0.5, height_m]],
            velocities_m_s: vec![[0.0, speed_m_s]],
            ..Frame::default()
        }
    }

    #[test]
    fn a_falling_drop_is_sane_and_one_that_rises_higher_than_it_was_is_not() {
        let mut watch = endurance();
        for t in [0.0, 0.1, 0.2, 0.3] {
            watch.see(&drop_of(0.5 - 4.905 * t * t, -9.81 * t));
        }
        assert!(watch.blow_up().is_none() && watch.most_energy() < 1.001, "{watch:?}");
        watch.see(&drop_of(0.9, 0.0));
        assert_eq!(watch.blow_up().map(|b| b.frame), Some(4));
    }

    #[test]
    fn where_nothing_pulls_water_may_tremble_and_not_set_off() {
        let text = "version = 1\ngravity_m_s2 = [0.0, 0.0]\n\
            domain = { width_m = 1.0, height_m = 1.0, cell_m = 0.0625 }";
        let scene = Scene::from_toml(text).expect("a scene");
        for (speed_m_s, is_sane) in [(0.005, true), (0.02, false), (0.1, false)] {
            let mut watch = Endurance::new(&scene, 0.03125);
            watch.see(&drop_of(0.5, 0.0));
            watch.see(&drop_of(0.5, speed_m_s));
            assert_eq!(watch.blow_up().is_none(), is_sane, "{speed_m_s} m/s: {watch:?}");
        }
    }

    #[test]
    fn too_fast_and_not_a_number_are_blow_ups() {
        for speed in [100.0, f32::NAN] {
            let mut watch = endurance();
            watch.see(&drop_of(0.5, 0.0));
            watch.see(&drop_of(0.5, speed));
            assert!(watch.blow_up().is_some(), "{speed}");
        }
    }
}

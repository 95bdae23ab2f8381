//! Whether the water that a network makes is still water.
//!
//! A network can be wrong, and lines and mass are kept by what carries out its answers
//! ([`weir_surrogate`]). This trusts neither: it looks at frames alone, as anybody could. Who
//! breaks a limit gives the run to the solver.

use std::fmt::{Display, Formatter};

use weir_scene::{Frame, Scene};
use weir_surrogate::evaluate::audit::{Faults, Judge};
use weir_surrogate::evaluate::endurance::Endurance;

/// Frames from one look at lines and mass to the next: each costs a pass over two frames.
const EVERY: u32 = 16;
/// Frames after a change of lines in which water steps aside.
const ASIDE: u32 = 60;

/// A limit that water keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Particles appear at emitters and vanish in drains, and nowhere else.
    Mass,
    /// None gets through a line, into a solid one or out of the rectangle.
    Penetration,
    /// It has no more energy than came in, and nothing is faster than that allows.
    Energy,
    /// All places and velocities are numbers.
    Nan,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mass, Self::Penetration, Self::Energy, Self::Nan];

    /// In a word, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mass => "mass",
            Self::Penetration => "penetration",
            Self::Energy => "energy",
            Self::Nan => "nan",
        }
    }
}

/// A limit that was broken.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Which one.
    pub limit: Limit,
    /// How.
    pub what: String,
    /// When, simulated seconds.
    pub time_s: f64,
}

/// In words for a visitor.
impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { what, time_s, .. } = self;
        write!(f, "At {time_s:.2} s the network's water was wrong: {what}.")
    }
}

/// Looks at each frame of a run.
#[derive(Clone, Debug)]
pub struct Guard {
    cell_m: f64,
    endurance: Endurance,
    scene: Scene,
    /// For the lines as they are; made anew when it is next needed.
    judge: Option<Judge>,
    before: Frame,
    /// Particles that were astray when lines last changed, as inside of one that was closed.
    astray: Option<u64>,
    frames: u32,
    /// Frames that lines and mass are not looked at.
    rests: u32,
}

impl Guard {
    /// For a run of `scene` whose network has cells of this side.
    pub fn new(scene: &Scene, cell_m: f64) -> Self {
        Self {
            cell_m,
            endurance: Endurance::new(scene, scene.domain.particle_spacing_m()),
            scene: scene.clone(),
            judge: None,
            before: Frame::default(),
            astray: None,
            frames: 0,
            rests: 0,
        }
    }

    /// Its lines are these from now on.
    pub fn redraw(&mut self, scene: Scene) {
        self.scene = scene;
        (self.judge, self.astray, self.rests) = (None, None, ASIDE);
    }

    /// Looks at the next frame; the first is how the run begins.
    pub fn see(&mut self, frame: &Frame) -> Option<Violation> {
        let found = |limit, what| Some(Violation { limit, what, time_s: frame.time_s });
        self.frames += 1;
        self.rests = self.rests.saturating_sub(1);
        let numbers = frame.positions_m.iter().chain(&frame.velocities_m_s).flatten();
        if !numbers.into_iter().all(|number| number.is_finite()) {
            return found(Limit::Nan, "a place or a speed is not a number".to_owned());
        }
        self.endurance.see(frame);
        if let Some(blow_up) = self.endurance.blow_up() {
            return found(Limit::Energy, blow_up.what.clone());
        }
        let faults = self.look(frame)?;
        if faults.mass > 0 {
            let what = format!("{} particles came or went where no water does", faults.mass);
            return found(Limit::Mass, what);
        }
        let through = faults.crossings + faults.penetrations;
        let what = format!("{through} particles are where no water can be");
        (through > 0).then(|| found(Limit::Penetration, what)).flatten()
    }

    /// Lines and mass, now and then: from a frame that is kept to the one after it.
    fn look(&mut self, frame: &Frame) -> Option<Faults> {
        if self.rests > 0 {
            return None;
        }
        match self.frames % EVERY {
            0 => {
                self.before.clone_from(frame);
                None
            }
            1 if !self.before.ids.is_empty() => {
                let (scene, cell_m) = (&self.scene, self.cell_m);
                let judge =
                    self.judge.get_or_insert_with(|| Judge::new(scene, &scene.strokes, cell_m));
                let mut faults = judge.see(&self.before, frame);
                // What a line was drawn around is inside of it, and no fault of the network's.
                let astray = *self.astray.get_or_insert(faults.penetrations);
                faults.penetrations = faults.penetrations.saturating_sub(astray);
                self.before.ids.clear();
                Some(faults)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use weir_scene::Advance as _;
    use weir_surrogate::{Model, Surrogate, device};

    use super::*;

    fn model() -> Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        let open = || {
            let device = device::open("flex").expect("a processor");
            Model::open("default", &device).expect("a model")
        };
        MODEL.get_or_init(open).clone()
    }

    fn frames(name: &str, count: usize) -> (Guard, Vec<Frame>) {
        let example = Scene::examples().iter().find(|example| example.name == name);
        let scene = Scene::from_toml(example.expect("an example").text).expect("a scene");
        let mut water = Surrogate::new(model(), &scene).expect("water");
        let cell_m = water.bed().grid().cell_m;
        let mut frames = vec![Frame::default()];
        water.snapshot(&mut frames[0]);
        for _ in 1..count {
            let mut frame = Frame::default();
            water.advance(&mut frame).expect("a frame");
            frames.push(frame);
        }
        (Guard::new(&scene, cell_m), frames)
    }

    #[test]
    fn the_network_that_ships_keeps_all_limits_in_every_example() {
        for example in Scene::examples() {
            let (mut guard, frames) = frames(example.name, 120);
            let found = frames.iter().find_map(|frame| guard.see(frame));
            assert_eq!(found, None, "{}", example.name);
        }
    }

    /// What a frame is spoilt with, and what that breaks.
    fn spoilt(spoil: impl Fn(&mut Frame)) -> Option<Limit> {
        let (mut guard, mut frames) = frames("funnel", 4 * EVERY as usize);
        let clean = frames.len() - 1;
        // The guard counts from one; this is the second frame of a pair that is looked at.
        let at = 2 * EVERY as usize;
        assert!(at < clean);
        spoil(&mut frames[at]);
        frames.iter().find_map(|frame| guard.see(frame)).map(|violation| violation.limit)
    }

    #[test]
    fn each_limit_is_noticed_when_it_is_broken() {
        assert_eq!(spoilt(|_| ()), None);
        assert_eq!(spoilt(|f| f.velocities_m_s[3][1] = f32::NAN), Some(Limit::Nan));
        assert_eq!(spoilt(|f| f.positions_m[3][0] = f32::INFINITY), Some(Limit::Nan));
        assert_eq!(spoilt(|f| f.velocities_m_s[3] = [0.0, 500.0]), Some(Limit::Energy));
        let all_faster = |f: &mut Frame| f.velocities_m_s.iter_mut().for_each(|v| v[1] += 6.0);
        assert_eq!(spoilt(all_faster), Some(Limit::Energy));
        assert_eq!(spoilt(|f| f.positions_m[3][1] = -0.01), Some(Limit::Penetration));
        let drop_one = |f: &mut Frame| {
            f.ids.pop();
            f.positions_m.pop();
            f.velocities_m_s.pop();
        };
        assert_eq!(spoilt(drop_one), Some(Limit::Mass));
        let twin = |f: &mut Frame| f.ids[3] = f.ids[4];
        assert_eq!(spoilt(twin), Some(Limit::Mass));
    }
}

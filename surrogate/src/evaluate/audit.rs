//! A judge of lines and mass that has only frames to look at.
//!
//! Producers count their own crossings, and could be wrong about them. From two
//! frames alone a crossing is certain only where no way around is short enough.
//! The straight way from where a particle was to where it is meets a line an odd
//! number of times: then its true way has gone around an end of that line, or
//! through it; and to either end and on it would have been farther than it can
//! have gone. An even number says nothing, as where water slides over a bump.
//!
//! Mass is right if particles appear at emitters and vanish in drains, and
//! nowhere else.

use weir_ground::{Audit, Outline, Segment, of_stroke};
use weir_scene::{Frame, Scene, Stroke, Water};

use super::ids::Places;

/// How much farther a particle may have gone than its speeds in two frames say:
/// as a factor for what it did in between, and in cells for what only moves it aside.
const DETOUR: f64 = 2.0;
const ASIDE_CELLS: f64 = 2.0;

/// What is wrong with a run, as its frames show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Particles that are beyond a line and had no way around it.
    pub crossings: u64,
    /// Particles outside of the rectangle, or inside a thick line.
    pub penetrations: u64,
    /// Births away from emitters, deaths away from drains, and ids that two have.
    pub mass: u64,
}

impl std::ops::AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.crossings += other.crossings;
        self.penetrations += other.penetrations;
        self.mass += other.mass;
    }
}

/// Looks at pairs of frames.
#[derive(Clone, Debug)]
pub struct Judge {
    cell_m: f64,
    gravity_m_s: f64,
    size_m: [f64; 2],
    lines: Vec<Line>,
    solids: Vec<weir_ground::Polygon>,
    all: Audit,
    /// Where water comes from, and where it goes.
    emitters: Vec<[[f64; 2]; 2]>,
    drains: Vec<[[f64; 2]; 2]>,
}

#[derive(Clone, Debug)]
struct Line {
    segments: Vec<Segment>,
    /// Ends that water can go around, cells; none of a closed line.
    ends: Option<[[f64; 2]; 2]>,
}

impl Judge {
    /// For a run of `scene` with these lines; `cell_m` is the side of the
    /// producer's cells.
    pub fn new(scene: &Scene, strokes: &[Stroke], cell_m: f64) -> Self {
        let size_m = scene.domain.grid().size_m();
        let columns = (size_m[0] / cell_m).ceil() as usize;
        let outlines: Vec<Outline> = strokes.iter().map(|s| of_stroke(s, cell_m)).collect();
        let segments: Vec<Segment> = outlines.iter().flat_map(|o| o.segments.clone()).collect();
        let line = |(stroke, outline): (&Stroke, &Outline)| {
            let ends = [stroke.points_m.first()?, stroke.points_m.last()?];
            let thin = !stroke.closed && stroke.thickness_m == 0.0;
            let ends = thin.then(|| ends.map(|p| p.map(|c| c / cell_m)));
            Some(Line { segments: outline.segments.clone(), ends })
        };
        let emitter = |water: &Water| match *water {
            Water::Emitter { from_m, to_m, .. } => Some([from_m, to_m]),
            Water::Block { .. } => None,
        };
        Self {
            cell_m,
            gravity_m_s: scene.gravity_m_s2[0].hypot(scene.gravity_m_s2[1]),
            size_m,
            lines: strokes.iter().zip(&outlines).filter_map(line).collect(),
            all: Audit::new(columns, &segments),
            solids: outlines.into_iter().flat_map(|outline| outline.insides).collect(),
            emitters: scene.water.iter().filter_map(emitter).collect(),
            drains: scene.drains.iter().map(|d| [d.min_m, d.max_m]).collect(),
        }
    }

    /// What went wrong from one frame to the next.
    pub fn see(&self, before: &Frame, after: &Frame) -> Faults {
        let dt_s = after.time_s - before.time_s;
        let (old, new) = (Places::of(before), Places::of(after));
        let mut faults = Faults::default();
        for (k, id) in after.ids.iter().enumerate() {
            let (p, v) = (after.positions_m[k].map(f64::from), after.velocities_m_s[k]);
            faults.penetrations += u64::from(self.is_astray(p));
            // Twins: the table knows only the later.
            faults.mass += u64::from(new.get(*id) != Some(k));
            let reach_m = self.reach_m(v, dt_s);
            let Some(was) = old.get(*id) else {
                let near = self.emitters.iter().any(|e| from_segment(p, e) <= reach_m);
                faults.mass += u64::from(!near);
                continue;
            };
            let (q, w) = (before.positions_m[was].map(f64::from), before.velocities_m_s[was]);
            faults.crossings += u64::from(self.crossed(q, p, reach_m.max(self.reach_m(w, dt_s))));
        }
        let gone = (0..before.ids.len()).filter(|&k| new.get(before.ids[k]).is_none());
        for was in gone {
            let (p, v) = (before.positions_m[was].map(f64::from), before.velocities_m_s[was]);
            let reach_m = self.reach_m(v, dt_s);
            let near = self.drains.iter().any(|drain| from_box(p, drain) <= reach_m);
            faults.mass += u64::from(!near);
        }
        faults
    }

    /// How far a particle of this speed may have gone, metres.
    fn reach_m(&self, v: [f32; 2], dt_s: f64) -> f64 {
        let speed = f64::from(v[0].hypot(v[1])) + self.gravity_m_s * dt_s;
        DETOUR * speed * dt_s + ASIDE_CELLS * self.cell_m
    }

    fn crossed(&self, from_m: [f64; 2], to_m: [f64; 2], reach_m: f64) -> bool {
        let [from, to] = [from_m, to_m].map(|p| p.map(|c| c / self.cell_m));
        if !self.all.crossed(&[from, to]) {
            return false;
        }
        let apart = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        self.lines.iter().any(|line| {
            let around = |end| (apart(from, end) + apart(end, to)) * self.cell_m;
            let shortest = line.ends.map_or(f64::INFINITY, |ends| {
                ends.into_iter().map(around).fold(f64::INFINITY, f64::min)
            });
            shortest > reach_m && line.meets_oddly(from, to)
        })
    }

    fn is_astray(&self, p: [f64; 2]) -> bool {
        // NaN is astray too.
        !(0..2).all(|k| p[k] >= 0.0 && p[k] <= self.size_m[k])
            || self.solids.iter().any(|solid| solid.contains(p.map(|c| c / self.cell_m)))
    }
}

impl Line {
    /// Whether the straight way meets the line an odd number of times.
    fn meets_oddly(&self, from: [f64; 2], to: [f64; 2]) -> bool {
        let left = |a: [f64; 2], b: [f64; 2], p: [f64; 2]| {
            (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0.0
        };
        // A joint belongs to one of its two pieces, as it is either left or not.
        let meets = |s: &&Segment| {
            left(s.a, s.b, from) != left(s.a, s.b, to) && left(from, to, s.a) != left(from, to, s.b)
        };
        self.segments.iter().filter(meets).count() % 2 == 1
    }
}

fn from_segment(p: [f64; 2], [a, b]: &[[f64; 2]; 2]) -> f64 {
    let d = [b[0] - a[0], b[1] - a[1]];
    let squared = (d[0] * d[0] + d[1] * d[1]).max(f64::MIN_POSITIVE);
    let t = (((p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1]) / squared).clamp(0.0, 1.0);
    (a[0] + t * d[0] - p[0]).hypot(a[1] + t * d[1] - p[1])
}

fn from_box(p: [f64; 2], [min, max]: &[[f64; 2]; 2]) -> f64 {
    let off = [0, 1].map(|k| (min[k] - p[k]).max(p[k] - max[k]).max(0.0));
    off[0].hypot(off[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENE: &str = "
        version = 1
        domain = { width_m = 1.0, height_m = 1.0, cell_m = 0.03125 }
        drain = [{ min_m = [0.9, 0.0], max_m = [1.0, 0.1] }]
        stroke = [{ points_m = [[0.1, 0.5], [0.8, 0.5]] }]

        [[water]]
        kind = \"emitter\"
        from_m = [0.0, 0.9]
        to_m = [0.0, 0.8]
        speed_m_s = 1.0
    ";

    fn judge() -> Judge {
        let scene = Scene::from_toml(SCENE).expect("a scene");
        Judge::new(&scene, &scene.strokes, scene.domain.cell_m)
    }

    fn frame(frames: u32, particles: &[(u32, [f32; 2])]) -> Frame {
        Frame {
            time_s: f64::from(frames) / 60.0,
            ids: particles.iter().map(|p| p.0).collect(),
            positions_m: particles.iter().map(|p| p.1).collect(),
            velocities_m_s: vec![[0.5, 0.5]; particles.len()],
            ..Frame::default()
        }
    }

    fn faults(before: &[(u32, [f32; 2])], after: &[(u32, [f32; 2])]) -> Faults {
        judge().see(&frame(0, before), &frame(1, after))
    }

    #[test]
    fn a_crossing_is_one_unless_there_is_a_way_around() {
        let through = faults(&[(0, [0.45, 0.51])], &[(0, [0.45, 0.49])]);
        assert_eq!(through, Faults { crossings: 1, ..Faults::default() });
        let around = faults(&[(0, [0.79, 0.51])], &[(0, [0.79, 0.49])]);
        assert_eq!(around, Faults::default(), "the end is near");
        let along = faults(&[(0, [0.45, 0.51])], &[(0, [0.47, 0.51])]);
        assert_eq!(along, Faults::default());
    }

    #[test]
    fn water_that_slides_over_a_bump_has_not_crossed_it() {
        let mut scene = Scene::from_toml(SCENE).expect("a scene");
        scene.strokes[0].points_m =
            vec![[0.1, 0.5], [0.45, 0.5], [0.46, 0.52], [0.47, 0.5], [0.8, 0.5]];
        let judge = Judge::new(&scene, &scene.strokes, scene.domain.cell_m);
        let see = |p, q| judge.see(&frame(0, &[(0, p)]), &frame(1, &[(0, q)])).crossings;
        assert_eq!(see([0.44, 0.501], [0.48, 0.501]), 0, "over it");
        assert_eq!(see([0.44, 0.501], [0.46, 0.501]), 1, "into it");
    }

    #[test]
    fn mass_comes_from_emitters_and_goes_to_drains() {
        assert_eq!(faults(&[(0, [0.92, 0.12])], &[(1, [0.01, 0.85])]), Faults::default());
        assert_eq!(faults(&[(0, [0.5, 0.8])], &[]).mass, 1, "vanished in the open");
        assert_eq!(faults(&[], &[(0, [0.5, 0.8])]).mass, 1, "came from nowhere");
        let twins = [(0, [0.5, 0.8]), (0, [0.5, 0.8])];
        assert_eq!(faults(&[(0, [0.5, 0.8])], &twins).mass, 1, "one id twice");
    }

    #[test]
    fn nothing_is_outside() {
        assert_eq!(faults(&[(0, [0.99, 0.8])], &[(0, [1.01, 0.8])]).penetrations, 1);
        assert_eq!(faults(&[(0, [0.5, 0.8])], &[(0, [f32::NAN, 0.8])]).penetrations, 1);
    }
}

//! What a hand on the canvas does.

use weir_scene::{Body, Domain, Drain, Limits, Motion, Scene, Shape, Stroke, Water};

use crate::document::{Change, Document};

/// What is in the hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// Draws lines.
    #[default]
    Pen,
    /// Takes lines and all else away.
    Eraser,
    /// Fills a rectangle with water.
    Block,
    /// Draws a segment that water comes out of, to its right.
    Emitter,
    /// Draws a rectangle that swallows water.
    Drain,
    /// Puts down a box.
    Box,
    /// Puts down a ball.
    Ball,
    /// Asks the network about a cell.
    Probe,
}

impl Tool {
    /// All of them, in their order on the bar.
    pub const ALL: [Self; 8] = [
        Self::Pen,
        Self::Eraser,
        Self::Block,
        Self::Emitter,
        Self::Drain,
        Self::Box,
        Self::Ball,
        Self::Probe,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pen => "Line",
            Self::Eraser => "Eraser",
            Self::Block => "Water",
            Self::Emitter => "Emitter",
            Self::Drain => "Drain",
            Self::Box => "Box",
            Self::Ball => "Ball",
            Self::Probe => "Probe",
        }
    }

    /// What it does, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Pen => "Draw a line that water cannot pass",
            Self::Eraser => "Wipe over lines, water, emitters, drains and bodies to take them away",
            Self::Block => "Drag a rectangle of water",
            Self::Emitter => "Drag a segment; water comes out to the right of the way you drag",
            Self::Drain => "Drag a rectangle that swallows water",
            Self::Box => "Drag a floating box",
            Self::Ball => "Drag from the middle of a ball to its rim",
            Self::Probe => "Click a cell to see on which places the network's answer there depends",
        }
    }

    /// The key that takes it into the hand.
    pub fn key(self) -> eframe::egui::Key {
        use eframe::egui::Key;
        match self {
            Self::Pen => Key::L,
            Self::Eraser => Key::X,
            Self::Block => Key::W,
            Self::Emitter => Key::E,
            Self::Drain => Key::D,
            Self::Box => Key::B,
            Self::Ball => Key::O,
            Self::Probe => Key::P,
        }
    }
}

/// Speed of an emitter that is drawn, m/s.
const EMITTED_M_S: f64 = 1.0;
/// Density of a body that is put down: it floats.
const BODY_KG_M3: f64 = 500.0;

/// A drag across the canvas, from where the button went down.
#[derive(Clone, Debug, Default)]
pub struct Gesture {
    /// Places that it went through, metres.
    pub path_m: Vec<[f64; 2]>,
}

impl Gesture {
    /// Goes on to a place.
    pub fn extend(&mut self, p: [f64; 2]) {
        if self.path_m.last() != Some(&p) {
            self.path_m.push(p);
        }
    }

    fn ends(&self) -> Option<[[f64; 2]; 2]> {
        Some([*self.path_m.first()?, *self.path_m.last()?])
    }

    /// Lower left and upper right of the rectangle between both ends, on whole cells.
    fn corners(&self, domain: &Domain) -> Option<[[f64; 2]; 2]> {
        let [a, b] = self.ends()?;
        let snap = |c: f64| (c / domain.cell_m).round() * domain.cell_m;
        let of = |pick: fn(f64, f64) -> f64| [0, 1].map(|k| snap(pick(a[k], b[k])));
        Some([of(f64::min), of(f64::max)])
    }

    /// What is left when the button is let go of with `tool` in the hand.
    ///
    /// # Errors
    /// What was drawn is not valid, in words; nothing has changed then.
    pub fn finish(&self, tool: Tool, document: &mut Document) -> Result<Option<Change>, String> {
        let domain = document.scene().domain.clone();
        let Some([a, b]) = self.ends() else { return Ok(None) };
        let reach = (b[0] - a[0]).hypot(b[1] - a[1]);
        if tool == Tool::Pen {
            let stroke = Stroke { points_m: self.path_m.clone(), ..Stroke::default() };
            if self.path_m.len() < 2 {
                return Ok(None);
            }
            let mut last = None;
            let parts = stroke.fitted(&domain, &Limits::default());
            for part in parts.map_err(|error| error.to_string())? {
                let change = document.add_stroke(part)?;
                last = Some(merged(last, change));
            }
            return Ok(last);
        }
        // A click is no rectangle.
        if reach < domain.cell_m {
            return Ok(None);
        }
        let Some([min_m, max_m]) = self.corners(&domain) else { return Ok(None) };
        let has_area = (0..2).all(|k| max_m[k] > min_m[k]);
        let half = [0, 1].map(|k| 0.5 * (max_m[k] - min_m[k]));
        let middle = [0, 1].map(|k| 0.5 * (max_m[k] + min_m[k]));
        let put: Box<dyn FnOnce(&mut Scene)> = match tool {
            Tool::Block if has_area => Box::new(move |scene| {
                scene.water.push(Water::Block { min_m, max_m, velocity_m_s: [0.0; 2] });
            }),
            Tool::Emitter => Box::new(move |scene| {
                scene.water.push(Water::Emitter {
                    from_m: a,
                    to_m: b,
                    speed_m_s: EMITTED_M_S,
                    start_s: 0.0,
                    stop_s: Water::NEVER,
                });
            }),
            Tool::Drain if has_area => {
                Box::new(move |scene| scene.drains.push(Drain { min_m, max_m }))
            }
            Tool::Box if has_area => Box::new(move |scene| {
                scene.bodies.push(body(Shape::Box { half_extents_m: half }, middle));
            }),
            Tool::Ball => {
                Box::new(move |scene| scene.bodies.push(body(Shape::Ball { radius_m: reach }, a)))
            }
            _ => return Ok(None),
        };
        document.change(put).map(Some)
    }
}

fn body(shape: Shape, position_m: [f64; 2]) -> Body {
    Body {
        shape,
        position_m,
        angle_rad: 0.0,
        density_kg_m3: BODY_KG_M3,
        velocity_m_s: [0.0; 2],
        angular_velocity_rad_s: 0.0,
        motion: Motion::default(),
    }
}

/// Both changes as one.
fn merged(one: Option<Change>, other: Change) -> Change {
    match (one, other) {
        (
            Some(Change::Lines { mut added, erased }),
            Change::Lines { added: more, erased: gone },
        ) => {
            added.extend(more);
            Change::Lines { added, erased: [erased, gone].concat() }
        }
        (None, change) => change,
        _ => Change::All,
    }
}

/// Takes away what lies within `reach_m` of a place: lines, or else what is drawn there.
///
/// # Errors
/// The scene cannot be without it, in words.
pub fn wipe(document: &mut Document, p: [f64; 2], reach_m: f64) -> Result<Option<Change>, String> {
    let scene = document.scene();
    let touched = scene
        .strokes
        .iter()
        .zip(document.names())
        .filter(|(stroke, _)| stroke.segments().any(|[a, b]| distance(p, a, b) <= reach_m));
    let touched: Vec<u64> = touched.map(|(_, name)| *name).collect();
    if !touched.is_empty() {
        return document.erase_strokes(&touched).map(Some);
    }
    let within = |min: [f64; 2], max: [f64; 2]| {
        (0..2).all(|k| p[k] >= min[k] - reach_m && p[k] <= max[k] + reach_m)
    };
    if let Some(k) = scene.bodies.iter().position(|body| {
        let [min, max] = body.bounds_m();
        within(min, max)
    }) {
        let changed = document.change(|scene| {
            scene.bodies.remove(k);
            scene.joints.retain(|joint| joint.body != k && joint.other != Some(k));
            for joint in &mut scene.joints {
                joint.body -= usize::from(joint.body > k);
                joint.other = joint.other.map(|other| other - usize::from(other > k));
            }
        });
        return changed.map(Some);
    }
    if let Some(k) = scene.drains.iter().position(|drain| within(drain.min_m, drain.max_m)) {
        let changed = document.change(|scene| {
            scene.drains.remove(k);
        });
        return changed.map(Some);
    }
    let water = scene.water.iter().position(|water| match water {
        Water::Block { min_m, max_m, .. } => within(*min_m, *max_m),
        Water::Emitter { from_m, to_m, .. } => distance(p, *from_m, *to_m) <= reach_m,
    });
    let Some(k) = water else { return Ok(None) };
    let changed = document.change(|scene| {
        scene.water.remove(k);
    });
    changed.map(Some)
}

/// How far a place is from a segment, metres.
fn distance(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let d = [b[0] - a[0], b[1] - a[1]];
    let squared = (d[0] * d[0] + d[1] * d[1]).max(1e-18);
    let along = ((p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1]) / squared;
    let t = along.clamp(0.0, 1.0);
    (p[0] - a[0] - t * d[0]).hypot(p[1] - a[1] - t * d[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Document {
        Document::new(Scene::default(), None)
    }

    fn drag(path: &[[f64; 2]], tool: Tool, document: &mut Document) -> Result<(), String> {
        let mut gesture = Gesture::default();
        path.iter().for_each(|p| gesture.extend(*p));
        gesture.finish(tool, document).map(drop)
    }

    #[test]
    fn each_tool_leaves_what_it_says_and_the_eraser_takes_it_away() {
        for (tool, count) in [
            (Tool::Pen, (1, 0, 0, 0)),
            (Tool::Block, (0, 1, 0, 0)),
            (Tool::Emitter, (0, 1, 0, 0)),
            (Tool::Drain, (0, 0, 1, 0)),
            (Tool::Box, (0, 0, 0, 1)),
            (Tool::Ball, (0, 0, 0, 1)),
        ] {
            let mut document = empty();
            drag(&[[0.4, 0.4], [0.6, 0.7]], tool, &mut document).expect("something");
            let counts = |document: &Document| {
                let Scene { strokes, water, drains, bodies, .. } = document.scene();
                (strokes.len(), water.len(), drains.len(), bodies.len())
            };
            assert_eq!(counts(&document), count, "{tool:?}");
            wipe(&mut document, [0.5, 0.55], 0.02).expect("a scene");
            assert_eq!(counts(&document), (0, 0, 0, 0), "{tool:?}");
        }
    }

    #[test]
    fn a_click_leaves_nothing_and_what_is_too_large_says_why() {
        let mut document = empty();
        for tool in Tool::ALL {
            drag(&[[0.5, 0.5]], tool, &mut document).expect("nothing");
        }
        assert!(!document.is_changed());
        let error = drag(&[[0.5, 0.5], [1.5, 0.5]], Tool::Ball, &mut document).expect_err("large");
        assert!(error.contains("body"), "{error}");
        assert!(!document.is_changed());
    }

    #[test]
    fn keys_and_names_are_each_of_one_tool() {
        for (k, tool) in Tool::ALL.iter().enumerate() {
            for other in &Tool::ALL[k + 1..] {
                assert!(tool.key() != other.key() && tool.name() != other.name());
            }
        }
    }

    #[test]
    fn a_joint_goes_with_its_body_and_others_follow_theirs() {
        let text = "version = 1\ndomain = { width_m = 1.5, height_m = 1.0 }\n\
            body = [{ position_m = [0.3, 0.5], density_kg_m3 = 500.0, \
                      shape = { kind = \"ball\", radius_m = 0.1 } },\n\
                    { position_m = [1.0, 0.5], density_kg_m3 = 500.0, \
                      shape = { kind = \"ball\", radius_m = 0.1 } }]\n\
            joint = [{ kind = \"pin\", body = 0, at_m = [0.3, 0.5] }, \
                     { kind = \"pin\", body = 1, at_m = [1.0, 0.5] }]";
        let scene = Scene::from_toml(text).expect("a scene");
        let mut document = Document::new(scene, None);
        wipe(&mut document, [0.3, 0.5], 0.01).expect("a scene");
        let scene = document.scene();
        assert_eq!((scene.bodies.len(), scene.joints.len(), scene.joints[0].body), (1, 1, 0));
    }
}

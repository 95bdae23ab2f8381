//! A sentence as a scene.

use weir_scene::{Domain, Limits, Scene, SceneError, Stroke, Water};

use crate::layout::{HEIGHT_M, Placed, WIDTH_M, place};
use crate::noun::Noun;
use crate::sentence::Sentence;
use crate::shape::lines;

/// How fast water leaves a tap, in m/s.
const TAP_M_S: f64 = 0.8;
/// Half of the width of a tap that nobody asked for, in metres.
const TAP_HALF_M: f64 = 0.06;
/// Seconds that a tap is open: until a scene as large as visitors may have is full of water.
const TAP_OPEN_S: f64 = 20.0;
/// Below the ceiling, in metres.
const UNDER_CEILING_M: f64 = 0.03;

/// A scene that somebody said.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The scene.
    pub scene: Scene,
    /// What is in it, in words.
    pub things: Vec<String>,
    /// Words that may have mattered, and were not understood.
    pub unknown: Vec<String>,
}

/// Why a sentence is no drawing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DrawingError {
    /// Nothing in it is a thing that can be drawn.
    #[error("nothing in it can be drawn; takes things such as {}", examples())]
    Nothing,
    /// The scene is refused.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// What a model drew cannot be used.
    #[error("what the model drew cannot be used: {0}")]
    Model(String),
}

fn examples() -> String {
    let names: Vec<&str> = Noun::all().map(Noun::name).collect();
    names.join(", ")
}

/// Draws a sentence such as `a funnel and a cup under it`. Where no water is asked for, a tap is
/// above all of it.
///
/// # Errors
/// There is nothing in it to draw.
pub fn draw(text: &str, limits: &Limits) -> Result<Drawing, DrawingError> {
    let sentence = Sentence::of(text);
    let placed = place(&sentence.things);
    if placed.is_empty() {
        return Err(DrawingError::Nothing);
    }
    let strokes: Vec<Stroke> = placed.iter().flat_map(strokes).collect();
    let mut pools: Vec<Placed> = Vec::new();
    for pool in placed.iter().filter(|one| one.noun == Noun::Pool) {
        // Two that meet are one.
        if !pools.iter().any(|other| other.overlaps(pool)) {
            pools.push(*pool);
        }
    }
    let taps = placed.iter().filter(|one| one.noun == Noun::Tap);
    let mut water: Vec<Water> = taps.map(tap_of).chain(pools.iter().map(pool_of)).collect();
    if water.is_empty() {
        let highest = placed.iter().max_by(|one, other| one.top_m().total_cmp(&other.top_m()));
        water.extend(highest.map(|one| tap(entry_m(one), HEIGHT_M - UNDER_CEILING_M, TAP_HALF_M)));
    }
    let mut scene = Scene::from_strokes_within(&strokes, Domain::default(), water, limits)?;
    scene.name = text.chars().take(limits.name_chars.min(80)).collect();
    scene.validate(limits)?;
    let told = sentence.things.iter().map(|thing| match thing.count {
        0 | 1 => thing.noun.name().to_owned(),
        count => format!("{count} × {}", thing.noun.name()),
    });
    Ok(Drawing { scene, things: told.collect(), unknown: sentence.unknown })
}

fn strokes(one: &Placed) -> Vec<Stroke> {
    let line = |line: Vec<[f64; 2]>| {
        Stroke::from(line.into_iter().map(|at| one.point_m(at)).collect::<Vec<_>>())
    };
    lines(one.noun, one.leads).into_iter().map(line).collect()
}

fn tap_of(one: &Placed) -> Water {
    tap(one.centre_m[0], one.centre_m[1], one.half_m[0])
}

fn pool_of(one: &Placed) -> Water {
    let [min_m, max_m] = [-1.0, 1.0].map(|corner| one.point_m([corner; 2]));
    Water::Block { min_m, max_m, velocity_m_s: [0.0; 2] }
}

/// A segment that water falls from.
fn tap(x: f64, y: f64, half: f64) -> Water {
    let half = half.min(0.1);
    let x = x.clamp(half + 0.02, WIDTH_M - half - 0.02);
    Water::Emitter {
        from_m: [x - half, y],
        to_m: [x + half, y],
        speed_m_s: TAP_M_S,
        start_s: 0.0,
        stop_s: TAP_OPEN_S,
    }
}

/// Where from left to right water has to come down to meet a thing.
fn entry_m(one: &Placed) -> f64 {
    let upper = match (one.noun.leads(), one.leads) {
        (true, crate::sentence::Side::Left) => 0.6,
        (true, _) => -0.6,
        // Not onto the edge of what stands.
        (false, _) if one.half_m[0] < 0.05 => return one.centre_m[0] - 0.2,
        (false, _) => 0.0,
    };
    one.point_m([upper, 0.0])[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thing_in_every_place_and_size_is_a_scene() {
        let sizes = ["", "huge ", "tiny ", "tall narrow ", "wide low "];
        let places = ["", " on the left", " at the top right", " at the bottom", " in the middle"];
        for noun in Noun::all() {
            for size in sizes {
                for place in places {
                    for more in ["", " and a cup under it", " and six ramps above it"] {
                        let text = format!("a {size}{}{place}{more}", noun.name());
                        let drawing = draw(&text, &Limits::default()).expect(&text);
                        assert!(!drawing.scene.water.is_empty(), "{text}");
                        assert!(drawing.unknown.is_empty(), "{text}: {:?}", drawing.unknown);
                        assert!(!drawing.scene.strokes.is_empty() || noun.is_water(), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn any_words_are_a_scene_or_a_word_of_refusal() {
        let words = "a two the funnel cup ramp wall under above left of right it and tap pool big on top in 7 purple";
        let words: Vec<&str> = words.split(' ').collect();
        let mut chance = fastrand::Rng::with_seed(7);
        for _ in 0..3_000 {
            let text: Vec<&str> =
                (0..chance.usize(0..24)).map(|_| words[chance.usize(..words.len())]).collect();
            let text = text.join(" ");
            match draw(&text, &Limits::default()) {
                Ok(_) | Err(DrawingError::Nothing) => {}
                Err(error) => panic!("{text}: {error}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let error = draw("sing me a song", &Limits::default()).expect_err("no song");
        assert!(error.to_string().contains("funnel, cup"), "{error}");
        let drawing = draw("a cup and an elephant", &Limits::default()).expect("a cup");
        assert_eq!(
            (drawing.things, drawing.unknown),
            (vec!["cup".to_owned()], vec!["elephant".to_owned()])
        );
    }
}

//! What the page and its network write each other.
//!
//! The page writes JSON, a few lines a second. The network answers with particles and maps many
//! times a second, in as many bytes as they have.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use weir_scene::{Frame, Pose, Scene, Stroke};
use weir_surrogate::golden::Golden;
use weir_surrogate::internals::Silence;
use weir_surrogate::network::Map;
use weir_viewer::worker::Latest;

use crate::trial::Verdict;

/// What the page writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Asked {
    /// First this run is to be made, to see whether it comes out as it should.
    Try(Box<Golden>),
    /// The scene begins, with lines of these names.
    Begin(Box<Scene>, Vec<u64>),
    /// The window's clock shows this, seconds.
    Now(f64),
    /// A line comes under a name.
    Add(u64, Stroke),
    /// The line of a name goes.
    Erase(u64),
    /// These layers are looked at.
    Look(Vec<String>),
    /// These skip connections are silent; whether their mean is still heard.
    Silence(BTreeMap<String, bool>),
    /// On which places does the answer at this cell depend?
    Field([usize; 2]),
    /// How much does each line matter?
    Saliency,
}

impl Asked {
    /// As it is sent.
    pub fn text(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| error.to_string())
    }

    /// As it was meant.
    ///
    /// # Errors
    /// The page is of another version than its network.
    pub fn of(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("what the page wrote: {error}"))
    }
}

/// Skip connections that are silent, as they are written.
pub fn skips(silent: &BTreeMap<String, Silence>) -> BTreeMap<String, bool> {
    silent.iter().map(|(name, how)| (name.clone(), *how == Silence::Mean)).collect()
}

/// And as they are read.
pub fn silence(skips: BTreeMap<String, bool>) -> BTreeMap<String, Silence> {
    let how = |mean| if mean { Silence::Mean } else { Silence::Zero };
    skips.into_iter().map(|(name, mean)| (name, how(mean))).collect()
}

/// What the network's end writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// How many frames of the trial are made, and of how many.
    Trying(usize, usize),
    /// What came of the trial.
    Tried(Verdict),
    /// What was made last.
    Made(Box<Made>),
    /// There is no network, and why.
    Failed(String),
}

impl Told {
    /// As it is sent.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        postcard::to_stdvec(self).map_err(|error| error.to_string())
    }

    /// As it was meant.
    ///
    /// # Errors
    /// The network is of another version than its page.
    pub fn of(bytes: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(bytes).map_err(|error| format!("what the network wrote: {error}"))
    }
}

/// What a network made last: [`Latest`], in bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Made {
    time_s: f64,
    positions_m: Vec<[f32; 2]>,
    velocities_m_s: Vec<[f32; 2]>,
    ids: Vec<u32>,
    poses: Vec<([f32; 2], f32)>,
    seen: Vec<Values>,
    field: Option<Values>,
    saliency: Option<Vec<(u64, f64)>>,
    frame_us: u64,
    fault: Option<String>,
    refused: Option<String>,
    is_over: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Values {
    layer: String,
    channel: usize,
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl From<&Map> for Values {
    fn from(map: &Map) -> Self {
        let Map { layer, channel, width, height, values } = map.clone();
        Self { layer, channel, width, height, values }
    }
}

impl From<Values> for Map {
    fn from(map: Values) -> Self {
        let Values { layer, channel, width, height, values } = map;
        Self { layer, channel, width, height, values }
    }
}

impl From<&Latest> for Made {
    fn from(latest: &Latest) -> Self {
        let frame = &*latest.frame;
        Self {
            time_s: frame.time_s,
            positions_m: frame.positions_m.clone(),
            velocities_m_s: frame.velocities_m_s.clone(),
            ids: frame.ids.clone(),
            poses: frame.body_poses.iter().map(|pose| (pose.position_m, pose.angle_rad)).collect(),
            seen: latest.seen.iter().map(Values::from).collect(),
            field: latest.field.as_deref().map(Values::from),
            saliency: latest.saliency.as_deref().cloned(),
            frame_us: latest.frame_time.as_micros() as u64,
            fault: latest.fault.clone(),
            refused: latest.refused.clone(),
            is_over: latest.is_over,
        }
    }
}

impl From<Made> for Latest {
    fn from(made: Made) -> Self {
        let pose = |(position_m, angle_rad)| Pose { position_m, angle_rad };
        let frame = Frame {
            time_s: made.time_s,
            positions_m: made.positions_m,
            velocities_m_s: made.velocities_m_s,
            ids: made.ids,
            body_poses: made.poses.into_iter().map(pose).collect(),
            fields: Vec::new(),
        };
        Self {
            frame: Arc::new(frame),
            seen: Arc::new(made.seen.into_iter().map(Map::from).collect()),
            field: made.field.map(|map| Arc::new(map.into())),
            saliency: made.saliency.map(Arc::new),
            frame_time: Duration::from_micros(made.frame_us),
            fault: made.fault,
            refused: made.refused,
            is_over: made.is_over,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_arrives_whole() {
        let map =
            Map { layer: "a".into(), channel: 1, width: 2, height: 1, values: vec![1.0, -2.5] };
        let frame = Frame {
            time_s: 1.25,
            positions_m: vec![[0.5, 0.25]],
            velocities_m_s: vec![[-1.0, f32::MAX]],
            ids: vec![7],
            body_poses: vec![Pose { position_m: [1.0, 2.0], angle_rad: 0.5 }],
            fields: Vec::new(),
        };
        let latest = Latest {
            frame: Arc::new(frame),
            seen: Arc::new(vec![map.clone()]),
            field: Some(Arc::new(map)),
            saliency: Some(Arc::new(vec![(3, 0.125)])),
            frame_time: Duration::from_micros(1234),
            refused: Some("no".to_owned()),
            ..Latest::default()
        };
        let told = Told::Made(Box::new(Made::from(&latest)));
        let Ok(Told::Made(came)) = Told::of(&told.bytes().expect("bytes")) else { panic!("lost") };
        let came = Latest::from(*came);
        assert_eq!(
            (&came.frame, &came.seen, &came.field),
            (&latest.frame, &latest.seen, &latest.field)
        );
        assert_eq!((&came.saliency, came.frame_time), (&latest.saliency, latest.frame_time));
        assert_eq!((came.fault, came.refused, came.is_over), (None, latest.refused, false));
    }

    #[test]
    fn scenes_and_lines_arrive_as_they_were_drawn() {
        for example in Scene::examples() {
            let scene = Scene::from_toml(example.text).expect("a scene");
            let stroke = scene.strokes.first().cloned();
            let asked = Asked::Begin(Box::new(scene), vec![4, 2]);
            assert_eq!(Asked::of(&asked.text().expect("text")), Ok(asked), "{}", example.name);
            let Some(stroke) = stroke else { continue };
            let asked = Asked::Add(9, stroke);
            assert_eq!(Asked::of(&asked.text().expect("text")), Ok(asked), "{}", example.name);
        }
        let silent =
            BTreeMap::from([("a".to_owned(), Silence::Mean), ("b".to_owned(), Silence::Zero)]);
        assert_eq!(silence(skips(&silent)), silent);
    }

    #[test]
    fn what_is_no_letter_is_said_to_be_none() {
        assert!(Told::of(&[250, 1, 2]).expect_err("no letter").contains("network wrote"));
        assert!(Asked::of("{}").expect_err("no letter").contains("page wrote"));
    }
}

//! What a visitor says.

use serde::{Deserialize, Serialize};

/// What moves the water.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// The network.
    #[default]
    Network,
    /// The solver that it learned from.
    Reference,
    /// Both, from the same start: the network is the first stream, the reference the second.
    Both,
}

/// A map that somebody looks at: number of its layer, and its own.
pub type Wanted = (usize, usize);

/// What a visitor says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Wish {
    /// A run of one's own. One of `scene` and `example` is given.
    Open {
        /// A scene, as in a scene file.
        #[serde(skip_serializing_if = "Option::is_none")]
        scene: Option<serde_json::Value>,
        /// The name of a scene that comes with weir.
        #[serde(skip_serializing_if = "Option::is_none")]
        example: Option<String>,
        /// What moves it.
        #[serde(default)]
        engine: Engine,
    },
    /// To look at somebody's run.
    Watch {
        /// Its name.
        run: String,
    },
    /// To come back to one's own run after the connection was lost.
    Resume {
        /// What came with the run.
        key: String,
    },
    /// To give up the place.
    Leave,
    /// To let it flow, when there is room.
    Start,
    /// To hold it.
    Pause,
    /// [`STEP`](crate::STEP) frames more.
    Step,
    /// To begin anew with the lines as they are.
    Reset,
    /// Another speed.
    Speed {
        /// Simulated seconds for a second, 0.05 to 4.
        to: f64,
    },
    /// To begin anew with another engine.
    Engine {
        /// What moves it.
        to: Engine,
    },
    /// Another network of its training.
    Checkpoint {
        /// Its number in the atlas; none for the network as it is.
        to: Option<usize>,
    },
    /// To draw.
    Add {
        /// A number of one's own.
        line: u32,
        /// Its points, metres.
        points_m: Vec<[f64; 2]>,
        /// Whether its last point joins the first.
        #[serde(default)]
        closed: bool,
    },
    /// To take a line away.
    Erase {
        /// Its number.
        line: u32,
    },
    /// To let the network do without some of its connections.
    Silence {
        /// Names of skip connections; all others are heard.
        skips: Vec<String>,
    },
    /// To look into the network: these maps from now on, none for an end.
    Look {
        /// Which.
        maps: Vec<Wanted>,
    },
    /// On which places the network's answer at one depends.
    Field {
        /// The place, metres.
        at_m: [f64; 2],
    },
    /// How much the network's answer changes without each of the lines.
    Saliency,
    /// To be answered at once.
    Ping {
        /// What comes back.
        at: f64,
    },
    /// A frame is on the screen.
    Seen {
        /// Of the first stream, 0, or of the second, 1.
        #[serde(default)]
        stream: usize,
        /// Its number.
        number: u32,
    },
}

impl Wish {
    /// A run of an example, moved by the network.
    pub fn example(name: &str) -> Self {
        Self::Open { scene: None, example: Some(name.to_owned()), engine: Engine::Network }
    }

    /// As it goes over the wire.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_spelt_as_the_protocol_has_them() {
        let open = Wish::example("funnel").text();
        assert_eq!(open, r#"{"do":"open","engine":"network","example":"funnel"}"#);
        assert_eq!(Wish::Start.text(), r#"{"do":"start"}"#);
        let line = Wish::Add { line: 7, points_m: vec![[0.5, 1.0]], closed: false }.text();
        assert_eq!(line, r#"{"closed":false,"do":"add","line":7,"points_m":[[0.5,1.0]]}"#);
    }

    #[test]
    fn what_is_said_is_what_is_heard_and_nothing_beside_it() {
        let scene = Some(serde_json::json!({"version": 1}));
        for wish in [
            Wish::Open { scene, example: None, engine: Engine::Both },
            Wish::Watch { run: "0f".to_owned() },
            Wish::Resume { key: "0f".to_owned() },
            Wish::Leave,
            Wish::Start,
            Wish::Pause,
            Wish::Step,
            Wish::Reset,
            Wish::Speed { to: 0.5 },
            Wish::Engine { to: Engine::Reference },
            Wish::Checkpoint { to: None },
            Wish::Checkpoint { to: Some(3) },
            Wish::Add { line: 1, points_m: vec![[0.1, 0.2], [0.3, 0.4]], closed: true },
            Wish::Erase { line: 1 },
            Wish::Silence { skips: vec!["skip0".to_owned()] },
            Wish::Look { maps: vec![(1, 2)] },
            Wish::Field { at_m: [0.5, 0.5] },
            Wish::Saliency,
            Wish::Ping { at: 1.0 },
            Wish::Seen { stream: 1, number: 9 },
        ] {
            let text = wish.text();
            assert_eq!(serde_json::from_str::<Wish>(&text).expect(&text), wish, "{text}");
            // Serde takes no notice of what stands beside a wish that is a word alone.
            let has_more = text.contains(',');
            let more = text.replacen('{', r#"{"colour":"blue","#, 1);
            assert_eq!(serde_json::from_str::<Wish>(&more).is_err(), has_more, "{more}");
        }
    }
}

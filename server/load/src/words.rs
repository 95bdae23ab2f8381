//! What is said in words, as `docs/PROTOCOL.md` has it.

use serde::{Deserialize, Serialize};

/// What moves the water.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// The network
    #[default]
    Network,
    /// The solver
    Reference,
    /// Both, side by side
    Both,
}

/// What a visitor says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Wish {
    /// A run of one's own. One of `scene` and `example` is given.
    Open {
        /// A scene file as JSON.
        #[serde(skip_serializing_if = "Option::is_none")]
        scene: Option<serde_json::Value>,
        /// The name of a scene that comes with weir.
        #[serde(skip_serializing_if = "Option::is_none")]
        example: Option<String>,
        /// What moves it.
        engine: Engine,
    },
    /// To look at somebody's run.
    Watch {
        /// Its name.
        run: String,
    },
    /// To give up the place.
    Leave,
    /// To let it flow.
    Start,
    /// To hold it.
    Pause,
    /// Two frames more.
    Step,
    /// From the beginning.
    Reset,
    /// Simulated seconds for a second.
    Speed {
        /// 0.05 to 4.
        to: f64,
    },
    /// Another engine, from the beginning.
    Engine {
        /// Which.
        to: Engine,
    },
    /// To draw.
    Add {
        /// A number of one's own.
        line: u32,
        /// Metres.
        points_m: Vec<[f64; 2]>,
        /// Whether its last point joins the first.
        closed: bool,
    },
    /// To take a line away.
    Erase {
        /// Its number.
        line: u32,
    },
    /// A frame is on the screen.
    Seen {
        /// Which stream it is of, 0 or 1.
        stream: u8,
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

/// What the server says. What of it nobody here needs is not read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Word {
    /// There is a place.
    Run {
        /// The run's name.
        run: String,
        /// Whether it can be drawn into.
        mine: bool,
    },
    /// How the run is.
    State {
        /// Goes up with every change.
        revision: u64,
        /// Numbers of the lines, one for each stroke.
        lines: Vec<u32>,
        /// Whether it moves.
        is_playing: bool,
        /// Why it stopped.
        failure: Option<String>,
    },
    /// Something cannot be done.
    Refused {
        /// What.
        what: String,
        /// Why.
        why: String,
    },
    /// The run is over.
    Ended,
    /// A word of a later server.
    #[serde(other)]
    Other,
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
    fn words_that_are_not_known_are_no_error() {
        let word = |text| serde_json::from_str::<Word>(text).expect("a word");
        assert_eq!(word(r#"{"is":"ended"}"#), Word::Ended);
        assert_eq!(word(r#"{"is":"weather","wind_m_s":3}"#), Word::Other);
        let run = Word::Run { run: "0f".to_owned(), mine: true };
        assert_eq!(word(r#"{"is":"run","run":"0f","mine":true,"colour":"blue"}"#), run);
    }
}

//! What the server says.

use serde::{Deserialize, Serialize};

use crate::wish::Engine;

/// What the server says. Who listens takes from it what it knows: a later server may say more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Word {
    /// A place before a run; frames are of this run from now on.
    Run {
        /// Its name.
        run: String,
        /// Whether it can be drawn into.
        mine: bool,
        /// What brings its owner back to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// How the run is, each time that anything of it changes.
    State {
        /// Goes up with every change.
        revision: u64,
        /// The scene with its lines, as in a scene file.
        scene: serde_json::Value,
        /// The number of the line that each stroke of the scene is of.
        lines: Vec<u32>,
        /// What moves it.
        engine: Engine,
        /// Whether it moves.
        is_playing: bool,
        /// How long it waits to be started.
        waits: Option<Waits>,
        /// Simulated seconds for a second.
        speed: f64,
        /// Which of its checkpoints the network is as; none for the network as it is.
        checkpoint: Option<usize>,
        /// Skip connections that are silent.
        silent: Vec<String>,
        /// Why it stopped.
        failure: Option<String>,
        /// Why something else moves it than was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice: Option<String>,
        /// The network's weights, by their SHA-256.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
    },
    /// How busy the server is, once a second.
    Pace(Load),
    /// What each line does to the network's answer, most first.
    Saliency {
        /// Lines and their effects.
        lines: Vec<Effect>,
    },
    /// To a ping.
    Pong {
        /// What came with it.
        at: f64,
    },
    /// Something cannot be done.
    Refused {
        /// What was to be done.
        what: String,
        /// Why not.
        why: String,
    },
    /// The run is over.
    Ended {
        /// Why, if there is more to say than that nobody is there who would go on with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A word of a later server.
    #[serde(other)]
    Other,
}

/// A run waits to be started, since as much moves as can at full speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// Runs that will be started before it.
    pub before: usize,
    /// How long that will take if visitors go on as they did, seconds.
    pub about_s: u64,
}

/// How busy a server is. Times are running means, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Runs that are open.
    pub runs: usize,
    /// Runs that move.
    pub playing: usize,
    /// Runs that wait to be started.
    pub waiting: usize,
    /// Share of each beat that is spent at work.
    pub share: f64,
    /// Beats that came more than one beat late.
    pub late_beats: u64,
    /// Particles onto maps, for each pass of the network.
    pub encode_ms: f64,
    /// A pass of the network.
    pub network_ms: f64,
    /// Its answer onto particles.
    pub carry_ms: f64,
    /// Frames into bytes, for all runs.
    pub tell_ms: f64,
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its number.
    pub line: u32,
    /// How much the answer changes without it, over all water, m/s and sub-frame.
    pub effect_m_s: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_not_known_are_no_error() {
        let word = |text| serde_json::from_str::<Word>(text).expect("a word");
        assert_eq!(word(r#"{"is":"ended"}"#), Word::Ended { why: None });
        let why = Some("so".to_owned());
        assert_eq!(word(r#"{"is":"ended","why":"so"}"#), Word::Ended { why });
        assert_eq!(word(r#"{"is":"weather","wind_m_s":3}"#), Word::Other);
        let run = Word::Run { run: "0f".to_owned(), mine: true, key: None };
        assert_eq!(word(r#"{"is":"run","run":"0f","mine":true,"colour":"blue"}"#), run);
    }
}

//! What is said in words over a visitor's WebSocket; `docs/PROTOCOL.md` explains it.

use serde::{Deserialize, Serialize};
use weir_scene::{Scene, Stroke};

use crate::engine::Engine;
use crate::insides::Wanted;
use crate::stage::{Change, Deed, Load, State, Waits};

/// What a visitor says.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Said {
    /// A run of one's own, of a scene or of an example by its name.
    Open {
        /// A scene, as in a scene file.
        scene: Option<serde_json::Value>,
        /// An example.
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
    /// To leave it.
    Leave,
    /// To let it flow; see [`Deed::Start`].
    Start,
    /// See [`Change`].
    Pause,
    /// See [`Change`].
    Step,
    /// To begin anew with the lines as they are; see [`Deed::Begin`].
    Reset,
    /// See [`Change`].
    Speed {
        /// Simulated seconds for a second.
        to: f64,
    },
    /// To begin anew with another engine; see [`Deed::Begin`].
    Engine {
        /// What moves it.
        to: Engine,
    },
    /// See [`Change`].
    Checkpoint {
        /// Its number in the atlas; none for the network as it is.
        to: Option<usize>,
    },
    /// See [`Change`].
    Add {
        /// The number that the line gets.
        line: u32,
        /// Its points, metres.
        points_m: Vec<[f64; 2]>,
        /// Whether its last point joins the first.
        #[serde(default)]
        closed: bool,
    },
    /// See [`Change`].
    Erase {
        /// The line's number.
        line: u32,
    },
    /// See [`Change`].
    Silence {
        /// Names of skip connections; all others are heard.
        skips: Vec<String>,
    },
    /// To look into the network: these maps from now on, none for an end.
    Look {
        /// Numbers of layers in the atlas, and of their maps.
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
    /// A frame has been seen.
    Seen {
        /// Of the first stream, or of the second.
        #[serde(default)]
        stream: usize,
        /// Its number.
        number: u32,
    },
}

impl Said {
    /// Understands a message.
    ///
    /// # Errors
    /// It is none, in words for the visitor.
    pub fn from_text(text: &str) -> Result<Self, String> {
        // Serde would take a list of values in their order as well, which nobody was promised.
        if !text.trim_start().starts_with('{') {
            return Err("takes a JSON object".to_owned());
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let said = serde_path_to_error::deserialize::<_, Self>(&mut reader);
        let said = said.map_err(|error| error.to_string())?;
        reader.end().map(|()| said).map_err(|error| error.to_string())
    }

    /// What it does to a run, if it does anything to one.
    pub fn deed(self) -> Option<Deed> {
        Some(match self {
            Self::Start => Deed::Start,
            Self::Pause => Deed::Change(Change::Pause),
            Self::Step => Deed::Change(Change::Step),
            Self::Reset => Deed::Begin(None),
            Self::Speed { to } => Deed::Change(Change::Speed(to)),
            Self::Engine { to } => Deed::Begin(Some(to)),
            Self::Checkpoint { to } => Deed::Change(Change::Checkpoint(to)),
            Self::Add { line, points_m, closed } => {
                let stroke = Stroke { points_m, closed, ..Stroke::default() };
                Deed::Change(Change::Add(line, stroke))
            }
            Self::Erase { line } => Deed::Change(Change::Erase(line)),
            Self::Silence { skips } => Deed::Change(Change::Silence(skips)),
            Self::Open { .. }
            | Self::Watch { .. }
            | Self::Resume { .. }
            | Self::Leave
            | Self::Look { .. }
            | Self::Field { .. }
            | Self::Saliency
            | Self::Ping { .. }
            | Self::Seen { .. } => return None,
        })
    }
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Answer<'a> {
    /// A place before a run.
    Run {
        /// Its name.
        run: String,
        /// Whether it can be drawn into.
        mine: bool,
        /// What brings its owner back to it.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// How the run is.
    State {
        /// Goes up with every change.
        revision: u64,
        /// The scene with its lines.
        scene: &'a Scene,
        /// The number of the line that each stroke is of.
        lines: &'a [u32],
        /// What moves it.
        engine: Engine,
        /// Whether it moves.
        is_playing: bool,
        /// How long it waits to be started.
        waits: Option<Waits>,
        /// Simulated seconds for a second.
        speed: f64,
        /// Which of its checkpoints the network is as.
        checkpoint: Option<usize>,
        /// Skip connections that are silent.
        silent: &'a [String],
        /// Why it stopped.
        failure: Option<&'a str>,
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
        what: &'a str,
        /// Why not.
        why: String,
    },
    /// The run has ended.
    Ended,
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// Its number.
    pub line: u32,
    /// How much the answer changes without it, over all water, m/s and sub-frame.
    pub effect_m_s: f64,
}

impl<'a> From<&'a State> for Answer<'a> {
    fn from(state: &'a State) -> Self {
        Self::State {
            revision: state.revision,
            scene: &state.scene,
            lines: &state.lines,
            engine: state.engine,
            is_playing: state.is_playing,
            waits: state.waits,
            speed: state.speed,
            checkpoint: state.checkpoint,
            silent: &state.silent,
            failure: state.failure.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_an_object_and_nothing_else() {
        assert!(matches!(Said::from_text(r#" {"do":"start"} "#), Ok(Said::Start)));
        for text in [r#"["start"]"#, r#"["speed",2.0]"#, r#""start""#, "null", "", "7"] {
            assert_eq!(Said::from_text(text).expect_err(text), "takes a JSON object");
        }
        for text in [r#"{"do":"start"}{"do":"pause"}"#, r#"{"do":"start""#, r#"{"do":"x"}"#, "{}"] {
            assert!(Said::from_text(text).is_err(), "{text}");
        }
    }
}

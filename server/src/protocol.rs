//! What is said in words over a visitor's WebSocket; `docs/PROTOCOL.md` explains it.

use serde::Serialize;
use weir_scene::{Scene, Stroke};
use weir_words::{Effect, Engine, Load, Waits, Wish};

use crate::stage::{Change, Deed, State};

/// Understands a message.
///
/// # Errors
/// It is none, in words for the visitor.
pub fn understand(text: &str) -> Result<Wish, String> {
    // Serde would take a list of values in their order as well, which nobody was promised.
    if !text.trim_start().starts_with('{') {
        return Err("takes a JSON object".to_owned());
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let wish = serde_path_to_error::deserialize::<_, Wish>(&mut reader);
    let wish = wish.map_err(|error| error.to_string())?;
    reader.end().map(|()| wish).map_err(|error| error.to_string())
}

/// What a wish does to a run, if it does anything to one.
pub fn deed(wish: Wish) -> Option<Deed> {
    Some(match wish {
        Wish::Start => Deed::Start,
        Wish::Pause => Deed::Change(Change::Pause),
        Wish::Step => Deed::Change(Change::Step),
        Wish::Reset => Deed::Begin(None),
        Wish::Speed { to } => Deed::Change(Change::Speed(to)),
        Wish::Engine { to } => Deed::Begin(Some(to)),
        Wish::Checkpoint { to } => Deed::Change(Change::Checkpoint(to)),
        Wish::Add { line, points_m, closed } => {
            let stroke = Stroke { points_m, closed, ..Stroke::default() };
            Deed::Change(Change::Add(line, stroke))
        }
        Wish::Erase { line } => Deed::Change(Change::Erase(line)),
        Wish::Silence { skips } => Deed::Change(Change::Silence(skips)),
        Wish::Open { .. }
        | Wish::Watch { .. }
        | Wish::Resume { .. }
        | Wish::Leave
        | Wish::Look { .. }
        | Wish::Field { .. }
        | Wish::Saliency
        | Wish::Ping { .. }
        | Wish::Seen { .. } => return None,
    })
}

/// What the server says: a [`Word`](weir_words::Word) without copies of what it speaks of.
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
        /// Why something else moves it than was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        notice: Option<&'a str>,
        /// The network's weights, by their SHA-256.
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<&'a str>,
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
    Ended {
        /// Why, if there is more to say.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<&'a str>,
    },
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
            notice: state.notice.as_deref(),
            model: state.atlas.as_ref().map(|atlas| &*atlas.sha256),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_words::Word;

    #[test]
    fn a_message_is_an_object_and_nothing_else() {
        assert_eq!(understand(r#" {"do":"start"} "#), Ok(Wish::Start));
        for text in [r#"["start"]"#, r#"["speed",2.0]"#, r#""start""#, "null", "", "7"] {
            assert_eq!(understand(text).expect_err(text), "takes a JSON object");
        }
        for text in [r#"{"do":"start"}{"do":"pause"}"#, r#"{"do":"start""#, r#"{"do":"x"}"#, "{}"] {
            assert!(understand(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_answer_is_a_word_of_what_is_shared() {
        let scene = Scene::examples().first().and_then(|one| Scene::from_toml(one.text).ok());
        let scene = scene.expect("an example");
        let (waits, silent) = (Waits { before: 2, about_s: 9 }, ["skip0".to_owned()]);
        let state = |waits, failure, notice| Answer::State {
            revision: 3,
            scene: &scene,
            lines: &[0, 0, 7],
            engine: Engine::Both,
            is_playing: true,
            waits,
            speed: 0.5,
            checkpoint: Some(1),
            silent: &silent,
            failure,
            notice,
            model: notice.map(|_| "0f"),
        };
        let effect = Effect { line: 7, effect_m_s: 0.25 };
        for answer in [
            Answer::Run { run: "0f".to_owned(), mine: true, key: Some("f0".to_owned()) },
            Answer::Run { run: "0f".to_owned(), mine: false, key: None },
            state(Some(waits), None, Some("the solver has taken over")),
            state(None, Some("it failed"), None),
            Answer::Pace(Load { runs: 3, share: 0.5, ..Load::default() }),
            Answer::Saliency { lines: vec![effect] },
            Answer::Pong { at: 1.5 },
            Answer::Refused { what: "add", why: "so".to_owned() },
            Answer::Ended { why: None },
            Answer::Ended { why: Some("so") },
        ] {
            let said = serde_json::to_value(&answer).expect("numbers and strings");
            let word: Word = serde_json::from_value(said.clone()).expect("a word");
            assert_ne!(word, Word::Other, "{said}");
            assert_eq!(serde_json::to_value(&word).expect("numbers and strings"), said);
        }
    }
}

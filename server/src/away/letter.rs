//! What servers write each other about a run, as bytes, and on which subjects.
//!
//! A letter begins with the version of the format and its kind. Whoever has the broker can write
//! anything, so a reader believes nothing: sizes are bounded before anything is made of them, and
//! what cannot be understood is an error and no more.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use weir_scene::Scene;
use weir_words::Word;

use crate::protocol::Answer;
use crate::stage::{RunId, State};

/// Version of the format: in every letter, and in the subjects.
const VERSION: u8 = 1;
/// Most bytes of a letter: a broker takes a megabyte unless it is set up otherwise.
pub const MOST: usize = 768 << 10;
/// Most bytes of a state that is inflated.
const MOST_STATE: u64 = 8 << 20;

/// Where servers ask for a run: only the one that has it listens there.
pub fn asking(run: RunId) -> String {
    format!("weir.{VERSION}.run.{run}.ask")
}

/// Where the server that has a run tells of it.
pub fn telling(run: RunId) -> String {
    format!("weir.{VERSION}.run.{run}.tell")
}

/// What a server wants of the one that has a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// To be answered with its state, and to be told of it from now on.
    Join,
    /// To go on being told.
    Stay,
    /// The same, with a state and frames that stand alone: something was missed.
    Anew,
}

/// What the server that has a run tells.
#[derive(Debug)]
pub enum Tell {
    /// How it is.
    State(Box<State>),
    /// A frame of its first or second stream.
    Frame(usize, Bytes),
    /// That it is still there.
    Beat(Beat),
    /// That it tells no more.
    Over(Over),
}

/// What a run has come to, for who may have missed something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    /// Of its state.
    pub revision: u64,
    /// Numbers of the last frames of its streams; 0 where there is none yet.
    pub numbers: [u32; 2],
}

/// Why no more is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The run has ended.
    Ended,
    /// The server goes away.
    Closing,
    /// It does not go into letters.
    TooLarge,
}

/// Why bytes are no letter, or something is too large to be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// There are more of them than a letter may have.
    #[error("letter: {0} bytes, takes at most {MOST}")]
    Large(usize),
    /// They end too early, or go on after the end.
    #[error("letter: too few bytes, or too many")]
    Length,
    /// They are of another version.
    #[error("letter: version: got {0}, takes {VERSION}")]
    Version(u8),
    /// Something in them cannot be.
    #[error("letter: {0}: got {1}")]
    Wrong(&'static str, u8),
    /// The state in it is none.
    #[error("letter: state: {0}")]
    State(String),
}

impl Ask {
    /// As a letter.
    pub fn write(self) -> Bytes {
        let kind = match self {
            Self::Join => 1,
            Self::Stay => 2,
            Self::Anew => 3,
        };
        Bytes::copy_from_slice(&[VERSION, kind])
    }

    /// Out of a letter.
    ///
    /// # Errors
    /// It is none of these.
    pub fn read(letter: &[u8]) -> Result<Self, LetterError> {
        match open(letter)? {
            (1, []) => Ok(Self::Join),
            (2, []) => Ok(Self::Stay),
            (3, []) => Ok(Self::Anew),
            (1..=3, _) => Err(LetterError::Length),
            (kind, _) => Err(LetterError::Wrong("kind", kind)),
        }
    }
}

impl Over {
    const ALL: [Self; 3] = [Self::Ended, Self::Closing, Self::TooLarge];
}

const STATE: u8 = 16;
const FRAME: u8 = 17;
const BEAT: u8 = 18;
const OVER: u8 = 19;

/// A letter with how a run is.
///
/// # Errors
/// It is too large for one.
pub fn state(state: &State) -> Result<Bytes, LetterError> {
    let wrong = |error: &dyn std::fmt::Display| LetterError::State(error.to_string());
    let text = serde_json::to_vec(&Answer::from(state)).map_err(|error| wrong(&error))?;
    let mut body = DeflateEncoder::new(vec![VERSION, STATE], Compression::fast());
    let letter = body.write_all(&text).and_then(|()| body.finish());
    sized(letter.map_err(|error| wrong(&error))?)
}

/// A letter with a frame of a stream.
///
/// # Errors
/// It is too large for one.
pub fn frame(stream: usize, frame: &[u8]) -> Result<Bytes, LetterError> {
    let head = [VERSION, FRAME, stream as u8];
    sized([&head[..], frame].concat())
}

/// A letter that says that a run is there.
pub fn beat(beat: Beat) -> Bytes {
    let mut letter = vec![VERSION, BEAT];
    letter.extend(beat.revision.to_le_bytes());
    beat.numbers.iter().for_each(|number| letter.extend(number.to_le_bytes()));
    letter.into()
}

/// The last letter about a run.
pub fn over(over: Over) -> Bytes {
    let code = Over::ALL.iter().position(|one| *one == over).unwrap_or_default();
    Bytes::copy_from_slice(&[VERSION, OVER, code as u8])
}

impl Tell {
    /// Out of a letter. What it has of a frame is not looked at.
    ///
    /// # Errors
    /// It is none of these.
    pub fn read(letter: &Bytes) -> Result<Self, LetterError> {
        match open(letter)? {
            (STATE, body) => read_state(body).map(|state| Self::State(Box::new(state))),
            (FRAME, [stream @ 0..=1, _, ..]) => {
                Ok(Self::Frame(usize::from(*stream), letter.slice(3..)))
            }
            (FRAME, [stream, _, ..]) => Err(LetterError::Wrong("stream", *stream)),
            (BEAT, body) => read_beat(body).map(Self::Beat).ok_or(LetterError::Length),
            (OVER, &[code]) => {
                let over = Over::ALL.get(usize::from(code)).copied();
                over.map(Self::Over).ok_or(LetterError::Wrong("end", code))
            }
            (FRAME | OVER, _) => Err(LetterError::Length),
            (kind, _) => Err(LetterError::Wrong("kind", kind)),
        }
    }
}

/// The kind of a letter, and what comes after it.
fn open(letter: &[u8]) -> Result<(u8, &[u8]), LetterError> {
    if letter.len() > MOST {
        return Err(LetterError::Large(letter.len()));
    }
    match letter {
        [VERSION, kind, body @ ..] => Ok((*kind, body)),
        [VERSION] | [] => Err(LetterError::Length),
        [version, ..] => Err(LetterError::Version(*version)),
    }
}

fn sized(letter: Vec<u8>) -> Result<Bytes, LetterError> {
    if letter.len() > MOST { Err(LetterError::Large(letter.len())) } else { Ok(letter.into()) }
}

fn read_beat(body: &[u8]) -> Option<Beat> {
    let (revision, rest) = body.split_first_chunk::<8>()?;
    let (first, second) = rest.split_first_chunk::<4>()?;
    let second: &[u8; 4] = second.try_into().ok()?;
    let numbers = [*first, *second].map(u32::from_le_bytes);
    Some(Beat { revision: u64::from_le_bytes(*revision), numbers })
}

/// A state, whose scene is one that could be opened here.
fn read_state(body: &[u8]) -> Result<State, LetterError> {
    let wrong = |error: &dyn std::fmt::Display| LetterError::State(error.to_string());
    let mut text = Vec::new();
    // A byte more than may be, so that too much is seen.
    let mut inflated = DeflateDecoder::new(body).take(MOST_STATE + 1);
    let length = inflated.read_to_end(&mut text).map_err(|error| wrong(&error))?;
    if length as u64 > MOST_STATE {
        return Err(LetterError::State(format!("more than {MOST_STATE} bytes")));
    }
    let word = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
    let Word::State {
        revision,
        scene,
        lines,
        engine,
        is_playing,
        waits,
        speed,
        checkpoint,
        silent,
        failure,
        notice,
        // Its network is on the other server, and nobody here looks into it.
        model: _,
    } = word
    else {
        return Err(LetterError::State("it is another word".to_owned()));
    };
    let scene = Scene::from_json(&scene.to_string()).map_err(|error| wrong(&error))?;
    if lines.len() != scene.strokes.len() {
        let (got, takes) = (lines.len(), scene.strokes.len());
        return Err(LetterError::State(format!("{got} numbers of lines for {takes} strokes")));
    }
    if !speed.is_finite() {
        return Err(LetterError::State(format!("speed: {speed}")));
    }
    let (scene, lines, silent) = (Arc::new(scene), Arc::new(lines), Arc::new(silent));
    Ok(State {
        revision,
        scene,
        lines,
        engine,
        is_playing,
        waits,
        speed,
        checkpoint,
        silent,
        failure,
        notice,
        atlas: None,
    })
}

#[cfg(test)]
mod tests;

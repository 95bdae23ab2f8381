//! What a client and the server say to each other in words: JSON, one word a message.

use serde::{Deserialize, Serialize};
use weir_calls::Role;

use crate::record::{Card, LandmarkEvent, Turn};

/// Samples a second that a call takes; nothing is converted.
pub const RATE: u32 = weir_speech::SAMPLE_RATE;
/// Voices of a call.
pub const CHANNELS: usize = 2;
/// Most letters of a title.
pub const TITLE: usize = 200;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ClientWord {
    /// The first word of a connection; none of the others comes before it.
    Hello(Hello),
    /// A landmark is as somebody says, whatever is heard.
    Mark {
        /// Which.
        landmark: String,
        /// How it is.
        state: LandmarkState,
    },
    /// The call is over.
    Bye {},
}

/// The first word of a connection: a call that begins, or one that goes on after a cut.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Who calls.
    pub jwt: String,
    /// The call that goes on; none begins one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// The number of the last word that was received of it.
    #[serde(default)]
    pub last_n: u64,
    /// Samples a second: [`RATE`].
    pub rate: u32,
    /// Whose voice each channel carries.
    pub channels: [Role; CHANNELS],
    /// Whether everybody agreed to be heard. Nothing begins without.
    pub consent: bool,
    /// What the call is called in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// All but the token, which belongs in no log.
impl std::fmt::Debug for Hello {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { jwt: _, call_id, last_n, rate, channels, consent, title: _ } = self;
        f.debug_struct("Hello")
            .field("call_id", call_id)
            .field("last_n", last_n)
            .field("rate", rate)
            .field("channels", channels)
            .field("consent", consent)
            .finish_non_exhaustive()
    }
}

/// Why a text is no word of a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no word of the protocol: {0}")]
pub struct WordError(String);

impl ClientWord {
    /// Reads a message.
    ///
    /// # Errors
    /// It is none, or has keys that the protocol does not know.
    pub fn read(text: &str) -> Result<Self, WordError> {
        serde_json::from_str(text).map_err(|error| WordError(error.to_string()))
    }

    /// As it goes over the wire.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("all keys of a word are text")
    }
}

/// How a landmark is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LandmarkState {
    /// Not reached.
    #[default]
    Pending,
    /// It seems to be reached by what is being said; the end of the turn decides.
    Likely,
    /// Reached.
    Done,
    /// Somebody decided to do without it.
    Waived,
}

/// How it was found that a landmark is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A phrase of the playbook was said.
    Cue,
    /// Words were said that are like its examples.
    Lexical,
    /// A language model found words that say it.
    Model,
    /// The end of the turn did not bear out what its beginning seemed to say.
    Unsaid,
    /// Somebody said so.
    Hand,
}

impl From<weir_calls::Method> for Method {
    fn from(method: weir_calls::Method) -> Self {
        match method {
            weir_calls::Method::Cue => Self::Cue,
            weir_calls::Method::Lexical => Self::Lexical,
        }
    }
}

/// A landmark of the playbook, as a client shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Whose words reach it.
    pub role: Role,
    /// Whether the call is incomplete without it.
    pub required: bool,
    /// How it is.
    pub state: LandmarkState,
}

/// Why a card is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardKind {
    /// Somebody pushed back: what may be answered.
    Pushback,
    /// A landmark remains: what may be asked.
    Remains,
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The client said so.
    Bye,
    /// No sound came for too long.
    Idle,
    /// It was as long as a call may be.
    Longest,
    /// The connection was cut, and nobody came back in time.
    Cut,
    /// The transcriber or the store failed.
    Failed,
    /// The server stops.
    Shutdown,
    /// The server died, and has started again.
    Lost,
    /// Somebody deleted it.
    Deleted,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// A message that is no word of the protocol, or out of place.
    Word,
    /// Sound that is no frame.
    Frame,
    /// Frames are missing before this one; nothing is heard until they come.
    Gap,
    /// There is no such landmark.
    Landmark,
    /// The transcriber failed.
    Transcriber,
    /// What happens cannot be kept.
    Store,
    /// The call was refused: nobody agreed to it, or it is none that can be heard.
    Refused,
    /// There are as many calls as there may be.
    Busy,
    /// There is no such call, or no more.
    Unknown,
}

/// What the server says. Who listens passes over what only a later server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum ServerWord {
    /// The call is heard from now on; the first word of each connection.
    Ready {
        /// What it goes on by after a cut.
        call_id: String,
        /// The number of the next frame of each channel.
        resume_from: [u32; CHANNELS],
        /// Whose voice each channel carries.
        channels: [Role; CHANNELS],
        /// What is to be reached, in the order of the playbook, as it is now.
        landmarks: Vec<Listed>,
        /// Who makes text of sound.
        transcriber: String,
    },
    /// What somebody seems to say; replaces the partial of this channel before it.
    Partial {
        /// Whose voice.
        channel: u8,
        /// All of the turn so far.
        text: String,
    },
    /// What somebody said. Turns count from 0 in the order in which they are told, which is that
    /// of their beginnings but for voices that go on for long.
    Final(Turn),
    /// A landmark is otherwise than before.
    Landmark(LandmarkEvent),
    /// What may be said next.
    Suggestion(Card),
    /// Something went wrong.
    Error {
        /// What, for programs.
        code: ErrorCode,
        /// What, for people.
        why: String,
    },
    /// Text lies so far behind the sound. Nothing is lost.
    Lag {
        /// Seconds of sound that wait.
        behind_s: f32,
    },
    /// The last word of a call.
    Ended {
        /// Why.
        reason: Reason,
        /// How long it was: seconds of sound of the longer channel.
        duration_s: f32,
    },
    /// A word of a later server.
    #[serde(other)]
    Other,
}

/// A word with its number in the call. They go up by one; [`ServerWord::Ready`], and errors about
/// what this connection sent, are of one connection and bear the number of the word before them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Its number; the first word of a call is 1.
    pub n: u64,
    /// The word.
    #[serde(flatten)]
    pub word: ServerWord,
}

impl Told {
    /// As it goes over the wire.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("all keys of a word are text")
    }
}

#[cfg(test)]
mod tests;

//! A visitor that says anything, and asks whether it is still heard.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use weir_words::{Wish, Word};

use crate::failure::Failure;
use crate::visitor::Visitor;

/// Questions whether we are still heard, and how long each is waited for.
const PROBES: u32 = 20;
const HEARING: Duration = Duration::from_secs(1);

/// A visitor that says anything.
pub struct Intruder {
    visitor: Visitor,
    probes: u32,
}

impl Intruder {
    /// Comes in.
    pub async fn enter(addr: SocketAddr) -> Result<Self, Failure> {
        Ok(Self { visitor: Visitor::enter(addr).await?, probes: 0 })
    }

    /// Comes in and opens a run.
    pub async fn open(addr: SocketAddr, wish: &Wish) -> Result<Self, Failure> {
        let mut intruder = Self::enter(addr).await?;
        intruder.visitor.sit(wish).await?;
        Ok(intruder)
    }

    /// Sends a message.
    pub async fn send(&mut self, message: impl Into<Message>) -> Result<(), Failure> {
        self.visitor.send(message.into()).await
    }

    /// Why the server refused what was said since the last time, in its words.
    ///
    /// Words are answered in their order, and one that there is not is refused with its name. So
    /// such a word is said, and when it comes back all before it has been dealt with.
    pub async fn refusals(&mut self) -> Result<Vec<String>, Failure> {
        let mut refusals = Vec::new();
        for again in (0..PROBES).rev() {
            self.probes += 1;
            let probe = format!("probe-{}", self.probes);
            self.send(format!(r#"{{"do":"{probe}"}}"#)).await?;
            let mark = format!("`{probe}`");
            let answered = self.visitor.word("whether we are still heard", |word| {
                if let Word::Refused { why, .. } = word {
                    if why.contains(&mark) {
                        return Some(());
                    }
                    refusals.push(why);
                }
                None
            });
            match timeout(HEARING, answered).await {
                Ok(answered) => return answered.map(|()| refusals),
                // A probe too many is not heard either.
                Err(_) if again > 0 => {}
                Err(_) => break,
            }
        }
        let after_s = u64::from(PROBES) * HEARING.as_secs();
        Err(Failure::Silent { what: "whether we are still heard", after_s })
    }

    /// The numbers of the lines of its run, after what it does has been done.
    pub async fn lines(&mut self) -> Result<Vec<u32>, Failure> {
        self.refusals().await?;
        // Every deed is followed by how the run is then.
        self.visitor.say(&Wish::Pause).await?;
        let state = |word| match word {
            Word::State { lines, is_playing: false, .. } => Some(lines),
            _ => None,
        };
        self.visitor.word("how the run is", state).await
    }

    /// Goes.
    pub async fn go(self) {
        self.visitor.go().await;
    }
}

/// Whether this is how a server shows somebody the door: by a close code.
pub fn is_shown_out(failure: &Failure) -> bool {
    matches!(failure, Failure::Ended { code: Some(1008 | 1013), .. })
}

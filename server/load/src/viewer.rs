//! Somebody who sits before a run and keeps account of what comes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use weir_words::{Wish, Word};

use crate::failure::Failure;
use crate::visitor::{Came, Heard, Visitor};

/// A run of one's own ends three minutes after the last word; this long one waits for the next.
const WORDLESS: Duration = Duration::from_secs(60);
/// Visitors that come in at the same time.
const AT_THE_DOOR: usize = 32;

/// A visitor that looks on in a task of its own.
#[derive(Debug)]
pub struct Viewer {
    came: Arc<Mutex<Vec<Came>>>,
    stop: CancellationToken,
    task: JoinHandle<Result<(), Failure>>,
}

impl Viewer {
    /// Opens a run of an example, starts it, and looks on. Returns the run's name, too.
    ///
    /// # Errors
    /// The server takes no visitor, or opens no run.
    pub async fn open(addr: SocketAddr, example: &str) -> Result<(Self, String), Failure> {
        let mut visitor = Visitor::enter(addr).await?;
        let run = visitor.sit(&Wish::example(example)).await?;
        visitor.say(&Wish::Start).await?;
        Ok((Self::new(visitor, true), run))
    }

    /// Looks at somebody's run.
    ///
    /// # Errors
    /// The server takes no visitor, or there is no such run.
    pub async fn watch(addr: SocketAddr, run: &str) -> Result<Self, Failure> {
        let mut visitor = Visitor::enter(addr).await?;
        visitor.sit(&Wish::Watch { run: run.to_owned() }).await?;
        Ok(Self::new(visitor, false))
    }

    /// Many of them.
    ///
    /// # Errors
    /// As for one.
    pub async fn crowd(addr: SocketAddr, run: &str, count: usize) -> Result<Vec<Self>, Failure> {
        let one = |_| Self::watch(addr, run);
        stream::iter(0..count).map(one).buffer_unordered(AT_THE_DOOR).try_collect().await
    }

    fn new(visitor: Visitor, is_owner: bool) -> Self {
        let (came, stop) = (Arc::default(), CancellationToken::new());
        let (kept, stopped) = (Arc::clone(&came), stop.clone());
        let task = tokio::spawn(async move {
            let mut visitor = visitor;
            let seen = tokio::select! {
                seen = look(&mut visitor, &kept, is_owner) => seen,
                () = stopped.cancelled() => Ok(()),
            };
            if seen.is_ok() {
                visitor.go().await;
            }
            seen
        });
        Self { came, stop, task }
    }

    /// What came of the first stream from one moment until another.
    #[must_use]
    pub fn came_between(&self, from: Instant, to: Instant) -> Vec<Came> {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.iter().filter(|came| (from..to).contains(&came.at)).copied().collect()
    }

    /// The last frame that came.
    #[must_use]
    pub fn last(&self) -> Option<Came> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).last().copied()
    }

    /// Whether it is still connected and everything has made sense so far.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !self.task.is_finished()
    }

    /// Goes.
    ///
    /// # Errors
    /// It was not there any more: why.
    pub async fn go(self) -> Result<(), Failure> {
        self.stop.cancel();
        let gone = |error: tokio::task::JoinError| Failure::Ended {
            code: None,
            why: format!("the viewer's task failed: {error}"),
        };
        self.task.await.map_err(gone)?
    }
}

async fn look(
    visitor: &mut Visitor,
    kept: &Mutex<Vec<Came>>,
    is_owner: bool,
) -> Result<(), Failure> {
    let mut last_word = Instant::now();
    let over = |why| Failure::Ended { code: None, why };
    loop {
        match visitor.hear().await? {
            Heard::Frame(came) if came.stream == 0 => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(came);
            }
            Heard::Word(Word::Ended { why }) => {
                return Err(over(why.unwrap_or_else(|| "the run has ended".to_owned())));
            }
            Heard::Word(Word::State { failure: Some(why), .. }) => return Err(over(why)),
            Heard::Frame(_) | Heard::Word(_) => {}
        }
        if is_owner && last_word.elapsed() > WORDLESS {
            visitor.say(&Wish::Start).await?;
            last_word = Instant::now();
        }
    }
}

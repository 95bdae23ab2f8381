//! Turns that wait for a model, one after the other, while the call goes on.

use std::collections::VecDeque;

use futures_util::future::{BoxFuture, FutureExt as _};

use crate::judge::{BEFORE, Judge, JudgeError};
use crate::progress::Found;
use crate::record::Turn;

/// Turns that wait; those beyond are judged by their words alone, at once.
const WAITING: usize = 8;

/// What a model says of a turn.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub turn: Turn,
    pub found: Result<Vec<Found>, JudgeError>,
}

/// Turns that wait for a model.
pub(crate) struct Judging {
    judge: Judge,
    /// The last turns.
    recent: Vec<Turn>,
    /// Each with those before it.
    waiting: VecDeque<(Turn, Vec<Turn>)>,
    open: Option<BoxFuture<'static, Verdict>>,
}

impl Judging {
    pub fn new(judge: Judge) -> Self {
        Self { judge, recent: Vec::new(), waiting: VecDeque::new(), open: None }
    }

    /// Asks about a turn, unless too many wait; says whether it does.
    pub fn ask(&mut self, turn: &Turn) -> bool {
        let has_room = self.waiting.len() < WAITING;
        if has_room {
            self.waiting.push_back((turn.clone(), self.recent.clone()));
            self.open_next();
        }
        if self.recent.len() == BEFORE {
            self.recent.remove(0);
        }
        self.recent.push(turn.clone());
        has_room
    }

    /// The next verdict; does not come where nothing was asked. It can be waited for again.
    pub async fn verdict(&mut self) -> Verdict {
        let Some(open) = &mut self.open else { return std::future::pending().await };
        let verdict = open.await;
        self.open = None;
        self.open_next();
        verdict
    }

    /// No more is asked: the verdict that is on its way, if one is, and turns that have none.
    pub async fn finish(self) -> (Option<Verdict>, Vec<Turn>) {
        let verdict = match self.open {
            Some(open) => Some(open.await),
            None => None,
        };
        (verdict, self.waiting.into_iter().map(|(turn, _)| turn).collect())
    }

    fn open_next(&mut self) {
        if self.open.is_some() {
            return;
        }
        let Some((turn, before)) = self.waiting.pop_front() else { return };
        let judge = self.judge.clone();
        let verdict = async move {
            let found = judge.judge(&before, &turn).await;
            Verdict { turn, found }
        };
        self.open = Some(verdict.boxed());
    }
}

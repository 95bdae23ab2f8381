//! The sound of calls, where somebody keeps it.

mod stage;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use stage::{Scripted, hello, viewer};
use weir_calls::Playbook;
use weir_live::{
    CallStore, ErrorCode, Frame, Hello, Link, Live, LiveConfig, Reason, Recorder, ServerWord,
    SoundError, Tape,
};

/// Keeps sound in memory, up to so many samples of a call.
#[derive(Clone, Debug)]
struct Shelf {
    most: usize,
    kept: Arc<Mutex<HashMap<String, [Vec<i16>; 2]>>>,
    finished: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    fn new(most: usize) -> Self {
        Self { most, kept: Arc::default(), finished: Arc::default() }
    }

    fn of(&self, call_id: &str) -> Option<[Vec<i16>; 2]> {
        self.kept.lock().expect("no panic").get(call_id).cloned()
    }
}

struct ShelfTape(Shelf, String);

#[async_trait]
impl Recorder for Shelf {
    fn begin(&self, call_id: &str) -> Option<Box<dyn Tape>> {
        Some(Box::new(ShelfTape(self.clone(), call_id.to_owned())))
    }

    async fn delete(&self, call_id: &str) -> Result<(), SoundError> {
        self.kept.lock().expect("no panic").remove(call_id);
        Ok(())
    }
}

#[async_trait]
impl Tape for ShelfTape {
    async fn keep(&mut self, channel: usize, samples: &[i16]) -> Result<(), SoundError> {
        let mut kept = self.0.kept.lock().expect("no panic");
        let voices = kept.entry(self.1.clone()).or_default();
        if voices[channel].len() + samples.len() > self.0.most {
            return Err(SoundError("the shelf is full".to_owned()));
        }
        voices[channel].extend(samples);
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), SoundError> {
        self.0.finished.lock().expect("no panic").push(self.1.clone());
        Ok(())
    }
}

fn live(shelf: &Shelf) -> (Live, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = CallStore::new(folder.path().join("calls.sqlite"));
    let store = store.with_sound(Arc::new(shelf.clone()));
    let book = Playbook::first_call().expect("the playbook");
    let ears = Arc::new(Scripted::new(&[]));
    (Live::new(book, ears, None, store, LiveConfig::default()), folder)
}

/// Sends these frames of both voices; a sample tells its frame.
async fn send(link: &Link, frames: std::ops::Range<u32>) {
    for seq in frames {
        for channel in 0..2 {
            let samples = vec![seq as i16 + 1000 * channel as i16; 1600];
            let frame = Frame { channel, seq, samples };
            link.inbox.binary(&frame.bytes()).await.expect("a call that listens");
        }
    }
}

/// Says goodbye; all words that come.
async fn bye(mut link: Link) -> Vec<ServerWord> {
    link.inbox.text(r#"{"do":"bye"}"#).await.expect("a call that listens");
    let mut words = Vec::new();
    while let Some(told) = link.words.recv().await {
        words.push(told.word.clone());
    }
    words
}

#[tokio::test]
async fn what_is_heard_is_kept_once_over_a_cut_and_deleted_with_the_call() {
    let shelf = Shelf::new(usize::MAX);
    let (live, _folder) = live(&shelf);
    let link = live.open("ida", &hello()).await.expect("a call");
    let call_id = link.call_id.clone();
    send(&link, 0..10).await;
    drop(link);
    let again = Hello { call_id: Some(call_id.clone()), ..hello() };
    let link = live.open("ida", &again).await.expect("the same call");
    // Some come twice, and one too early.
    send(&link, 5..20).await;
    send(&link, 25..26).await;
    let words = bye(link).await;
    assert!(matches!(words.last(), Some(ServerWord::Ended { reason: Reason::Bye, .. })));
    let expected = [0, 1].map(|channel: i16| {
        (0..20).flat_map(|seq: i16| vec![seq + 1000 * channel; 1600]).collect::<Vec<i16>>()
    });
    assert!(shelf.of(&call_id) == Some(expected), "what is kept is what was heard");
    assert_eq!(*shelf.finished.lock().expect("no panic"), std::slice::from_ref(&call_id));

    assert!(!live.delete(&viewer("bo"), &call_id).await.expect("an answer"));
    assert!(shelf.of(&call_id).is_some(), "it is not Bo's");
    assert!(live.delete(&viewer("ida"), &call_id).await.expect("an answer"));
    assert!(shelf.of(&call_id).is_none());
}

#[tokio::test]
async fn sound_is_swept_with_the_call_and_deleted_with_one_that_goes_on() {
    let shelf = Shelf::new(usize::MAX);
    let (live, _folder) = live(&shelf);
    let mut calls = Vec::new();
    for _ in 0..2 {
        let link = live.open("ida", &hello()).await.expect("a call");
        send(&link, 0..5).await;
        calls.push(link);
    }
    let goes_on = calls.pop().expect("a call");
    let ended = calls.pop().expect("a call");
    let id = ended.call_id.clone();
    bye(ended).await;
    assert!(live.delete(&viewer("ida"), &goes_on.call_id).await.expect("an answer"));
    assert!(shelf.of(&goes_on.call_id).is_none() && shelf.of(&id).is_some());
    let days = Duration::from_secs(31 * 86_400);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let later_s = (now.expect("after 1970") + days).as_secs() as i64;
    assert_eq!(live.store().sweep(later_s).await.expect("swept"), 1);
    assert!(shelf.of(&id).is_none());
}

#[tokio::test]
async fn a_call_whose_sound_cannot_be_kept_goes_on_and_says_so_once() {
    let shelf = Shelf::new(1600 * 3);
    let (live, _folder) = live(&shelf);
    let link = live.open("ida", &hello()).await.expect("a call");
    let call_id = link.call_id.clone();
    send(&link, 0..20).await;
    let words = bye(link).await;
    let errors = words.iter().filter_map(|word| match word {
        ServerWord::Error { code, why } => Some((*code, why.contains("shelf"))),
        _ => None,
    });
    assert_eq!(errors.collect::<Vec<_>>(), [(ErrorCode::Store, false)], "{words:?}");
    let ended = ServerWord::Ended { reason: Reason::Bye, duration_s: 2.0 };
    assert_eq!(words.last(), Some(&ended));
    assert_eq!(shelf.of(&call_id).expect("what was kept")[0].len(), 1600 * 3);
}

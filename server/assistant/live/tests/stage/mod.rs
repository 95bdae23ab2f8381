//! What calls are played with: a transcriber that hears what a script says, a clock that is moved
//! by hand, and a client.

#![allow(dead_code, reason = "each test plays with a part of it")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, mpsc as threads};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::mpsc;
use weir_calls::{Detector, Playbook, Role};
use weir_live::{CallStore, Frame, Hello, Link, Live, LiveConfig, RATE, ServerWord, Told, Viewer};
use weir_providers::ChatModel;
use weir_speech::{Ear, Heard, SpeechError, StreamingTranscriber, Transcript};

/// Seconds of a frame.
pub const FRAME_S: f32 = 0.1;
/// Samples of a frame.
pub const FRAME: usize = RATE as usize / 10;
/// Seconds of silence after which a turn has ended.
const SILENCE_S: f32 = 0.6;
/// Nothing in these tests takes so long, on any machine.
const NEVER: Duration = Duration::from_secs(60);

/// What somebody says.
#[derive(Clone, Debug)]
pub struct Line {
    pub channel: usize,
    pub start_s: f32,
    pub end_s: f32,
    pub text: String,
}

/// A line.
pub fn line(channel: usize, start_s: f32, end_s: f32, text: &str) -> Line {
    Line { channel, start_s, end_s, text: text.to_owned() }
}

/// A transcriber that hears the lines of a script at their times, whatever the sound is.
pub struct Scripted {
    pub lines: Vec<Line>,
    pub listened: AtomicUsize,
    /// Samples that were heard by all ears, by channel.
    pub heard: Arc<[AtomicU64; 2]>,
    /// An ear on this channel takes so long over the frame at this second, and says so.
    pub slow: Option<(usize, f32, Duration)>,
    /// An ear on this channel fails at this second.
    pub fails: Option<(usize, f32)>,
}

impl Scripted {
    pub fn new(lines: &[Line]) -> Self {
        let (listened, heard) = (AtomicUsize::new(0), Arc::default());
        Self { lines: lines.to_vec(), listened, heard, slow: None, fails: None }
    }
}

#[async_trait]
impl StreamingTranscriber for Scripted {
    fn id(&self) -> &str {
        "a script"
    }

    async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError> {
        let channel = self.listened.fetch_add(1, Ordering::SeqCst) % 2;
        let (events, heard) = mpsc::channel(64);
        let lines = self.lines.iter().filter(|line| line.channel == channel);
        let mut cues: Vec<(f32, Heard)> =
            (0..).zip(lines).flat_map(|(k, line)| cues(k, line)).collect();
        let of = |of: f32| ((of / FRAME_S).round() as usize, of);
        let slow =
            self.slow.filter(|(slow, ..)| *slow == channel).map(|(_, at, long)| (of(at), long));
        if let Some((_, at_s)) = self.fails.filter(|(fails, _)| *fails == channel) {
            let failed = SpeechError::Failed("the script says so".to_owned());
            cues.retain(|(at, _)| *at < at_s);
            cues.push((at_s, Heard::Failed(failed)));
        }
        cues.reverse();
        let total = Arc::clone(&self.heard);
        Ok((
            Box::new(ScriptedEar { channel, cues, frames: 0, samples: 0, slow, events, total }),
            heard,
        ))
    }
}

/// What is heard of a line, and when.
fn cues(utterance: u64, line: &Line) -> Vec<(f32, Heard)> {
    let Line { start_s, end_s, text, .. } = line;
    let words: Vec<&str> = text.split(' ').collect();
    let mut cues = vec![(start_s + 0.2, Heard::Started { utterance, at_s: *start_s })];
    for k in 1..=words.len() {
        let at_s = start_s + 0.2 + (end_s - start_s) * k as f32 / words.len() as f32;
        if !text.is_empty() && k % 3 == 0 {
            cues.push((at_s, Heard::Partial { utterance, text: words[..k].join(" ") }));
        }
    }
    let transcript = Transcript { text: text.clone(), words: Vec::new() };
    let last = Heard::Final { utterance, start_s: *start_s, end_s: *end_s, transcript };
    cues.push((end_s + SILENCE_S, last));
    cues
}

struct ScriptedEar {
    channel: usize,
    /// The last one comes first.
    cues: Vec<(f32, Heard)>,
    frames: usize,
    samples: u64,
    slow: Option<((usize, f32), Duration)>,
    events: mpsc::Sender<Heard>,
    total: Arc<[AtomicU64; 2]>,
}

impl ScriptedEar {
    async fn tell(&mut self, until_s: f32) -> Result<(), SpeechError> {
        let gone = |_| SpeechError::Failed("nobody listens".to_owned());
        while self.cues.last().is_some_and(|(at_s, _)| *at_s <= until_s) {
            if let Some((_, heard)) = self.cues.pop() {
                self.events.send(heard).await.map_err(gone)?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Ear for ScriptedEar {
    async fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        self.samples += samples.len() as u64;
        self.frames += 1;
        if let Some(((frame, behind_s), long)) = self.slow
            && frame == self.frames
        {
            // Who listens has not gone: it is being called from there.
            let _ = self.events.send(Heard::Lag { behind_s }).await;
            tokio::time::sleep(long).await;
            let _ = self.events.send(Heard::Lag { behind_s: 0.1 }).await;
        }
        let heard_s = (self.samples as f64 / f64::from(RATE)) as f32;
        self.tell(heard_s).await?;
        self.total[self.channel].fetch_add(samples.len() as u64, Ordering::SeqCst);
        Ok(())
    }

    async fn end_utterance(&mut self) -> Result<(), SpeechError> {
        Ok(())
    }

    /// Who is speaking is heard to the end.
    async fn finish(&mut self) -> Result<(), SpeechError> {
        let heard_s = (self.samples as f64 / f64::from(RATE)) as f32;
        let begun = |heard: &Heard| match heard {
            Heard::Final { start_s, .. } => *start_s + 0.2 <= heard_s,
            _ => false,
        };
        self.cues.retain(|(_, heard)| begun(heard));
        self.tell(f32::INFINITY).await?;
        let ended = Heard::Ended { heard_s };
        self.events.send(ended).await.map_err(|_| SpeechError::Failed("gone".to_owned()))
    }
}

/// While it is there, the paused clock moves by hand alone: a database works in threads of its
/// own, during which tokio would take the time to pass.
pub struct HeldClock {
    _release: threads::Sender<()>,
}

/// Holds the clock.
pub fn hold_clock() -> HeldClock {
    let (release, released) = threads::channel();
    tokio::task::spawn_blocking(move || released.recv());
    HeldClock { _release: release }
}

/// Waits until something is so, while the clock stands.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < NEVER, "{what}");
        tokio::task::yield_now().await;
    }
}

/// Somebody who looks at their own calls.
pub fn viewer(user_id: &str) -> Viewer {
    Viewer { user_id: user_id.to_owned(), sees_all: false }
}

/// A hello that is let in.
pub fn hello() -> Hello {
    Hello {
        jwt: String::new(),
        call_id: None,
        last_n: 0,
        rate: RATE,
        channels: [Role::Agent, Role::Customer],
        consent: true,
        title: Some("About pipes".to_owned()),
    }
}

/// What calls go on in.
pub struct Stage {
    pub live: Live,
    pub heard: Arc<[AtomicU64; 2]>,
    pub folder: tempfile::TempDir,
}

impl Stage {
    pub fn new(scripted: Scripted, config: LiveConfig) -> Self {
        Self::judged(scripted, None, config)
    }

    /// With a model that judges turns.
    pub fn judged(
        scripted: Scripted,
        model: Option<Arc<dyn ChatModel>>,
        config: LiveConfig,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let heard = Arc::clone(&scripted.heard);
        let store = CallStore::new(folder.path().join("calls.sqlite"));
        let book = Playbook::first_call().expect("the playbook");
        let detector = Detector::new(&book);
        let live = Live::new(book, detector, Arc::new(scripted), model, store, config);
        Self { live, heard, folder }
    }

    /// With the limits as they are.
    pub fn of(lines: &[Line]) -> Self {
        Self::new(Scripted::new(lines), LiveConfig::default())
    }
}

/// A client of one call.
pub struct Client {
    live: Live,
    heard: Arc<[AtomicU64; 2]>,
    pub user_id: String,
    pub call_id: String,
    pub link: Option<Link>,
    /// All words but `ready`, in the order in which they came.
    pub seen: Vec<Told>,
    /// The next frame of each channel.
    pub next: [u32; 2],
}

impl Client {
    pub async fn begin(stage: &Stage, user_id: &str) -> Self {
        let link = stage.live.open(user_id, &hello()).await.expect("a call");
        let mut client = Self {
            live: stage.live.clone(),
            heard: Arc::clone(&stage.heard),
            user_id: user_id.to_owned(),
            call_id: link.call_id.clone(),
            link: None,
            seen: Vec::new(),
            next: [0; 2],
        };
        client.greet(link).await;
        client
    }

    async fn greet(&mut self, mut link: Link) {
        let ready = link.words.recv().await.expect("a first word");
        let ServerWord::Ready { call_id, resume_from, .. } = &ready.word else {
            panic!("{ready:?} is no ready")
        };
        assert_eq!(*call_id, self.call_id);
        self.next = *resume_from;
        self.link = Some(link);
    }

    /// Comes back after a cut.
    pub async fn resume(&mut self) {
        let last_n = self.seen.last().map_or(0, |told| told.n);
        let hello = Hello { call_id: Some(self.call_id.clone()), last_n, ..hello() };
        let link = self.live.open(&self.user_id, &hello).await.expect("the same call");
        self.greet(link).await;
    }

    pub fn link(&self) -> &Link {
        self.link.as_ref().expect("a connection")
    }

    /// Sends a frame of a channel, silent: the script knows what is said.
    pub async fn frame(&mut self, channel: usize, seq: u32) {
        let frame = Frame { channel, seq, samples: vec![0; FRAME] };
        self.link().inbox.binary(&frame.bytes()).await.expect("a call that listens");
    }

    /// Sends both voices until so many seconds of each were sent, in the order of time.
    pub async fn send_until(&mut self, until_s: f32) {
        let frames = (until_s / FRAME_S).round() as u32;
        for seq in self.next[0].min(self.next[1])..frames {
            for channel in 0..2 {
                if self.next[channel] == seq {
                    self.frame(channel, seq).await;
                    self.next[channel] += 1;
                }
            }
            self.take();
        }
    }

    /// The same at the pace of the clock, and what was sent is heard before it goes on.
    pub async fn live_until(&mut self, until_s: f32) {
        let frames = (until_s / FRAME_S).round() as u32;
        while self.next[0].min(self.next[1]) < frames {
            let next_s = (self.next[0].min(self.next[1]) + 1) as f32 * FRAME_S;
            self.send_until(next_s).await;
            self.settle().await;
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        self.take();
    }

    /// Waits until all that was sent was heard.
    pub async fn settle(&mut self) {
        let sent = self.next.map(|next| u64::from(next) * FRAME as u64);
        let heard = Arc::clone(&self.heard);
        until("frames are heard", || {
            self.take();
            (0..2).all(|channel| heard[channel].load(Ordering::SeqCst) >= sent[channel])
        })
        .await;
    }

    /// Takes the words that are there.
    pub fn take(&mut self) {
        let Some(link) = &mut self.link else { return };
        self.seen
            .extend(std::iter::from_fn(|| link.words.try_recv().ok()).map(|told| (*told).clone()));
    }

    /// Waits for the last word.
    pub async fn ended(&mut self) -> ServerWord {
        until("the call ends", || {
            self.take();
            matches!(self.seen.last(), Some(Told { word: ServerWord::Ended { .. }, .. }))
        })
        .await;
        self.seen.last().expect("a word").word.clone()
    }

    /// Waits for a word.
    pub async fn sees(&mut self, what: &str, is_it: impl Fn(&ServerWord) -> bool) {
        until(what, || {
            self.take();
            self.seen.iter().any(|told| is_it(&told.word))
        })
        .await;
    }

    pub async fn bye(&mut self) -> ServerWord {
        self.link().inbox.text(r#"{"do":"bye"}"#).await.expect("a call that listens");
        self.ended().await
    }
}

/// The playbook, and what has learnt it.
static LEARNT: LazyLock<(Playbook, Detector)> = LazyLock::new(|| {
    let book = Playbook::first_call().expect("the playbook");
    let detector = Detector::new(&book);
    (book, detector)
});

/// A sentence of the playbook that says this and nothing else, alone.
pub fn saying(id: &str) -> String {
    let (book, detector) = &*LEARNT;
    let (role, examples) = match (book.landmark(id), book.pushback(id)) {
        (Some(landmark), _) => (landmark.role, &landmark.examples),
        (None, Some(pushback)) => (pushback.role, &pushback.examples),
        (None, None) => panic!("{id} is in no playbook"),
    };
    let says_it = |text: &&String| {
        let found = detector.detect(role, text);
        found.len() == 1 && found[0].id == id
    };
    examples.iter().find(says_it).expect("an example that is found").clone()
}

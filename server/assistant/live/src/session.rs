//! One call: an actor that owns its ears, and all that is known of it while it goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};
use weir_speech::{Ear, Heard};

use crate::desk::{Accepted, Desk, Failure};
use crate::frame::Frame;
use crate::judging::Verdict;
use crate::link::{Event, Inbox, Link};
use crate::live::LiveConfig;
use crate::words::{CHANNELS, ErrorCode, LandmarkState, Reason, ServerWord, Told};

/// Longest that an ear may take before it takes more sound.
const STUCK: Duration = Duration::from_secs(60);

/// What is asked of a call from outside its connection.
#[derive(Debug)]
pub(crate) enum Control {
    /// A client comes, or comes back, and knows all words up to this number.
    Attach { last_n: u64, reply: oneshot::Sender<Link> },
    /// Somebody watches.
    Watch { reply: oneshot::Sender<Watch> },
    /// Somebody who watches says how a landmark is.
    Mark { landmark: String, state: LandmarkState },
    /// The call ends.
    End(Reason),
}

/// What somebody who watches a call sees.
#[derive(Debug)]
pub struct Watch {
    /// How it began, and all words so far but partials of turns that have ended.
    pub so_far: Vec<Arc<Told>>,
    /// What comes. Who is too slow misses words, is told so by the channel, and may watch anew.
    pub words: broadcast::Receiver<Arc<Told>>,
}

/// An ear, and what it hears.
pub(crate) type Listener = (Box<dyn Ear>, mpsc::Receiver<Heard>);

/// One call.
pub(crate) struct Session {
    ears: [Box<dyn Ear>; CHANNELS],
    heard: [mpsc::Receiver<Heard>; CHANNELS],
    control: mpsc::Receiver<Control>,
    inbox: Option<mpsc::Receiver<Event>>,
    desk: Desk,
    config: LiveConfig,
    began: Instant,
    /// When sound came last.
    sound: Instant,
    /// When the client went.
    left: Instant,
}

/// The next thing that happens.
enum Step {
    Heard(usize, Option<Heard>),
    Judged(Verdict),
    Control(Option<Control>),
    Event(Option<Event>),
    Late(Reason),
}

impl Session {
    pub fn new(
        listeners: [Listener; CHANNELS],
        control: mpsc::Receiver<Control>,
        desk: Desk,
        config: LiveConfig,
    ) -> Self {
        let [(agent, agent_heard), (customer, customer_heard)] = listeners;
        let now = Instant::now();
        Self {
            ears: [agent, customer],
            heard: [agent_heard, customer_heard],
            control,
            inbox: None,
            desk,
            config,
            began: now,
            sound: now,
            left: now,
        }
    }

    /// Goes on until the call ends. `free` is called when its end is kept, before it is told.
    pub async fn run(mut self, free: impl FnOnce()) {
        let reason = self.listen().await.unwrap_or_else(|failure| {
            self.desk.fail(&failure);
            Reason::Failed
        });
        self.inbox = None;
        if let Err(failure) = self.finish().await
            && reason != Reason::Failed
        {
            self.desk.fail(&failure);
        }
        self.desk.end(reason).await;
        free();
        let duration_s = self.desk.sound_s();
        self.desk.telling.tell(ServerWord::Ended { reason, duration_s });
    }

    async fn listen(&mut self) -> Result<Reason, Failure> {
        loop {
            match self.step().await {
                Step::Heard(channel, heard) => self.heard(channel, heard).await?,
                Step::Judged(verdict) => self.desk.judged(verdict).await?,
                Step::Control(Some(Control::Attach { last_n, reply })) => {
                    if let Some(reason) = self.attach(last_n, reply).await? {
                        return Ok(reason);
                    }
                }
                Step::Control(Some(Control::Watch { reply })) => self.watch(reply),
                Step::Control(Some(Control::Mark { landmark, state })) => {
                    self.desk.mark(&landmark, state).await?;
                }
                Step::Control(Some(Control::End(reason))) => return Ok(reason),
                Step::Control(None) => return Ok(Reason::Shutdown),
                Step::Event(Some(event)) => {
                    if let Some(reason) = self.event(event).await? {
                        return Ok(reason);
                    }
                }
                Step::Event(None) => self.leave(),
                Step::Late(reason) => return Ok(reason),
            }
        }
    }

    /// What was heard is told before more is heard: so words come in the same order however
    /// fast the sound does.
    async fn step(&mut self) -> Step {
        let longest = self.began + self.config.longest;
        // Who never stops sending would never be asked for the time below.
        if Instant::now() >= longest {
            return Step::Late(Reason::Longest);
        }
        let (late, reason) = match self.inbox {
            Some(_) => (self.sound + self.config.idle, Reason::Idle),
            None => (self.left + self.config.resume, Reason::Cut),
        };
        let (late, reason) =
            if longest <= late { (longest, Reason::Longest) } else { (late, reason) };
        let [first, second] = &mut self.heard;
        tokio::select! {
            biased;
            heard = first.recv() => Step::Heard(0, heard),
            heard = second.recv() => Step::Heard(1, heard),
            verdict = self.desk.verdict() => Step::Judged(verdict),
            control = self.control.recv() => Step::Control(control),
            event = next(&mut self.inbox) => Step::Event(event),
            () = sleep_until(late) => Step::Late(reason),
        }
    }

    async fn heard(&mut self, channel: usize, heard: Option<Heard>) -> Result<(), Failure> {
        let heard = heard.ok_or_else(deaf)?;
        self.desk.heard(channel, heard).await
    }

    /// What a client sent; the reason, if it ends the call.
    async fn event(&mut self, event: Event) -> Result<Option<Reason>, Failure> {
        match event {
            Event::Frame(frame) => {
                if self.desk.accept(&frame) == Accepted::Yes {
                    self.desk.keep(&frame).await;
                    self.hear(&frame).await?;
                    self.sound = Instant::now();
                    // Sound that comes faster than it was spoken is no way to a longer call.
                    if self.desk.sound_s() > self.config.longest.as_secs_f32() {
                        return Ok(Some(Reason::Longest));
                    }
                }
            }
            Event::Mark { landmark, state } => self.desk.mark(&landmark, state).await?,
            Event::Bye => return Ok(Some(Reason::Bye)),
            Event::Wrong { code, why } => self.desk.error(code, why),
        }
        Ok(None)
    }

    /// An ear hears a frame. It may have to wait until what it heard is taken from it.
    async fn hear(&mut self, frame: &Frame) -> Result<(), Failure> {
        let hears = self.ears[frame.channel].hear(&frame.samples);
        tokio::pin!(hears);
        let stuck = sleep(STUCK);
        tokio::pin!(stuck);
        let [first, second] = &mut self.heard;
        loop {
            let (channel, heard) = tokio::select! {
                biased;
                heard = first.recv() => (0, heard),
                heard = second.recv() => (1, heard),
                // Why an ear is deaf is among what it heard.
                _ = &mut hears => break,
                () = &mut stuck => {
                    let why = "the transcriber does not keep up with the sound";
                    return Err(Failure::Ear(why.to_owned()));
                }
            };
            self.desk.heard(channel, heard.ok_or_else(deaf)?).await?;
        }
        self.desk.follow().await
    }

    /// A client comes. What came over the connection before is heard first.
    async fn attach(
        &mut self,
        last_n: u64,
        reply: oneshot::Sender<Link>,
    ) -> Result<Option<Reason>, Failure> {
        if let Some(mut before) = self.inbox.take() {
            before.close();
            while let Some(event) = before.recv().await {
                if let Some(reason) = self.event(event).await? {
                    return Ok(Some(reason));
                }
            }
        }
        self.leave();
        let (inbox, events) = Inbox::new();
        let ready = self.desk.greet();
        let words = self.desk.telling.attach(ready, last_n);
        let call_id = self.desk.call_id.clone();
        if reply.send(Link { call_id, inbox, words }).is_ok() {
            self.inbox = Some(events);
            self.sound = Instant::now();
        }
        Ok(None)
    }

    fn watch(&self, reply: oneshot::Sender<Watch>) {
        let (mut so_far, words) = self.desk.telling.watch();
        let ready = Told { n: 0, word: self.desk.ready() };
        so_far.insert(0, Arc::new(ready));
        // Who asked may have gone.
        let _ = reply.send(Watch { so_far, words });
    }

    fn leave(&mut self) {
        self.inbox = None;
        self.desk.telling.detach();
        self.left = Instant::now();
    }

    /// The ears tell the rest of what they heard, if they can in time.
    async fn finish(&mut self) -> Result<(), Failure> {
        let [first_ear, second_ear] = &mut self.ears;
        // Why an ear is deaf is among what it heard.
        let finishes = async { tokio::join!(first_ear.finish(), second_ear.finish()) };
        tokio::pin!(finishes);
        let patience = sleep(self.config.finish);
        tokio::pin!(patience);
        let [first, second] = &mut self.heard;
        let (mut is_finished, mut hears) = (false, [true; CHANNELS]);
        let mut fault = None;
        while hears.contains(&true) {
            let (channel, heard) = tokio::select! {
                biased;
                heard = first.recv(), if hears[0] => (0, heard),
                heard = second.recv(), if hears[1] => (1, heard),
                _ = &mut finishes, if !is_finished => {
                    is_finished = true;
                    continue;
                }
                () = &mut patience => {
                    let why = "the last words were not heard in time";
                    self.desk.telling.tell(ServerWord::Error {
                        code: ErrorCode::Transcriber,
                        why: why.to_owned(),
                    });
                    break;
                }
            };
            hears[channel] = !matches!(heard, None | Some(Heard::Ended { .. } | Heard::Failed(_)));
            if let Some(heard) = heard
                && let Err(failure) = self.desk.heard(channel, heard).await
            {
                fault = fault.or(Some(failure));
            }
        }
        let rest = self.desk.rest().await;
        fault.map_or(rest, Err)
    }
}

/// The next thing that a client sends, if one is there.
async fn next(inbox: &mut Option<mpsc::Receiver<Event>>) -> Option<Event> {
    match inbox {
        Some(inbox) => inbox.recv().await,
        None => std::future::pending().await,
    }
}

fn deaf() -> Failure {
    Failure::Ear("the transcriber has stopped listening".to_owned())
}

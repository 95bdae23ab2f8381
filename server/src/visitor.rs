//! One visitor's WebSocket: wishes in, words and frames out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep, timeout};
use weir_scene::{Limits, Scene};
use weir_words::{GALLERY, Wanted, Wish};

use crate::app::App;
use crate::ask::{Ask, Thought};
use crate::engine::Engine;
use crate::flow::Flow;
use crate::gallery::Guest;
use crate::insides::{Insides, MOST};
use crate::metrics::Sent;
use crate::protocol::{self, Answer};
use crate::rate::{Fate, Messages};
use crate::stage::{Key, RunId, Seat};

/// Time between two signs of life.
const PULSE: Duration = Duration::from_secs(20);
/// Time between two words on how busy the server is.
const PACE: Duration = Duration::from_secs(1);
/// Longest that a message may take to be taken by the network.
const PATIENCE: Duration = Duration::from_secs(10);
/// Close code for a server that goes away (RFC 6455, 7.4.1).
const GOING_AWAY: u16 = 1001;
/// Close code for who does what is not allowed.
const POLICY: u16 = 1008;
/// Longest that who is sent away has to hear it.
const FAREWELL: Duration = Duration::from_secs(2);
/// Longest that a visitor's own run goes on without a word from the visitor.
const IDLE: Duration = Duration::from_secs(180);

/// Bytes of a refusal: enough to say what was wrong, and no echo of what was sent.
const ECHO: usize = 400;

/// Why nobody can look into a network that another server has.
const ELSEWHERE: &str = "takes a run of this server; this water is on another one";

/// The visitor has gone.
struct Gone;

/// Serves a visitor until it goes, or the server closes.
pub async fn serve(socket: WebSocket, app: App) {
    let messages = Messages::new(app.config.limits.messages);
    let closing = app.closing.clone();
    let every = |period| {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    };
    let (thoughts, thought) = mpsc::channel(1);
    let mut visitor = Visitor {
        socket,
        app,
        messages,
        place: None,
        flows: [Flow::new(0), Flow::new(1)],
        pulse: every(PULSE),
        pace: every(PACE),
        guest: None,
        heard: tokio::time::Instant::now(),
        thoughts,
        thought,
    };
    let closed = tokio::select! {
        Gone = visitor.live() => false,
        () = closing.cancelled() => true,
    };
    if closed {
        let frame = CloseFrame { code: GOING_AWAY, reason: Utf8Bytes::from_static("closing") };
        // Who is gone already need not be told.
        let _ = visitor.socket.send(Message::Close(Some(frame))).await;
    }
    visitor.vanish();
}

struct Visitor {
    socket: WebSocket,
    app: App,
    messages: Messages,
    place: Option<Place>,
    flows: [Flow; 2],
    pulse: Interval,
    pace: Interval,
    /// Whether it is a guest of the gallery.
    guest: Option<Guest>,
    /// When the visitor last said something.
    heard: tokio::time::Instant,
    /// What comes of questions that are thought about elsewhere, one at a time.
    thoughts: mpsc::Sender<Result<Thought, (Ask, String)>>,
    thought: mpsc::Receiver<Result<Thought, (Ask, String)>>,
}

struct Place {
    seat: Seat,
    is_mine: bool,
    look: Option<Look>,
}

/// What the visitor sees of the network's insides.
struct Look {
    wanted: Vec<Wanted>,
    insides: watch::Receiver<Option<Arc<Insides>>>,
}

enum Event {
    Said(Option<Result<Message, axum::Error>>),
    State(bool),
    Frame(usize, bool),
    Insides,
    Thought(Option<Result<Thought, (Ask, String)>>),
    Pace,
    Pulse,
}

impl Visitor {
    async fn live(&mut self) -> Gone {
        loop {
            if let Err(gone) = self.turn().await {
                return gone;
            }
        }
    }

    async fn turn(&mut self) -> Result<(), Gone> {
        let event = {
            let Self { socket, place, pulse, pace, thought, .. } = self;
            let has_place = place.is_some();
            let (mut state, [mut first, mut second], mut insides) = match place {
                Some(Place { seat, look, .. }) => {
                    let [first, second] = &mut seat.streams;
                    let insides = look.as_mut().map(|look| &mut look.insides);
                    (Some(&mut seat.state), [Some(first), Some(second)], insides)
                }
                None => (None, [None, None], None),
            };
            tokio::select! {
                biased;
                said = socket.recv() => Event::Said(said),
                there = changed(&mut state) => Event::State(there),
                there = changed(&mut first) => Event::Frame(0, there),
                there = changed(&mut second) => Event::Frame(1, there),
                _ = changed(&mut insides) => Event::Insides,
                thought = thought.recv() => Event::Thought(thought),
                _ = pace.tick(), if has_place => Event::Pace,
                _ = pulse.tick() => Event::Pulse,
            }
        };
        match event {
            Event::Said(Some(Ok(message))) => self.hear(message).await,
            Event::Said(_) => Err(Gone),
            Event::State(true) => self.show_state().await,
            Event::Frame(stream, true) => self.show_frame(stream).await,
            Event::State(false) | Event::Frame(_, false) => {
                let end = self.place.take().map(|place| place.seat.end).unwrap_or_default();
                self.say(&Answer::Ended { why: end.get().copied() }).await
            }
            Event::Insides => self.show_insides().await,
            Event::Thought(Some(Ok(Thought::Map(map)))) => self.send(Message::Binary(map)).await,
            Event::Thought(Some(Ok(Thought::Words(words)))) => {
                self.send(Message::Text(words.into())).await
            }
            Event::Thought(Some(Err((ask, why)))) => self.refuse(ask.name(), why).await,
            // There is a sender for as long as there is a visitor.
            Event::Thought(None) => Err(Gone),
            Event::Pace => {
                let load = self.app.stage.load();
                self.say(&Answer::Pace(load)).await
            }
            Event::Pulse => {
                if self.heard.elapsed() > IDLE && self.place.as_ref().is_some_and(|p| p.is_mine) {
                    self.leave();
                    self.say(&Answer::Ended { why: None }).await?;
                }
                self.send(Message::Ping(bytes::Bytes::new())).await
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Gone> {
        match self.messages.next() {
            Fate::Heard => {}
            Fate::Refused => {
                return self.refuse("message", "too many; wait a little".to_owned()).await;
            }
            Fate::Dropped => {
                sleep(self.messages.pause()).await;
                return Ok(());
            }
            Fate::Enough => return Err(self.send_away().await),
        }
        match message {
            Message::Text(text) => match protocol::understand(&text) {
                // In a place of its own, so that who says nothing takes no room for what could be
                // said.
                Ok(wish) => Box::pin(self.grant(wish, &text)).await,
                Err(why) => self.refuse("message", why).await,
            },
            Message::Binary(_) => self.refuse("message", "takes text, got bytes".to_owned()).await,
            // Answered by the library.
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(Gone),
        }
    }

    async fn grant(&mut self, wish: Wish, text: &str) -> Result<(), Gone> {
        match wish {
            Wish::Seen { stream, number } => {
                let Some(flow) = self.flows.get_mut(stream) else {
                    return self
                        .refuse("seen", format!("stream: got {stream}, takes 0 or 1"))
                        .await;
                };
                flow.seen(number);
                return Ok(());
            }
            Wish::Ping { at } => return self.say(&Answer::Pong { at }).await,
            _ => {}
        }
        self.heard = tokio::time::Instant::now();
        match wish {
            Wish::Open { scene, example, engine } => {
                match scene_of(scene, example.as_deref(), &self.app.limits) {
                    Ok(scene) => self.open(scene, engine).await,
                    Err(why) => self.refuse("open", why).await,
                }
            }
            Wish::Watch { run } if run == GALLERY => match self.app.gallery.join().await {
                Ok((seat, guest)) => {
                    self.sit(seat).await?;
                    self.guest = Some(guest);
                    Ok(())
                }
                Err(refusal) => self.refuse("watch", refusal.to_string()).await,
            },
            Wish::Watch { run } => match run.parse::<RunId>() {
                Ok(run) => match self.app.join(run).await {
                    Ok(seat) => self.sit(seat).await,
                    Err(refusal) => self.refuse("watch", refusal.to_string()).await,
                },
                Err(why) => self.refuse("watch", why).await,
            },
            Wish::Resume { key } => match key.parse::<Key>() {
                Ok(key) => match self.app.stage.resume(key).await {
                    Ok(seat) => self.sit(seat).await,
                    Err(refusal) => self.refuse("resume", refusal.to_string()).await,
                },
                Err(why) => self.refuse("resume", why).await,
            },
            Wish::Leave => {
                self.leave();
                Ok(())
            }
            Wish::Look { maps } => self.look(maps).await,
            Wish::Field { at_m } => self.ask(Ask::Field(at_m)).await,
            Wish::Saliency => self.ask(Ask::Saliency).await,
            wish => {
                // What it is called stands in what was said.
                let what = word(text);
                let Some(Place { seat, is_mine: true, .. }) = &self.place else {
                    let why = "takes a run of your own: open one".to_owned();
                    return self.refuse(&what, why).await;
                };
                let (run, Some(deed)) = (seat.run, protocol::deed(wish)) else { return Ok(()) };
                match self.app.stage.act(run, deed).await {
                    Ok(()) => Ok(()),
                    Err(refusal) => self.refuse(&what, refusal.to_string()).await,
                }
            }
        }
    }

    async fn open(&mut self, scene: Scene, engine: Engine) -> Result<(), Gone> {
        // One run a visitor: the old place is free for the new one.
        self.leave();
        match self.app.stage.open(scene, engine).await {
            Ok(seat) => self.sit(seat).await,
            Err(refusal) => self.refuse("open", refusal.to_string()).await,
        }
    }

    async fn sit(&mut self, mut seat: Seat) -> Result<(), Gone> {
        if self.place.as_ref().is_some_and(|place| place.seat.run == seat.run) {
            // Its owner came back without having gone.
            self.vanish();
        } else {
            self.leave();
        }
        self.guest = None;
        self.flows = [Flow::new(0), Flow::new(1)];
        let (run, key) = (seat.run.to_string(), seat.key.map(|key| key.to_string()));
        // What is there already is news to who has just come.
        seat.state.mark_changed();
        seat.streams.iter_mut().for_each(watch::Receiver::mark_changed);
        let is_mine = key.is_some();
        self.place = Some(Place { seat, is_mine, look: None });
        self.say(&Answer::Run { run, mine: is_mine, key }).await
    }

    /// Gives up the place; a run of one's own ends with it.
    fn leave(&mut self) {
        self.guest = None;
        if let Some(Place { seat, is_mine: true, .. }) = self.place.take() {
            self.app.stage.close(seat.run);
        }
    }

    /// Gives up the place without a word; a run of one's own waits for a while.
    fn vanish(&mut self) {
        if let Some(Place { seat, is_mine: true, .. }) = self.place.take() {
            self.app.stage.abandon(seat.run);
        }
    }

    async fn look(&mut self, wanted: Vec<Wanted>) -> Result<(), Gone> {
        let Some(place) = &mut self.place else {
            return self.refuse("look", "takes a run: open or watch one".to_owned()).await;
        };
        let Some(slot) = &place.seat.insides else {
            return self.refuse("look", ELSEWHERE.to_owned()).await;
        };
        let atlas = place.seat.state.borrow().atlas.clone();
        let known = |&(layer, channel): &Wanted| {
            let layers = atlas.as_ref().map_or(&[][..], |atlas| &atlas.layers);
            layers.get(layer).is_some_and(|sheet| channel < sheet.channels.len())
        };
        if wanted.len() > MOST {
            let why = format!("maps: got {}, takes {MOST} or less", wanted.len());
            return self.refuse("look", why).await;
        }
        if let Some(wrong) = wanted.iter().find(|wanted| !known(wanted)) {
            let why = format!("maps: there is no map {} of layer {}", wrong.1, wrong.0);
            return self.refuse("look", why).await;
        }
        place.look = match place.look.take() {
            _ if wanted.is_empty() => None,
            // Who looked already has seen the latest, but not these maps of it.
            Some(Look { mut insides, .. }) => {
                insides.mark_changed();
                Some(Look { wanted, insides })
            }
            None => Some(Look { wanted, insides: slot.subscribe() }),
        };
        Ok(())
    }

    async fn show_insides(&mut self) -> Result<(), Gone> {
        let look = self.place.as_mut().and_then(|place| place.look.as_mut());
        let Some(Look { wanted, insides }) = look else { return Ok(()) };
        let Some(insides) = insides.borrow_and_update().clone() else { return Ok(()) };
        let message = insides.message(wanted);
        self.send(Message::Binary(message)).await
    }

    async fn ask(&mut self, ask: Ask) -> Result<(), Gone> {
        let Some(Place { seat, .. }) = &self.place else {
            return self.refuse(ask.name(), "takes a run: open or watch one".to_owned()).await;
        };
        if seat.insides.is_none() {
            return self.refuse(ask.name(), ELSEWHERE.to_owned()).await;
        }
        // The place for an answer: one question at a time.
        let Ok(answer) = self.thoughts.clone().try_reserve_owned() else {
            let why = "the question before is still thought about".to_owned();
            return self.refuse(ask.name(), why).await;
        };
        let moment = match self.app.stage.question(seat.run).await {
            Ok(moment) => moment,
            Err(refusal) => return self.refuse(ask.name(), refusal.to_string()).await,
        };
        let thinker = Arc::clone(&self.app.thinker);
        tokio::spawn(async move {
            let Ok(_turn) = thinker.acquire().await else { return };
            let thought = spawn_blocking(move || ask.think(&moment)).await;
            let thought = thought.unwrap_or_else(|_| Err("the network failed".to_owned()));
            answer.send(thought.map_err(|why| (ask, why)));
        });
        Ok(())
    }

    async fn show_state(&mut self) -> Result<(), Gone> {
        let Some(place) = &mut self.place else { return Ok(()) };
        let state = Arc::clone(&place.seat.state.borrow_and_update());
        self.say(&Answer::from(&*state)).await
    }

    async fn show_frame(&mut self, stream: usize) -> Result<(), Gone> {
        let Some(place) = &mut self.place else { return Ok(()) };
        let told = place.seat.streams[stream].borrow_and_update().clone();
        let Some(told) = told else { return Ok(()) };
        match self.flows[stream].carry(&told) {
            Some(message) => self.send(Message::Binary(message)).await,
            None => Ok(()),
        }
    }

    async fn refuse(&mut self, what: &str, why: String) -> Result<(), Gone> {
        let (what, why) = (short(what), short(&why).to_owned());
        self.app.metrics.refused(what);
        self.say(&Answer::Refused { what, why }).await
    }

    /// Closes on who goes on though told not to.
    async fn send_away(&mut self) -> Gone {
        let frame =
            CloseFrame { code: POLICY, reason: Utf8Bytes::from_static("too many messages") };
        if self.send(Message::Close(Some(frame))).await.is_ok() {
            // A socket that is dropped with messages unread may take the close with it.
            // Nor is it read at full speed: that is what the flood wanted.
            let (socket, pause) = (&mut self.socket, self.messages.pause());
            let rest = async {
                while let Some(Ok(_)) = socket.recv().await {
                    sleep(pause).await;
                }
            };
            let _ = timeout(FAREWELL, rest).await;
        }
        Gone
    }

    async fn say(&mut self, answer: &Answer<'_>) -> Result<(), Gone> {
        // Answers are made of numbers and strings.
        let text = serde_json::to_string(answer).map_err(|_| Gone)?;
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        let counted = match &message {
            Message::Text(text) => Some((Sent::Word, text.len())),
            Message::Binary(bytes) => Some((Sent::frame(bytes), bytes.len())),
            _ => None,
        };
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => {
                if let Some((kind, bytes)) = counted {
                    self.app.metrics.sent(kind, bytes);
                }
                Ok(())
            }
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

/// Waits for news; without a slot for ever. False when there will be no more.
async fn changed<T>(slot: &mut Option<&mut watch::Receiver<T>>) -> bool {
    match slot {
        Some(slot) => slot.changed().await.is_ok(),
        None => std::future::pending().await,
    }
}

/// The scene that is to be opened.
fn scene_of(
    scene: Option<serde_json::Value>,
    example: Option<&str>,
    limits: &Limits,
) -> Result<Scene, String> {
    match (scene, example) {
        (Some(scene), None) => {
            Scene::from_json_within(&scene.to_string(), limits).map_err(|error| error.to_string())
        }
        (None, Some(name)) => {
            let example = Scene::examples().iter().find(|example| example.name == name);
            let example = example.ok_or_else(|| {
                let like = Scene::example_like(name).map(|name| format!("; is {name} meant?"));
                format!("example {name:?}: there is none{}", like.unwrap_or_default())
            })?;
            Scene::from_toml(example.text).map_err(|error| error.to_string())
        }
        _ => Err("takes either a scene or an example".to_owned()),
    }
}

/// As much of what was sent as comes back in a refusal.
fn short(words: &str) -> &str {
    &words[..words.floor_char_boundary(ECHO)]
}

/// What a message asks to do.
fn word(text: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Word {
        r#do: String,
    }
    serde_json::from_str(text).map_or_else(|_| "message".to_owned(), |word: Word| word.r#do)
}

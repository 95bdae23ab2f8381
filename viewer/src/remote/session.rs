//! A run on a server as the window knows it: what is asked of it, and what it answers.
//!
//! What is drawn is the window's; a run is only as good as its connection. After a short break
//! one comes back to it, after a long one it is opened anew from what is drawn.

use std::sync::Arc;
use std::time::Duration;

use weir_scene::{Scene, Stroke};
use weir_surrogate::internals::Silence;
use weir_words::{Effect, Engine, GALLERY, LONGEST, Wish, Word};

use crate::remote::address::{Address, Run};
use crate::remote::busy;
use crate::remote::link::{Event, Link};
use crate::remote::maps::{Looks, MAPS, Sheet};
use crate::remote::sketch::Sketch;
use crate::remote::stream::{SAME_S, Stream};
use crate::worker::{Clock, Latest, Moment, News, Order, Pace, Start};

/// A server that is farther ahead of the clock than the first is held, until it is closer than
/// the second, seconds.
const HELD_S: [f64; 2] = [0.5, 0.2];

/// What a session is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// What is drawn is moved by this.
    Open(Engine),
    /// A run that is there.
    Join(Run),
}

/// Before which run one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// None, and none is asked for.
    Nowhere,
    /// The server has been asked.
    Asked,
    /// One's own.
    Mine,
    /// Somebody else's.
    Guest,
}

/// A run on a server.
pub struct Session {
    link: Link,
    address: Address,
    aim: Aim,
    clock: Clock,
    place: Place,
    /// What brings one back to one's own run.
    key: Option<String>,
    sketch: Sketch,
    /// Whether the next state says what has become of the run while one was away.
    is_back: bool,
    /// Whether the scene has changed since it was asked to be opened.
    is_outdated: bool,
    /// How time shall pass, and what the server was told of it last.
    pace: Pace,
    said: Option<bool>,
    silent: Vec<String>,
    looks: Looks,
    stream: Stream,
    latest: Latest,
}

impl Session {
    /// On a server whose network has these layers; it is connected to when this first goes on.
    pub fn new(address: Address, aim: Aim, atlas: Vec<Sheet>, start: Start<'_>) -> Self {
        let key = if let Aim::Join(Run::Kept(key)) = &aim { Some(key.clone()) } else { None };
        let mut session = Self {
            link: Link::new(address.clone(), start.wake),
            address,
            aim,
            clock: start.clock.clone(),
            place: Place::Nowhere,
            key,
            sketch: Sketch::new(start.scene.clone(), start.strokes.to_vec()),
            is_back: false,
            is_outdated: false,
            pace: Pace { is_playing: false, speed: 1.0 },
            said: None,
            silent: Vec::new(),
            looks: Looks::new(atlas),
            stream: Stream::new(start.scene),
            latest: Latest::default(),
        };
        session.latest.away = session.link.away();
        session
    }

    /// What was made last.
    pub fn latest(&self) -> &Latest {
        &self.latest
    }

    /// Numbers of the moments that were shown since this was last asked.
    pub fn take_moments(&mut self) -> Vec<Moment> {
        self.stream.take_moments()
    }

    /// What others have done to the scene since this was last asked.
    pub fn take_news(&mut self) -> Option<News> {
        self.sketch.take_news()
    }

    /// Takes what has come, and shows what the clock has come to.
    pub fn go_on(&mut self) {
        for event in self.link.poll() {
            self.take(event);
        }
        self.stream.show(self.clock.now_s());
        self.steer();
        self.latest.frame = Arc::clone(self.stream.shown());
        if let Some(seen) = self.looks.due(self.latest.frame.time_s + SAME_S) {
            self.latest.seen = seen;
        }
        self.latest.ahead_s = self.stream.ahead_s();
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Up => self.enter(),
            Event::Down => {
                (self.place, self.said) = (Place::Nowhere, None);
            }
            Event::Text(text) => self.hear(&text),
            Event::Bytes(bytes) => self.see(&bytes),
        }
        // A run that waits in line says so itself.
        if !self.link.is_up() {
            self.latest.away = self.link.away();
        }
    }

    /// Does what it is told. Of a run that is somebody else's nothing is asked: the window says
    /// that it cannot be changed.
    pub fn obey(&mut self, order: Order) {
        if self.place == Place::Guest || matches!(self.aim, Aim::Join(Run::Named(_))) {
            return;
        }
        if !matches!(order, Order::Pace(_)) {
            self.latest.refused = None;
        }
        match order {
            Order::Begin(scene, names) => self.begin(*scene, names),
            Order::Add(name, stroke) => self.add(name, stroke),
            Order::Erase(name) => self.erase(name),
            Order::Pace(pace) => self.set_pace(pace),
            // What the server has made already only has to be shown.
            Order::Step if !self.stream.is_beyond(self.stream.shown().time_s) => {
                self.ask(&Wish::Step);
                self.said = Some(false);
            }
            Order::Silence(skips) => {
                if skips.values().any(|silence| *silence == Silence::Mean) {
                    self.refuse("a server lets a connection carry all or nothing, not its mean");
                    return;
                }
                let silent: Vec<String> = skips.into_keys().collect();
                if silent != self.silent {
                    self.silent.clone_from(&silent);
                    self.ask(&Wish::Silence { skips: silent });
                }
            }
            Order::Saliency => self.ask(&Wish::Saliency),
            Order::Use(_) => self.refuse("a server has networks of its own"),
            Order::Look(layers) => {
                self.looks.look(&layers);
                self.latest.seen = Arc::default();
                self.look();
            }
            Order::Step | Order::Seek(_) | Order::Field(_) => {}
        }
    }

    fn look(&mut self) {
        self.looks.wish().iter().for_each(|wish| self.ask(wish));
    }

    fn refuse(&mut self, why: impl Into<String>) {
        self.latest.refused = Some(why.into());
    }

    /// Says something about one's own run, if there is one.
    fn ask(&mut self, wish: &Wish) {
        if matches!(self.place, Place::Asked | Place::Mine) && !self.is_outdated {
            self.link.say(wish);
        }
    }

    /// Takes a place, now that somebody hears it.
    fn enter(&mut self) {
        self.latest.away = None;
        if let Some(key) = self.key.clone() {
            self.place = Place::Asked;
            self.link.say(&Wish::Resume { key });
            return;
        }
        match &self.aim {
            Aim::Join(Run::Named(run)) => {
                let run = run.clone();
                self.place = Place::Asked;
                self.link.say(&Wish::Watch { run });
            }
            Aim::Open(engine) => self.open(*engine),
            // It has ended, which has been said.
            Aim::Join(Run::Kept(_)) => {}
        }
    }

    /// Opens what is drawn.
    fn open(&mut self, engine: Engine) {
        self.is_outdated = false;
        (self.latest.fault, self.latest.refused) = (None, None);
        self.stream = Stream::new(&self.sketch.scene);
        (self.said, self.key, self.is_back) = (Some(false), None, false);
        let scene = match serde_json::to_value(&self.sketch.scene) {
            Ok(scene) => Some(scene),
            Err(error) => return self.latest.fault = Some(error.to_string()),
        };
        let wish = Wish::Open { scene, example: None, engine };
        let bytes = wish.text().len();
        if bytes > LONGEST {
            let why = format!("the scene is too long: got {bytes} bytes, a server takes {LONGEST}");
            self.place = Place::Nowhere;
            self.link.say(&Wish::Leave);
            return self.latest.fault = Some(why);
        }
        self.place = Place::Asked;
        self.sketch.open();
        self.link.say(&wish);
        if self.pace.speed != 1.0 {
            self.link.say(&Wish::Speed { to: self.pace.speed });
        }
        if !self.silent.is_empty() {
            self.link.say(&Wish::Silence { skips: self.silent.clone() });
        }
    }

    fn begin(&mut self, scene: Scene, names: Vec<u64>) {
        let is_same = !self.sketch.become_of(scene, names);
        let Aim::Open(engine) = self.aim else {
            // It keeps its name, by which others know it; its scene is not the window's.
            if is_same && self.place == Place::Mine {
                self.reset();
            } else if !is_same {
                self.refuse("only lines of a run that is there can be changed");
            }
            return;
        };
        match self.place {
            // Who watches goes on watching.
            Place::Mine if is_same => self.reset(),
            // One after the other, or a hand on a slider would open hundreds.
            Place::Asked => self.is_outdated = true,
            _ if self.link.is_up() => self.open(engine),
            // It will be.
            _ => (self.key, self.stream) = (None, Stream::new(&self.sketch.scene)),
        }
    }

    fn reset(&mut self) {
        // Whether it flows is said anew: one that has failed has stopped.
        (self.latest.fault, self.said) = (None, None);
        self.stream.begin();
        self.link.say(&Wish::Reset);
    }

    fn add(&mut self, name: u64, stroke: Stroke) {
        if stroke.thickness_m > 0.0 {
            self.refuse(
                "a server draws thin lines; this one is as thick as it was after a restart",
            );
        }
        let wish = self.sketch.add(name, stroke);
        self.ask(&wish);
    }

    fn erase(&mut self, name: u64) {
        if let Some(wish) = self.sketch.erase(name) {
            self.ask(&wish);
        }
    }

    fn set_pace(&mut self, pace: Pace) {
        let before = std::mem::replace(&mut self.pace, pace);
        if pace.speed != before.speed {
            self.ask(&Wish::Speed { to: pace.speed });
        }
        // A run that has ended begins anew when it is to flow.
        let begins = pace.is_playing && !before.is_playing && self.link.is_up();
        if let (true, Place::Nowhere, Aim::Open(engine)) = (begins, self.place, &self.aim) {
            self.open(*engine);
        }
        self.steer();
    }

    /// Lets one's own run flow, and holds it when it is ahead of the clock.
    fn steer(&mut self) {
        if self.place != Place::Mine {
            return;
        }
        let most_s = if self.said == Some(true) { HELD_S[0] } else { HELD_S[1] };
        let flows = self.pace.is_playing && self.stream.ahead_s() < most_s;
        if self.said != Some(flows) {
            self.said = Some(flows);
            self.link.say(if flows { &Wish::Start } else { &Wish::Pause });
        }
    }

    fn see(&mut self, bytes: &[u8]) {
        if !matches!(self.place, Place::Mine | Place::Guest) {
            return;
        }
        let frame = match bytes.split_first() {
            Some((0, frame)) => frame,
            Some((&MAPS, maps)) => {
                // They come after the frame that they are of.
                let time_s = self.stream.shown().time_s + self.stream.ahead_s();
                if let Err(why) = self.looks.take(maps, time_s) {
                    self.refuse(format!("maps of the network: {why}"));
                }
                return;
            }
            // Second streams are for who shows two.
            _ => return,
        };
        let (number, taken) = self.stream.take(frame);
        if let Some(number) = number {
            self.link.say(&Wish::Seen { stream: 0, number });
        }
        if let Err(error) = taken {
            self.refuse(format!("what came is no water: {error}"));
        }
    }

    fn hear(&mut self, text: &str) {
        match serde_json::from_str(text) {
            Ok(word) => self.understand(word),
            Err(error) => self.refuse(format!("the server is not understood: {error}")),
        }
    }

    fn understand(&mut self, word: Word) {
        match word {
            Word::Run { run, mine, key } => self.sit(&run, mine, key),
            Word::State { scene, lines, is_playing, waits, speed, failure, notice, .. } => {
                if !matches!(self.place, Place::Mine | Place::Guest) {
                    // It is of the run before.
                    return;
                }
                match Scene::from_json(&scene.to_string()) {
                    Ok(scene) => self.compare(scene, &lines),
                    Err(error) => self.refuse(format!("its scene is none: {error}")),
                }
                self.latest.fault = failure.or(notice);
                self.latest.away = waits.map(busy::in_line);
                let pace = Pace { is_playing, speed };
                self.latest.lead = (self.place == Place::Guest).then_some(pace);
            }
            Word::Pace(load) => {
                let stages = busy::stages(&load);
                let add = |sum: Duration, (_, time): &(_, Duration)| sum.saturating_add(*time);
                self.latest.frame_time = stages.iter().fold(Duration::ZERO, add);
                self.latest.told.stages = stages;
            }
            Word::Saliency { lines } => {
                let named = |one: Effect| Some((self.sketch.name(one.line)?, one.effect_m_s));
                self.latest.saliency =
                    Some(Arc::new(lines.into_iter().filter_map(named).collect()));
            }
            Word::Refused { what, why } => self.take_refusal(&what, why),
            Word::Ended { why } => self.end(why),
            Word::Pong { .. } | Word::Other => {}
        }
    }

    /// There is a place.
    fn sit(&mut self, run: &str, is_mine: bool, key: Option<String>) {
        self.latest.fault = None;
        self.latest.link = Some(self.address.page(run));
        let is_resumed = key.is_some() && key == self.key;
        self.key = key;
        if !is_mine {
            (self.place, self.is_back) = (Place::Guest, true);
            self.stream = Stream::new(&self.sketch.scene);
            return;
        }
        self.place = Place::Mine;
        self.look();
        match self.aim {
            Aim::Open(engine) if self.is_outdated => self.open(engine),
            _ if is_resumed => {
                (self.is_back, self.said) = (true, None);
                self.stream.reconnect();
                self.link.say(&Wish::Speed { to: self.pace.speed });
            }
            _ => {}
        }
    }

    /// Follows what a state says of the scene.
    fn compare(&mut self, scene: Scene, numbers: &[u32]) {
        let is_joined = matches!(self.aim, Aim::Join(_));
        let is_first = std::mem::take(&mut self.is_back);
        // What was there before begins for the window when it is first seen.
        if self.place == Place::Guest || (is_joined && is_first && !self.sketch.is_known()) {
            self.stream.set_scene(&scene);
            self.sketch.follow(scene, numbers, is_first);
            return;
        }
        self.sketch.compare(&scene, numbers);
        if is_first {
            self.sketch.unheard().iter().for_each(|wish| self.link.say(wish));
        }
    }

    fn take_refusal(&mut self, what: &str, why: String) {
        match (what, &self.aim) {
            ("resume", Aim::Open(engine)) if self.place == Place::Asked => {
                let engine = *engine;
                self.open(engine);
                self.refuse("connected again: the water begins anew");
            }
            ("open", Aim::Open(engine)) if self.is_outdated => {
                let engine = *engine;
                self.open(engine);
            }
            ("open" | "watch" | "resume", _) if self.place == Place::Asked => {
                (self.place, self.key) = (Place::Nowhere, None);
                self.latest.fault = Some(why);
            }
            _ => self.refuse(why),
        }
    }

    fn end(&mut self, why: Option<String>) {
        (self.place, self.key, self.said) = (Place::Nowhere, None, None);
        match &self.aim {
            // The next picture hangs already.
            Aim::Join(Run::Named(run)) if run == GALLERY => self.enter(),
            Aim::Join(_) => {
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                self.latest.fault = Some(format!("this run has ended{why}"));
            }
            Aim::Open(_) => {
                let why = "the run has ended, since nobody touched it; restart to begin it anew";
                self.latest.fault = Some(why.to_owned());
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Or the server would wait for somebody who has gone.
        self.link.say(&Wish::Leave);
    }
}

#[cfg(test)]
mod tests;

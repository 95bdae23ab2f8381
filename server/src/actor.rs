//! One run on the stage: what is done to it, and what is left for those who look.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;
use weir_scene::{AdvanceError, Scene};
use weir_surrogate::internals::{Question, Silence, Silenced, Watch};
use weir_surrogate::{Pass, StrokeId, Surrogate, call_together};
use weir_words::STEP;

use crate::auditor::{Audit, FRAMES};
use crate::conduct::Outcome;
use crate::engine::Engines;
use crate::guard::{Limit, Violation};
use crate::insides::Insides;
use crate::lot::Lot;
use crate::plan::Built;
use crate::run::Run;
use crate::stage::{Change, Key, Moment, RunId, Seat, State, Waits};
use crate::told::{Teller, Told};
use crate::witness::Witness;

/// Calls of the network from one look inside to the next.
const LOOK_EVERY: u32 = 3;

/// A run with its slots.
pub struct Actor {
    pub run: Run,
    pub key: Key,
    /// Connections of its owner: one that was lost may be noticed after the next has come.
    pub owners: usize,
    /// Since when there is none, and whether it moved then.
    pub abandoned: Option<(Instant, bool)>,
    /// Since when it moves.
    pub moved_since: Option<Instant>,
    pub waits: Option<Waits>,
    /// When it last made a frame.
    pub last_turn: Option<Instant>,
    silent: BTreeMap<String, Silence>,
    tellers: [Teller; 2],
    state: watch::Sender<Arc<State>>,
    streams: [watch::Sender<Option<Arc<Told>>>; 2],
    insides: watch::Sender<Option<Arc<Insides>>>,
    calls_unseen: u32,
    failure: Option<String>,
    /// What the solver took over for.
    notice: Option<String>,
    /// A limit that the network has just broken.
    fell: Option<Violation>,
    witness: Witness,
    lot: Lot,
    /// Whether nothing has moved since it began.
    is_fresh: bool,
    /// A run that is to be audited: what it began as, and its frames until then.
    recording: Option<(Scene, usize)>,
    /// Whether its water is other than what was told.
    has_moved: bool,
    /// Whether its water or its lines are other than what was looked into.
    has_changed: bool,
}

impl Actor {
    /// Tells how it begins.
    pub fn new(run: Run, lot: Lot, witness: Witness) -> Self {
        let scene = run.scene();
        let mut actor = Self {
            run,
            key: Key::random(),
            owners: 1,
            abandoned: None,
            moved_since: None,
            waits: None,
            last_turn: None,
            silent: BTreeMap::new(),
            tellers: [0, 1].map(|_| Teller::new(&scene)),
            state: watch::Sender::default(),
            streams: [0, 1].map(|_| watch::Sender::new(None)),
            insides: watch::Sender::new(None),
            calls_unseen: 0,
            failure: None,
            notice: None,
            fell: None,
            witness,
            lot,
            is_fresh: true,
            recording: None,
            has_moved: true,
            has_changed: true,
        };
        actor.say();
        actor.tell();
        actor
    }

    /// A place before it.
    pub fn seat(&self, run: RunId, is_owner: bool) -> Seat {
        Seat {
            run,
            key: is_owner.then_some(self.key),
            state: self.state.subscribe(),
            streams: [0, 1].map(|k| self.streams[k].subscribe()),
            insides: Some(self.insides.clone()),
            end: Arc::default(),
        }
    }

    /// Changes it at once.
    pub fn change(&mut self, change: Change) -> Result<(), String> {
        let moves = matches!(change, Change::Pause | Change::Step | Change::Speed(_));
        if !moves && !self.is_fresh {
            // The solver could not follow.
            self.recording = None;
        }
        let run = &mut self.run;
        match change {
            Change::Pause => {
                run.is_playing = false;
                self.waits = None;
            }
            Change::Step => {
                run.is_playing = false;
                self.waits = None;
                run.owe(STEP);
            }
            Change::Speed(speed) => {
                if !(0.05..=4.0).contains(&speed) {
                    return Err(format!("speed: got {speed}, takes 0.05 to 4"));
                }
                run.speed = speed;
            }
            Change::Checkpoint(checkpoint) => run.set_checkpoint(checkpoint)?,
            Change::Add(number, stroke) => run.add_line(number, &stroke)?,
            Change::Erase(number) => run.erase_line(number)?,
            Change::Silence(skips) => {
                let known = &run.engines().atlas.skips;
                if let Some(wrong) = skips.iter().find(|skip| !known.contains(skip)) {
                    return Err(format!("skips: got {wrong:?}, takes {}", known.join(", ")));
                }
                self.silent = skips.into_iter().map(|skip| (skip, Silence::Zero)).collect();
                if !self.silent.is_empty() {
                    run.dismiss_guard();
                }
            }
        }
        self.has_changed = true;
        self.say();
        Ok(())
    }

    /// Begins anew with these movers. False if the run is not any more as it was planned.
    pub fn begin(&mut self, built: Built) -> bool {
        if !self.run.begin(built) {
            return false;
        }
        (self.failure, self.notice, self.fell, self.recording) = (None, None, None, None);
        if !self.silent.is_empty() {
            self.run.dismiss_guard();
        }
        self.is_fresh = true;
        (self.has_moved, self.has_changed) = (true, true);
        self.tellers.iter_mut().for_each(Teller::cut);
        self.say();
        true
    }

    /// Another network has the role of its own.
    pub fn recast(&mut self, engines: &Arc<Engines>) {
        self.run.recast(engines);
        self.has_changed = true;
        self.say();
    }

    /// A limit that its network has broken since this was last asked; the run rests.
    pub fn fell(&mut self) -> Option<Violation> {
        self.fell.take()
    }

    /// The solver has taken over, for this reason; or it cannot.
    pub fn take_over(&mut self, built: Result<Built, String>, why: &str) {
        let has_begun = built.map(|built| self.begin(built));
        match has_begun {
            Ok(true) => {
                self.notice = Some(format!("{why} The solver has taken over, from the beginning."));
                self.run.is_playing = true;
            }
            // Whoever has changed it meanwhile has to begin it anew.
            Ok(false) => self.failure = Some(why.to_owned()),
            Err(error) => {
                self.failure = Some(format!("{why} The solver cannot take over: {error}"))
            }
        }
        self.say();
    }

    /// Whether its network has to be called by itself, since somebody looks into it, parts
    /// of it are silent, or it is what it was before.
    pub fn is_special(&self) -> bool {
        let is_other = !self.silent.is_empty() || self.run.checkpoint().is_some();
        is_other || self.is_looked_into() && self.calls_unseen + 1 >= LOOK_EVERY
    }

    fn is_looked_into(&self) -> bool {
        self.insides.receiver_count() > 0
    }

    /// The networks that have to be called before the next frame.
    pub fn due(&mut self) -> Vec<&mut Surrogate> {
        if self.failure.is_some() { Vec::new() } else { self.run.due().collect() }
    }

    /// What came of its call.
    pub fn called(&mut self, result: Result<(), AdvanceError>) {
        self.calls_unseen += 1;
        match result {
            Ok(()) => (),
            Err(error @ AdvanceError::NotFinite { time_s, .. }) if self.run.is_guarded() => {
                self.fall(Violation { limit: Limit::Nan, what: error.to_string(), time_s });
            }
            Err(error) => self.failure = Some(error.to_string()),
        }
    }

    /// Its network has broken a limit.
    fn fall(&mut self, violation: Violation) {
        self.witness.conduct.violation(violation.limit);
        self.count(Outcome::Violated);
        self.run.stop();
        self.fell = Some(violation);
    }

    /// What became of a frame of its network.
    fn count(&self, outcome: Outcome) {
        self.witness.conduct.frames(self.run.engines().role, outcome, 1);
    }

    /// Calls its network by itself; `None` if it is not due.
    pub fn call(&mut self) -> Option<Pass> {
        let engines = &Arc::clone(self.run.engines());
        let is_looked_into = self.is_looked_into() && self.calls_unseen + 1 >= LOOK_EVERY;
        let mut watch = self.watch(engines, is_looked_into);
        let (silent, model) = (std::mem::take(&mut self.silent), self.run.model().clone());
        let mut tap = Silenced { skips: &silent, inner: &mut watch };
        let mut due = self.due();
        let size = due.first().map(|surrogate| size(surrogate));
        let pass = size.map(|_| call_together(&model, &mut due, &mut tap));
        self.silent = silent;
        let (size, mut pass) = (size?, pass?);
        self.called(pass.results.pop().unwrap_or(Ok(())));
        if is_looked_into {
            // Of the call that makes the next frame.
            self.leave_insides(self.tellers[0].number() + 1, size, &watch, engines);
        }
        Some(pass)
    }

    /// Moves on by a frame.
    pub fn advance(&mut self) {
        self.last_turn = Some(Instant::now());
        if self.fell.is_some() {
            return;
        }
        if std::mem::take(&mut self.is_fresh) {
            self.sets_out();
        }
        // A network that failed would fail again.
        let result = if self.failure.is_some() { Ok(()) } else { self.run.advance() };
        (self.has_moved, self.has_changed) = (true, true);
        if let Err(error) = result {
            self.failure = Some(error);
        }
        let has_network = self.run.network().is_some();
        if self.failure.is_some() {
            if has_network {
                self.count(Outcome::Failed);
            }
            self.run.stop();
            self.say();
        } else if let Some(violation) = self.run.violation() {
            self.fall(violation);
        } else if has_network {
            self.count(Outcome::Ok);
            self.record();
        }
    }

    /// The first frame since it began comes next.
    fn sets_out(&mut self) {
        let scene = self.run.scene();
        self.witness.begins(&scene);
        let is_chosen = self.run.is_guarded() && self.witness.auditor.wants(self.lot);
        self.recording = is_chosen.then_some((scene, 0));
    }

    /// Hands the run to the auditor once there is enough of it.
    fn record(&mut self) {
        let Some((_, frames)) = &mut self.recording else { return };
        *frames += 1;
        if *frames < FRAMES {
            return;
        }
        let frame = self.run.streams.first().map(|stream| stream.frame.clone());
        if let (Some((scene, _)), Some(frame)) = (self.recording.take(), frame) {
            self.witness.auditor.take(Audit { scene, frame, role: self.run.engines().role });
        }
    }

    /// Leaves the latest frames where all can see them.
    pub fn tell(&mut self) {
        if !std::mem::take(&mut self.has_moved) {
            return;
        }
        for ((stream, teller), slot) in
            self.run.streams.iter().zip(&mut self.tellers).zip(&self.streams)
        {
            slot.send_replace(Some(teller.tell(&stream.frame)));
        }
    }

    /// Shows the insides of the network while nothing moves: what it would say of the
    /// water as it lies.
    pub fn show(&mut self) {
        if !self.is_looked_into() {
            // Who looks next shall not see what was.
            self.insides.send_if_modified(|insides| insides.take().is_some());
            return;
        }
        let is_old = self.has_changed || self.insides.borrow().is_none();
        if self.run.is_playing && self.insides.borrow().is_some() || !is_old {
            return;
        }
        self.has_changed = false;
        let engines = &Arc::clone(self.run.engines());
        let Some(surrogate) = self.run.network() else { return };
        let (question, size) = (Question::of(surrogate), size(surrogate));
        let mut watch = self.watch(engines, true);
        let mut tap = Silenced { skips: &self.silent, inner: &mut watch };
        match question.ask(surrogate.model(), &mut tap) {
            Ok(_) => self.leave_insides(self.tellers[0].number(), size, &watch, engines),
            Err(error) => tracing::warn!(%error, "the network cannot be looked into"),
        }
    }

    fn watch(&self, engines: &Engines, is_looked_into: bool) -> Watch {
        let layers = if is_looked_into { &engines.atlas.layers[..] } else { &[] };
        Watch::new(layers.iter().map(|sheet| sheet.name.clone()))
    }

    fn leave_insides(&mut self, number: u32, size: [usize; 2], watch: &Watch, engines: &Engines) {
        match watch.maps() {
            Ok(maps) => {
                let insides = Insides::new(number, size, maps, Arc::clone(&engines.atlas));
                self.insides.send_replace(Some(Arc::new(insides)));
                self.calls_unseen = 0;
            }
            Err(error) => tracing::warn!(%error, "the network cannot be looked into"),
        }
    }

    /// The water as it is now, to ask the network about; `None` if no network moves it.
    pub fn moment(&mut self) -> Option<Moment> {
        let lines: BTreeMap<StrokeId, u32> = self.run.network_lines().collect();
        let surrogate = self.run.network()?;
        let (question, model) = (Question::of(surrogate), surrogate.model().clone());
        Some(Moment { number: self.tellers[0].number(), question, model, lines })
    }

    /// Leaves how it is where all can see it.
    pub fn say(&mut self) {
        let scene = self.run.scene();
        let lines =
            self.run.lines().flat_map(|(number, strokes)| strokes.iter().map(move |_| number));
        let lines: Vec<u32> = lines.collect();
        let is_playing = self.run.is_playing;
        self.moved_since =
            if is_playing { self.moved_since.or(Some(Instant::now())) } else { None };
        let (engine, speed, waits) = (self.run.engine(), self.run.speed, self.waits);
        let checkpoint = self.run.checkpoint();
        let silent: Vec<String> = self.silent.keys().cloned().collect();
        let (failure, notice) = (self.failure.clone(), self.notice.clone());
        let atlas = Some(Arc::clone(&self.run.engines().atlas));
        self.state.send_modify(|state| {
            *state = Arc::new(State {
                revision: state.revision + 1,
                scene: Arc::new(scene),
                lines: Arc::new(lines),
                engine,
                is_playing,
                waits,
                speed,
                checkpoint,
                silent: Arc::new(silent),
                failure,
                notice,
                atlas,
            });
        });
    }
}

/// Columns and rows of cells.
fn size(surrogate: &Surrogate) -> [usize; 2] {
    let grid = surrogate.bed().grid();
    [grid.nx, grid.ny]
}

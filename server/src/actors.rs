//! The thread on which all water moves, thirty times a second.
//!
//! All networks that are due are asked in one pass, but for those that somebody looks into.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tokio::sync::watch;
use weir_surrogate::{Pass, Surrogate, call_together};

use crate::actor::Actor;
use crate::beat::Beats;
use crate::cost::Cost;
use crate::engine::{Engine, Engines, Role};
use crate::plan::{Built, Plan};
use crate::stage::{BEAT, Change, Key, Load, Moment, Refusal, RunId, Seat, Waits, Wish};
use crate::understudy::Understudy;
use crate::witness::Witness;

/// Shortest time between two beats in which wishes are heard.
const HEARING: Duration = Duration::from_millis(3);
/// How long a run is kept for an owner who went without a word.
const KEPT: Duration = Duration::from_secs(30);
/// Runs that can be open; those that do not move cost memory alone.
const MOST: usize = 512;
/// How fast running means follow.
const FOLLOW: f64 = 0.05;

/// All runs.
pub struct Actors {
    runs: BTreeMap<RunId, Actor>,
    /// Runs that wait to be started, the first first.
    line: VecDeque<RunId>,
    cost: Cost,
    load: Load,
    /// How long a turn of solvers takes, more or less.
    turn: Duration,
    shown: watch::Sender<Load>,
    beats: Beats,
    witness: Witness,
    understudy: Understudy,
    /// Runs that the solver is made for, and why.
    fallen: BTreeMap<RunId, String>,
}

impl Actors {
    /// None yet. A call of the network takes about so long for each particle.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn new(
        call_s_a_particle: f64,
        shown: watch::Sender<Load>,
        beats: Beats,
        witness: Witness,
    ) -> std::io::Result<Self> {
        Ok(Self {
            runs: BTreeMap::new(),
            line: VecDeque::new(),
            cost: Cost::new(call_s_a_particle),
            load: Load::default(),
            turn: Duration::ZERO,
            shown,
            beats,
            witness,
            understudy: Understudy::start()?,
            fallen: BTreeMap::new(),
        })
    }

    /// Moves them until nobody can wish for anything any more.
    pub fn play(mut self, heard: &Receiver<Wish>) {
        let mut last = Instant::now();
        loop {
            let next = last + BEAT;
            // Wishes are heard while there is nothing else to do, and between two beats. Who is
            // late hears some too: one of them may be to stop what makes it late.
            let until = next.max(Instant::now() + HEARING);
            loop {
                let wait = until.saturating_duration_since(Instant::now());
                match heard.recv_timeout(wait) {
                    Ok(wish) => self.grant(wish),
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                if Instant::now() >= until {
                    break;
                }
            }
            let begun = Instant::now();
            let late = begun.duration_since(next);
            self.load.late_beats += u64::from(late > BEAT);
            // After a long stop time goes on from now.
            last = if late > 4 * BEAT { begun } else { next };
            let effort = self.effort();
            let was_enough = self.beat(late > BEAT / 4);
            self.beats.beat(begun.elapsed());
            let share = begun.elapsed().as_secs_f64() / BEAT.as_secs_f64();
            // Of work that had to be left undone nobody knows what it would have taken, but that it
            // was too much.
            self.cost.learn(effort, if was_enough { share } else { share.max(1.0) });
            self.load.share += FOLLOW * (share - self.load.share);
            self.load.runs = self.runs.len();
            self.load.playing = self.runs.values().filter(|actor| actor.run.is_playing).count();
            self.load.waiting = self.line.len();
            self.shown.send_replace(self.load);
        }
    }

    fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Open(run, actor, answer) => {
                let _ = answer.send(self.open(run, *actor));
            }
            Wish::Join(run, answer) => {
                let seat = self.runs.get(&run).map(|actor| actor.seat(run, false));
                let _ = answer.send(seat.ok_or(Refusal::Gone(run)));
            }
            Wish::Resume(key, answer) => {
                let _ = answer.send(self.resume(key));
            }
            Wish::Start(run, answer) => {
                let _ = answer.send(self.start(run));
            }
            Wish::Change(run, change, answer) => {
                let _ = answer.send(self.change(run, *change));
            }
            Wish::Plan(run, engine, answer) => {
                let _ = answer.send(self.plan(run, engine));
            }
            Wish::Begin(run, built, answer) => {
                let _ = answer.send(self.begin(run, *built));
            }
            Wish::Question(run, answer) => {
                let _ = answer.send(self.moment(run));
            }
            Wish::Abandon(run) => self.abandon(run),
            Wish::Close(run) => self.close(run),
            Wish::Recast(role, engines) => self.recast(role, &engines),
        }
    }

    fn open(&mut self, run: RunId, actor: Actor) -> Result<Seat, Refusal> {
        if self.runs.len() >= MOST {
            return Err(Refusal::Full(MOST));
        }
        let seat = actor.seat(run, true);
        self.runs.insert(run, actor);
        Ok(seat)
    }

    /// Runs of this role have another network from now on.
    fn recast(&mut self, role: Role, engines: &Arc<Engines>) {
        let theirs = self.runs.values_mut().filter(|actor| actor.run.role() == role);
        theirs.for_each(|actor| actor.recast(engines));
    }

    /// Runs whose network has broken a limit go to the solver.
    fn catch_the_fallen(&mut self) {
        for (&run, actor) in &mut self.runs {
            if let Some(violation) = actor.fell() {
                tracing::warn!(%run, limit = violation.limit.name(), what = violation.what, "a network broke a limit");
                self.witness.conduct.fallback();
                self.understudy.call(run, actor.run.plan(Some(Engine::Reference)));
                self.fallen.insert(run, violation.to_string());
            }
        }
        let ready: Vec<_> = self.understudy.ready().collect();
        for (run, built) in ready {
            let why = self.fallen.remove(&run).unwrap_or_default();
            if let Some(actor) = self.runs.get_mut(&run) {
                actor.take_over(built, &why);
                self.make_sure_of_room(run);
            }
        }
    }

    fn resume(&mut self, key: Key) -> Result<Seat, Refusal> {
        let found = self.runs.iter_mut().find(|(_, actor)| actor.key == key);
        let (run, actor) = found.ok_or(Refusal::Ended)?;
        let (run, seat) = (*run, actor.seat(*run, true));
        actor.owners += 1;
        if let Some((_, true)) = actor.abandoned.take() {
            self.line.push_back(run);
            self.start_who_can();
        }
        Ok(seat)
    }

    /// Nobody looks at it as long as its owner is away: it rests, and others have room.
    fn abandon(&mut self, run: RunId) {
        let Some(actor) = self.runs.get_mut(&run) else { return };
        actor.owners = actor.owners.saturating_sub(1);
        if actor.owners > 0 {
            return;
        }
        let moved = actor.run.is_playing || self.line.contains(&run);
        actor.abandoned = Some((Instant::now(), moved));
        (actor.run.is_playing, actor.waits) = (false, None);
        if let Some(since) = actor.moved_since {
            self.cost.learn_visit(since.elapsed());
        }
        actor.say();
        self.line.retain(|id| *id != run);
        self.start_who_can();
    }

    fn plan(&self, run: RunId, engine: Option<Engine>) -> Result<Plan, Refusal> {
        let actor = self.runs.get(&run).ok_or(Refusal::Gone(run))?;
        Ok(actor.run.plan(engine))
    }

    /// Begins a run anew, or says that it is not any more as it was planned.
    fn begin(&mut self, run: RunId, built: Built) -> Result<bool, Refusal> {
        let actor = self.runs.get_mut(&run).ok_or(Refusal::Gone(run))?;
        let before = actor.run.effort();
        let has_begun = actor.begin(built);
        if actor.run.is_playing && actor.run.effort() > before {
            self.make_sure_of_room(run);
        }
        self.start_who_can();
        Ok(has_begun)
    }

    /// It flows as soon as there is room: who comes late waits.
    fn start(&mut self, run: RunId) -> Result<(), Refusal> {
        let actor = self.runs.get(&run).ok_or(Refusal::Gone(run))?;
        if !actor.run.is_playing && !self.line.contains(&run) {
            self.line.push_back(run);
        }
        self.start_who_can();
        Ok(())
    }

    fn change(&mut self, run: RunId, change: Change) -> Result<(), Refusal> {
        let actor = self.runs.get_mut(&run).ok_or(Refusal::Gone(run))?;
        let stops = matches!(change, Change::Pause | Change::Step);
        let (moved, before) = (actor.moved_since, actor.run.effort());
        actor.change(change).map_err(Refusal::Wrong)?;
        let more = actor.run.is_playing && actor.run.effort() > before;
        if let (Some(since), None) = (moved, actor.moved_since) {
            self.cost.learn_visit(since.elapsed());
        }
        self.line.retain(|id| *id != run || !stops);
        if more {
            self.make_sure_of_room(run);
        }
        self.start_who_can();
        Ok(())
    }

    /// A run that has come to take more than it was started with, by its speed or its engine,
    /// waits like one that is started: nobody else's water goes slower for it.
    fn make_sure_of_room(&mut self, run: RunId) {
        let all = self.effort();
        let Some(actor) = self.runs.get_mut(&run) else { return };
        let effort = actor.run.effort();
        if !self.cost.has_room(all - effort, effort) {
            actor.run.is_playing = false;
            actor.say();
            self.line.push_back(run);
        }
    }

    fn moment(&mut self, run: RunId) -> Result<Moment, Refusal> {
        let actor = self.runs.get_mut(&run).ok_or(Refusal::Gone(run))?;
        let why = "engine: takes one with the network";
        actor.moment().ok_or_else(|| Refusal::Wrong(why.to_owned()))
    }

    fn close(&mut self, run: RunId) {
        let actor = self.runs.remove(&run);
        if let Some(since) = actor.and_then(|actor| actor.moved_since) {
            self.cost.learn_visit(since.elapsed());
        }
        self.line.retain(|id| *id != run);
        self.start_who_can();
    }

    /// What moves, in particles for each second of the visitors'.
    fn effort(&self) -> f64 {
        self.runs.values().filter(|a| a.run.is_playing).map(|a| a.run.effort()).sum()
    }

    /// Starts those who have waited while there is room, and tells the others how many
    /// are before them.
    fn start_who_can(&mut self) {
        while let Some(&first) = self.line.front() {
            let others = self.effort();
            let Some(actor) = self.runs.get_mut(&first) else {
                self.line.pop_front();
                continue;
            };
            if !self.cost.has_room(others, actor.run.effort()) {
                break;
            }
            (actor.run.is_playing, actor.waits) = (true, None);
            actor.say();
            self.line.pop_front();
        }
        let playing = self.runs.values().filter(|actor| actor.run.is_playing).count();
        for (before, run) in self.line.iter().enumerate() {
            let waits = Waits { before, about_s: self.cost.wait_s(before, playing) };
            let actor = self.runs.get_mut(run);
            // Estimates change all the time; that alone is no news.
            if let Some(actor) = actor.filter(|a| a.waits.map(|w| w.before) != Some(before)) {
                actor.waits = Some(waits);
                actor.say();
            }
        }
    }

    /// Moves what moves, and tells what has moved. Whether there was time for all frames.
    fn beat(&mut self, is_late: bool) -> bool {
        let begun = Instant::now();
        let gone = |actor: &Actor| actor.abandoned.is_some_and(|(since, _)| since.elapsed() > KEPT);
        let gone: Vec<RunId> =
            self.runs.iter().filter(|(_, actor)| gone(actor)).map(|(&run, _)| run).collect();
        gone.into_iter().for_each(|run| self.close(run));
        if !self.line.is_empty() {
            self.start_who_can();
        }
        self.runs.values_mut().for_each(|actor| actor.run.pass(BEAT.as_secs_f64()));
        // Networks first, all that are due in one pass.
        while self.move_on(usize::MAX, |actor| !actor.run.has_reference()) {
            if begun.elapsed() > BEAT {
                break;
            }
        }
        // Solvers move as many at a time as there are threads, first who had no turn in the beat
        // before. They have what is left of this one, and a turn beyond it if it came in time.
        let mut has_last = !is_late;
        while begun.elapsed() + self.turn <= BEAT || std::mem::take(&mut has_last) {
            let turn = Instant::now();
            if !self.move_on(rayon::current_num_threads(), |actor| actor.run.has_reference()) {
                break;
            }
            self.turn = (3 * self.turn + turn.elapsed()) / 4;
            has_last = false;
        }
        self.catch_the_fallen();
        let was_enough = !self.runs.values().any(|actor| actor.run.owes());
        if !was_enough {
            // Water that is too much goes slower, and nobody's frames come later for it.
            self.runs.values_mut().for_each(|actor| actor.run.forgive());
        }
        let begun = Instant::now();
        self.runs.par_iter_mut().for_each(|(_, actor)| actor.tell());
        follow(&mut self.load.tell_ms, begun.elapsed());
        self.runs.values_mut().for_each(Actor::show);
        was_enough
    }

    /// Makes a frame of each of `most` runs among these that owe one, first of those whose last
    /// turn is longest ago. False if none does.
    fn move_on(&mut self, most: usize, these: impl Fn(&Actor) -> bool) -> bool {
        let mut owing: Vec<&mut Actor> =
            self.runs.values_mut().filter(|actor| actor.run.owes() && these(actor)).collect();
        owing.sort_by_key(|actor| actor.last_turn);
        owing.truncate(most);
        for (role, pass) in call(&mut owing) {
            let took = pass.encode + pass.network + pass.carry;
            self.witness.conduct.call(role, took.as_secs_f64());
            follow(&mut self.load.encode_ms, pass.encode);
            follow(&mut self.load.network_ms, pass.network);
            follow(&mut self.load.carry_ms, pass.carry);
        }
        owing.par_iter_mut().for_each(|actor| actor.advance());
        !owing.is_empty()
    }
}

/// Calls the networks for all that are due: one pass for most runs of each, and one for each
/// run that is special.
fn call(owing: &mut [&mut Actor]) -> Vec<(Role, Pass)> {
    let (special, mut others): (Vec<&mut &mut Actor>, Vec<&mut &mut Actor>) =
        owing.iter_mut().partition(|actor| actor.is_special());
    let by_itself = |actor: &mut &mut Actor| Some((actor.run.engines().role, actor.call()?));
    let mut passes: Vec<(Role, Pass)> = special.into_iter().filter_map(by_itself).collect();
    // Runs that a network has left behind keep it until they begin anew, so there may be some.
    let mut networks: Vec<Arc<Engines>> = Vec::new();
    for actor in &others {
        let engines = actor.run.engines();
        if !networks.iter().any(|known| Arc::ptr_eq(known, engines)) {
            networks.push(Arc::clone(engines));
        }
    }
    for engines in networks {
        let mut whose = Vec::new();
        let mut due: Vec<&mut Surrogate> = Vec::new();
        let theirs =
            others.iter_mut().enumerate().filter(|(_, a)| Arc::ptr_eq(a.run.engines(), &engines));
        for (k, actor) in theirs {
            for surrogate in actor.due() {
                whose.push(k);
                due.push(surrogate);
            }
        }
        if due.is_empty() {
            continue;
        }
        let mut pass = call_together(&engines.model, &mut due, &mut ());
        let results = std::mem::take(&mut pass.results);
        for (k, result) in whose.into_iter().zip(results) {
            others[k].called(result);
        }
        passes.push((engines.role, pass));
    }
    passes
}

/// A running mean, in milliseconds.
fn follow(mean_ms: &mut f64, took: Duration) {
    *mean_ms += FOLLOW * (1000.0 * took.as_secs_f64() - *mean_ms);
}

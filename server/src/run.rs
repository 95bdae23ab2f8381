//! One rectangle of water: its scene, its lines, what moves it, and whether it moves now.

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_scene::{Limits, Scene, Stroke};
use weir_surrogate::{FPS, Model, StrokeId, Surrogate};

use crate::engine::{Engine, Engines, Role};
use crate::guard::{Guard, Violation};
use crate::plan::{Built, Mover, Plan, Stream};

/// A line as the visitor numbers it.
struct Line {
    /// What became of what was drawn: it is cut where it leaves the rectangle.
    strokes: Vec<Stroke>,
    /// What each mover calls these.
    names: Vec<Vec<u32>>,
}

/// One rectangle of water.
pub struct Run {
    engines: Arc<Engines>,
    /// What it is made with when it next begins, if that is something else.
    next_engines: Option<Arc<Engines>>,
    guard: Option<Guard>,
    engine: Engine,
    checkpoint: Option<usize>,
    limits: Limits,
    /// As it was opened, without lines.
    scene: Scene,
    lines: BTreeMap<u32, Line>,
    /// The network's, the reference's, or both.
    pub streams: Vec<Stream>,
    /// Simulated seconds for a second of the visitor's.
    pub speed: f64,
    /// Whether it moves.
    pub is_playing: bool,
    /// Frames that it should be ahead by now.
    owed: f64,
    /// Goes up with each change that movers have to know of when they are made.
    version: u64,
}

/// Most frames that a run owes beyond those of a beat: whoever asks for more steps than can be
/// made would hold up the water of all others.
const MOST_OWED: f64 = 4.0;

impl Run {
    /// The scene at its beginning. Its lines are numbered from zero.
    ///
    /// # Errors
    /// It asks for what a mover cannot do, in words for the visitor.
    pub fn new(
        mut scene: Scene,
        engine: Engine,
        engines: &Arc<Engines>,
        limits: Limits,
    ) -> Result<Self, String> {
        scene.validate(&limits).map_err(|error| error.to_string())?;
        let drawn = std::mem::take(&mut scene.strokes);
        let line = |stroke| Line { strokes: vec![stroke], names: Vec::new() };
        let lines = (0..).zip(drawn.into_iter().map(line)).collect();
        let mut run = Self {
            engines: Arc::clone(engines),
            next_engines: None,
            guard: None,
            engine,
            checkpoint: None,
            limits,
            scene,
            lines,
            streams: Vec::new(),
            speed: 1.0,
            is_playing: false,
            owed: 0.0,
            version: 0,
        };
        let built = run.plan(None).build()?;
        run.begin(built);
        Ok(run)
    }

    /// What it is made with.
    pub fn engines(&self) -> &Arc<Engines> {
        &self.engines
    }

    /// What its network is here for, or the one that it gets when it next begins.
    pub fn role(&self) -> Role {
        self.next_engines.as_ref().unwrap_or(&self.engines).role
    }

    /// Another network has the role of its own. It moves this water from its next call on if it
    /// can, and else when the run begins anew: nobody's water stops for it.
    pub fn recast(&mut self, engines: &Arc<Engines>) {
        let mut movers = self.streams.iter_mut().map(|stream| &mut stream.mover);
        let is_like = engines.is_like(&self.engines);
        let has_taken = is_like
            && movers.all(|mover| match mover {
                Mover::Network(surrogate) => surrogate.set_model(&engines.model).is_ok(),
                Mover::Other(_) => true,
            });
        if has_taken {
            // What it was before is another's past.
            (self.engines, self.next_engines, self.checkpoint) = (Arc::clone(engines), None, None);
        } else {
            self.next_engines = Some(Arc::clone(engines));
        }
        self.version += 1;
    }

    /// What moves it.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Which of its checkpoints the network is as, or `None` for what it is.
    pub fn checkpoint(&self) -> Option<usize> {
        self.checkpoint
    }

    /// The network that moves it, if one does.
    pub fn model(&self) -> &Model {
        self.network().map_or(&self.engines.model, Surrogate::model)
    }

    /// Lets the network be as it was at a checkpoint, from its next call on.
    ///
    /// # Errors
    /// There is no such checkpoint.
    pub fn set_checkpoint(&mut self, checkpoint: Option<usize>) -> Result<(), String> {
        let model = self.engines.network(checkpoint)?;
        for stream in &mut self.streams {
            if let Mover::Network(surrogate) = &mut stream.mover {
                surrogate.set_model(model).map_err(|error| error.to_string())?;
            }
        }
        self.checkpoint = checkpoint;
        self.version += 1;
        self.dismiss_guard();
        Ok(())
    }

    /// Nobody looks any more whether its water is right, since it is meant to be wrong.
    pub fn dismiss_guard(&mut self) {
        self.guard = None;
    }

    /// What is wrong with the frame that its network has just made.
    pub fn violation(&mut self) -> Option<Violation> {
        let frame = &self.streams.first()?.frame;
        self.guard.as_mut()?.see(frame)
    }

    /// Whether its water is looked at: its network is as it was promoted.
    pub fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }

    /// Its lines have changed.
    fn redraw(&mut self) {
        self.version += 1;
        let scene = self.scene();
        if let Some(guard) = &mut self.guard {
            guard.redraw(scene);
        }
    }

    /// The scene with its lines as they are now.
    pub fn scene(&self) -> Scene {
        let strokes = self.lines.values().flat_map(|line| line.strokes.iter().cloned()).collect();
        Scene { strokes, ..self.scene.clone() }
    }

    /// The lines by their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &[Stroke])> {
        self.lines.iter().map(|(&number, line)| (number, &line.strokes[..]))
    }

    /// Movers for it as it is now, to begin anew with; those that it has, or others.
    pub fn plan(&self, engine: Option<Engine>) -> Plan {
        let checkpoint = self.checkpoint.filter(|_| self.next_engines.is_none());
        Plan {
            engines: Arc::clone(self.next_engines.as_ref().unwrap_or(&self.engines)),
            engine: engine.unwrap_or(self.engine),
            checkpoint,
            scene: self.scene(),
            version: self.version,
        }
    }

    /// Begins anew with these movers. False if the run is not any more as it was planned.
    pub fn begin(&mut self, built: Built) -> bool {
        if built.version != self.version {
            return false;
        }
        (self.engine, self.streams) = (built.engine, built.streams);
        (self.engines, self.checkpoint) = (built.engines, built.checkpoint);
        self.next_engines = None;
        self.guard = built.guard.filter(|_| self.checkpoint.is_none());
        // Movers number the lines that they begin with in their order.
        let mut next = 0..;
        for line in self.lines.values_mut() {
            let names: Vec<u32> = next.by_ref().take(line.strokes.len()).collect();
            line.names = vec![names; self.streams.len()];
        }
        self.owed = 0.0;
        self.version += 1;
        true
    }

    /// Draws line `number`, which may be as rough as a hand is.
    ///
    /// # Errors
    /// It is no line, there are too many, or the number is taken.
    pub fn add_line(&mut self, number: u32, drawn: &Stroke) -> Result<(), String> {
        if self.lines.contains_key(&number) {
            return Err(format!("line {number}: there is one already"));
        }
        let strokes =
            drawn.fitted(&self.scene.domain, &self.limits).map_err(|error| error.to_string())?;
        if strokes.is_empty() {
            return Err("line: lies outside of the rectangle".to_owned());
        }
        let mut whole = self.scene();
        whole.strokes.extend(strokes.iter().cloned());
        whole.validate(&self.limits).map_err(|error| error.to_string())?;
        let mut names = Vec::new();
        for stream in &mut self.streams {
            let water = stream.mover.drawn();
            names.push(strokes.iter().map(|s| water.add_stroke(s)).collect::<Result<_, _>>()?);
        }
        self.lines.insert(number, Line { strokes, names });
        self.redraw();
        Ok(())
    }

    /// Takes line `number` away.
    ///
    /// # Errors
    /// There is none.
    pub fn erase_line(&mut self, number: u32) -> Result<(), String> {
        let line = self.lines.remove(&number).ok_or(format!("line {number}: there is none"))?;
        self.redraw();
        for (stream, names) in self.streams.iter_mut().zip(&line.names) {
            let water = stream.mover.drawn();
            names.iter().try_for_each(|&name| water.erase_stroke(name))?;
        }
        Ok(())
    }

    /// Time passes for the visitor.
    pub fn pass(&mut self, seconds: f64) {
        if self.is_playing {
            let passed = seconds * self.speed * FPS;
            self.owed = (self.owed + passed).min(passed + MOST_OWED);
        }
    }

    /// Asks for some frames more than time asks for, as far as they can be made at once.
    pub fn owe(&mut self, frames: u32) {
        self.owed = (self.owed + f64::from(frames)).min(MOST_OWED);
    }

    /// Lets go of the frames that time asked for and that cannot be made in time. Steps by hand
    /// are made later.
    pub fn forgive(&mut self) {
        if self.is_playing {
            self.owed = self.owed.fract();
        }
    }

    /// Whether something moves it that is no network.
    pub fn has_reference(&self) -> bool {
        self.streams.iter().any(|stream| matches!(stream.mover, Mover::Other(_)))
    }

    /// Whether a frame is owed.
    pub fn owes(&self) -> bool {
        self.owed >= 1.0 - 1e-9
    }

    /// The networks that have to be called before the next frame.
    pub fn due(&mut self) -> impl Iterator<Item = &mut Surrogate> {
        self.streams.iter_mut().filter_map(|stream| match &mut stream.mover {
            Mover::Network(surrogate) if surrogate.is_due() => Some(&mut **surrogate),
            _ => None,
        })
    }

    /// The network, if one moves it.
    pub fn network(&self) -> Option<&Surrogate> {
        self.streams.iter().find_map(|stream| match &stream.mover {
            Mover::Network(surrogate) => Some(&**surrogate),
            Mover::Other(_) => None,
        })
    }

    /// What the network calls each line; the network's is the first stream.
    pub fn network_lines(&self) -> impl Iterator<Item = (StrokeId, u32)> {
        self.lines.iter().flat_map(|(&number, line)| {
            let names = line.names.first().into_iter().flatten();
            names.map(move |&name| (StrokeId(name), number))
        })
    }

    /// What a second of it takes, in particles that one mover moves for a simulated second.
    pub fn effort(&self) -> f64 {
        let particles: usize = self.streams.iter().map(|s| s.frame.positions_m.len()).sum();
        self.speed * particles as f64
    }

    /// Moves on by the frame that is owed.
    ///
    /// # Errors
    /// A mover failed; the run stops, and its last frames stand.
    pub fn advance(&mut self) -> Result<(), String> {
        self.owed -= 1.0;
        for Stream { mover, frame } in &mut self.streams {
            mover.drawn().advance(frame).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Holds it, with nothing owed.
    pub fn stop(&mut self) {
        self.is_playing = false;
        self.owed = 0.0;
    }
}

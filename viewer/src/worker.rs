//! An engine on a thread of its own.
//!
//! The window never waits for water: it leaves orders, and looks at whatever was made last. Engines
//! go no further than the window's clock, so that all of them show the same moment.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use weir_scene::{AdvanceError, Frame, Scene, Stroke};
use weir_surrogate::Model;
use weir_surrogate::internals::Silence;
use weir_surrogate::network::Map;

use crate::engine::{Engine, Figure, Maker, Told};

/// Longest that an engine without work sleeps before it looks at the clock.
const NAP: Duration = Duration::from_millis(4);

/// What an engine is asked to do.
pub enum Order {
    /// Begins this scene anew, with lines of these names.
    Begin(Box<Scene>, Vec<u64>),
    /// Adds a line under a name.
    Add(u64, Stroke),
    /// Takes the line of a name away.
    Erase(u64),
    /// Goes to a time that a recording has.
    Seek(f64),
    /// Looks at these layers of the network.
    Look(Vec<String>),
    /// Silences these skip connections.
    Silence(BTreeMap<String, Silence>),
    /// Lets another network of its kind move the water.
    Use(Box<Model>),
    /// Asks on which places the answer at a cell depends.
    Field([usize; 2]),
    /// Asks how much each line matters.
    Saliency,
}

/// What an engine has made last.
#[derive(Clone, Default)]
pub struct Latest {
    /// The water.
    pub frame: Arc<Frame>,
    /// What the engine says of itself.
    pub told: Told,
    /// What the layers that are looked at answered.
    pub seen: Arc<Vec<Map>>,
    /// On which places the answer at the cell that was asked about depends.
    pub field: Option<Arc<Map>>,
    /// How much each line matters, by its name, m/s.
    pub saliency: Option<Arc<Vec<(u64, f64)>>>,
    /// Wall time of a frame, a running mean.
    pub frame_time: Duration,
    /// Why there will be no further frame, in words.
    pub fault: Option<String>,
    /// Why the last order was not obeyed, in words; the water flows on.
    pub refused: Option<String>,
    /// Whether there will be no further frame.
    pub is_over: bool,
}

/// Numbers of one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Time since the scene began, seconds.
    pub time_s: f64,
    /// What was measured then.
    pub figures: Vec<Figure>,
}

/// An engine at work. It ends when this is let go of, once it has done what it is doing: nobody
/// waits for that.
pub struct Worker {
    /// What it is called.
    pub name: String,
    orders: Sender<Order>,
    latest: Arc<Mutex<Latest>>,
    moments: Arc<Mutex<Vec<Moment>>>,
    thread: JoinHandle<()>,
}

/// The time that all engines go to, seconds since the scene began.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// What it shows.
    pub fn now_s(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Acquire))
    }

    /// Lets it show this.
    pub fn set(&self, now_s: f64) {
        self.0.store(now_s.to_bits(), Ordering::Release);
    }
}

impl Worker {
    /// Lets an engine of this kind begin `scene`, whose lines have these names. `wake` is called
    /// whenever there is something new to see.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn begin(
        maker: &Maker,
        scene: &Scene,
        strokes: &[u64],
        clock: &Clock,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (orders, given) = channel();
        let (latest, moments) = (Arc::default(), Arc::default());
        let mut bench = Bench {
            maker: maker.clone(),
            engine: None,
            names: HashMap::new(),
            scene: scene.clone(),
            layers: Vec::new(),
            silent: BTreeMap::new(),
            model: None,
            shown: Latest::default(),
            latest: Arc::clone(&latest),
            moments: Arc::clone(&moments),
            clock: clock.clone(),
        };
        let strokes = strokes.to_vec();
        let thread = std::thread::Builder::new().name(format!("weir {}", maker.name));
        let thread = thread.spawn(move || {
            bench.begin(strokes);
            bench.publish();
            wake();
            bench.work(&given, wake);
        })?;
        let name = maker.name.clone();
        Ok(Self { name, orders, latest, moments, thread })
    }

    /// Leaves an order. One that has ended takes none.
    pub fn order(&self, order: Order) {
        // The thread has ended only if it panicked, which `latest` tells.
        let _ = self.orders.send(order);
    }

    /// What was made last.
    pub fn latest(&self) -> Latest {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if self.thread.is_finished() && latest.fault.is_none() {
            latest.fault = Some("it ended in a fault of its own; begin it anew".to_owned());
        }
        latest
    }

    /// Numbers of the moments since this was last asked, oldest first.
    pub fn take_moments(&self) -> Vec<Moment> {
        std::mem::take(&mut self.moments.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the thread has.
struct Bench {
    maker: Maker,
    engine: Option<Box<dyn Engine>>,
    /// What the engine calls each line.
    names: HashMap<u64, u32>,
    scene: Scene,
    layers: Vec<String>,
    silent: BTreeMap<String, Silence>,
    model: Option<Box<Model>>,
    shown: Latest,
    latest: Arc<Mutex<Latest>>,
    moments: Arc<Mutex<Vec<Moment>>>,
    clock: Clock,
}

impl Bench {
    fn work(&mut self, given: &Receiver<Order>, wake: impl Fn()) {
        loop {
            let is_behind = self.is_behind();
            let nap = if is_behind { Duration::ZERO } else { NAP };
            match given.recv_timeout(nap) {
                Ok(order) => {
                    self.obey(order);
                    // Orders come in bursts, and only the last state is worth looking at.
                    while let Ok(order) = given.try_recv() {
                        self.obey(order);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if !is_behind => continue,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.is_behind() {
                self.advance();
            }
            self.publish();
            wake();
        }
    }

    /// Whether the clock is beyond what is shown.
    fn is_behind(&self) -> bool {
        let Some(engine) = &self.engine else { return false };
        let due_s = self.shown.frame.time_s + 0.5 * engine.frame_dt_s();
        !self.shown.is_over && self.shown.fault.is_none() && self.clock.now_s() > due_s
    }

    fn begin(&mut self, strokes: Vec<u64>) {
        self.shown = Latest::default();
        self.names = strokes.into_iter().zip(0..).collect();
        match (self.maker.make)(&self.scene) {
            Ok(engine) => {
                let mut frame = Frame::default();
                engine.snapshot(&mut frame);
                self.engine = Some(engine);
                self.dress();
                self.show(frame);
            }
            Err(why) => {
                self.engine = None;
                self.shown.fault = Some(why);
            }
        }
    }

    /// Tells a new engine what the old one was told.
    fn dress(&mut self) {
        let Some(network) = self.engine.as_mut().and_then(|engine| engine.network()) else {
            return;
        };
        network.look_at(&self.layers);
        network.silence(self.silent.clone());
        if let Some(model) = &self.model {
            self.shown.refused = network.set_model(model).err();
        }
    }

    fn obey(&mut self, order: Order) {
        self.shown.refused = None;
        match order {
            Order::Begin(scene, strokes) => {
                self.scene = *scene;
                self.begin(strokes);
                return;
            }
            Order::Look(layers) => self.layers = layers,
            Order::Silence(skips) => self.silent = skips,
            Order::Use(model) => self.model = Some(model),
            Order::Add(name, stroke) => return self.add(name, &stroke),
            Order::Erase(name) => return self.erase(name),
            Order::Seek(time_s) => return self.seek(time_s),
            Order::Field(cell) => return self.ask_field(cell),
            Order::Saliency => return self.ask_saliency(),
        }
        self.dress();
    }

    fn add(&mut self, name: u64, stroke: &Stroke) {
        let Some(engine) = &mut self.engine else { return };
        match engine.add_stroke(stroke) {
            Ok(id) => {
                self.names.insert(name, id);
            }
            Err(why) => self.shown.refused = Some(why),
        }
    }

    fn erase(&mut self, name: u64) {
        let (Some(engine), Some(id)) = (&mut self.engine, self.names.remove(&name)) else { return };
        if let Err(why) = engine.erase_stroke(id) {
            self.shown.refused = Some(why);
        }
    }

    fn seek(&mut self, time_s: f64) {
        let Some(engine) = &mut self.engine else { return };
        // Who cannot go back stays where it is: the window asks all of them.
        if engine.seek(time_s).is_ok() {
            let mut frame = Frame::default();
            engine.snapshot(&mut frame);
            self.shown.is_over = false;
            self.show(frame);
        }
    }

    fn ask_field(&mut self, cell: [usize; 2]) {
        let network = self.engine.as_mut().and_then(|engine| engine.network());
        match network.map(|network| network.field(cell)) {
            Some(Ok(map)) => self.shown.field = Some(Arc::new(map)),
            Some(Err(why)) => self.shown.refused = Some(why),
            None => {}
        }
    }

    fn ask_saliency(&mut self) {
        let network = self.engine.as_mut().and_then(|engine| engine.network());
        match network.map(|network| network.saliency()) {
            Some(Ok(all)) => {
                let name =
                    |id: u32| self.names.iter().find(|(_, own)| **own == id).map(|(name, _)| *name);
                let named = all
                    .iter()
                    .filter_map(|one| Some((name(one.stroke.0)?, one.change.over_water_m_s)));
                self.shown.saliency = Some(Arc::new(named.collect()));
            }
            Some(Err(why)) => self.shown.refused = Some(why),
            None => {}
        }
    }

    fn advance(&mut self) {
        let Some(engine) = &mut self.engine else { return };
        let begun = Instant::now();
        let mut frame = Frame::default();
        match engine.advance(&mut frame) {
            Ok(()) => {
                let took = begun.elapsed();
                let mean = self.shown.frame_time;
                self.shown.frame_time = if mean.is_zero() { took } else { (9 * mean + took) / 10 };
                self.show(frame);
            }
            Err(AdvanceError::Ended { .. }) => self.shown.is_over = true,
            Err(error) => self.shown.fault = Some(error.to_string()),
        }
    }

    fn show(&mut self, frame: Frame) {
        let Some(engine) = &mut self.engine else { return };
        self.shown.told = engine.told();
        let mut figures = energies(&frame, self.scene.gravity_m_s2);
        figures.extend(self.shown.told.figures.iter().copied());
        let moment = Moment { time_s: frame.time_s, figures };
        self.moments.lock().unwrap_or_else(PoisonError::into_inner).push(moment);
        if let Some(network) = engine.network() {
            self.shown.seen = Arc::clone(network.seen());
        }
        self.shown.frame = Arc::new(frame);
    }

    fn publish(&self) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = self.shown.clone();
    }
}

/// Mean energy and momentum of the water of a frame, by mass.
fn energies(frame: &Frame, gravity_m_s2: [f64; 2]) -> Vec<Figure> {
    let count = frame.positions_m.len().max(1) as f64;
    let (mut kinetic, mut potential, mut momentum) = (0.0, 0.0, [0.0; 2]);
    for (p, v) in frame.positions_m.iter().zip(&frame.velocities_m_s) {
        for k in 0..2 {
            kinetic += 0.5 * f64::from(v[k]) * f64::from(v[k]);
            potential -= gravity_m_s2[k] * f64::from(p[k]);
            momentum[k] += f64::from(v[k]);
        }
    }
    vec![
        Figure { name: "kinetic energy", unit: "J/kg", value: kinetic / count },
        Figure { name: "potential energy", unit: "J/kg", value: potential / count },
        Figure { name: "momentum along x", unit: "m/s", value: momentum[0] / count },
        Figure { name: "momentum along y", unit: "m/s", value: momentum[1] / count },
        Figure { name: "particles", unit: "1", value: frame.positions_m.len() as f64 },
    ]
}

//! One engine and its orders, wherever that happens to run.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use web_time::{Duration, Instant};
use weir_scene::{AdvanceError, Frame, Scene, Stroke};
use weir_surrogate::Model;
use weir_surrogate::internals::Silence;

use crate::engine::{Engine, Figure, Make, Told};
use crate::worker::{Latest, Moment, Order};

/// An engine that obeys orders and makes frames up to a time.
pub struct Desk {
    make: Make,
    engine: Option<Box<dyn Engine>>,
    /// What the engine calls each line.
    names: HashMap<u64, u32>,
    scene: Scene,
    layers: Vec<String>,
    silent: BTreeMap<String, Silence>,
    model: Option<Box<Model>>,
    shown: Latest,
    moments: Vec<Moment>,
    /// Time that went into the next frame before it was asked for.
    prepared: Duration,
}

impl Desk {
    /// With an engine at the beginning of `scene`, whose lines have these names.
    pub fn new(make: Make, scene: Scene, strokes: &[u64]) -> Self {
        let mut desk = Self {
            make,
            engine: None,
            names: HashMap::new(),
            scene,
            layers: Vec::new(),
            silent: BTreeMap::new(),
            model: None,
            shown: Latest::default(),
            moments: Vec::new(),
            prepared: Duration::ZERO,
        };
        desk.begin(strokes);
        desk
    }

    /// What was made last.
    pub fn shown(&self) -> &Latest {
        &self.shown
    }

    /// Numbers of the moments since this was last asked, oldest first.
    pub fn take_moments(&mut self) -> Vec<Moment> {
        std::mem::take(&mut self.moments)
    }

    /// Whether there is a frame to be made up to this time, seconds.
    pub fn is_behind(&self, now_s: f64) -> bool {
        let Some(engine) = &self.engine else { return false };
        let due_s = self.shown.frame.time_s + 0.5 * engine.frame_dt_s();
        !self.shown.is_over && self.shown.fault.is_none() && now_s > due_s
    }

    fn begin(&mut self, strokes: &[u64]) {
        self.shown = Latest::default();
        self.names = strokes.iter().copied().zip(0..).collect();
        match (self.make)(&self.scene) {
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

    /// Does what it is told.
    pub fn obey(&mut self, order: Order) {
        self.shown.refused = None;
        match order {
            Order::Begin(scene, strokes) => {
                self.scene = *scene;
                self.begin(&strokes);
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
            // The clock says so already.
            Order::Pace(_) | Order::Step => return,
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

    /// Makes what the next frame needs of a device that must not be waited for. It may be left out
    /// where it may be.
    pub async fn prepare(&mut self) {
        let Some(network) = self.engine.as_mut().and_then(|engine| engine.network()) else {
            return;
        };
        let begun = Instant::now();
        if let Err(error) = network.prepare().await {
            self.shown.fault = Some(error.to_string());
        }
        self.prepared = begun.elapsed();
    }

    /// Makes a frame.
    pub fn advance(&mut self) {
        let Some(engine) = &mut self.engine else { return };
        let begun = Instant::now();
        let mut frame = Frame::default();
        match engine.advance(&mut frame) {
            Ok(()) => {
                let took = begun.elapsed() + std::mem::take(&mut self.prepared);
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
        let moment = moment_of(&frame, self.scene.gravity_m_s2, &self.shown.told);
        self.moments.push(moment);
        if let Some(network) = engine.network() {
            self.shown.seen = Arc::clone(network.seen());
        }
        self.shown.frame = Arc::new(frame);
    }
}

/// What curves are drawn of, for a frame.
pub fn moment_of(frame: &Frame, gravity_m_s2: [f64; 2], told: &Told) -> Moment {
    let mut figures = energies(frame, gravity_m_s2);
    figures.extend(told.figures.iter().copied());
    Moment { time_s: frame.time_s, figures }
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

//! The other end: the network, on a thread of the browser that has no page.

use std::collections::VecDeque;
use std::sync::Arc;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use weir_surrogate::golden::FRAMES;
use weir_surrogate::{Model, ModelError, device};
use weir_viewer::desk::Desk;
use weir_viewer::engine::{Engine, Make, Network};
use weir_viewer::worker::Order;

use crate::letters::{Asked, Made, Told, silence};
use crate::trial::Trial;

/// What the network is called where something is wrong with it.
pub const NAME: &str = "the server's network";

/// A network that obeys letters, and writes back.
#[wasm_bindgen]
pub struct Inside {
    post: Function,
    /// Where water flows, and where it is asked about itself: on the processor.
    model: Model,
    thinker: Model,
    trial: Option<Trial>,
    /// What was asked while the trial went on.
    waiting: VecDeque<Asked>,
    desk: Option<Desk>,
    now_s: f64,
}

#[wasm_bindgen]
impl Inside {
    /// The network of this description and these weights, on the device of this name; `post` sends
    /// bytes to the page.
    ///
    /// # Errors
    /// They are no network, or the browser has no such device.
    pub async fn open(
        post: Function,
        device: String,
        config: String,
        weights: Vec<u8>,
    ) -> Result<Inside, JsValue> {
        console_error_panic_hook::set_once();
        let words = |error: ModelError| JsValue::from(error.to_string());
        let on = |device| Model::from_bytes(NAME, &config, weights.clone(), &device).map_err(words);
        let thinker = on(device::open("flex").map_err(words)?)?;
        let model = match device.as_str() {
            "flex" => thinker.clone(),
            other => on(device::open_async(other).await.map_err(words)?)?,
        };
        let waiting = VecDeque::new();
        Ok(Self { post, model, thinker, trial: None, waiting, desk: None, now_s: 0.0 })
    }

    /// Reads a letter.
    pub fn hear(&mut self, text: &str) {
        match Asked::of(text) {
            Ok(Asked::Try(golden)) => match Trial::new(self.model.clone(), *golden) {
                Ok(trial) => self.trial = Some(trial),
                Err(why) => self.write(&Told::Failed(why)),
            },
            Ok(asked) if self.trial.is_some() => self.waiting.push_back(asked),
            Ok(asked) => self.obey(asked),
            Err(why) => self.write(&Told::Failed(why)),
        }
    }

    /// Makes a frame if one is due; whether there is more to do. Until it has, no letter may be
    /// read.
    pub async fn turn(&mut self) -> bool {
        if let Some(trial) = &mut self.trial {
            let step = trial.step().await;
            let made = trial.made();
            match step {
                Ok(None) => self.write(&Told::Trying(made, FRAMES)),
                Ok(Some(verdict)) => {
                    self.write(&Told::Tried(verdict));
                    self.trial = None;
                    while let Some(asked) = self.waiting.pop_front() {
                        self.obey(asked);
                    }
                }
                Err(why) => {
                    self.trial = None;
                    self.write(&Told::Failed(why));
                }
            }
            return true;
        }
        let Some(desk) = &mut self.desk else { return false };
        if !desk.is_behind(self.now_s) {
            return false;
        }
        desk.prepare().await;
        desk.advance();
        self.show();
        self.desk.as_ref().is_some_and(|desk| desk.is_behind(self.now_s))
    }
}

impl Inside {
    fn obey(&mut self, asked: Asked) {
        let order = match asked {
            Asked::Now(now_s) => {
                self.now_s = now_s;
                return;
            }
            Asked::Begin(scene, strokes) => {
                match &mut self.desk {
                    Some(desk) => desk.obey(Order::Begin(scene, strokes)),
                    None => self.desk = Some(Desk::new(self.make(), *scene, &strokes)),
                }
                return self.show();
            }
            Asked::Add(name, stroke) => Order::Add(name, stroke),
            Asked::Erase(name) => Order::Erase(name),
            Asked::Look(layers) => Order::Look(layers),
            Asked::Silence(skips) => Order::Silence(silence(skips)),
            Asked::Field(cell) => Order::Field(cell),
            Asked::Saliency => Order::Saliency,
            // One trial is enough.
            Asked::Try(_) => return,
        };
        if let Some(desk) = &mut self.desk {
            desk.obey(order);
            self.show();
        }
    }

    fn make(&self) -> Make {
        let (model, thinker) = (self.model.clone(), self.thinker.clone());
        Arc::new(move |scene| {
            let network = Network::beside(model.clone(), thinker.clone(), scene)?;
            Ok(Box::new(network) as Box<dyn Engine>)
        })
    }

    fn show(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        // The page reckons them from the frames.
        drop(desk.take_moments());
        let made = Made::from(desk.shown());
        self.write(&Told::Made(Box::new(made)));
    }

    fn write(&self, told: &Told) {
        let Ok(bytes) = told.bytes() else { return };
        // A page that is gone reads nothing.
        let _ = self.post.call1(&JsValue::NULL, &Uint8Array::from(bytes.as_slice()));
    }
}

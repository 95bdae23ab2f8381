//! The page's end: water that the browser moves beside the page.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, WorkerOptions, WorkerType};
use weir_surrogate::golden::Golden;
use weir_viewer::Maker;
use weir_viewer::desk::moment_of;
use weir_viewer::worker::{Clock, Latest, Moment, Order, Start, Worker};

use crate::letters::{Asked, Told, skips};
use crate::trial::Verdict;

/// The script that runs beside the page.
const SCRIPT: &str = "aside.js";

/// What a network is made of.
pub struct Parts {
    /// Its description, as `model.toml`.
    pub config: String,
    /// Its weights, as `model.safetensors`.
    pub weights: Vec<u8>,
    /// A run that it is known to make.
    pub golden: Golden,
}

/// The network on a device of the visitor's: `flex` or `wgpu`. Once it has passed its trial it is
/// not put to it again.
pub fn maker(name: &str, device: &'static str, parts: &Rc<Parts>) -> Maker {
    let (parts, passed) = (Rc::clone(parts), Rc::new(Cell::new(None)));
    Maker::elsewhere(name, move |name, start| {
        let begun = Aside::begin(name, device, &parts, &passed, start);
        let begun = begun.map_err(|error| format!("the browser refuses: {error:?}"))?;
        Ok(Box::new(begun) as Box<dyn Worker>)
    })
}

struct Aside {
    name: String,
    worker: web_sys::Worker,
    clock: Clock,
    told_s: Cell<f64>,
    gravity_m_s2: Rc<Cell<[f64; 2]>>,
    seen: Rc<RefCell<Seen>>,
    /// The browser calls it for as long as it is here.
    _hears: Closure<dyn FnMut(MessageEvent)>,
    _fails: Closure<dyn FnMut(ErrorEvent)>,
}

#[derive(Default)]
struct Seen {
    latest: Latest,
    moments: Vec<Moment>,
    /// Whether it is not used any more, whatever else comes.
    is_out: bool,
}

impl Aside {
    fn begin(
        name: &str,
        device: &str,
        parts: &Parts,
        passed: &Rc<Cell<Option<Verdict>>>,
        start: Start<'_>,
    ) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(SCRIPT, &options)?;
        let seen = Rc::<RefCell<Seen>>::default();
        let gravity_m_s2 = Rc::new(Cell::new(start.scene.gravity_m_s2));
        let hears = {
            let (seen, passed, wake) = (Rc::clone(&seen), Rc::clone(passed), start.wake.clone());
            let (name, gravity_m_s2) = (name.to_owned(), Rc::clone(&gravity_m_s2));
            Closure::new(move |event: MessageEvent| {
                seen.borrow_mut().hear(&name, &passed, gravity_m_s2.get(), &event.data());
                wake();
            })
        };
        let fails = {
            let (name, seen, wake) = (name.to_owned(), Rc::clone(&seen), start.wake);
            Closure::new(move |event: ErrorEvent| {
                let why = format!("the browser could not run it: {}", event.message());
                seen.borrow_mut().give_up(&name, why);
                wake();
            })
        };
        worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));
        worker.set_onerror(Some(fails.as_ref().unchecked_ref()));
        let aside = Self {
            name: name.to_owned(),
            worker,
            clock: start.clock.clone(),
            told_s: Cell::new(f64::NAN),
            gravity_m_s2,
            seen,
            _hears: hears,
            _fails: fails,
        };
        let model = js_sys::Object::new();
        let weights = Uint8Array::from(parts.weights.as_slice());
        js_sys::Reflect::set(&model, &"device".into(), &device.into())?;
        js_sys::Reflect::set(&model, &"config".into(), &parts.config.as_str().into())?;
        js_sys::Reflect::set(&model, &"weights".into(), &weights)?;
        aside.worker.post_message(&model)?;
        if passed.get().is_none() {
            aside.write(&Asked::Try(Box::new(parts.golden.clone())));
        }
        aside.write(&Asked::Begin(Box::new(start.scene.clone()), start.strokes.to_vec()));
        Ok(aside)
    }

    fn write(&self, asked: &Asked) {
        let sent = asked.text().and_then(|text| {
            self.worker.post_message(&text.into()).map_err(|error| format!("{error:?}"))
        });
        if let Err(why) = sent {
            self.seen.borrow_mut().latest.refused = Some(why);
        }
    }
}

impl Seen {
    /// Reads a letter of the network that is called `name`.
    fn hear(
        &mut self,
        name: &str,
        passed: &Cell<Option<Verdict>>,
        gravity_m_s2: [f64; 2],
        data: &JsValue,
    ) {
        if self.is_out {
            return;
        }
        let bytes = data.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default();
        match Told::of(&bytes) {
            Ok(Told::Trying(made, of)) => {
                self.latest.notice = Some(format!("checking this device: frame {made} of {of}"));
            }
            Ok(Told::Tried(verdict)) => match verdict.objection() {
                Some(why) => self.give_up(name, why),
                None => {
                    web_sys::console::info_1(&format!("{name}: {}", verdict.words()).into());
                    passed.set(Some(verdict));
                }
            },
            Ok(Told::Made(made)) => {
                let latest = Latest::from(*made);
                let is_new = latest.frame.time_s != self.latest.frame.time_s;
                if is_new || self.latest.frame.ids.is_empty() {
                    self.moments.push(moment_of(&latest.frame, gravity_m_s2, &latest.told));
                }
                let notice = passed.get().map(|verdict| verdict.words());
                self.latest = Latest { notice, ..latest };
            }
            Ok(Told::Failed(why)) | Err(why) => self.give_up(name, why),
        }
    }

    /// It is not used any more, whatever else comes.
    fn give_up(&mut self, name: &str, why: String) {
        web_sys::console::info_1(&format!("{name}: {why}").into());
        self.is_out = true;
        self.latest.fault.get_or_insert(why);
    }
}

impl Worker for Aside {
    fn name(&self) -> &str {
        &self.name
    }

    fn order(&self, order: Order) {
        self.write(&match order {
            Order::Begin(scene, strokes) => {
                self.gravity_m_s2.set(scene.gravity_m_s2);
                Asked::Begin(scene, strokes)
            }
            Order::Add(name, stroke) => Asked::Add(name, stroke),
            Order::Erase(name) => Asked::Erase(name),
            Order::Look(layers) => Asked::Look(layers),
            Order::Silence(silent) => Asked::Silence(skips(&silent)),
            Order::Field(cell) => Asked::Field(cell),
            Order::Saliency => Asked::Saliency,
            // The clock is told with every look; nothing is recorded here; the page has one network.
            Order::Pace(_) | Order::Step | Order::Seek(_) | Order::Use(_) => return,
        });
    }

    fn latest(&self) -> Latest {
        let now_s = self.clock.now_s();
        if self.told_s.replace(now_s) != now_s {
            self.write(&Asked::Now(now_s));
        }
        self.seen.borrow().latest.clone()
    }

    fn take_moments(&self) -> Vec<Moment> {
        std::mem::take(&mut self.seen.borrow_mut().moments)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

//! Whether this device computes what it should, and fast enough to be looked at.

use serde::{Deserialize, Serialize};
use web_time::{Duration, Instant};
use weir_scene::{Advance, Frame};
use weir_surrogate::golden::{Deviation, FRAMES, Golden};
use weir_surrogate::{FPS, Model, Surrogate};

/// Slowest that water may be, as a share of real time.
pub const SLOWEST: f64 = 0.2;

/// What came of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// How far it is from what it should have been.
    pub deviation: Deviation,
    /// A call of the network with all that surrounds it, median, milliseconds.
    pub call_ms: f64,
    /// Simulated seconds in a second.
    pub pace: f64,
}

impl Verdict {
    /// Why this device is not to be used; `None` if it is.
    pub fn objection(&self) -> Option<String> {
        let Self { deviation, pace, .. } = self;
        if !deviation.is_small() {
            return Some(format!(
                "this device computes something else: {:.3} cells astray after a call, {:.0} % of \
                 the water elsewhere after a second",
                deviation.astray_cells,
                100.0 * (1.0 - deviation.overlap)
            ));
        }
        (*pace < SLOWEST)
            .then(|| format!("this device is too slow: {pace:.2} of real time, takes {SLOWEST:.2}"))
    }

    /// How it went, in words.
    pub fn words(&self) -> String {
        let Self { deviation, call_ms, pace } = self;
        format!(
            "checked on this device: {call_ms:.0} ms a call, {pace:.1} times real time, {:.4} cells \
             astray after a call, {:.0} % of the water where it should be after a second",
            deviation.astray_cells,
            100.0 * deviation.overlap
        )
    }
}

/// A trial, frame by frame.
pub struct Trial {
    golden: Golden,
    water: Surrogate,
    first: Frame,
    frame: Frame,
    made: usize,
    calls: Vec<Duration>,
    spent: Duration,
}

impl Trial {
    /// Of this network.
    ///
    /// # Errors
    /// It moves no such scene.
    pub fn new(model: Model, golden: Golden) -> Result<Self, String> {
        let water = Surrogate::new(model, &golden.scene).map_err(|error| error.to_string())?;
        let (first, frame) = (Frame::default(), Frame::default());
        Ok(Self { golden, water, first, frame, made: 0, calls: Vec::new(), spent: Duration::ZERO })
    }

    /// Frames that are made.
    pub fn made(&self) -> usize {
        self.made
    }

    /// Makes a frame; the verdict after the last.
    ///
    /// # Errors
    /// The network failed.
    pub async fn step(&mut self) -> Result<Option<Verdict>, String> {
        let (begun, is_call) = (Instant::now(), self.water.is_due());
        if is_call {
            self.water.call_async(&mut ()).await.map_err(|error| error.to_string())?;
        }
        self.water.advance(&mut self.frame).map_err(|error| error.to_string())?;
        let took = begun.elapsed();
        self.spent += took;
        if is_call {
            self.calls.push(took);
        }
        self.made += 1;
        if self.made == self.golden.first_frames {
            self.first.clone_from(&self.frame);
        }
        Ok((self.made >= FRAMES).then(|| self.verdict()))
    }

    fn verdict(&mut self) -> Verdict {
        self.calls.sort_unstable();
        let call = self.calls.get(self.calls.len() / 2).copied().unwrap_or_default();
        Verdict {
            deviation: self.golden.deviation(&self.first, &self.frame),
            call_ms: 1e3 * call.as_secs_f64(),
            // A clock that is coarse for privacy may show nothing at all.
            pace: self.made as f64 / FPS / self.spent.as_secs_f64().max(1e-3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_surrogate::device;

    fn model() -> Model {
        Model::open("default", &device::open("flex").expect("a processor")).expect("a model")
    }

    fn verdict(golden: Golden) -> Verdict {
        let mut trial = Trial::new(model(), golden).expect("a trial");
        loop {
            if let Some(verdict) = pollster::block_on(trial.step()).expect("a frame") {
                assert_eq!(trial.made(), FRAMES);
                return verdict;
            }
        }
    }

    #[test]
    fn who_computes_the_same_passes_and_who_does_not_is_told() {
        let golden = Golden::of(&model()).expect("a run");
        let passed = verdict(golden.clone());
        assert_eq!(passed.deviation.overlap, 1.0);
        assert!(passed.call_ms > 0.0 && passed.words().contains("100 %"), "{}", passed.words());
        let mut other = golden;
        other.first_m.iter_mut().for_each(|(_, place)| place[0] += 0.01);
        let words = verdict(other).objection().expect("an objection");
        assert!(words.contains("astray"), "{words}");
        let slow = Verdict { pace: 0.1, ..passed };
        assert!(slow.objection().expect("an objection").contains("slow"));
        assert_eq!(Verdict { pace: 1.0, ..passed }.objection(), None);
    }
}

//! All that looks at runs and changes none: counts, audits, and what visitors draw.

use std::sync::{Arc, Mutex, PoisonError};

use weir_drift::Window;
use weir_scene::Scene;

use crate::auditor::Auditor;
use crate::conduct::Conduct;

/// Those who look. Clones are the same.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Counts.
    pub conduct: Conduct,
    /// Audits.
    pub auditor: Auditor,
    drawn: Arc<Mutex<Window>>,
}

impl Witness {
    /// With these, and scenes beside those of `window`.
    pub fn new(conduct: Conduct, auditor: Auditor, window: Window) -> Self {
        Self { conduct, auditor, drawn: Arc::new(Mutex::new(window)) }
    }

    /// Somebody lets the water of a scene flow.
    pub fn begins(&self, scene: &Scene) {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).see(scene);
    }

    /// How far what visitors draw is from what was learned, by feature; above 1 is drift.
    pub fn drift(&self) -> Vec<(&'static str, f64)> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).ratios()
    }

    /// Scenes that this is about.
    pub fn scenes(&self) -> usize {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

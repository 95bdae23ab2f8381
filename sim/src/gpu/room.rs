//! How much of the fields of a batch a scene has for itself.

use weir_gpu::Words;

use super::layout::Scene;

/// Words of its tables, components, and velocity unknowns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// See [`Room`].
    pub words: usize,
    /// See [`Room`].
    pub components: usize,
    /// See [`Room`].
    pub nodes: usize,
}

impl Room {
    /// What a scene with these tables takes.
    pub fn of(words: &Words, scene: &Scene) -> Self {
        Self {
            words: words.as_slice().len(),
            components: scene.component_count as usize,
            nodes: (scene.node_count_x + scene.node_count_y) as usize,
        }
    }

    /// Whether as much as `other` fits.
    pub fn fits(&self, other: &Self) -> bool {
        self.words >= other.words
            && self.components >= other.components
            && self.nodes >= other.nodes
    }

    /// The same and some more: where solids move, every step takes a little more or less.
    pub fn with_slack(self) -> Self {
        let more = |n: usize| n + n / 4 + 64;
        Self { words: more(self.words), components: more(self.components), nodes: more(self.nodes) }
    }
}

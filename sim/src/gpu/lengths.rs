//! What a batch keeps on the card: names that the shaders use, and how long each is.

use weir_gpu::sort;

/// What a field is as long as.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lengths {
    /// Scenes.
    pub scenes: usize,
    /// Words of the tables of what stands where.
    pub words: usize,
    /// Words of the tables of what moves.
    pub mover_words: usize,
    /// Most particles.
    pub particles: usize,
    /// Cells of all scenes.
    pub cells: usize,
    /// Components of all scenes.
    pub components: usize,
    /// Velocity unknowns of all scenes and both axes.
    pub nodes: usize,
}

impl Lengths {
    /// How many bytes each field takes.
    pub fn sizes(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let n = self;
        let own = [
            ("batch", 16),
            ("scenes", size_of::<super::layout::Scene>() * n.scenes),
            ("reports", size_of::<super::layout::Report>() * n.scenes),
            ("ground", 4 * n.words),
            ("movers", 4 * n.mover_words),
            ("particles", 32 * n.particles),
            ("sorted", 32 * n.particles),
            ("tags", 16 * n.particles),
            ("sorted_tags", 16 * n.particles),
            ("care", 8 * n.particles),
            ("before", 4 * n.nodes),
            ("known", 4 * n.nodes),
            ("velocity", 4 * n.nodes),
            ("change", 4 * n.nodes),
            ("wet", 4 * n.nodes),
            ("sides", 16 * n.nodes),
            ("density", 4 * n.components),
            ("distance_to_surface", 4 * n.components),
            ("fluid", 4 * n.components),
            ("rows", 4 * n.components),
            ("interior", 4 * n.components),
            ("deep", 4 * n.components),
            ("unknown", 4 * 2 * n.components),
            ("work", 4 * (WORKS * n.components + 2 * PROGRESS * n.scenes)),
            ("pools", 4 * 2 * n.components),
            ("relieved", 4 * n.components),
            ("extents", 32 * n.components),
            ("wanted", 16 * n.components),
            ("flier", 4 * n.cells),
            ("flights", 4 * n.scenes),
        ];
        let all = own.into_iter().chain(sort::sizes(n.particles, n.cells));
        all.map(|(name, bytes)| (name, bytes as u64))
    }

    /// How many bytes a field takes.
    pub fn bytes(&self, name: &str) -> u64 {
        self.sizes().find(|(own, _)| *own == name).map_or(0, |(_, bytes)| bytes)
    }
}

/// Vectors of both solves, and the diagonal.
const WORKS: usize = 9;
/// Words of a solve's progress.
const PROGRESS: usize = 16;

//! What a batch keeps on the card: names that the shaders use, and how long each is.

use weir_gpu::sort;

use super::layout::{Birth, Fed, Particle, Report, Scene, Shown, Sizes, Tag};

/// What a field is as long as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    /// Scenes.
    pub scenes: usize,
    /// Words of the tables of what stands where.
    pub words: usize,
    /// Most particles.
    pub particles: usize,
    /// Cells of all scenes.
    pub cells: usize,
    /// Frames and sub-frames of a call.
    pub frames: usize,
    /// See `frames`.
    pub sub_frames: usize,
    /// Most particles that may come in during a call.
    pub births: usize,
    /// Places where they do.
    pub fed: usize,
}

/// Bytes of the nodes and the fate of a particle, of what a node is told of both, and of a sum.
pub(super) const SHARES: usize = 32;
pub(super) const FATE: usize = 64;
pub(super) const SUMS: usize = 20;
/// Maps of a bed, and its room.
pub const BED_MAPS: usize = crate::bed::MAPS.len() + 1;

impl Lengths {
    /// How many bytes each field takes.
    pub fn sizes(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let n = self;
        let own = [
            ("batch", size_of::<Sizes>()),
            ("scenes", size_of::<Scene>() * n.scenes),
            ("reports", size_of::<Report>() * n.scenes),
            ("next_ids", 8 * n.scenes),
            ("ground", 4 * n.words),
            ("particles", size_of::<Particle>() * n.particles),
            ("sorted", size_of::<Particle>() * n.particles),
            ("tags", size_of::<Tag>() * n.particles),
            ("sorted_tags", size_of::<Tag>() * n.particles),
            ("fates", FATE * n.particles),
            ("landed", size_of::<Particle>() * n.particles),
            ("landed_shares", SHARES * n.particles),
            ("landed_order", 4 * n.particles),
            ("landed_cells", 4 * n.particles),
            ("ways", 8 * n.particles),
            ("landed_start", 4 * (n.cells + 1)),
            ("bed", 4 * BED_MAPS * n.cells),
            ("there", 16 * n.cells),
            ("mean", 16 * n.cells),
            ("density", 4 * n.cells),
            ("excess", 8 * n.cells),
            ("potential", 4 * n.cells),
            ("labels", 4 * n.cells),
            ("sums", SUMS * n.cells),
            ("occupied", 4 * n.cells),
            ("counts", 4 * n.frames),
            ("turns", 4 * (n.sub_frames + 1)),
            ("births", size_of::<Birth>() * n.births),
            ("fed", size_of::<Fed>() * n.fed),
            ("shown", size_of::<Shown>() * n.frames * n.particles),
        ];
        let all = own.into_iter().chain(sort::sizes(n.particles, n.cells));
        all.map(|(name, bytes)| (name, bytes as u64))
    }

    /// How many bytes a field takes; none for what is not a field.
    pub fn bytes(&self, name: &str) -> u64 {
        self.sizes().find(|(own, _)| *own == name).map_or(0, |(_, bytes)| bytes)
    }
}

//! Particles by cell.
//!
//! Six kernels, of which the last leaves in `order` which particle comes where and in `start`
//! where each cell begins. What a particle consists of only its owner knows, who brings it there.

use crate::{Gpu, Kernel, Over, Shader, Stage};

/// The kernels. They ask a function `leaves(s: Scene, k: u32) -> bool` which particles are to be
/// left out, and need [`GRID`](crate::GRID) and [`WORKGROUP`](crate::WORKGROUP).
pub const SORT: &str = include_str!("../shaders/counting_sort.wgsl");

/// Cells that a workgroup counts.
const BLOCK: usize = 1024;

/// What the kernels have a thread for.
#[derive(Clone, Copy, Debug)]
pub struct Counts<O> {
    /// Each particle.
    pub particles: O,
    /// Each cell.
    pub cells: O,
    /// Each four cells.
    pub quarters: O,
    /// A workgroup, once.
    pub once: O,
}

/// The kernels in their order. `constants` are those of `leaves`.
pub fn stages<O: Over>(
    gpu: &Gpu,
    shader: &Shader,
    over: &Counts<O>,
    constants: &[(&str, f64)],
    aliases: &'static [(&'static str, &'static str)],
) -> Vec<Stage<O>> {
    let stage = |(entry, over)| {
        let kernel = Kernel::new(gpu, shader, entry, constants);
        Stage { kernel, over, aliases }
    };
    let stages = [
        ("count", over.particles),
        ("scan_quarters", over.quarters),
        ("scan_blocks", over.once),
        ("scan_add", over.cells),
        ("scatter", over.particles),
        ("arrange", over.cells),
    ];
    stages.map(stage).into()
}

/// How many bytes each field takes that only the sort uses.
pub fn sizes(particles: usize, cells: usize) -> [(&'static str, usize); 6] {
    [
        ("cell_of", 4 * particles),
        ("stored", 4 * particles),
        ("order", 4 * particles),
        ("waiting", 4 * cells),
        ("start", 4 * (cells + 1)),
        ("block_sums", 4 * cells.div_ceil(BLOCK)),
    ]
}

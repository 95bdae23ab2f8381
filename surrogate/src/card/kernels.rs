//! The stages of a call, in their order.

use weir_gpu::ground::LINES;
use weir_gpu::sort::{self, Counts};
use weir_gpu::{Fields, GRID, Gpu, Kernel, Over, SWEEP, Shader, WORKGROUP, submit};

/// A shader of these files, and of parts that come from elsewhere.
macro_rules! shader {
    ($name:literal: [$($file:literal),*] with $($part:expr),*) => {
        Shader {
            name: $name,
            parts: &[
                include_str!("../../shaders/scene.wgsl"),
                $(include_str!(concat!("../../shaders/", $file, ".wgsl")),)*
                GRID, $($part,)*
            ],
        }
    };
}

/// Finds which particle comes where.
pub const SORT: Shader = shader!("sort": ["leaves"] with LINES, WORKGROUP, sort::SORT);
/// Brings it there.
const ORDER: Shader = shader!("order": ["order"] with);
/// From particles to what the network is shown.
pub const ENCODE: Shader = shader!("encode": ["transfer", "flight", "encode"] with LINES, SWEEP);
/// From what it answers to motion.
pub const FLOW: Shader =
    shader!("flow": ["transfer", "flight", "report", "flow"] with LINES, SWEEP);
const RELAX: Shader = shader!("relax": ["transfer", "flight", "report", "relax"] with LINES, SWEEP);
const APART: Shader = shader!("apart": ["flight", "report", "apart"] with LINES, SWEEP);
/// Bodies, and what they have gained.
pub const ENERGY: Shader = shader!("energy": ["transfer", "energy"] with LINES);
/// Water that comes in.
pub const EMIT: Shader = shader!("emit": ["emit"] with WORKGROUP);

/// What a kernel has a thread for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Each particle.
    Particle,
    /// Each cell of all scenes.
    Cell,
    /// Each four of these.
    FourCells,
    /// Nothing: one workgroup does it.
    Call,
    /// Each node of the largest scene.
    Node,
    /// A workgroup for each scene.
    Scene,
    /// Each place of a canvas.
    Place,
    /// Each place where water is let in.
    Fed,
}

/// How much there is to do in a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// As many particles as there may be.
    pub particles: usize,
    /// Cells of all scenes.
    pub cells: usize,
    /// Scenes.
    pub scenes: usize,
    /// Nodes of the largest.
    pub nodes: usize,
    /// Places of a canvas.
    pub places: usize,
    /// Places where water is let in.
    pub fed: usize,
}

impl Over for Every {
    type Work = Work;

    fn groups(self, work: &Work, group: u32) -> [u32; 2] {
        let of = |threads: usize| threads.div_ceil(group as usize) as u32;
        let scenes = work.scenes as u32;
        match self {
            Self::Particle => [of(work.particles), 1],
            Self::Cell => [of(work.cells), 1],
            Self::FourCells => [of(work.cells.div_ceil(4)), 1],
            Self::Call => [1, 1],
            Self::Node => [of(work.nodes), scenes],
            Self::Scene => [1, scenes],
            Self::Place => [of(work.places), scenes],
            Self::Fed => [of(work.fed), 1],
        }
    }
}

/// A kernel in its place.
pub type Stage = weir_gpu::Stage<Every>;

/// All of them.
#[derive(Debug)]
pub struct Kernels {
    /// Without what drains have swallowed.
    pub sort_anew: Vec<Stage>,
    /// With all that is there.
    pub sort_again: Vec<Stage>,
    /// Up to what each node is told.
    pub look: Vec<Stage>,
    /// Lays out a canvas.
    pub show: Stage,
    /// Before the first sub-frame.
    pub mix: Stage,
    /// A sub-frame of a canvas.
    pub carry: Stage,
    /// Lets water in.
    pub emit: Vec<Stage>,
    /// Keeps a frame.
    pub keep: Stage,
    /// Evens out density, after a sort.
    pub relax: Vec<Stage>,
    /// Parts what is too close, after a sort.
    pub part: Vec<Stage>,
    /// Takes off what has been gained.
    pub settle: Vec<Stage>,
}

impl Kernels {
    /// Compiles them.
    pub fn new(gpu: &Gpu) -> Self {
        let stage = |shader: &Shader, entry: &str, over| Stage {
            kernel: Kernel::new(gpu, shader, entry, &[]),
            over,
            aliases: &[],
        };
        let counts = Counts {
            particles: Every::Particle,
            cells: Every::Cell,
            quarters: Every::FourCells,
            once: Every::Call,
        };
        const LANDED: &[(&str, &str)] = &[
            ("particles", "landed"),
            ("order", "landed_order"),
            ("start", "landed_start"),
            ("stored", "landed_cells"),
        ];
        let sort = |drops| {
            let mut sort = sort::stages(gpu, &SORT, &counts, &[("DROPS", drops)], &[]);
            sort.push(stage(&ORDER, "gather", Every::Particle));
            sort
        };
        let mut look = vec![stage(&ENCODE, "fly", Every::Particle)];
        look.extend(sort::stages(gpu, &SORT, &counts, &[], LANDED));
        look.extend([
            stage(&ENCODE, "gather_landed", Every::Node),
            stage(&ENCODE, "meet_there", Every::Particle),
            stage(&ENERGY, "part_all", Every::Cell),
            stage(&ENERGY, "open_account", Every::Particle),
        ]);
        Self {
            sort_anew: sort(1.0),
            sort_again: sort(0.0),
            look,
            show: stage(&ENCODE, "show", Every::Place),
            mix: stage(&FLOW, "mix_in", Every::Particle),
            carry: stage(&FLOW, "carry", Every::Particle),
            emit: vec![
                stage(&EMIT, "crowd", Every::Particle),
                stage(&EMIT, "let_in", Every::Call),
                stage(&EMIT, "forget", Every::Cell),
            ],
            keep: stage(&FLOW, "keep", Every::Particle),
            relax: vec![
                stage(&RELAX, "share", Every::Particle),
                stage(&RELAX, "measure", Every::Node),
                stage(&RELAX, "find_excess", Every::Node),
                stage(&RELAX, "sweep_through", Every::Scene),
                stage(&RELAX, "shift", Every::Particle),
            ],
            part: vec![
                stage(&APART, "push", Every::Particle),
                stage(&APART, "step_aside", Every::Particle),
            ],
            settle: vec![
                stage(&ENERGY, "join_now", Every::Particle),
                stage(&ENERGY, "join_fed", Every::Fed),
                stage(&ENERGY, "mark_fed", Every::Fed),
                stage(&ENERGY, "add_up", Every::Particle),
                stage(&ENERGY, "settle", Every::Particle),
            ],
        }
    }
}

/// Submits a sort.
pub fn submit_sort(stages: &[Stage], gpu: &Gpu, fields: &mut Fields, work: &Work) {
    submit(gpu, stages, fields, work);
    fields.swap("particles", "sorted");
    fields.swap("tags", "sorted_tags");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shader_is_valid_and_binds_no_more_buffers_than_every_card_takes() {
        let most = wgpu::Limits::default().max_storage_buffers_per_shader_stage as usize;
        for shader in [SORT, ORDER, ENCODE, FLOW, RELAX, APART, ENERGY, EMIT] {
            for entry in shader.entries().unwrap_or_else(|why| panic!("{why}")) {
                let counts_particles = ["sort", "order", "emit"].contains(&shader.name);
                let is_uniform = |name: &str| match name {
                    "batch" => !counts_particles,
                    _ => ["canvas", "moment"].contains(&name),
                };
                let storage = entry.slots.iter().filter(|(_, name)| !is_uniform(name)).count();
                assert!(storage <= most, "{}, {}: {storage} buffers", shader.name, entry.name);
                assert!((64..=256).contains(&entry.group), "{}: {}", shader.name, entry.name);
            }
        }
    }
}

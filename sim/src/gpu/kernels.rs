//! The stages of a step, in their order.

use super::device::Gpu;
use super::fields::{Fields, Lengths};
use super::kernel::Kernel;

/// Rings of sides around the water that get extrapolated velocities, as on the processor.
const RINGS: usize = 2;

/// What a kernel has a thread for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// Each particle before the sort, of whatever scene.
    AllParticles,
    /// Each cell of all scenes.
    AllCells,
    /// Each block of cells.
    Blocks,
    /// Nothing: one workgroup does it.
    Nothing,
    /// Each particle of the scene with most.
    Particles,
    /// Each cell of the largest scene.
    Cells,
    /// Each component of it.
    Components,
    /// Each velocity unknown of it.
    Nodes,
    /// A workgroup for each scene.
    Scenes,
    /// Two workgroups for each scene: one for each system.
    Systems,
    /// The same, as often as solves may take.
    Turns,
    /// Two workgroups for each scene, one for each axis, if any feels viscosity.
    ViscousAxes,
}

/// A kernel in its place in a step.
#[derive(Debug)]
struct Stage {
    kernel: Kernel,
    over: Over,
    /// Fields that go by another name in the shader: shader's, ours.
    aliases: &'static [(&'static str, &'static str)],
}

/// All of them.
#[derive(Debug)]
pub struct Kernels {
    sort: Vec<Stage>,
    /// Up to the pressure that solids feel.
    press: Vec<Stage>,
    /// What needs to know where solids go.
    carry: Vec<Stage>,
}

/// How much there is to do in a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// Scenes.
    pub scenes: usize,
    /// Particles of all scenes, those that come in included.
    pub all_particles: usize,
    /// Cells of all scenes.
    pub all_cells: usize,
    /// Particles of the scene with most.
    pub particles: usize,
    /// Cells, components and velocity unknowns of the largest scene.
    pub cells: usize,
    /// See `cells`.
    pub components: usize,
    /// See `cells`.
    pub nodes: usize,
    /// Turns that a solve takes at the most.
    pub turns: usize,
    /// Whether any scene feels viscosity in this step.
    pub is_viscous: bool,
}

impl Kernels {
    /// Compiles them.
    pub fn new(gpu: &Gpu) -> Self {
        let stage = |shader: &str, entry: &str, over, aliases| Stage {
            kernel: Kernel::new(gpu, shader, entry, &[]),
            over,
            aliases,
        };
        let sort = [
            ("count", Over::AllParticles),
            ("scan_blocks", Over::Blocks),
            ("scan_sums", Over::Nothing),
            ("scan_add", Over::AllCells),
            ("scatter", Over::AllParticles),
            ("arrange", Over::AllCells),
            ("gather", Over::AllParticles),
        ]
        .map(|(entry, over)| stage("sort", entry, over, &[]));
        const BEFORE: &[(&str, &str)] = &[("values", "before")];
        const CHANGE: &[(&str, &str)] = &[("values", "change"), ("known", "wet")];
        // Its vectors lie in fields that the stages after it fill.
        const DIFFUSED: &[(&str, &str)] =
            &[("unknown", "velocity"), ("rows", "wet"), ("diagonals", "change"), ("work", "sides")];
        let rings = |aliases: &'static [(&str, &str)]| {
            (1..=RINGS).map(move |ring| Stage {
                kernel: Kernel::new(gpu, "extrapolate", "ring", &[("RING", ring as f64)]),
                over: Over::Nodes,
                aliases,
            })
        };
        let mut press = vec![
            stage("particle_to_grid", "take_care", Over::Particles, &[]),
            stage("particle_to_grid", "gather", Over::Nodes, BEFORE),
        ];
        press.extend(rings(BEFORE));
        press.extend([
            stage("density", "measure", Over::Components, &[]),
            stage("surface", "keep_films", Over::Cells, &[]),
            stage("surface", "fill_slivers", Over::Components, &[]),
            stage("forces", "add_gravity", Over::Nodes, &[]),
            stage("viscosity", "diffuse", Over::ViscousAxes, DIFFUSED),
            stage("pressure", "list_rows", Over::Scenes, &[]),
            stage("pressure", "prepare", Over::Components, &[]),
            stage("pressure", "assemble", Over::Components, &[]),
            stage("pressure", "find_deep", Over::Components, &[]),
            stage("pressure", "find_pools", Over::Scenes, &[]),
            stage("flight", "forget", Over::Components, &[]),
            stage("flight", "reach", Over::Components, &[]),
            stage("flight", "judge", Over::Components, &[]),
            stage("flight", "name", Over::Cells, &[]),
            stage("pressure", "fill_right_hand_sides", Over::Components, &[]),
            stage("linear_system", "start", Over::Systems, &[]),
            stage("linear_system", "solve", Over::Turns, &[]),
        ]);
        let mut carry = vec![
            stage("forces", "push", Over::Nodes, &[]),
            stage("forces", "find_change", Over::Nodes, &[]),
        ];
        carry.extend(rings(CHANGE));
        carry.extend([
            stage("forces", "pack", Over::Nodes, &[]),
            stage("pressure", "find_divergence", Over::Components, &[]),
            stage("flight", "gather", Over::Scenes, &[]),
            stage("grid_to_particle", "carry", Over::Particles, &[]),
            stage("flight", "settle", Over::Scenes, &[]),
            stage("measure", "report", Over::Scenes, &[]),
        ]);
        Self { sort: sort.into(), press, carry }
    }

    /// Bytes that a step has to move at the least, but for its solves: every field that a stage
    /// uses, once.
    pub fn traffic_bytes(&self, lengths: &Lengths, work: &Work) -> u64 {
        let stages = self.sort.iter().chain(&self.press).chain(&self.carry);
        stages
            .filter(|stage| !matches!(stage.over, Over::Systems | Over::Turns))
            .filter(|stage| !stage.over.groups(work, stage.kernel.group).contains(&0))
            .flat_map(|stage| stage.kernel.names().map(|name| own_name(stage.aliases, name)))
            .map(|name| lengths.bytes(name))
            .sum()
    }

    /// Submits a step up to the pressure that solids feel: the sort, and what follows it.
    pub fn submit_press(&self, gpu: &Gpu, fields: &mut Fields, work: &Work) {
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        self.sort(gpu, &mut encoder, fields, work);
        run(gpu, &mut encoder, &self.press, fields, work);
        gpu.queue().submit([encoder.finish()]);
    }

    /// Submits the rest of the step.
    pub fn submit_carry(&self, gpu: &Gpu, fields: &Fields, work: &Work) {
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        run(gpu, &mut encoder, &self.carry, fields, work);
        gpu.queue().submit([encoder.finish()]);
    }

    /// Submits the sort alone.
    pub fn submit_sort(&self, gpu: &Gpu, fields: &mut Fields, work: &Work) {
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        self.sort(gpu, &mut encoder, fields, work);
        gpu.queue().submit([encoder.finish()]);
    }

    fn sort(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        fields: &mut Fields,
        work: &Work,
    ) {
        run(gpu, encoder, &self.sort, fields, work);
        fields.swap("particles", "sorted");
        fields.swap("tags", "sorted_tags");
    }
}

fn run(
    gpu: &Gpu,
    encoder: &mut wgpu::CommandEncoder,
    stages: &[Stage],
    fields: &Fields,
    work: &Work,
) {
    let mut pass = encoder.begin_compute_pass(&Default::default());
    for Stage { kernel, over, aliases } in stages {
        let named = |name: &str| fields.get(own_name(aliases, name));
        let times = if matches!(over, Over::Turns) { work.turns } else { 1 };
        for _ in 0..times {
            kernel.run(gpu, &mut pass, over.groups(work, kernel.group), named);
        }
    }
}

/// What a shader's field is called here.
fn own_name<'a>(aliases: &[(&str, &'static str)], name: &'a str) -> &'a str {
    aliases.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, own)| own)
}

impl Over {
    fn groups(self, work: &Work, group: u32) -> [u32; 2] {
        let scenes = work.scenes as u32;
        let of = |threads: usize| threads.div_ceil(group as usize) as u32;
        match self {
            Self::AllParticles => [of(work.all_particles), 1],
            Self::AllCells => [of(work.all_cells), 1],
            Self::Blocks => [of(work.all_cells.div_ceil(4)), 1],
            Self::Nothing => [1, 1],
            Self::Particles => [of(work.particles), scenes],
            Self::Cells => [of(work.cells), scenes],
            Self::Components => [of(work.components), scenes],
            Self::Nodes => [of(work.nodes), scenes],
            Self::Scenes => [1, scenes],
            Self::Systems | Self::Turns => [2, scenes],
            Self::ViscousAxes => [if work.is_viscous { 2 } else { 0 }, scenes],
        }
    }
}

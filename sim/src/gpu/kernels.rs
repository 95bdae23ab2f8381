//! The stages of a step, in their order.

use weir_gpu::ground::LINES;
use weir_gpu::sort::{self, Counts};
use weir_gpu::{Fields, GRID, Gpu, Kernel, Over, SWEEP, Shader, WORKGROUP, submit};

use super::lengths::Lengths;

/// Rings of sides around the water that get extrapolated velocities, as on the processor.
const RINGS: usize = 2;

/// A shader of these files, and of parts that come from elsewhere.
macro_rules! shader {
    ($name:literal: [$($file:literal),*] with $($part:expr),*) => {
        Shader {
            name: $name,
            parts: &[
                $(include_str!(concat!("../../shaders/", $file, ".wgsl")),)*
                GRID, LINES, $($part,)*
            ],
        }
    };
}

/// Brings particles into the order of their cells.
pub const SORT: Shader = shader!("sort": ["scene", "sort"] with WORKGROUP, sort::SORT);
const PARTICLE_TO_GRID: Shader =
    shader!("particle_to_grid": ["scene", "ground", "stencil", "particle_to_grid"] with);
const EXTRAPOLATE: Shader = shader!("extrapolate": ["scene", "ground", "extrapolate"] with);
const DENSITY: Shader = shader!("density": ["scene", "ground", "density"] with);
const SURFACE: Shader = shader!("surface": ["scene", "ground", "surface"] with);
const VISCOSITY: Shader = shader!(
    "viscosity": ["scene", "ground", "system", "conjugate_gradients", "viscosity"] with WORKGROUP
);
const PRESSURE: Shader =
    shader!("pressure": ["scene", "ground", "system", "movers", "pressure"] with WORKGROUP);
const LINEAR_SYSTEM: Shader = shader!(
    "linear_system":
    ["scene", "ground", "system", "conjugate_gradients", "movers", "linear_system"] with WORKGROUP
);
const FORCES: Shader = shader!("forces": ["scene", "ground", "system", "forces"] with);
const GRID_TO_PARTICLE: Shader = shader!(
    "grid_to_particle":
    ["scene", "ground", "stencil", "reading", "movers", "advect", "grid_to_particle"] with SWEEP
);
const FLIGHT: Shader =
    shader!("flight": ["scene", "ground", "system", "movers", "flight"] with WORKGROUP);
/// Says what came of a step.
pub const MEASURE: Shader =
    shader!("measure": ["scene", "ground", "system", "measure"] with WORKGROUP);

/// What a kernel has a thread for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    /// Each particle before the sort, of whatever scene.
    AllParticles,
    /// Each cell of all scenes.
    AllCells,
    /// Each four cells.
    AllQuarters,
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

type Stage = weir_gpu::Stage<Every>;

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
        let stage = |shader: &Shader, entry: &str, over, aliases| {
            let kernel = Kernel::new(gpu, shader, entry, &[]);
            Stage { kernel, over, aliases }
        };
        let counts = Counts {
            particles: Every::AllParticles,
            cells: Every::AllCells,
            quarters: Every::AllQuarters,
            once: Every::Nothing,
        };
        let mut sort = sort::stages(gpu, &SORT, &counts, &[], &[]);
        sort.push(stage(&SORT, "gather", Every::AllParticles, &[]));
        const BEFORE: &[(&str, &str)] = &[("values", "before")];
        const CHANGE: &[(&str, &str)] = &[("values", "change"), ("known", "wet")];
        // Its vectors lie in fields that the stages after it fill.
        const DIFFUSED: &[(&str, &str)] =
            &[("unknown", "velocity"), ("rows", "wet"), ("diagonals", "change"), ("work", "sides")];
        let rings = |aliases: &'static [(&str, &str)]| {
            (1..=RINGS).map(move |ring| Stage {
                kernel: Kernel::new(gpu, &EXTRAPOLATE, "ring", &[("RING", ring as f64)]),
                over: Every::Nodes,
                aliases,
            })
        };
        let mut press = vec![
            stage(&PARTICLE_TO_GRID, "take_care", Every::Particles, &[]),
            stage(&PARTICLE_TO_GRID, "gather", Every::Nodes, BEFORE),
        ];
        press.extend(rings(BEFORE));
        press.extend([
            stage(&DENSITY, "measure", Every::Components, &[]),
            stage(&SURFACE, "keep_films", Every::Cells, &[]),
            stage(&SURFACE, "fill_slivers", Every::Components, &[]),
            stage(&FORCES, "add_gravity", Every::Nodes, &[]),
            stage(&VISCOSITY, "diffuse", Every::ViscousAxes, DIFFUSED),
            stage(&PRESSURE, "list_rows", Every::Scenes, &[]),
            stage(&PRESSURE, "prepare", Every::Components, &[]),
            stage(&PRESSURE, "assemble", Every::Components, &[]),
            stage(&PRESSURE, "find_deep", Every::Components, &[]),
            stage(&PRESSURE, "find_pools", Every::Scenes, &[]),
            stage(&FLIGHT, "forget", Every::Components, &[]),
            stage(&FLIGHT, "reach", Every::Components, &[]),
            stage(&FLIGHT, "judge", Every::Components, &[]),
            stage(&FLIGHT, "name", Every::Cells, &[]),
            stage(&PRESSURE, "fill_right_hand_sides", Every::Components, &[]),
            stage(&LINEAR_SYSTEM, "start", Every::Systems, &[]),
            stage(&LINEAR_SYSTEM, "solve", Every::Turns, &[]),
        ]);
        let mut carry = vec![
            stage(&FORCES, "push", Every::Nodes, &[]),
            stage(&FORCES, "find_change", Every::Nodes, &[]),
        ];
        carry.extend(rings(CHANGE));
        carry.extend([
            stage(&FORCES, "pack", Every::Nodes, &[]),
            stage(&PRESSURE, "find_divergence", Every::Components, &[]),
            stage(&FLIGHT, "gather", Every::Scenes, &[]),
            stage(&GRID_TO_PARTICLE, "carry", Every::Particles, &[]),
            stage(&FLIGHT, "settle", Every::Scenes, &[]),
            stage(&MEASURE, "report", Every::Scenes, &[]),
        ]);
        Self { sort, press, carry }
    }

    /// Bytes that a step has to move at the least, but for its solves: every field that a stage
    /// uses, once.
    pub fn traffic_bytes(&self, lengths: &Lengths, work: &Work) -> u64 {
        let stages = self.sort.iter().chain(&self.press).chain(&self.carry);
        stages
            .filter(|stage| !matches!(stage.over, Every::Systems | Every::Turns))
            .filter(|stage| !stage.over.groups(work, stage.kernel.group).contains(&0))
            .flat_map(|stage| stage.fields())
            .map(|name| lengths.bytes(name))
            .sum()
    }

    /// Submits a step up to the pressure that solids feel: the sort, and what follows it.
    pub fn submit_press(&self, gpu: &Gpu, fields: &mut Fields, work: &Work) {
        self.submit_sort(gpu, fields, work);
        submit(gpu, &self.press, fields, work);
    }

    /// Submits the rest of the step.
    pub fn submit_carry(&self, gpu: &Gpu, fields: &Fields, work: &Work) {
        submit(gpu, &self.carry, fields, work);
    }

    /// Submits the sort alone.
    pub fn submit_sort(&self, gpu: &Gpu, fields: &mut Fields, work: &Work) {
        submit(gpu, &self.sort, fields, work);
        fields.swap("particles", "sorted");
        fields.swap("tags", "sorted_tags");
    }
}

impl Over for Every {
    type Work = Work;

    fn groups(self, work: &Work, group: u32) -> [u32; 2] {
        let scenes = work.scenes as u32;
        let of = |threads: usize| threads.div_ceil(group as usize) as u32;
        match self {
            Self::AllParticles => [of(work.all_particles), 1],
            Self::AllCells => [of(work.all_cells), 1],
            Self::AllQuarters => [of(work.all_cells.div_ceil(4)), 1],
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

    fn times(self, work: &Work) -> usize {
        if self == Self::Turns { work.turns } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shader_is_valid_and_binds_no_more_buffers_than_every_card_takes() {
        let most = wgpu::Limits::default().max_storage_buffers_per_shader_stage as usize;
        for shader in [
            SORT,
            PARTICLE_TO_GRID,
            EXTRAPOLATE,
            DENSITY,
            SURFACE,
            VISCOSITY,
            PRESSURE,
            LINEAR_SYSTEM,
            FORCES,
            GRID_TO_PARTICLE,
            FLIGHT,
            MEASURE,
        ] {
            for entry in shader.entries().unwrap_or_else(|why| panic!("{why}")) {
                // It is uniform, but for the sort.
                let is_uniform = |name: &str| name == "batch" && shader.name != "sort";
                let storage = entry.slots.iter().filter(|(_, name)| !is_uniform(name)).count();
                assert!(storage <= most, "{}, {}: {storage} buffers", shader.name, entry.name);
                assert!((64..=256).contains(&entry.group), "{}: {}", shader.name, entry.name);
            }
        }
    }
}

//! Kernels: entry points of the shaders, and what they want bound.
//!
//! A shader file declares the buffers that it works on. Which of them an entry point uses is
//! read from the shader itself, and a launch looks them up by these names.

use std::collections::BTreeMap;

use naga::valid::{Capabilities, ValidationFlags, Validator};

use super::device::Gpu;

/// The text of a shader from its parts.
macro_rules! shader {
    ($($part:literal),*) => {
        concat!($(include_str!(concat!("../../shaders/", $part, ".wgsl"))),*)
    };
}

/// All shaders, and the parts that each is put together from.
pub const SHADERS: [(&str, &str); 12] = [
    ("sort", shader!("scene", "ground", "workgroup", "sort")),
    ("particle_to_grid", shader!("scene", "ground", "stencil", "particle_to_grid")),
    ("extrapolate", shader!("scene", "ground", "extrapolate")),
    ("density", shader!("scene", "ground", "density")),
    ("surface", shader!("scene", "ground", "surface")),
    (
        "viscosity",
        shader!("scene", "ground", "workgroup", "system", "conjugate_gradients", "viscosity"),
    ),
    ("pressure", shader!("scene", "ground", "workgroup", "system", "movers", "pressure")),
    (
        "linear_system",
        shader!(
            "scene",
            "ground",
            "workgroup",
            "system",
            "conjugate_gradients",
            "movers",
            "linear_system"
        ),
    ),
    ("forces", shader!("scene", "ground", "system", "forces")),
    (
        "grid_to_particle",
        shader!(
            "scene",
            "ground",
            "stencil",
            "reading",
            "sweep",
            "movers",
            "advect",
            "grid_to_particle"
        ),
    ),
    ("flight", shader!("scene", "ground", "system", "workgroup", "movers", "flight")),
    ("measure", shader!("scene", "ground", "system", "workgroup", "measure")),
];

/// An entry point that is ready to run.
#[derive(Debug)]
pub struct Kernel {
    pipeline: wgpu::ComputePipeline,
    /// Number and name of each buffer.
    slots: Vec<(u32, String)>,
    /// Threads of a workgroup.
    pub group: u32,
}

impl Kernel {
    /// Compiles an entry point of one of [`SHADERS`].
    pub fn new(gpu: &Gpu, shader: &str, entry: &str, constants: &[(&str, f64)]) -> Self {
        let text = SHADERS.iter().find(|(name, _)| *name == shader).map_or("", |(_, text)| text);
        let (slots, group) = interface(text, entry);
        let module = gpu.device().create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(shader),
            source: wgpu::ShaderSource::Wgsl(text.into()),
        });
        let pipeline = gpu.device().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: None,
            module: &module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants,
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        Self { pipeline, slots, group }
    }

    /// Names of the buffers that it uses.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|(_, name)| name.as_str())
    }

    /// Adds a run of `groups` workgroups to a pass. `buffer` gives what a name stands for.
    pub fn run<'a>(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::ComputePass<'_>,
        groups: [u32; 2],
        buffer: impl Fn(&str) -> &'a wgpu::Buffer,
    ) {
        if groups.contains(&0) {
            return;
        }
        let entries: Vec<wgpu::BindGroupEntry<'_>> = self
            .slots
            .iter()
            .map(|(binding, name)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: buffer(name).as_entire_binding(),
            })
            .collect();
        let bound = gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &bound, &[]);
        pass.dispatch_workgroups(groups[0], groups[1], 1);
    }
}

/// Numbers and names of the buffers that an entry point uses, and how many threads its
/// workgroups have.
///
/// # Panics
/// The shader is not valid, which a test excludes.
fn interface(text: &str, entry: &str) -> (Vec<(u32, String)>, u32) {
    let module = naga::front::wgsl::parse_str(text)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(text)));
    let info = Validator::new(ValidationFlags::all(), Capabilities::all())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(text)));
    let index = module.entry_points.iter().position(|point| point.name == entry);
    let index = index.unwrap_or_else(|| panic!("no entry point {entry}"));
    let uses = info.get_entry_point(index);
    let mut slots = BTreeMap::new();
    for (handle, variable) in module.global_variables.iter() {
        if let (Some(binding), Some(name), false) =
            (&variable.binding, &variable.name, uses[handle].is_empty())
        {
            slots.insert(binding.binding, name.clone());
        }
    }
    let [x, y, z] = module.entry_points[index].workgroup_size;
    (slots.into_iter().collect(), x * y * z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shader_is_valid_and_binds_no_more_buffers_than_every_card_takes() {
        let most = wgpu::Limits::default().max_storage_buffers_per_shader_stage as usize;
        for (name, text) in SHADERS {
            let module = naga::front::wgsl::parse_str(text)
                .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(text)));
            for point in &module.entry_points {
                let (slots, group) = interface(text, &point.name);
                let storage = slots.iter().filter(|(_, name)| name != "batch").count();
                assert!(storage <= most, "{name}, {}: {storage} buffers", point.name);
                assert!((64..=256).contains(&group), "{name}, {}: {group}", point.name);
            }
        }
    }
}

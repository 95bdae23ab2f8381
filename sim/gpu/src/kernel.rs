//! Kernels: entry points of shaders, and what they want bound.
//!
//! A shader declares the buffers that it works on. Which of them an entry point uses is read
//! from the shader itself, and a launch looks them up by these names.

use std::collections::BTreeMap;

use naga::valid::{Capabilities, ValidationFlags, Validator};

use crate::Gpu;

/// A shader: its name, and the texts that it is put together from.
#[derive(Clone, Copy, Debug)]
pub struct Shader {
    /// What it is called.
    pub name: &'static str,
    /// Texts, in an order that does not matter.
    pub parts: &'static [&'static str],
}

impl Shader {
    /// All of it.
    pub fn text(&self) -> String {
        self.parts.concat()
    }

    /// Its entry points: of each its name, the buffers that it uses, and the threads of a
    /// workgroup.
    ///
    /// # Errors
    /// It is not valid.
    pub fn entries(&self) -> Result<Vec<Entry>, String> {
        let text = self.text();
        let module = naga::front::wgsl::parse_str(&text)
            .map_err(|error| format!("{}: {}", self.name, error.emit_to_string(&text)))?;
        let info = Validator::new(ValidationFlags::all(), Capabilities::all())
            .validate(&module)
            .map_err(|error| format!("{}: {}", self.name, error.emit_to_string(&text)))?;
        let entry = |(index, point): (usize, &naga::EntryPoint)| {
            let uses = info.get_entry_point(index);
            let mut slots = BTreeMap::new();
            for (handle, variable) in module.global_variables.iter() {
                if let (Some(binding), Some(name), false) =
                    (&variable.binding, &variable.name, uses[handle].is_empty())
                {
                    slots.insert(binding.binding, name.clone());
                }
            }
            let [x, y, z] = point.workgroup_size;
            Entry { name: point.name.clone(), slots: slots.into_iter().collect(), group: x * y * z }
        };
        Ok(module.entry_points.iter().enumerate().map(entry).collect())
    }

    /// Bytes of one of its structures, if there is such a one.
    pub fn size_of(&self, structure: &str) -> Option<usize> {
        let module = naga::front::wgsl::parse_str(&self.text()).ok()?;
        let found = module.types.iter().find(|(_, kind)| kind.name.as_deref() == Some(structure));
        match found?.1.inner {
            naga::TypeInner::Struct { span, .. } => Some(span as usize),
            _ => None,
        }
    }
}

/// An entry point of a shader.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// Number and name of each buffer that it uses.
    pub slots: Vec<(u32, String)>,
    /// Threads of a workgroup.
    pub group: u32,
}

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
    /// Compiles an entry point.
    ///
    /// # Panics
    /// The shader is not valid or has no such entry, which a test of its crate excludes.
    pub fn new(gpu: &Gpu, shader: &Shader, entry: &str, constants: &[(&str, f64)]) -> Self {
        let entries = shader.entries().unwrap_or_else(|why| panic!("{why}"));
        let found = entries.into_iter().find(|own| own.name == entry);
        let Entry { slots, group, .. } =
            found.unwrap_or_else(|| panic!("{}: no entry point {entry}", shader.name));
        let module = gpu.device().create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(shader.name),
            source: wgpu::ShaderSource::Wgsl(shader.text().into()),
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
        buffer: impl Fn(&str) -> wgpu::BindingResource<'a>,
    ) {
        if groups.contains(&0) {
            return;
        }
        let entries: Vec<wgpu::BindGroupEntry<'_>> = self
            .slots
            .iter()
            .map(|(binding, name)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: buffer(name),
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

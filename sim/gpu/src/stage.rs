//! Kernels in their places: what runs how often, and on which fields.

use crate::{Fields, Gpu, Kernel};

/// What a kernel has a thread or a workgroup for.
pub trait Over: Copy {
    /// How much there is of everything.
    type Work;

    /// Workgroups of `group` threads along both axes of a launch.
    fn groups(self, work: &Self::Work, group: u32) -> [u32; 2];

    /// How often it runs, one after the other.
    fn times(self, _work: &Self::Work) -> usize {
        1
    }
}

/// A kernel in its place.
#[derive(Debug)]
pub struct Stage<O> {
    /// What runs.
    pub kernel: Kernel,
    /// What it has a thread for.
    pub over: O,
    /// Fields that go by another name in the shader: shader's, ours.
    pub aliases: &'static [(&'static str, &'static str)],
}

impl<O: Over> Stage<O> {
    /// Adds it to a pass.
    pub fn run(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::ComputePass<'_>,
        fields: &Fields,
        work: &O::Work,
    ) {
        self.run_with(gpu, pass, fields, work, |_| None);
    }

    /// Adds it to a pass; `other` says what a name of the shader stands for that is no field.
    pub fn run_with<'a>(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::ComputePass<'_>,
        fields: &'a Fields,
        work: &O::Work,
        other: impl Fn(&str) -> Option<wgpu::BindingResource<'a>>,
    ) {
        let bound = |name: &str| {
            let own = || fields.get(self.field_of(name)).as_entire_binding();
            other(name).unwrap_or_else(own)
        };
        for _ in 0..self.over.times(work) {
            self.kernel.run(gpu, pass, self.over.groups(work, self.kernel.group), bound);
        }
    }

    /// Names of the fields that it uses.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.kernel.names().map(|name| self.field_of(name))
    }

    fn field_of<'a>(&self, name: &'a str) -> &'a str {
        self.aliases.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, own)| own)
    }
}

/// Submits some stages in one pass, each after the one before.
pub fn submit<O: Over>(
    gpu: &Gpu,
    stages: impl IntoIterator<Item = impl std::borrow::Borrow<Stage<O>>>,
    fields: &Fields,
    work: &O::Work,
) {
    let mut encoder = gpu.device().create_command_encoder(&Default::default());
    let mut pass = encoder.begin_compute_pass(&Default::default());
    stages.into_iter().for_each(|stage| stage.borrow().run(gpu, &mut pass, fields, work));
    drop(pass);
    gpu.queue().submit([encoder.finish()]);
}

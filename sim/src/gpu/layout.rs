//! What the processor and the card exchange: the structures of `scene.wgsl` and its kin.

use bytemuck::{Pod, Zeroable};

/// A scene; see `scene.wgsl` for what the fields are.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Scene {
    pub nx: u32,
    pub ny: u32,
    pub cells: u32,
    pub components: u32,
    pub component_count: u32,
    pub nodes_x: u32,
    pub nodes_y: u32,
    pub node_count_x: u32,
    pub node_count_y: u32,
    pub cell_table: u32,
    pub line_table: u32,
    pub all_line_table: u32,
    pub near_table: u32,
    pub touch_table: u32,
    pub square_table_x: u32,
    pub square_table_y: u32,
    pub face_table_x: u32,
    pub face_table_y: u32,
    pub piece_table_x: u32,
    pub piece_table_y: u32,
    pub component_table: u32,
    pub link_table: u32,
    pub neighbour_table_x: u32,
    pub neighbour_table_y: u32,
    pub cut_table: u32,
    pub sink_table: u32,
    pub mover_table: u32,
    pub diffusion_table_x: u32,
    pub diffusion_table_y: u32,
    pub is_active: u32,
    pub is_periodic: u32,
    pub no_slip: u32,
    pub lid: f32,
    pub dt_s: f32,
    pub fall_x: f32,
    pub fall_y: f32,
    pub flip: f32,
    pub stretch: f32,
    pub density_rate: f32,
    pub pressure_tolerance: f32,
    pub density_tolerance: f32,
    pub most_iterations: u32,
    pub iterations_at_once: u32,
    pub diffusion: f32,
}

/// All scenes together.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Sizes {
    pub scenes: u32,
    pub particles: u32,
    pub cells: u32,
    pub components: u32,
}

/// A particle: position (cells), velocity (cells/s), and the velocity's gradient (1/s).
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Particle {
    /// Where it is.
    pub position: [f32; 2],
    /// How fast it goes.
    pub velocity: [f32; 2],
    /// ∂u/∂x, ∂u/∂y, ∂v/∂x, ∂v/∂y.
    pub gradient: [f32; 4],
}

/// What goes with a particle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Tag {
    /// Its identity.
    pub id: u32,
    /// Its scene.
    pub scene: u32,
    /// Its velocity before the last step, cells/s.
    pub before: [f32; 2],
}

/// What a step reports of a scene; see `system.wgsl`.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Report {
    pub rows: u32,
    pub enclosed: u32,
    pub iterations: [u32; 2],
    pub error: [f32; 2],
    pub particles: u32,
    pub is_finite: u32,
    pub fastest: f32,
    pub bulk: f32,
    pub kinetic: f32,
    pub divergence: f32,
    pub momentum: [f32; 2],
    pub place: [f32; 2],
    pub full: u32,
    pub density_p99: f32,
    pub density_sum: f32,
    pub density_spread: f32,
    pub volume: f32,
    pub caught: u32,
    pub crossings: u32,
    pub spare: u32,
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use super::*;
    use crate::gpu::kernels::{MEASURE, SORT};

    #[test]
    fn structures_are_as_large_here_as_in_the_shaders() {
        for (shader, name, size) in [
            (SORT, "Scene", size_of::<Scene>()),
            (SORT, "Batch", size_of::<Sizes>()),
            (SORT, "Particle", size_of::<Particle>()),
            (SORT, "Tag", size_of::<Tag>()),
            (MEASURE, "Report", size_of::<Report>()),
        ] {
            assert_eq!(shader.size_of(name), Some(size), "{name}");
        }
    }
}

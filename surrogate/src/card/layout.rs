//! What the processor and the card exchange: the structures of the shaders.

use bytemuck::{Pod, Zeroable};

/// A scene; see `scene.wgsl` for what the fields are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Scene {
    pub nx: u32,
    pub ny: u32,
    pub cells: u32,
    pub cell_table: u32,
    pub line_table: u32,
    pub near_table: u32,
    pub sink_table: u32,
    pub is_periodic: u32,
    pub is_active: u32,
    pub canvas: u32,
    pub place: u32,
    pub padding: u32,
    pub gravity: [f32; 2],
    pub fall: [f32; 2],
}

/// All scenes together.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Sizes {
    pub scenes: u32,
    pub particles: u32,
    pub cells: u32,
    pub room: u32,
    pub sub_frames: u32,
    pub dt_s: f32,
    pub shown: f32,
    pub change: f32,
    pub sight: u32,
    pub blend: f32,
    pub relax_rate: f32,
    pub relax_sweeps: u32,
    pub apart: f32,
    pub fed: u32,
    pub padding: [u32; 2],
}

/// Where in a call it is.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Moment {
    pub sub_frame: u32,
    pub frame: u32,
}

/// A size of canvas.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Canvas {
    pub number: u32,
    pub width: u32,
    pub height: u32,
    pub padding: u32,
    pub input: [u32; 4],
    pub answer: [u32; 4],
}

/// A particle, in cells and cells/s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Particle {
    /// Where it is.
    pub position: [f32; 2],
    /// How fast it goes.
    pub velocity: [f32; 2],
}

/// What goes with a particle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Tag {
    pub id: u32,
    pub scene: u32,
    pub is_gone: u32,
    pub home: u32,
    pub before: Particle,
}

/// A particle in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Shown {
    pub particle: Particle,
    pub id: u32,
    pub scene: u32,
}

/// Water that would come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Birth {
    pub particle: Particle,
    pub scene: u32,
    pub first: u32,
}

/// A place where water is let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Fed {
    pub place: [f32; 2],
    pub scene: u32,
    pub node: u32,
}

/// What was counted in a scene since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs, reason = "the shader has them")]
pub struct Report {
    pub crossings: u32,
    pub is_wild: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::kernels::{EMIT, ENCODE, ENERGY, FLOW, SORT};
    use crate::card::lengths::{FATE, SHARES, SUMS};

    #[test]
    fn structures_are_as_large_here_as_in_the_shaders() {
        for (shader, name, size) in [
            (SORT, "Scene", size_of::<Scene>()),
            (SORT, "Batch", size_of::<Sizes>()),
            (SORT, "Particle", size_of::<Particle>()),
            (SORT, "Tag", size_of::<Tag>()),
            (ENCODE, "Canvas", size_of::<Canvas>()),
            (FLOW, "Moment", size_of::<Moment>()),
            (FLOW, "Shown", size_of::<Shown>()),
            (FLOW, "Report", size_of::<Report>()),
            (EMIT, "Birth", size_of::<Birth>()),
            (ENERGY, "Fed", size_of::<Fed>()),
            // These never leave the card, which is given room for them all the same.
            (ENCODE, "Shares", SHARES),
            (ENCODE, "Fate", FATE),
            (ENERGY, "Sums", SUMS),
        ] {
            assert_eq!(shader.size_of(name), Some(size), "{name}");
        }
    }
}

// Particles in the order of their cells. Twin: `particles.rs`.

// What a drain swallows, in scenes that step.
fn leaves(s: Scene, k: u32) -> bool {
    return s.is_active == 1u && swallowed(s, particles[k].position);
}

@group(0) @binding(11) var<storage, read_write> sorted: array<Particle>;
@group(0) @binding(12) var<storage, read_write> sorted_tags: array<Tag>;

// Brings each particle to its place, and remembers its velocity.
@compute @workgroup_size(256)
fn gather(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= start[batch.cells] {
        return;
    }
    let here = order[id.x];
    let particle = particles[here];
    var tag = tags[here];
    if scenes[tag.scene].is_active == 1u {
        tag.before = particle.velocity;
    }
    sorted[id.x] = particle;
    sorted_tags[id.x] = tag;
}

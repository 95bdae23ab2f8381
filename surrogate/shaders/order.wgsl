// Particles in the order of their cells, once the sort has found it.

@group(0) @binding(0) var<storage, read_write> batch: Batch;
@group(0) @binding(1) var<storage, read> particles: array<Particle>;
@group(0) @binding(2) var<storage, read> tags: array<Tag>;
@group(0) @binding(3) var<storage, read> start: array<u32>;
@group(0) @binding(4) var<storage, read> order: array<u32>;
@group(0) @binding(5) var<storage, read_write> sorted: array<Particle>;
@group(0) @binding(6) var<storage, read_write> sorted_tags: array<Tag>;

@compute @workgroup_size(256)
fn gather(@builtin(global_invocation_id) id: vec3u) {
    let count = start[batch.cells];
    if id.x == 0u {
        batch.particles = count;
    }
    if id.x < count {
        sorted[id.x] = particles[order[id.x]];
        sorted_tags[id.x] = tags[order[id.x]];
    }
}

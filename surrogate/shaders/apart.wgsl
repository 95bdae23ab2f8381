// Particles that have come closer than water's do are moved apart. Twin: `apart.rs`.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read_write> particles: array<Particle>;
@group(0) @binding(4) var<storage, read> tags: array<Tag>;
@group(0) @binding(5) var<storage, read> start: array<u32>;
@group(0) @binding(6) var<storage, read_write> ways: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> reports: array<Report>;

// A direction for two that lie on one point: opposite for the other of the two.
fn any_way(id: u32, other: u32) -> vec2f {
    let mixed = ((min(id, other) * 0x9e3779b9u) ^ max(id, other)) * 0x85ebca6bu;
    let angle = 6.2831853 * f32(mixed >> 8u) / 16777216.0;
    return select(-1.0, 1.0, id < other) * vec2f(cos(angle), sin(angle));
}

// How far each particle is to be moved, so that two that are too near part in the middle.
@compute @workgroup_size(64)
fn push(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles {
        return;
    }
    let s = scenes[tags[k].scene];
    let p = particles[k].position;
    let cell = cell_at(s, p);
    let clear = cell_is(s, cell, CELL_IS_CLEAR);
    // Cells beside this one only where it is near enough to their side.
    let own = vec2u(cell % s.nx, cell / s.nx);
    let inside_it = p - vec2f(own);
    let before = select(vec2u(0u), vec2u(1u), inside_it < vec2f(batch.apart));
    let after = select(vec2u(0u), vec2u(1u), 1.0 - inside_it < vec2f(batch.apart));
    let low = own - min(before, own);
    let high = min(own + after, vec2u(s.nx, s.ny) - 1u);
    var way = vec2f(0.0);
    for (var row = low.y; row <= high.y; row += 1u) {
        let first = start[s.cells + row * s.nx + low.x];
        let end = start[s.cells + row * s.nx + high.x + 1u];
        for (var n = first; n < end; n += 1u) {
            let q = particles[n].position;
            let squared = dot(p - q, p - q);
            if n == k || squared >= batch.apart * batch.apart {
                continue;
            }
            if !clear && !sees(s, cell, p, q) {
                continue;
            }
            let far = sqrt(squared);
            var along = (p - q) / far;
            if far <= 1e-3 * batch.apart {
                along = any_way(tags[k].id, tags[n].id);
            }
            way += 0.5 * (batch.apart - far) * along;
        }
    }
    let far = length(way);
    let most = 0.5 * batch.apart;
    ways[k] = select(way, way * most / far, far > most);
}

@compute @workgroup_size(64)
fn step_aside(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles || all(ways[k] == vec2f(0.0)) {
        return;
    }
    let scene = tags[k].scene;
    let gone = go(scenes[scene], particles[k].position, ways[k], particles[k].velocity);
    particles[k] = Particle(gone.p, gone.velocity);
    report(scene);
}

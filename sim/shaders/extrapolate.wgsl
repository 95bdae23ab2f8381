// Values for the sides just outside the water. Twin: `cpu/extrapolate.rs`.
//
// Sides that are not known take the mean of their known neighbours, ring by ring, and only
// across links that no line crosses. `known` says in which ring a side came to be known: a
// side that is being written has a higher one than those that are read.

@group(0) @binding(0) var<storage, read> scenes: array<Scene>;
@group(0) @binding(1) var<storage, read> ground: array<u32>;
@group(0) @binding(2) var<storage, read_write> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> known: array<u32>;

override RING: u32 = 1u;

struct Mean {
    sum: f32,
    weight: f32,
}

fn add(mean: Mean, node: u32, aperture: f32) -> Mean {
    let ring = known[node];
    if ring == 0u || ring > RING {
        return mean;
    }
    return Mean(mean.sum + aperture * values[node], mean.weight + aperture);
}

@compute @workgroup_size(64)
fn ring(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= node_count(s) {
        return;
    }
    let own = node_of(s, id.x);
    let axis = own.axis;
    let node = own.node;
    let base = nodes(s, axis);
    if known[base + node] != 0u {
        return;
    }
    var mean = Mean(0.0, 0.0);
    let list = ground[pick(axis, s.neighbour_table_x, s.neighbour_table_y) + node];
    if list == NONE {
        let columns = face_columns(s, axis);
        let rows = face_count(s, axis) / columns;
        let i = node % columns;
        let j = node / columns;
        if i > 0u { mean = add(mean, base + node - 1u, 1.0); }
        if i + 1u < columns { mean = add(mean, base + node + 1u, 1.0); }
        if j > 0u { mean = add(mean, base + node - columns, 1.0); }
        if j + 1u < rows { mean = add(mean, base + node + columns, 1.0); }
    } else {
        let count = ground[list];
        for (var k = 0u; k < count; k += 1u) {
            let at = list + 1u + 2u * k;
            mean = add(mean, base + ground[at], real(at + 1u));
        }
    }
    if mean.weight > 0.0 {
        values[base + node] = mean.sum / mean.weight;
        known[base + node] = RING + 1u;
    }
}

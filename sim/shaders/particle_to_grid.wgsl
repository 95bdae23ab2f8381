// Velocities from particles to the sides of cells (APIC, Jiang et al. 2015).
// Twin: `cpu/particle_to_grid.rs` with `cpu/spread.rs`.
//
// Each side gathers from the particles around it, in their order. Particles in the open weigh
// with tents; those near lines deal their mass among the sides that they see, in shares that
// add up to one, for which `care` holds the scale.

@group(0) @binding(0) var<storage, read> scenes: array<Scene>;
@group(0) @binding(1) var<storage, read> ground: array<u32>;
@group(0) @binding(2) var<storage, read> particles: array<Particle>;
@group(0) @binding(3) var<storage, read> start: array<u32>;
@group(0) @binding(4) var<storage, read_write> care: array<vec2f>;
// Velocity at each side, and whether it is known (1) or not (0).
@group(0) @binding(5) var<storage, read_write> values: array<f32>;
@group(0) @binding(6) var<storage, read_write> known: array<u32>;

// Weight at the corners that `p` sees, of which `read_with_care` is the reading.
fn seen_weight(s: Scene, axis: u32, p: vec2f) -> f32 {
    let first = first_side(axis, p);
    let square = square_at(s, axis, p);
    var total = 0.0;
    for (var k = 0; k < 4; k += 1) {
        let place = place_of(s, axis, first.x + (k & 1), first.y + (k >> 1u));
        let face = place.row * face_columns(s, axis) + place.column;
        let pieces = pieces_of(s, axis, face);
        let is_whole = make_a_whole(pieces);
        let count = select(pieces.y, 1u, is_whole);
        for (var n = 0u; n < count; n += 1u) {
            var at = face_at(axis, i32(place.column), i32(place.row));
            var aperture = 1.0;
            if !is_whole {
                let part = piece(pieces.x + PIECE_WORDS * n);
                at = part.at;
                aperture = part.aperture;
            }
            let size = tent(at + place.shift - p) * aperture;
            if size > 0.0 && (place.seam || sees_between(s, axis, square, p, at)) {
                total += size;
            }
        }
    }
    return total;
}

// What each particle's weights are scaled by: less than zero in the open.
@compute @workgroup_size(128)
fn take_care(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let k = start[s.cells] + id.x;
    if s.is_active == 0u || k >= start[s.cells + s.nx * s.ny] {
        return;
    }
    let p = particles[k].position;
    let clear = cell_is(s, cell_at(s, p), CELL_IS_CLEAR);
    var scale = vec2f(-1.0);
    for (var axis = 0u; axis < 2u; axis += 1u) {
        if !clear && !square_is_open(s, axis, square_at(s, axis, p)) {
            let total = seen_weight(s, axis, p);
            scale[axis] = select(0.0, 1.0 / total, total > LEAST);
        }
    }
    care[k] = scale;
}

// Velocity at each side.
@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= node_count(s) {
        return;
    }
    let at = node_of(s, id.x);
    let axis = at.axis;
    let own = piece_of_node(s, axis, at.node);
    var momentum = 0.0;
    var weight = 0.0;
    if own.exists {
        let low = vec2i(floor(own.at - 1.0));
        let high = vec2i(ceil(own.at + 1.0)) - 1;
        for (var j = max(low.y, 0); j <= min(high.y, i32(s.ny) - 1); j += 1) {
            for (var i = low.x; i <= high.x; i += 1) {
                let nx = i32(s.nx);
                if s.is_periodic == 0u && (i < 0 || i >= nx) {
                    continue;
                }
                let column = ((i % nx) + nx) % nx;
                let cell = s.cells + u32(j) * s.nx + u32(column);
                for (var k = start[cell]; k < start[cell + 1u]; k += 1u) {
                    let sum = dealt(s, axis, own, particles[k], care[k][axis], f32(i - column));
                    momentum += sum.x;
                    weight += sum.y;
                }
            }
        }
    }
    values[at.at] = select(0.0, momentum / weight, weight > 0.0);
    known[at.at] = select(0u, 1u, weight > 0.0);
}

// Momentum and weight that a particle deals to a side, the particle being `shift` to the right
// of where it is stored.
fn dealt(s: Scene, axis: u32, own: Piece, particle: Particle, scale: f32, shift: f32) -> vec2f {
    let p = particle.position + vec2f(shift, 0.0);
    let velocity = particle.velocity[axis];
    let gradient = select(particle.gradient.zw, particle.gradient.xy, axis == X);
    let way = own.at - p;
    if scale < 0.0 {
        // In the open no side is split.
        if own.is_split {
            return vec2f(0.0);
        }
        return tent(way) * vec2f(velocity + dot(gradient, way), 1.0);
    }
    // Beyond an edge a side has an image, which deals to it too.
    var image = vec2f(0.0);
    if axis == X {
        image.y = select(select(0.0, 1.0, own.at.y > f32(s.ny) - 1.0), -1.0, own.at.y < 1.0);
    } else if s.is_periodic == 0u {
        image.x = select(select(0.0, 1.0, own.at.x > f32(s.nx) - 1.0), -1.0, own.at.x < 1.0);
    }
    // A particle reads the four sides whose middles are around it, and pieces of these only.
    var middle = own.at;
    middle[1u - axis] = floor(middle[1u - axis]) + 0.5;
    let beyond = way + image;
    let has_image = any(image != vec2f(0.0)) && tent(middle + image - p) > 0.0;
    let more = select(0.0, tent(beyond), has_image);
    let weight = select(0.0, tent(way), tent(middle - p) > 0.0);
    if weight + more <= 0.0 || scale == 0.0 {
        return vec2f(0.0);
    }
    let square = square_at(s, axis, particle.position);
    if shift == 0.0 && !sees_between(s, axis, square, p, own.at) {
        return vec2f(0.0);
    }
    let sums = weight * vec2f(velocity + dot(gradient, way), 1.0)
        + more * vec2f(velocity + dot(gradient, beyond), 1.0);
    return scale * own.aperture * sums;
}

// Gravity, the walls, and what pressure and density do to the sides of cells.
// Twins: `solver/step.rs`, `Pressure::apply`.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read> fluid: array<u32>;
@group(0) @binding(4) var<storage, read> distance_to_surface: array<f32>;
@group(0) @binding(5) var<storage, read> unknown: array<f32>;
// What particles brought, and whether they or their neighbours did.
@group(0) @binding(6) var<storage, read> before: array<f32>;
@group(0) @binding(7) var<storage, read> known: array<u32>;
@group(0) @binding(8) var<storage, read_write> velocity: array<f32>;
@group(0) @binding(9) var<storage, read_write> change: array<f32>;
@group(0) @binding(10) var<storage, read_write> wet: array<u32>;
// New velocity, its change, displacement that restores density, and one if it is known.
@group(0) @binding(11) var<storage, read_write> sides: array<vec4f>;

fn fall(s: Scene, axis: u32) -> f32 {
    return select(s.fall_y, s.fall_x, axis == X);
}

fn is_wall(s: Scene, axis: u32, node: u32) -> bool {
    if node >= face_count(s, axis) {
        return false;
    }
    let columns = face_columns(s, axis);
    return cells_beside(s, axis, node % columns, node / columns).x == NONE;
}

@compute @workgroup_size(64)
fn add_gravity(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= node_count(s) {
        return;
    }
    let n = node_of(s, id.x);
    let more = select(0.0, fall(s, n.axis), known[n.at] != 0u);
    velocity[n.at] = select(before[n.at] + more, 0.0, is_wall(s, n.axis, n.node));
}

// Drop of a potential over a side, per cell: zero in air, with the surface where it is.
fn drop(first: u32, low: u32, high: u32) -> f32 {
    let is_low = fluid[low] != 0u;
    let is_high = fluid[high] != 0u;
    let a = distance_to_surface[low];
    let b = distance_to_surface[high];
    if is_low && is_high {
        return unknown[first + high] - unknown[first + low];
    }
    if is_low {
        return -unknown[first + low] / theta(a, b);
    }
    return unknown[first + high] / theta(b, a);
}

// Takes the slope of pressure off the velocity, and finds the displacement.
@compute @workgroup_size(64)
fn push(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= node_count(s) {
        return;
    }
    let n = node_of(s, id.x);
    let own = piece_of_node(s, n.axis, n.node);
    var is_wet = 0u;
    var displacement = 0.0;
    if is_wall(s, n.axis, n.node) {
        // Nothing passes a wall.
        velocity[n.at] = 0.0;
        is_wet = 1u;
    } else if !own.exists {
        velocity[n.at] = 0.0;
    } else {
        let low = s.components + own.low;
        let high = s.components + own.high;
        if fluid[low] != 0u || fluid[high] != 0u {
            velocity[n.at] -= drop(0u, low, high);
            displacement = -drop(batch.components, low, high);
            is_wet = 1u;
        }
    }
    wet[n.at] = is_wet;
    sides[n.at] = vec4f(0.0, 0.0, displacement, 0.0);
}

// How the velocity changed beside water; gravity alone elsewhere.
@compute @workgroup_size(64)
fn find_change(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= node_count(s) {
        return;
    }
    let n = node_of(s, id.x);
    change[n.at] = select(fall(s, n.axis), velocity[n.at] - before[n.at], wet[n.at] != 0u);
}

// Puts together what particles read.
@compute @workgroup_size(64)
fn pack(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= node_count(s) {
        return;
    }
    let n = node_of(s, id.x);
    let now = before[n.at] + change[n.at];
    velocity[n.at] = now;
    let is_known = select(0.0, 1.0, known[n.at] != 0u);
    sides[n.at] = vec4f(now, change[n.at], sides[n.at].z, is_known);
}

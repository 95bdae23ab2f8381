// Water in flight keeps its momentum. Twin: `cpu/flight.rs`, which says why.
//
// A body of water that touches nothing but air and moving solids gains what gravity gives and
// loses what its pressure does to those solids, and nothing else. What its particles got too
// much is taken off all of them alike. A body of water goes by its first component.

@group(0) @binding(0) var<storage, read> scenes: array<Scene>;
@group(0) @binding(1) var<storage, read> ground: array<u32>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> pools: array<u32>;
@group(0) @binding(4) var<storage, read> deep: array<u32>;
@group(0) @binding(5) var<storage, read> fluid: array<u32>;
@group(0) @binding(6) var<storage, read> start: array<u32>;
@group(0) @binding(7) var<storage, read> movers: array<u32>;
@group(0) @binding(8) var<storage, read> reports: array<Report>;
@group(0) @binding(9) var<storage, read_write> extents: array<Extent>;
// How many bodies of water of a scene fly.
@group(0) @binding(10) var<storage, read_write> flights: array<atomic<u32>>;
// The flying body of water that the particles of a cell belong to.
@group(0) @binding(11) var<storage, read_write> flier: array<u32>;
// What the velocities of its particles should come to, and how many they are.
@group(0) @binding(12) var<storage, read_write> wanted: array<vec4f>;
@group(0) @binding(13) var<storage, read_write> particles: array<Particle>;

// How far a body of water reaches, and how many components it has and how many deep ones.
struct Extent {
    low_x: atomic<u32>,
    low_y: atomic<u32>,
    high_x: atomic<u32>,
    high_y: atomic<u32>,
    count: atomic<u32>,
    deep: atomic<u32>,
    flies: u32,
    // Not of this one: bodies of water that fly are listed here, from the scene's first on.
    listed: u32,
}

// Cells around a body of water in which nothing must stand.
const ROOM: f32 = 8.0;
// Least share of its cells that lie deep inside.
const DEEP_SHARE: f32 = 0.2;
// Farthest that a correction may move water in a step, cells.
const FARTHEST: f32 = 0.01;

@compute @workgroup_size(64)
fn forget(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= s.component_count {
        return;
    }
    let at = s.components + id.x;
    atomicStore(&extents[at].low_x, NONE);
    atomicStore(&extents[at].low_y, NONE);
    atomicStore(&extents[at].high_x, 0u);
    atomicStore(&extents[at].high_y, 0u);
    atomicStore(&extents[at].count, 0u);
    atomicStore(&extents[at].deep, 0u);
    extents[at].flies = 0u;
    if id.x == 0u {
        atomicStore(&flights[id.y], 0u);
    }
}

// Finds how far each body of water reaches.
@compute @workgroup_size(64)
fn reach(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= reports[id.y].rows {
        return;
    }
    let c = rows[s.components + id.x];
    let pool = s.components + pools[s.components + c];
    let cell = component(s, c).cell;
    atomicMin(&extents[pool].low_x, cell % s.nx);
    atomicMin(&extents[pool].low_y, cell / s.nx);
    atomicMax(&extents[pool].high_x, cell % s.nx + 1u);
    atomicMax(&extents[pool].high_y, cell / s.nx + 1u);
    atomicAdd(&extents[pool].count, 1u);
    atomicAdd(&extents[pool].deep, deep[s.components + c]);
}

// Lists the bodies of water that have nothing around them.
@compute @workgroup_size(64)
fn judge(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= reports[id.y].rows || s.is_periodic != 0u {
        return;
    }
    let c = rows[s.components + id.x];
    let at = s.components + c;
    if pools[at] != c {
        return;
    }
    let count = f32(atomicLoad(&extents[at].count));
    if f32(atomicLoad(&extents[at].deep)) < DEEP_SHARE * count {
        return;
    }
    let low = vec2f(f32(atomicLoad(&extents[at].low_x)), f32(atomicLoad(&extents[at].low_y)));
    let high = vec2f(f32(atomicLoad(&extents[at].high_x)), f32(atomicLoad(&extents[at].high_y)));
    if any(low < vec2f(ROOM)) || any(high > vec2f(f32(s.nx), f32(s.ny)) - ROOM) {
        return;
    }
    let lines = ground[s.all_line_table];
    for (var k = 0u; k < lines; k += 1u) {
        let line = segment(s.all_line_table + 1u + 4u * k);
        let beyond = max(line.xy, line.zw) < low - ROOM;
        let before = min(line.xy, line.zw) > high + ROOM;
        if !any(beyond | before) {
            return;
        }
    }
    extents[at].flies = 1u;
    extents[s.components + atomicAdd(&flights[id.y], 1u)].listed = c;
}

// The body of water of a wet component if it flies, or else NONE.
fn flier_of(s: Scene, c: u32) -> u32 {
    let pool = pools[s.components + c];
    return select(NONE, pool, extents[s.components + pool].flies != 0u);
}

// The first wet one among the neighbours of a component, or else NONE.
fn wet_beside(s: Scene, c: u32) -> u32 {
    let links = links_of(s, c);
    for (var k = 0u; k < links.y; k += 1u) {
        let other = link(s, c, links, k).other;
        if fluid[s.components + other] != 0u {
            return other;
        }
    }
    return NONE;
}

// Finds which flying body of water the particles of a cell belong to: that of the first wet
// component of the cell, or else of the first wet one beside.
@compute @workgroup_size(64)
fn name(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let cell = id.x;
    if s.is_active == 0u || cell >= s.nx * s.ny {
        return;
    }
    var found = NONE;
    if start[s.cells + cell] != start[s.cells + cell + 1u] && atomicLoad(&flights[id.y]) > 0u {
        let count = component_count_of(s, cell);
        for (var k = 0u; k < count && found == NONE; k += 1u) {
            let c = component_of(s, cell, k);
            found = select(NONE, c, fluid[s.components + c] != 0u);
        }
        for (var k = 0u; k < count && found == NONE; k += 1u) {
            found = wet_beside(s, component_of(s, cell, k));
        }
        if found != NONE {
            found = flier_of(s, found);
        }
    }
    flier[s.cells + cell] = found;
}

// Sum of the velocities of the particles of a body of water.
fn velocity_of(s: Scene, lane: u32, pool: u32) -> vec2f {
    var sum = vec2f(0.0);
    for (var cell = lane; cell < s.nx * s.ny; cell += GROUP) {
        if flier[s.cells + cell] == pool {
            for (var k = start[s.cells + cell]; k < start[s.cells + cell + 1u]; k += 1u) {
                sum += particles[k].velocity;
            }
        }
    }
    return total(lane, sum);
}

fn count_of(s: Scene, lane: u32, pool: u32) -> f32 {
    var count = 0u;
    for (var cell = lane; cell < s.nx * s.ny; cell += GROUP) {
        if flier[s.cells + cell] == pool {
            count += start[s.cells + cell + 1u] - start[s.cells + cell];
        }
    }
    return total(lane, vec2f(f32(count), 0.0)).x;
}

// Finds what the particles of each flying body of water should come to.
@compute @workgroup_size(256)
fn gather(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let s = scenes[group.y];
    if s.is_active == 0u {
        return;
    }
    let count = flight_count(group.y, lane);
    for (var n = 0u; n < count; n += 1u) {
        let pool = extents[s.components + n].listed;
        let velocity = velocity_of(s, lane, pool);
        let particles = count_of(s, lane, pool);
        if lane == 0u {
            let fallen = velocity + particles * vec2f(s.fall_x, s.fall_y);
            wanted[s.components + pool] = vec4f(fallen - given_away(s, pool), particles, 0.0);
        }
    }
}

var<workgroup> flying: u32;

fn flight_count(scene: u32, lane: u32) -> u32 {
    if lane == 0u {
        flying = atomicLoad(&flights[scene]);
    }
    return workgroupUniformLoad(&flying);
}

// Takes off the particles what they got too much.
@compute @workgroup_size(256)
fn settle(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let s = scenes[group.y];
    if s.is_active == 0u {
        return;
    }
    let count = flight_count(group.y, lane);
    for (var n = 0u; n < count; n += 1u) {
        let pool = extents[s.components + n].listed;
        let reached = velocity_of(s, lane, pool);
        let goal = wanted[s.components + pool];
        var correction = (goal.xy - reached) / max(goal.z, 1.0);
        let longest = FARTHEST / s.dt_s;
        let size = length(correction);
        correction *= select(1.0, longest / size, size > longest);
        for (var cell = lane; cell < s.nx * s.ny; cell += GROUP) {
            if flier[s.cells + cell] == pool {
                for (var k = start[s.cells + cell]; k < start[s.cells + cell + 1u]; k += 1u) {
                    particles[k].velocity += correction;
                }
            }
        }
    }
}

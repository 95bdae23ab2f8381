// The matrix of pressure and of density, bodies of water, and both right-hand sides.
// Twins: `cpu/pressure.rs`, `cpu/pools.rs`.
//
// The matrix is the topology's own: a row's entries are the apertures of its links, and what
// lies in air is zero. Only the diagonal has to be kept.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read> fluid: array<u32>;
@group(0) @binding(4) var<storage, read> distance_to_surface: array<f32>;
@group(0) @binding(5) var<storage, read> density: array<f32>;
@group(0) @binding(6) var<storage, read> velocity: array<f32>;
@group(0) @binding(7) var<storage, read_write> rows: array<u32>;
@group(0) @binding(8) var<storage, read_write> reports: array<Report>;
// Whether a row borders water only, and whether all of its neighbours do too.
@group(0) @binding(10) var<storage, read_write> interior: array<u32>;
@group(0) @binding(11) var<storage, read_write> deep: array<u32>;
// Scaled pressure, cells/s; after it the potential of the displacement, cells.
@group(0) @binding(12) var<storage, read_write> unknown: array<f32>;
@group(0) @binding(13) var<storage, read_write> work: array<f32>;
// The body of water of a component: its first one. After it those that touch no air.
@group(0) @binding(14) var<storage, read_write> pools: array<atomic<u32>>;
// Whether air touches the body of water that begins here.
@group(0) @binding(15) var<storage, read_write> relieved: array<atomic<u32>>;
@group(0) @binding(16) var<storage, read> movers: array<u32>;

// Largest share of a density error that one step mends.
const DENSITY_ERROR_MAX: f32 = 0.5;

// Lists the wet components in order.
@compute @workgroup_size(256)
fn list_rows(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let s = scenes[group.y];
    if s.is_active == 0u {
        return;
    }
    var listed = 0u;
    for (var first = 0u; first < s.component_count; first += GROUP) {
        let c = first + lane;
        var own = 0u;
        if c < s.component_count && fluid[s.components + c] != 0u {
            own = 1u;
        }
        let place = listed + scan(lane, own);
        if own == 1u {
            rows[s.components + place] = c;
        }
        listed += sums[GROUP - 1u];
        workgroupBarrier();
    }
    if lane == 0u {
        reports[group.y].rows = listed;
        reports[group.y].enclosed = 0u;
        reports[group.y].caught = 0u;
        reports[group.y].crossings = 0u;
    }
}

// Makes last step's pressure fit this one, and empties what the stages after fill.
@compute @workgroup_size(64)
fn prepare(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let c = id.x;
    if s.is_active == 0u || c >= s.component_count {
        return;
    }
    let at = s.components + c;
    // In air all is zero: no row has to look where its neighbours are.
    unknown[at] = select(0.0, s.stretch * unknown[at], fluid[at] != 0u);
    unknown[batch.components + at] = 0.0;
    work[DIRECTION * batch.components + at] = 0.0;
    work[(WORKS + DIRECTION) * batch.components + at] = 0.0;
    atomicStore(&pools[at], c);
    atomicStore(&relieved[at], 0u);
}

// Fills the diagonal, and finds what borders water only.
@compute @workgroup_size(64)
fn assemble(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let c = id.x;
    if s.is_active == 0u || c >= s.component_count {
        return;
    }
    let at = s.components + c;
    var sum = 0.0;
    var is_interior = 0u;
    if fluid[at] != 0u {
        is_interior = 1u;
        let links = links_of(s, c);
        for (var k = 0u; k < links.y; k += 1u) {
            let way = link(s, c, links, k);
            let other = s.components + way.other;
            if fluid[other] != 0u {
                sum += way.aperture;
            } else {
                sum += way.aperture / theta(distance_to_surface[at], distance_to_surface[other]);
                is_interior = 0u;
            }
        }
    }
    work[DIAGONAL * batch.components + at] = sum;
    interior[at] = is_interior;
}

// Finds what lies deep inside the water.
@compute @workgroup_size(64)
fn find_deep(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let c = id.x;
    if s.is_active == 0u || c >= s.component_count {
        return;
    }
    var is_deep = interior[s.components + c];
    let links = links_of(s, c);
    for (var k = 0u; k < links.y && is_deep != 0u; k += 1u) {
        is_deep = interior[s.components + link(s, c, links, k).other];
    }
    deep[s.components + c] = is_deep;
}

var<workgroup> is_new: atomic<u32>;
var<workgroup> goes_on: u32;

// Finds the bodies of water, and those that no air touches.
@compute @workgroup_size(256)
fn find_pools(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let s = scenes[group.y];
    if s.is_active == 0u {
        return;
    }
    let count = reports[group.y].rows;
    // Each takes the least number around it, and then that of whom it belongs to by it.
    for (var round = 0u; round < s.component_count; round += 1u) {
        if lane == 0u {
            atomicStore(&is_new, 0u);
        }
        workgroupBarrier();
        for (var k = lane; k < count; k += GROUP) {
            let c = rows[s.components + k];
            let before = atomicLoad(&pools[s.components + c]);
            var least = before;
            let links = links_of(s, c);
            for (var n = 0u; n < links.y; n += 1u) {
                let other = s.components + link(s, c, links, n).other;
                if fluid[other] != 0u {
                    least = min(least, atomicLoad(&pools[other]));
                }
            }
            least = min(least, atomicLoad(&pools[s.components + least]));
            if least < before {
                atomicMin(&pools[s.components + c], least);
                atomicStore(&is_new, 1u);
            }
        }
        storageBarrier();
        workgroupBarrier();
        if lane == 0u {
            goes_on = atomicLoad(&is_new);
        }
        if workgroupUniformLoad(&goes_on) == 0u {
            break;
        }
    }
    for (var k = lane; k < count; k += GROUP) {
        let c = s.components + rows[s.components + k];
        if interior[c] == 0u {
            atomicOr(&relieved[s.components + atomicLoad(&pools[c])], 1u);
        }
    }
    if lane == 0u {
        atomicStore(&is_new, 0u);
    }
    storageBarrier();
    workgroupBarrier();
    for (var k = lane; k < count; k += GROUP) {
        let c = rows[s.components + k];
        let at = s.components + c;
        if atomicLoad(&pools[at]) == c && atomicLoad(&relieved[at]) == 0u {
            let place = atomicAdd(&is_new, 1u);
            atomicStore(&pools[batch.components + s.components + place], c);
        }
    }
    workgroupBarrier();
    if lane == 0u {
        reports[group.y].enclosed = atomicLoad(&is_new);
    }
}

// Flux out of a component.
fn divergence(s: Scene, c: u32) -> f32 {
    var sum = 0.0;
    let links = links_of(s, c);
    for (var k = 0u; k < links.y; k += 1u) {
        let way = link(s, c, links, k);
        sum += way.aperture * way.outward * velocity[nodes(s, way.axis) + way.node];
    }
    return sum;
}

@compute @workgroup_size(64)
fn fill_right_hand_sides(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= reports[id.y].rows {
        return;
    }
    let c = rows[s.components + id.x];
    let at = s.components + c;
    work[GOAL * batch.components + at] = -divergence(s, c);
    var error = density[at] - 1.0;
    if error < 0.0 && deep[at] == 0u {
        // Near the surface too little water is no error.
        error = 0.0;
    }
    error = clamp(error, -DENSITY_ERROR_MAX, DENSITY_ERROR_MAX);
    work[(WORKS + GOAL) * batch.components + at] = component(s, c).area * s.density_rate * error;
}

// Flux that the solids' motion takes from a component.
fn swept_after(s: Scene, c: u32) -> f32 {
    var low = 0u;
    var high = contact_count(s);
    while low < high {
        let middle = (low + high) / 2u;
        let found = contact(s, middle);
        if found.component == c {
            return found.swept.y;
        }
        if found.component < c {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return 0.0;
}

// What is left of divergence.
@compute @workgroup_size(64)
fn find_divergence(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if s.is_active == 0u || id.x >= s.component_count {
        return;
    }
    let is_wet = fluid[s.components + id.x] != 0u;
    var left = 0.0;
    if is_wet {
        left = abs(divergence(s, id.x) + swept_after(s, id.x));
    }
    work[s.components + id.x] = left;
}

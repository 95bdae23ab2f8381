// Orders particles by cell, keeping the previous order within each, and leaves out those that
// `leaves`.
//
// Counting sort. Places within a cell are taken in whatever order threads come, and put right
// cell by cell, so the result has nothing of that order.

@group(0) @binding(0) var<storage, read> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read> particles: array<Particle>;
@group(0) @binding(4) var<storage, read> tags: array<Tag>;
@group(0) @binding(5) var<storage, read_write> cell_of: array<u32>;
@group(0) @binding(6) var<storage, read_write> waiting: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> start: array<u32>;
@group(0) @binding(8) var<storage, read_write> order: array<u32>;
@group(0) @binding(9) var<storage, read_write> block_sums: array<u32>;
// The cell that each particle is stored under.
@group(0) @binding(10) var<storage, read_write> stored: array<u32>;

// How many particles each cell has.
@compute @workgroup_size(256)
fn count(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles {
        return;
    }
    let s = scenes[tags[k].scene];
    let p = particles[k].position;
    var cell = stored[k];
    if s.is_active != 0u {
        // A scene that rests stays as it is, wherever its particles have gone.
        cell = s.cells + cell_at(s, p);
        if leaves(s, k) {
            cell_of[k] = NONE;
            return;
        }
    }
    cell_of[k] = cell;
    atomicAdd(&waiting[cell], 1u);
}

const EACH: u32 = 4u;

// Where each cell begins, counted from the first of a block of cells.
@compute @workgroup_size(256)
fn scan_quarters(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) block: vec3u) {
    let first = (block.x * GROUP + lane) * EACH;
    var counts: array<u32, EACH>;
    var own = 0u;
    for (var k = 0u; k < EACH; k += 1u) {
        if first + k < batch.cells {
            counts[k] = atomicLoad(&waiting[first + k]);
        }
        own += counts[k];
    }
    var before = scan(lane, own);
    for (var k = 0u; k < EACH; k += 1u) {
        if first + k < batch.cells {
            start[first + k] = before;
        }
        before += counts[k];
    }
    if lane == GROUP - 1u {
        block_sums[block.x] = sums[lane];
    }
}

// Where each block begins.
@compute @workgroup_size(256)
fn scan_blocks(@builtin(local_invocation_index) lane: u32) {
    let blocks = (batch.cells + GROUP * EACH - 1u) / (GROUP * EACH);
    var carried = 0u;
    for (var first = 0u; first < blocks; first += GROUP) {
        let block = first + lane;
        var own = 0u;
        if block < blocks {
            own = block_sums[block];
        }
        let before = scan(lane, own);
        if block < blocks {
            block_sums[block] = carried + before;
        }
        carried += sums[GROUP - 1u];
        workgroupBarrier();
    }
    if lane == 0u {
        start[batch.cells] = carried;
    }
}

// Where each cell begins, counted from the first of all.
@compute @workgroup_size(256)
fn scan_add(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.cells {
        start[id.x] += block_sums[id.x / (GROUP * EACH)];
    }
}

// Gives each particle one of its cell's places.
@compute @workgroup_size(256)
fn scatter(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles || cell_of[k] == NONE {
        return;
    }
    let cell = cell_of[k];
    order[start[cell] + atomicSub(&waiting[cell], 1u) - 1u] = k;
}

// Puts the particles of each cell in their previous order, and notes where they are stored.
@compute @workgroup_size(64)
fn arrange(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= batch.cells {
        return;
    }
    let first = start[id.x];
    let end = start[id.x + 1u];
    for (var k = first + 1u; k < end; k += 1u) {
        let own = order[k];
        var at = k;
        while at > first && order[at - 1u] > own {
            order[at] = order[at - 1u];
            at -= 1u;
        }
        order[at] = own;
    }
    for (var k = first; k < end; k += 1u) {
        stored[k] = id.x;
    }
}

// Water that comes in during a call, where there is room for it. Twin: `weir_ground::Emitter`.
//
// What would come in the processor knows beforehand, from the time and the lines; it has made
// room for all of it.

@group(0) @binding(0) var<storage, read_write> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read_write> particles: array<Particle>;
@group(0) @binding(3) var<storage, read_write> tags: array<Tag>;
@group(0) @binding(4) var<storage, read_write> occupied: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read> births: array<Birth>;
// The first birth of each sub-frame, and the end of the last.
@group(0) @binding(6) var<storage, read> turns: array<u32>;
// Who is born next in each scene.
@group(0) @binding(7) var<storage, read_write> next_ids: array<u32>;
@group(0) @binding(8) var<uniform> moment: Moment;

struct Birth {
    particle: Particle,
    scene: u32,
    // The first of its scene in this sub-frame.
    first: u32,
}

// Particles beyond which no more come into a cell: the emitter is drowned.
const CROWDED: u32 = 6u;

// How many particles each cell has.
@compute @workgroup_size(64)
fn crowd(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.particles {
        let s = scenes[tags[id.x].scene];
        atomicAdd(&occupied[s.cells + cell_at(s, particles[id.x].position)], 1u);
    }
}

// Lets in what there is room for, in one workgroup.
@compute @workgroup_size(256)
fn let_in(@builtin(local_invocation_index) lane: u32) {
    let first = turns[moment.sub_frame];
    let end = turns[moment.sub_frame + 1u];
    let there = batch.particles;
    var born = 0u;
    for (var chunk = first; chunk < end; chunk += GROUP) {
        let k = chunk + lane;
        var comes = false;
        if k < end {
            let s = scenes[births[k].scene];
            let cell = s.cells + cell_at(s, births[k].particle.position);
            comes = atomicLoad(&occupied[cell]) < CROWDED;
        }
        let before = born + scan(lane, select(0u, 1u, comes));
        if k < end {
            // The first of a scene notes how many have come in before it.
            if k == births[k].first {
                next_ids[births[k].scene * 2u + 1u] = before;
            }
        }
        storageBarrier();
        let at = there + before;
        if comes {
            let scene = births[k].scene;
            let id = next_ids[scene * 2u] + before - next_ids[scene * 2u + 1u];
            particles[at] = births[k].particle;
            tags[at] = Tag(id, scene, 0u, BORN, births[k].particle);
        }
        born += sums[GROUP - 1u];
        workgroupBarrier();
        // Who was the last of its scene here tells the next.
        let is_last = k < end && (k + 1u == end || births[k + 1u].scene != births[k].scene);
        if is_last {
            let scene = births[k].scene;
            let own = before + select(0u, 1u, comes) - next_ids[scene * 2u + 1u];
            next_ids[scene * 2u] += own;
        }
        storageBarrier();
    }
    if lane == 0u {
        batch.particles = there + born;
    }
}

@compute @workgroup_size(256)
fn forget(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.cells {
        atomicStore(&occupied[id.x], 0u);
    }
}

// Solves for pressure and density, one workgroup for each scene and system. Solids that yield to
// pressure add their share to its matrix.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read> movers: array<u32>;
@group(0) @binding(5) var<storage, read> pools: array<u32>;
@group(0) @binding(6) var<storage, read_write> reports: array<Report>;
@group(0) @binding(7) var<storage, read_write> unknown: array<f32>;
@group(0) @binding(8) var<storage, read_write> work: array<f32>;

fn diagonal(s: Scene, m: System, c: u32) -> f32 {
    return work[DIAGONAL * batch.components + s.components + c];
}

// Solids that a scene may have, times three.
const MOST_MOTIONS: u32 = 192u;

var<workgroup> impulse: array<f32, MOST_MOTIONS>;
var<workgroup> yielded: array<f32, MOST_MOTIONS>;

// How fast pressure makes the solids move: K Jt x, to `yielded`. `x` begins there in `work`.
fn push_solids(s: Scene, lane: u32, x: u32) {
    let motions = 3u * mover_count(s);
    for (var v = lane; v < motions; v += GROUP) {
        let entries = entries_of_mover(s, v / 3u);
        var sum = 0.0;
        for (var k = 0u; k < entries.y; k += 1u) {
            // By mover the first word is the component.
            let own = entry(entries.x + ENTRY_WORDS * k);
            sum += own.flux[v % 3u] * work[x + own.mover];
        }
        impulse[v] = sum;
    }
    workgroupBarrier();
    for (var v = lane; v < motions; v += GROUP) {
        var sum = 0.0;
        for (var u = 0u; u < motions; u += 1u) {
            sum += mobility(s, v, u) * impulse[u];
        }
        yielded[v] = sum;
    }
    workgroupBarrier();
}

// Flux that yielding solids give back to a component: J K Jt x.
fn given_back(own: Contact) -> f32 {
    var sum = 0.0;
    for (var k = 0u; k < own.entries.y; k += 1u) {
        let e = entry(own.entries.x + ENTRY_WORDS * k);
        let v = 3u * e.mover;
        sum += dot(e.flux, vec3f(yielded[v], yielded[v + 1u], yielded[v + 2u]));
    }
    return sum;
}

// Least width, in cells, with which a body closes a pool off and gives way to it.
const PISTON: f32 = 0.5;

var<workgroup> gives_way: atomic<u32>;

// Whether a body that yields and is only partly in a body of water gives way to it.
fn has_piston(s: Scene, lane: u32, pool: u32) -> bool {
    if lane == 0u {
        atomicStore(&gives_way, 0u);
    }
    workgroupBarrier();
    for (var k = lane; k < mover_count(s); k += GROUP) {
        let m = mover(s, k);
        let entries = entries_of_mover(s, k);
        var net = vec3f(0.0);
        for (var n = 0u; n < entries.y && m.yields; n += 1u) {
            let own = entry(entries.x + ENTRY_WORDS * n);
            if pools[s.components + own.mover] == pool {
                net += own.flux;
            }
        }
        if max(max(abs(net.x), abs(net.y)), abs(net.z) / max(m.radius, 1.0)) > PISTON {
            atomicStore(&gives_way, 1u);
        }
    }
    workgroupBarrier();
    if lane == 0u {
        gives = atomicLoad(&gives_way);
    }
    return workgroupUniformLoad(&gives) != 0u;
}

var<workgroup> gives: u32;

fn multiply(s: Scene, m: System, lane: u32) {
    for (var r = lane; r < m.count; r += GROUP) {
        let c = rows[m.first + r];
        var sum = diagonal(s, m, c) * work[m.direction + c];
        let links = links_of(s, c);
        for (var k = 0u; k < links.y; k += 1u) {
            let way = link(s, c, links, k);
            sum -= way.aperture * work[m.direction + way.other];
        }
        work[m.image + c] = sum;
    }
    if m.which == 0u && any_yields(s) {
        push_solids(s, lane, m.direction);
        storageBarrier();
        for (var k = lane; k < contact_count(s); k += GROUP) {
            let own = contact(s, k);
            work[m.image + own.component] += given_back(own);
        }
        storageBarrier();
    }
}

// Where a vector of a system begins.
fn vector(s: Scene, system: u32, which: u32) -> u32 {
    return (WORKS * system + which) * batch.components + s.components;
}

fn system_of(s: Scene, scene: u32, system: u32) -> System {
    let tolerance = select(s.density_tolerance, s.pressure_tolerance, system == 0u);
    return System(
        system, reports[scene].rows, s.components, system * batch.components + s.components,
        vector(s, system, GOAL), vector(s, system, RESIDUAL), vector(s, system, DIRECTION),
        vector(s, system, PRODUCT), tolerance, s.most_iterations,
    );
}

// Where a solve's progress is kept between its turns.
fn progress_at(scene: u32, system: u32) -> u32 {
    return PROGRESS * batch.components + PROGRESS_WORDS * (2u * scene + system);
}

fn keep(at: u32, now: Progress) {
    work[at] = now.rho;
    work[at + 1u] = now.scale;
    work[at + 2u] = now.energy;
    work[at + 3u] = bitcast<f32>(now.iterations);
    work[at + 4u] = bitcast<f32>(now.is_done);
    for (var k = 0u; k < DELAY; k += 1u) {
        work[at + 5u + k] = now.gains[k];
    }
}

var<workgroup> kept: Progress;

fn kept_at(at: u32, lane: u32) -> Progress {
    if lane == 0u {
        kept.rho = work[at];
        kept.scale = work[at + 1u];
        kept.energy = work[at + 2u];
        kept.iterations = bitcast<u32>(work[at + 3u]);
        kept.is_done = bitcast<u32>(work[at + 4u]);
        for (var k = 0u; k < DELAY; k += 1u) {
            kept.gains[k] = work[at + 5u + k];
        }
    }
    return workgroupUniformLoad(&kept);
}

// A solve goes in turns: a card may end what computes for too long, and one driver, which
// computes on the processor, breaks off loops of a thread after 65,535 rounds in all.
@compute @workgroup_size(256)
fn solve(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let s = scenes[group.y];
    if s.is_active == 0u {
        return;
    }
    let at = progress_at(group.y, group.x);
    let before = kept_at(at, lane);
    if before.is_done != 0u {
        return;
    }
    let now = go_on(s, system_of(s, group.y, group.x), lane, before, s.iterations_at_once);
    if lane == 0u {
        keep(at, now);
        reports[group.y].iterations[group.x] = now.iterations;
        reports[group.y].error[group.x] = error_of(now);
    }
}

@compute @workgroup_size(256)
fn start(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let system = group.x;
    let scene = group.y;
    let s = scenes[scene];
    let count = reports[scene].rows;
    if s.is_active == 0u {
        return;
    }
    let x = system * batch.components + s.components;
    let goal = vector(s, system, GOAL);

    // What solids sweep is made up for by the water around them.
    let contacts = select(0u, contact_count(s), system == 0u);
    let yields = system == 0u && any_yields(s);
    for (var k = lane; k < contacts; k += GROUP) {
        let own = contact(s, k);
        work[goal + own.component] -= own.swept.x;
    }
    storageBarrier();

    // In a body of water that no air touches the mean cannot be met, and the unknown is free by
    // a constant, which would grow from step to step.
    let enclosed = reports[scene].enclosed;
    for (var k = 0u; k < enclosed; k += 1u) {
        let pool = pools[batch.components + s.components + k];
        if yields && has_piston(s, lane, pool) {
            continue;
        }
        var goals = vec2f(0.0);
        var starts = 0.0;
        for (var r = lane; r < count; r += GROUP) {
            let c = rows[s.components + r];
            if pools[s.components + c] == pool {
                goals += vec2f(work[goal + c], 1.0);
                starts += unknown[x + c];
            }
        }
        goals = total(lane, goals);
        starts = total(lane, vec2f(starts, 0.0)).x;
        for (var r = lane; r < count; r += GROUP) {
            let c = rows[s.components + r];
            if pools[s.components + c] == pool {
                work[goal + c] -= goals.x / goals.y;
                unknown[x + c] -= starts / goals.y;
            }
        }
    }

    let now = begin(s, system_of(s, scene, system), lane);
    if lane == 0u {
        keep(progress_at(scene, system), now);
        reports[scene].iterations[system] = 0u;
        reports[scene].error[system] = 0.0;
    }
}

// Preconditioned conjugate gradients, one workgroup for each scene and system.
// Twin: `cpu/linear_system.rs`.
//
// A batch has more scenes than a card has processors, so a solve stays on one of them: its
// sums need no other, and it ends when it is good enough, whoever else goes on. The
// preconditioner is the diagonal (Jacobi): an iteration does less than the twin's, and takes
// no order of rows.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read> movers: array<u32>;
@group(0) @binding(5) var<storage, read> pools: array<u32>;
@group(0) @binding(6) var<storage, read_write> reports: array<Report>;
@group(0) @binding(7) var<storage, read_write> unknown: array<f32>;
@group(0) @binding(8) var<storage, read_write> work: array<f32>;

const GROUP: u32 = 256u;

var<workgroup> parts: array<vec2f, GROUP>;
var<workgroup> whole: vec2f;

// Sums over all threads.
fn total(lane: u32, own: vec2f) -> vec2f {
    parts[lane] = own;
    workgroupBarrier();
    for (var reach = GROUP / 2u; reach > 0u; reach /= 2u) {
        if lane < reach {
            parts[lane] += parts[lane + reach];
        }
        workgroupBarrier();
    }
    if lane == 0u {
        whole = parts[0];
    }
    return workgroupUniformLoad(&whole);
}

fn diagonal(c: u32) -> f32 {
    return work[DIAGONAL * batch.components + c];
}

fn inverse(c: u32) -> f32 {
    return select(0.0, 1.0 / diagonal(c), diagonal(c) > 0.0);
}

// Solids that a scene may have, times three.
const MOST_MOTIONS: u32 = 192u;

var<workgroup> impulse: array<f32, MOST_MOTIONS>;
var<workgroup> yielded: array<f32, MOST_MOTIONS>;

// How fast pressure makes the solids move: K Jt x, to `yielded`. `x` is where the vector begins
// in `work`, or in `unknown`.
fn push_solids(s: Scene, lane: u32, x: u32, is_unknown: bool) {
    let motions = 3u * mover_count(s);
    for (var v = lane; v < motions; v += GROUP) {
        let entries = entries_of_mover(s, v / 3u);
        var sum = 0.0;
        for (var k = 0u; k < entries.y; k += 1u) {
            // By mover the first word is the component.
            let own = entry(entries.x + ENTRY_WORDS * k);
            var value = 0.0;
            if is_unknown {
                value = unknown[x + own.mover];
            } else {
                value = work[x + own.mover];
            }
            sum += own.flux[v % 3u] * value;
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

// The matrix times a vector that begins at `x`, for one row.
fn product(s: Scene, c: u32, own: f32, x: u32) -> f32 {
    var sum = diagonal(s.components + c) * own;
    let links = links_of(s, c);
    for (var k = 0u; k < links.y; k += 1u) {
        let way = link(s, c, links, k);
        sum -= way.aperture * work[x + way.other];
    }
    return sum;
}

fn product_of_unknown(s: Scene, c: u32, x: u32) -> f32 {
    var sum = diagonal(s.components + c) * unknown[x + c];
    let links = links_of(s, c);
    for (var k = 0u; k < links.y; k += 1u) {
        let way = link(s, c, links, k);
        sum -= way.aperture * unknown[x + way.other];
    }
    return sum;
}

@compute @workgroup_size(256)
fn solve(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let system = group.x;
    let scene = group.y;
    let s = scenes[scene];
    let count = reports[scene].rows;
    if s.is_active == 0u {
        return;
    }
    // Where the vectors of this scene begin.
    let x = system * batch.components + s.components;
    let first = WORKS * system;
    let goal = (first + GOAL) * batch.components + s.components;
    let residual = (first + RESIDUAL) * batch.components + s.components;
    let direction = (first + DIRECTION) * batch.components + s.components;
    let image = (first + PRODUCT) * batch.components + s.components;

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
    storageBarrier();

    for (var r = lane; r < count; r += GROUP) {
        let c = rows[s.components + r];
        work[residual + c] = work[goal + c] - product_of_unknown(s, c, x);
    }
    if yields {
        push_solids(s, lane, x, true);
        storageBarrier();
        for (var k = lane; k < contacts; k += GROUP) {
            let own = contact(s, k);
            work[residual + own.component] -= given_back(own);
        }
    }
    storageBarrier();
    var norms = vec2f(0.0);
    for (var r = lane; r < count; r += GROUP) {
        let c = rows[s.components + r];
        let b = work[goal + c];
        let left = work[residual + c];
        norms += inverse(s.components + c) * vec2f(b * b, left * left);
    }
    norms = total(lane, norms);
    let scale = norms.x;
    var rho = norms.y;
    // A start from the last step that is worse than no start is dropped.
    if !(rho <= scale) {
        rho = scale;
        for (var r = lane; r < count; r += GROUP) {
            let c = rows[s.components + r];
            work[residual + c] = work[goal + c];
            unknown[x + c] = 0.0;
        }
    }
    for (var r = lane; r < count; r += GROUP) {
        let c = rows[s.components + r];
        work[direction + c] = inverse(s.components + c) * work[residual + c];
    }
    storageBarrier();

    let tolerance = select(s.density_tolerance, s.pressure_tolerance, system == 0u);
    let enough = tolerance * tolerance * scale;
    var iterations = 0u;
    loop {
        if iterations >= s.most_iterations || !(rho > enough) {
            break;
        }
        var curvature = 0.0;
        for (var r = lane; r < count; r += GROUP) {
            let c = rows[s.components + r];
            let p = work[direction + c];
            let q = product(s, c, p, direction);
            work[image + c] = q;
            curvature += p * q;
        }
        if yields {
            push_solids(s, lane, direction, false);
            storageBarrier();
            for (var k = lane; k < contacts; k += GROUP) {
                let own = contact(s, k);
                let more = given_back(own);
                work[image + own.component] += more;
                curvature += more * work[direction + own.component];
            }
            storageBarrier();
        }
        curvature = total(lane, vec2f(curvature, 0.0)).x;
        if !(curvature > 0.0) {
            // Rounding, or a goal that nothing can meet.
            break;
        }
        let alpha = rho / curvature;
        var next = 0.0;
        for (var r = lane; r < count; r += GROUP) {
            let c = rows[s.components + r];
            unknown[x + c] += alpha * work[direction + c];
            let left = work[residual + c] - alpha * work[image + c];
            work[residual + c] = left;
            next += inverse(s.components + c) * left * left;
        }
        next = total(lane, vec2f(next, 0.0)).x;
        let beta = next / rho;
        rho = next;
        for (var r = lane; r < count; r += GROUP) {
            let c = rows[s.components + r];
            let z = inverse(s.components + c) * work[residual + c];
            work[direction + c] = z + beta * work[direction + c];
        }
        storageBarrier();
        iterations += 1u;
    }
    if lane == 0u {
        reports[scene].iterations[system] = iterations;
        reports[scene].residual[system] = select(0.0, sqrt(rho / scale), scale > 0.0);
    }
}

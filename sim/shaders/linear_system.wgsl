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
@group(0) @binding(4) var<storage, read> diagonal: array<f32>;
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

fn inverse(c: u32) -> f32 {
    return select(0.0, 1.0 / diagonal[c], diagonal[c] > 0.0);
}

// The matrix times a vector that begins at `x`, for one row.
fn product(s: Scene, c: u32, own: f32, x: u32) -> f32 {
    var sum = diagonal[s.components + c] * own;
    let links = links_of(s, c);
    for (var k = 0u; k < links.y; k += 1u) {
        let way = link(s, c, links, k);
        sum -= way.aperture * work[x + way.other];
    }
    return sum;
}

fn product_of_unknown(s: Scene, c: u32, x: u32) -> f32 {
    var sum = diagonal[s.components + c] * unknown[x + c];
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

    // In a body of water that no air touches the mean cannot be met, and the unknown is free by
    // a constant, which would grow from step to step.
    let enclosed = reports[scene].enclosed;
    for (var k = 0u; k < enclosed; k += 1u) {
        let pool = pools[batch.components + s.components + k];
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

    var norms = vec2f(0.0);
    for (var r = lane; r < count; r += GROUP) {
        let c = rows[s.components + r];
        let b = work[goal + c];
        let left = b - product_of_unknown(s, c, x);
        work[residual + c] = left;
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

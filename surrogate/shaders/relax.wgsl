// What has been carried too close together is moved apart. Twin: `relax.rs`.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read_write> particles: array<Particle>;
@group(0) @binding(4) var<storage, read> tags: array<Tag>;
@group(0) @binding(5) var<storage, read_write> fates: array<Fate>;
@group(0) @binding(6) var<storage, read> start: array<u32>;
@group(0) @binding(7) var<storage, read> bed: array<f32>;
// How full each node is.
@group(0) @binding(8) var<storage, read_write> density: array<f32>;
// What each node has too much of, times the rate, and how open it is: nothing if it is not wet.
@group(0) @binding(9) var<storage, read_write> excess: array<vec2f>;
@group(0) @binding(10) var<storage, read_write> potential: array<f32>;
@group(0) @binding(11) var<storage, read_write> reports: array<Report>;

// How full a node is that counts as water.
const WATER: f32 = 0.5;
// Over-relaxation of the sweeps.
const OMEGA: f32 = 1.6;
// Largest excess or lack that is mended at once.
const MOST: f32 = 0.5;
// Farthest that a particle is moved, cells.
const FARTHEST: f32 = 0.25;

// The nodes to the right, to the left, above and below, and how open the way there is. Where it
// is closed, the node itself.
struct Beside {
    node: vec4u,
    open: vec4f,
}

fn beside(s: Scene, node: u32) -> Beside {
    var all = Beside(vec4u(node), vec4f(0.0));
    let right = bed[bed_at(s, APERTURE_RIGHT, node)];
    let up = bed[bed_at(s, APERTURE_UP, node)];
    if right > 0.0 {
        all.node.x = node + 1u;
        all.open.x = right;
    }
    if node % s.nx > 0u {
        let left = bed[bed_at(s, APERTURE_RIGHT, node - 1u)];
        if left > 0.0 {
            all.node.y = node - 1u;
            all.open.y = left;
        }
    }
    if up > 0.0 {
        all.node.z = node + s.nx;
        all.open.z = up;
    }
    if node >= s.nx {
        let down = bed[bed_at(s, APERTURE_UP, node - s.nx)];
        if down > 0.0 {
            all.node.w = node - s.nx;
            all.open.w = down;
        }
    }
    return all;
}

// The nodes that each particle belongs to now.
@compute @workgroup_size(64)
fn share(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.particles {
        let s = scenes[tags[id.x].scene];
        fates[id.x].shares = shares_at(s, particles[id.x].position);
    }
}

@compute @workgroup_size(64)
fn measure(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if id.x >= s.nx * s.ny {
        return;
    }
    let own = vec2i(i32(id.x % s.nx), i32(id.x / s.nx));
    let near = around(s, id.x);
    var weight = 0.0;
    for (var row = near.low.y; row <= near.high.y; row += 1) {
        let first = start[s.cells + u32(row) * s.nx + u32(near.low.x)];
        let end = start[s.cells + u32(row) * s.nx + u32(near.high.x) + 1u];
        for (var k = first; k < end; k += 1u) {
            weight += share_of(fates[k].shares, own.x, own.y);
        }
    }
    density[s.cells + id.x] = VOLUME * weight / bed[bed_at(s, ROOM, id.x)];
}

@compute @workgroup_size(64)
fn find_excess(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if id.x >= s.nx * s.ny {
        return;
    }
    let full = density[s.cells + id.x];
    let all = beside(s, id.x);
    var deep = true;
    var open = 0.0;
    for (var n = 0u; n < 4u; n += 1u) {
        deep = deep && density[s.cells + all.node[n]] >= WATER;
        open += all.open[n];
    }
    let error = clamp(full - 1.0, select(0.0, -MOST, deep), MOST) * batch.relax_rate;
    let wet = full >= WATER && open > 0.0;
    excess[s.cells + id.x] = select(vec2f(0.0), vec2f(error, open), wet);
    potential[s.cells + id.x] = 0.0;
}

// Sweeps over the nodes in the two colours of a chessboard, a workgroup for each scene.
@compute @workgroup_size(256)
fn sweep_through(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3u,
) {
    let s = scenes[group.y];
    let nodes = s.nx * s.ny;
    for (var half = 0u; half < 2u * batch.relax_sweeps; half += 1u) {
        for (var node = lane; node < nodes; node += 256u) {
            if (node % s.nx + node / s.nx) % 2u != half % 2u {
                continue;
            }
            let wet = excess[s.cells + node];
            if wet.y == 0.0 {
                continue;
            }
            let all = beside(s, node);
            var sum = wet.x;
            for (var n = 0u; n < 4u; n += 1u) {
                sum += all.open[n] * potential[s.cells + all.node[n]];
            }
            let own = potential[s.cells + node];
            potential[s.cells + node] = own + OMEGA * (sum / wet.y - own);
        }
        storageBarrier();
    }
}

// Where what is at a node goes.
fn way_at(s: Scene, node: u32) -> vec2f {
    let all = beside(s, node);
    var drop = vec4f(0.0);
    for (var n = 0u; n < 4u; n += 1u) {
        let there = potential[s.cells + all.node[n]];
        drop[n] = all.open[n] * (potential[s.cells + node] - there);
    }
    return 0.5 * vec2f(drop.x - drop.y, drop.z - drop.w);
}

@compute @workgroup_size(64)
fn shift(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles {
        return;
    }
    let scene = tags[k].scene;
    let s = scenes[scene];
    let shares = fates[k].shares;
    var way = vec2f(0.0);
    for (var n = 0u; n < 4u; n += 1u) {
        if shares.weight[n] > 0.0 {
            way += shares.weight[n] * way_at(s, node_of(s, shares, n));
        }
    }
    let far = length(way);
    if far > FARTHEST {
        way *= FARTHEST / far;
    }
    if any(way != vec2f(0.0)) {
        let gone = go(s, particles[k].position, way, particles[k].velocity);
        particles[k] = Particle(gone.p, gone.velocity);
        report(scene);
    }
}

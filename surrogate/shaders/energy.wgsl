// Bodies of water can only lose energy. Twin: `energy.rs`.
//
// Bodies are found by joining nodes: each points to one of its body with a smaller number, or to
// itself, and whoever joins two of them lets the larger one point to the smaller. In whatever
// order that happens, a body's last node is its smallest. Sums are of whole numbers, which have
// no order either.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read_write> particles: array<Particle>;
@group(0) @binding(4) var<storage, read_write> tags: array<Tag>;
@group(0) @binding(5) var<storage, read> fates: array<Fate>;
@group(0) @binding(6) var<storage, read_write> labels: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> sums: array<Sums>;
@group(0) @binding(8) var<storage, read_write> fed: array<Fed>;

// What a body has and what it has gained, in parts of 2^-20 (cells/s)^2: the low and the high
// half of a number each.
struct Sums {
    kinetic: array<atomic<u32>, 2>,
    gained: array<atomic<u32>, 2>,
    is_fed: atomic<u32>,
}

// Where water is let in: a place, its scene, and one of its nodes.
struct Fed {
    place: vec2f,
    scene: u32,
    node: u32,
}

const HIGH: f32 = 4096.0;
const LOW: f32 = 1048576.0;

fn root_of(node: u32) -> u32 {
    var here = node;
    loop {
        let next = atomicLoad(&labels[here]);
        if next == here {
            return here;
        }
        // Half of the way is spared for who comes after.
        let after = atomicLoad(&labels[next]);
        atomicMin(&labels[here], after);
        here = next;
    }
    return here;
}

fn join_two(one: u32, other: u32) {
    var a = one;
    var b = other;
    loop {
        a = root_of(a);
        b = root_of(b);
        if a == b {
            return;
        }
        let low = min(a, b);
        let high = max(a, b);
        // Whoever has let it point elsewhere in the meantime is joined instead.
        let was = atomicMin(&labels[high], low);
        if was == high {
            return;
        }
        a = low;
        b = was;
    }
}

// Joins all nodes of some shares with `home`, which may be none, and says one of them.
fn join_all(s: Scene, shares: Shares, home: u32) -> u32 {
    var first = home;
    for (var n = 0u; n < 4u; n += 1u) {
        if shares.weight[n] > 0.0 {
            let node = s.cells + node_of(s, shares, n);
            if first == NONE {
                first = node;
            } else {
                join_two(first, node);
            }
        }
    }
    return first;
}

// Each node is a body of its own.
@compute @workgroup_size(256)
fn part_all(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= batch.cells {
        return;
    }
    atomicStore(&labels[id.x], id.x);
    for (var half = 0u; half < 2u; half += 1u) {
        atomicStore(&sums[id.x].kinetic[half], 0u);
        atomicStore(&sums[id.x].gained[half], 0u);
    }
    atomicStore(&sums[id.x].is_fed, 0u);
}

// Notes what each particle has when the call begins, and joins its nodes.
@compute @workgroup_size(64)
fn open_account(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.particles {
        tags[id.x].before = particles[id.x];
        tags[id.x].home = join_all(scenes[tags[id.x].scene], fates[id.x].shares, NONE);
    }
}

// Joins the nodes that each particle belongs to now to those that it belonged to.
@compute @workgroup_size(64)
fn join_now(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.particles && tags[id.x].home != BORN {
        let s = scenes[tags[id.x].scene];
        let shares = shares_at(s, particles[id.x].position);
        tags[id.x].home = join_all(s, shares, tags[id.x].home);
    }
}

@compute @workgroup_size(64)
fn join_fed(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.fed {
        let s = scenes[fed[id.x].scene];
        fed[id.x].node = join_all(s, shares_at(s, fed[id.x].place), NONE);
    }
}

@compute @workgroup_size(64)
fn mark_fed(@builtin(global_invocation_id) id: vec3u) {
    if id.x < batch.fed && fed[id.x].node != NONE {
        atomicStore(&sums[root_of(fed[id.x].node)].is_fed, 1u);
    }
}

// A number of parts, in halves, and what it is with the other sign.
fn negative(halves: vec2u) -> vec2u {
    let low = ~halves.x + 1u;
    return vec2u(low, ~halves.y + select(0u, 1u, low == 0u));
}

fn parts_of(x: f32) -> vec2u {
    let high = floor(abs(x) / HIGH);
    let halves = vec2u(u32((abs(x) - high * HIGH) * LOW), u32(high));
    return select(halves, negative(halves), x < 0.0);
}

fn real_of(halves: vec2u) -> f32 {
    let is_negative = (halves.y >> 31u) != 0u;
    let size = select(halves, negative(halves), is_negative);
    return select(1.0, -1.0, is_negative) * (f32(size.y) * HIGH + f32(size.x) / LOW);
}

@compute @workgroup_size(64)
fn add_up(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles || tags[k].home == BORN || tags[k].home == NONE {
        return;
    }
    let body = root_of(tags[k].home);
    let own = particles[k];
    let before = tags[k].before;
    // Of differences, which single precision knows better than sums.
    let faster = own.velocity - before.velocity;
    let gained = 0.5 * dot(faster, own.velocity + before.velocity)
        - dot(scenes[tags[k].scene].gravity, own.position - before.position);
    let kinetic = parts_of(0.5 * dot(own.velocity, own.velocity));
    let kinetic_was = atomicAdd(&sums[body].kinetic[0], kinetic.x);
    let kinetic_over = select(0u, 1u, kinetic_was + kinetic.x < kinetic.x);
    atomicAdd(&sums[body].kinetic[1], kinetic.y + kinetic_over);
    let gain = parts_of(gained);
    let gain_was = atomicAdd(&sums[body].gained[0], gain.x);
    let gain_over = select(0u, 1u, gain_was + gain.x < gain.x);
    atomicAdd(&sums[body].gained[1], gain.y + gain_over);
}

// Slows down what has gained.
@compute @workgroup_size(64)
fn settle(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles || tags[k].home == BORN || tags[k].home == NONE {
        return;
    }
    let body = root_of(tags[k].home);
    if atomicLoad(&sums[body].is_fed) != 0u {
        return;
    }
    let sum = &sums[body];
    let kinetic = real_of(vec2u(atomicLoad(&sum.kinetic[0]), atomicLoad(&sum.kinetic[1])));
    let gained = real_of(vec2u(atomicLoad(&sum.gained[0]), atomicLoad(&sum.gained[1])));
    // What adding numbers up gains is nothing.
    if gained > 1e-6 * kinetic && kinetic > 0.0 {
        particles[k].velocity *= sqrt(max(1.0 - gained / kinetic, 0.0));
    }
}

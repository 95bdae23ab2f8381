// Viscosity, implicit in time: (1 - nu dt grad^2) u = u*. Twin: `cpu/viscosity.rs`.
//
// One workgroup for each scene and axis. To what a side is linked follows from what stands
// there, not from the water; so the processor writes it down (`gpu/ground.rs`).

@group(0) @binding(0) var<storage, read> scenes: array<Scene>;
@group(0) @binding(1) var<storage, read> ground: array<u32>;
@group(0) @binding(2) var<storage, read> known: array<u32>;
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;
@group(0) @binding(4) var<storage, read_write> diagonals: array<f32>;
// The velocity.
@group(0) @binding(5) var<storage, read_write> unknown: array<f32>;
@group(0) @binding(6) var<storage, read_write> work: array<f32>;

const TOLERANCE: f32 = 1e-6;
// The twin's are 200; its preconditioner does more.
const MOST_ITERATIONS: u32 = 400u;

// What a side is linked to, each link by its share in a diffusion number of one.
struct Surroundings {
    aperture: f32,
    // Shares of walls, and these times the walls' speeds.
    walls: f32,
    pull: f32,
    // Links to other sides: how many, and where they begin; NONE for one that is whole, as
    // are its four neighbours.
    count: u32,
    links: u32,
}

fn surroundings(s: Scene, axis: u32, node: u32) -> Surroundings {
    let at = ground[pick(axis, s.diffusion_table_x, s.diffusion_table_y) + node];
    if at == NONE {
        return Surroundings(1.0, 0.0, 0.0, 4u, NONE);
    }
    return Surroundings(real(at), real(at + 1u), real(at + 2u), ground[at + 3u], at + 4u);
}

struct Neighbour {
    node: u32,
    share: f32,
}

fn neighbour(s: Scene, axis: u32, node: u32, links: u32, k: u32) -> Neighbour {
    if links == NONE {
        let columns = face_columns(s, axis);
        switch k {
            case 0u: { return Neighbour(node - columns, 1.0); }
            case 1u: { return Neighbour(node - 1u, 1.0); }
            case 2u: { return Neighbour(node + 1u, 1.0); }
            default: { return Neighbour(node + columns, 1.0); }
        }
    }
    let at = links + 2u * k;
    return Neighbour(ground[at], real(at + 1u));
}

fn diagonal(s: Scene, m: System, c: u32) -> f32 {
    return diagonals[m.first + c];
}

fn multiply(s: Scene, m: System, lane: u32) {
    for (var r = lane; r < m.count; r += GROUP) {
        let c = rows[m.first + r];
        let own = surroundings(s, m.which, c);
        var sum = 0.0;
        for (var k = 0u; k < own.count; k += 1u) {
            let beside = neighbour(s, m.which, c, own.links, k);
            sum += beside.share * work[m.direction + beside.node];
        }
        work[m.image + c] = diagonal(s, m, c) * work[m.direction + c] - s.diffusion * sum;
    }
}

// Fills the row of a side, and says whether it has one.
fn assemble(s: Scene, m: System, c: u32) -> bool {
    work[m.direction + c] = 0.0;
    let own = surroundings(s, m.which, c);
    if known[m.first + c] == 0u || own.aperture == 0.0 {
        return false;
    }
    var shares = own.walls;
    for (var k = 0u; k < own.count; k += 1u) {
        let beside = neighbour(s, m.which, c, own.links, k);
        shares += select(0.0, beside.share, known[m.first + beside.node] != 0u);
    }
    diagonals[m.first + c] = own.aperture + s.diffusion * shares;
    work[m.goal + c] = own.aperture * unknown[m.unknown + c] + s.diffusion * own.pull;
    return true;
}

@compute @workgroup_size(256)
fn diffuse(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let axis = group.x;
    let s = scenes[group.y];
    if s.is_active == 0u || s.diffusion == 0.0 {
        return;
    }
    let count = pick(axis, s.node_count_x, s.node_count_y);
    let base = nodes(s, axis);
    let vectors = WORKS * base;
    var m = System(
        axis, 0u, base, base, vectors + GOAL * count, vectors + RESIDUAL * count,
        vectors + DIRECTION * count, vectors + PRODUCT * count, TOLERANCE, MOST_ITERATIONS,
    );
    for (var first = 0u; first < count; first += GROUP) {
        let c = first + lane;
        var own = 0u;
        if c < count && assemble(s, m, c) {
            own = 1u;
        }
        let place = m.count + scan(lane, own);
        if own == 1u {
            rows[base + place] = c;
        }
        m.count += sums[GROUP - 1u];
        workgroupBarrier();
    }
    storageBarrier();
    _ = go_on(s, m, lane, begin(s, m, lane), m.most_iterations);
    if axis == X && s.is_periodic != 0u {
        // The last side of a row is a copy of the first.
        storageBarrier();
        for (var j = lane; j < s.ny; j += GROUP) {
            let left = base + j * face_columns(s, X);
            unknown[left + s.nx] = unknown[left];
        }
    }
}

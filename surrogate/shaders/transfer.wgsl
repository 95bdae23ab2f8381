// Between particles and nodes, never through a line. Twin: `transfer.rs`.

// Flag of a cell from which all nodes around are seen.
const CELL_SEES_ALL: u32 = 8u;

// The nodes that a particle belongs to, and how much to each: `first`, the one to its right,
// the one above, and the one to the right of that.
struct Shares {
    weight: vec4f,
    first: vec2i,
}

// How a particle would fare, and the nodes that it belongs to now.
struct Fate {
    shares: Shares,
    // What lines will have changed of its velocity by the middle of the call, and by its end.
    lost: vec4f,
    // How full it will be where it lands, and how fast what it meets there is, seen from it.
    meets: vec4f,
}

fn beyond(n: u32) -> vec2i {
    return vec2i(i32(n & 1u), i32(n >> 1u));
}

fn shares_at(s: Scene, p: vec2f) -> Shares {
    let corner = floor(p - 0.5);
    let inside = p - 0.5 - corner;
    let cell = cell_at(s, p);
    let sees_all = cell_is(s, cell, CELL_SEES_ALL);
    var shares = Shares(vec4f(0.0), vec2i(corner));
    var total = 0.0;
    for (var n = 0u; n < 4u; n += 1u) {
        let at = shares.first + beyond(n);
        if any(at < vec2i(0)) || any(at >= vec2i(i32(s.nx), i32(s.ny))) {
            continue;
        }
        if !sees_all && !sees(s, cell, p, vec2f(at) + 0.5) {
            continue;
        }
        let along = select(1.0 - inside, inside, beyond(n) == vec2i(1));
        shares.weight[n] = along.x * along.y;
        total += shares.weight[n];
    }
    shares.weight = select(vec4f(0.0), shares.weight / total, total > 1e-6);
    return shares;
}

// The node of a share, among those of its scene. There is none where the share is nothing.
fn node_of(s: Scene, shares: Shares, n: u32) -> u32 {
    let at = shares.first + beyond(n);
    return u32(at.y) * s.nx + u32(at.x);
}

// How much of a particle belongs to the node in this column and row.
fn share_of(shares: Shares, column: i32, row: i32) -> f32 {
    let way = vec2i(column, row) - shares.first;
    if any(way < vec2i(0)) || any(way > vec2i(1)) {
        return 0.0;
    }
    return shares.weight[way.x + 2 * way.y];
}

// The cells whose particles may belong to a node: its own and those around it.
struct Around {
    low: vec2i,
    high: vec2i,
}

fn around(s: Scene, node: u32) -> Around {
    let at = vec2i(i32(node % s.nx), i32(node / s.nx));
    return Around(max(at - 1, vec2i(0)), min(at + 1, vec2i(i32(s.nx), i32(s.ny)) - 1));
}

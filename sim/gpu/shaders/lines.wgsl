// Lines near cells: tables that the processor writes after every edit (`ground.rs`).
//
// Segments are stored relative to the corner of the cell or square that lists them, cut to
// its surroundings, so that single precision is exact to some 1e-7 cells. All questions are
// inclusive: touching counts.

// Near this a line counts as touched, cells: a hundred times what rounding can do.
const BAND: f32 = 1e-5;

const CELL_IS_CLEAR: u32 = 1u;

fn real(at: u32) -> f32 {
    return bitcast<f32>(ground[at]);
}

fn real2(at: u32) -> vec2f {
    return vec2f(real(at), real(at + 1u));
}

fn segment(at: u32) -> vec4f {
    return vec4f(real2(at), real2(at + 2u));
}

fn cell_is(s: Scene, cell: u32, what: u32) -> bool {
    return (ground[s.cell_table + cell] & what) != 0u;
}

fn cross(a: vec2f, b: vec2f) -> f32 {
    return a.x * b.y - a.y * b.x;
}

fn same_strict_side(s: f32, t: f32) -> bool {
    return (s > 0.0 && t > 0.0) || (s < 0.0 && t < 0.0);
}

// Whether the way from `p` to `q` touches a segment.
fn crosses(line: vec4f, p: vec2f, q: vec2f) -> bool {
    let low = min(line.xy, line.zw);
    let high = max(line.xy, line.zw);
    if any(high < min(p, q)) || any(low > max(p, q)) {
        return false;
    }
    let d = line.zw - line.xy;
    if same_strict_side(cross(d, p - line.xy), cross(d, q - line.xy)) {
        return false;
    }
    let e = q - p;
    return !same_strict_side(cross(e, line.xy - p), cross(e, line.zw - p));
}

// Whether `p` in `cell` and `q`, less than a cell away, see each other.
fn sees(s: Scene, cell: u32, p: vec2f, q: vec2f) -> bool {
    let at = s.near_table + 2u * cell;
    let corner = cell_corner(s, cell);
    return !any_crosses(ground[at], ground[at + 1u], p - corner, q - corner);
}

fn any_crosses(first: u32, count: u32, p: vec2f, q: vec2f) -> bool {
    for (var k = 0u; k < count; k += 1u) {
        if crosses(segment(first + 4u * k), p, q) {
            return true;
        }
    }
    return false;
}

// Whether a drain swallows what is at a point.
fn swallowed(s: Scene, p: vec2f) -> bool {
    let count = ground[s.sink_table];
    for (var k = 0u; k < count; k += 1u) {
        let box = segment(s.sink_table + 1u + 4u * k);
        if all(p >= box.xy) && all(p <= box.zw) {
            return true;
        }
    }
    return false;
}

// What is connected to what: tables that the processor finds after every edit (`gpu/ground.rs`).

const CELL_IS_CUT: u32 = 2u;
const CELL_IS_INNER: u32 = 4u;

// Number of the square between four sides of an axis that `p`, a point of the rectangle, lies in.
fn square_at(s: Scene, axis: u32, p: vec2f) -> u32 {
    let first = first_side(axis, p);
    let column = min(u32(first.x + 1), s.nx + 1u);
    let row = min(u32(first.y + 1), s.ny + 1u);
    return row * (s.nx + 2u) + column;
}

// Column and row of the lower left one of the four sides around `p`.
fn first_side(axis: u32, p: vec2f) -> vec2i {
    if axis == X {
        return vec2i(i32(p.x), i32(p.y + 0.5) - 1);
    }
    return vec2i(i32(p.x + 0.5) - 1, i32(p.y));
}

fn square_corner(s: Scene, axis: u32, square: u32) -> vec2f {
    let columns = s.nx + 2u;
    let place = vec2f(f32(square % columns), f32(square / columns));
    return place + select(vec2f(-0.5, -1.0), vec2f(-1.0, -0.5), axis == X);
}

const OPEN: u32 = 0x80000000u;

// Whether each side around a square is one piece, and seen from all of it.
fn square_is_open(s: Scene, axis: u32, square: u32) -> bool {
    let at = pick(axis, s.square_table_x, s.square_table_y) + 2u * square;
    return (ground[at + 1u] & OPEN) != 0u;
}

// Whether `p` in a square between four sides sees `q`, a point of them.
fn sees_between(s: Scene, axis: u32, square: u32, p: vec2f, q: vec2f) -> bool {
    let at = pick(axis, s.square_table_x, s.square_table_y) + 2u * square;
    let corner = square_corner(s, axis, square);
    return !any_crosses(ground[at], ground[at + 1u] & ~OPEN, p - corner, q - corner);
}

// A side, or a part of one.
struct Piece {
    at: vec2f,
    aperture: f32,
    // Whether it is only a part.
    is_split: bool,
    // Components below and above along the axis; NONE on a wall.
    low: u32,
    high: u32,
    exists: bool,
}

// What pieces a face has: where they begin, and how many; NONE where it is whole.
fn pieces_of(s: Scene, axis: u32, face: u32) -> vec2u {
    let at = pick(axis, s.face_table_x, s.face_table_y) + 2u * face;
    return vec2u(ground[at], ground[at + 1u]);
}

// Whether the pieces of a face are one, which is all of it.
fn make_a_whole(pieces: vec2u) -> bool {
    return pieces.x == NONE || (pieces.y == 1u && real(pieces.x + 3u) == 1.0);
}

const PIECE_WORDS: u32 = 6u;

fn piece(at: u32) -> Piece {
    let aperture = real(at + 3u);
    return Piece(real2(at + 1u), aperture, aperture != 1.0, ground[at + 4u], ground[at + 5u], true);
}

// The side that a velocity unknown stands for.
fn piece_of_node(s: Scene, axis: u32, node: u32) -> Piece {
    let faces = face_count(s, axis);
    if node >= faces {
        var further = piece(ground[pick(axis, s.piece_table_x, s.piece_table_y) + node - faces]);
        further.is_split = true;
        return further;
    }
    let own = pieces_of(s, axis, node);
    if own.x != NONE && own.y == 0u {
        // A closed side is as good as a wall.
        return Piece(vec2f(0.0), 0.0, true, NONE, NONE, false);
    }
    if own.x != NONE {
        var first = piece(own.x);
        first.is_split = first.is_split || own.y > 1u;
        return first;
    }
    let columns = face_columns(s, axis);
    let i = node % columns;
    let j = node / columns;
    let beside = cells_beside(s, axis, i, j);
    return Piece(face_at(axis, i32(i), i32(j)), 1.0, false, beside.x, beside.y, true);
}

// The cells below and above face `(i, j)` along its axis; NONE on a wall.
fn cells_beside(s: Scene, axis: u32, i: u32, j: u32) -> vec2u {
    if axis == X {
        if s.is_periodic != 0u {
            return j * s.nx + vec2u((i + s.nx - 1u) % s.nx, i % s.nx);
        }
        if i == 0u || i == s.nx {
            return vec2u(NONE);
        }
        return j * s.nx + vec2u(i - 1u, i);
    }
    if j == 0u || j == s.ny {
        return vec2u(NONE);
    }
    return i + s.nx * vec2u(j - 1u, j);
}

// What is known of a component.
const COMPONENT_WORDS: u32 = 8u;
const EXISTS: u32 = 16u;
const OF_A_CUT: u32 = 32u;

struct Component {
    cell: u32,
    // Where it is measured.
    sample: vec2f,
    area: f32,
    // What water fits around the sample, and the change of that as it moves.
    room: f32,
    slope: vec2f,
    // Bits 0 to 3: whether something may stand between the sample and what lies less than a
    // cell to the left and below, the right and below, the left and above, the right and above.
    flags: u32,
}

fn component(s: Scene, c: u32) -> Component {
    let at = s.component_table + COMPONENT_WORDS * c;
    return Component(
        ground[at], real2(at + 1u), real(at + 3u), real(at + 4u), real2(at + 5u), ground[at + 7u],
    );
}

// One connection of a component to another.
struct Link {
    axis: u32,
    node: u32,
    aperture: f32,
    // +1 where the axis points out of the component.
    outward: f32,
    other: u32,
}

// Where the links of a component begin and how many there are; NONE for one that is whole, as
// are its four sides and neighbours.
fn links_of(s: Scene, c: u32) -> vec2u {
    let at = s.link_table + 2u * c;
    return vec2u(ground[at], ground[at + 1u]);
}

const LINK_WORDS: u32 = 3u;

fn link(s: Scene, c: u32, links: vec2u, k: u32) -> Link {
    if links.x == NONE {
        let left = c + c / s.nx;
        switch k {
            case 0u: { return Link(Y, c, 1.0, -1.0, c - s.nx); }
            case 1u: { return Link(X, left, 1.0, -1.0, c - 1u); }
            case 2u: { return Link(X, left + 1u, 1.0, 1.0, c + 1u); }
            default: { return Link(Y, c + s.nx, 1.0, 1.0, c + s.nx); }
        }
    }
    let at = links.x + LINK_WORDS * k;
    let head = ground[at];
    return Link(
        (head >> 30u) & 1u,
        head & 0x3fffffffu,
        real(at + 1u),
        select(-1.0, 1.0, (head >> 31u) != 0u),
        ground[at + 2u],
    );
}

// How many components a cell has, and the number of each.
fn component_count_of(s: Scene, cell: u32) -> u32 {
    let cut = ground[s.cut_table + cell];
    return select(ground[cut + 18u], 1u, cut == NONE);
}

fn component_of(s: Scene, cell: u32, k: u32) -> u32 {
    if k == 0u {
        return cell;
    }
    return ground[ground[s.cut_table + cell]] + k - 1u;
}

// The component that `p`, a point of the closed `cell`, belongs to; NONE inside a solid, and
// in slivers that hold no micro-point.
fn component_at(s: Scene, cell: u32, p: vec2f) -> u32 {
    let cut = ground[s.cut_table + cell];
    if cut == NONE {
        return cell;
    }
    // How lattice offsets come by distance, two for each word, is told by the processor.
    let order = cut + 17u;
    let corner = cell_corner(s, cell);
    let local = p - corner;
    let nearest = clamp(vec2i(floor(local * 8.0)), vec2i(0), vec2i(7));
    let touch = s.touch_table + 2u * cell;
    for (var k = 0u; k < 225u; k += 1u) {
        let offset = ground[ground[order] + k];
        let place = nearest + vec2i(i32(offset & 0xffu), i32(offset >> 8u)) - vec2i(7);
        if any(place < vec2i(0)) || any(place > vec2i(7)) {
            continue;
        }
        let point = (vec2f(place) + 0.5) / 8.0;
        if any_crosses(ground[touch], ground[touch + 1u], local, point) {
            continue;
        }
        let index = u32(place.y * 8 + place.x);
        let label = (ground[cut + 1u + index / 4u] >> (8u * (index % 4u))) & 0xffu;
        if label == 0xffu {
            return NONE;
        }
        return select(ground[cut] + label - 1u, cell, label == 0u);
    }
    return NONE;
}

// Solids that move: bodies, and lines on their way. Tables that the processor writes in every
// step (`gpu/movers.rs`). Shapes are in each solid's own coordinates, in which it rests.

const MOVER_WORDS: u32 = 20u;

// A rigid placement: rotation, then translation.
struct Placement {
    // Cosine and sine.
    turn: vec2f,
    at: vec2f,
}

struct Mover {
    before: Placement,
    after: Placement,
    centre: vec2f,
    // Cells/s, cells/s, rad/s.
    velocity: vec3f,
    // Farthest point of the outline from the centre of mass.
    radius: f32,
    // Where its outline begins, and how many segments it has.
    outline: vec2u,
    // Where the list of its insides begins, and how many there are; none for a line.
    insides: vec2u,
    yields: bool,
}

fn mover_real(at: u32) -> f32 {
    return bitcast<f32>(movers[at]);
}

fn mover_real2(at: u32) -> vec2f {
    return vec2f(mover_real(at), mover_real(at + 1u));
}

fn mover_segment(at: u32) -> vec4f {
    return vec4f(mover_real2(at), mover_real2(at + 2u));
}

fn mover_count(s: Scene) -> u32 {
    if s.mover_table == NONE {
        return 0u;
    }
    return movers[s.mover_table];
}

fn mover(s: Scene, k: u32) -> Mover {
    let at = movers[s.mover_table + 1u] + MOVER_WORDS * k;
    return Mover(
        Placement(mover_real2(at), mover_real2(at + 2u)),
        Placement(mover_real2(at + 4u), mover_real2(at + 6u)),
        mover_real2(at + 8u),
        vec3f(mover_real2(at + 10u), mover_real(at + 12u)),
        mover_real(at + 13u),
        vec2u(movers[at + 14u], movers[at + 15u]),
        vec2u(movers[at + 16u], movers[at + 17u]),
        movers[at + 18u] != 0u,
    );
}

// How readily the solids yield: element of the matrix K.
fn mobility(s: Scene, row: u32, column: u32) -> f32 {
    return mover_real(movers[s.mover_table + 2u] + row * 3u * mover_count(s) + column);
}

// Whether any solid yields.
fn any_yields(s: Scene) -> bool {
    if s.mover_table == NONE {
        return false;
    }
    return movers[s.mover_table + 5u] != 0u;
}

// Components that outlines border, ascending, and what outlines sweep there.
const CONTACT_WORDS: u32 = 5u;

struct Contact {
    component: u32,
    // Its entries of the matrix J: where they begin, and how many.
    entries: vec2u,
    // Flux that the solids' motion takes, before pressure acts and after.
    swept: vec2f,
}

fn contact_count(s: Scene) -> u32 {
    if s.mover_table == NONE {
        return 0u;
    }
    return movers[s.mover_table + 4u];
}

fn contact(s: Scene, k: u32) -> Contact {
    let at = movers[s.mover_table + 3u] + CONTACT_WORDS * k;
    return Contact(
        movers[at], vec2u(movers[at + 1u], movers[at + 2u]), mover_real2(at + 3u),
    );
}

// An entry of J.
const ENTRY_WORDS: u32 = 4u;

struct Entry {
    mover: u32,
    // Per unit velocity along x, along y, and per unit turning.
    flux: vec3f,
}

fn entry(at: u32) -> Entry {
    return Entry(movers[at], vec3f(mover_real2(at + 1u), mover_real(at + 3u)));
}

// What a body of water gives to solids by its pressure, as a sum of velocities of its particles.
fn given_away(s: Scene, pool: u32) -> vec2f {
    if s.mover_table == NONE {
        return vec2f(0.0);
    }
    let first = movers[s.mover_table + 7u];
    let count = movers[s.mover_table + 8u];
    for (var k = 0u; k < count; k += 1u) {
        if movers[first + 3u * k] == pool {
            return mover_real2(first + 3u * k + 1u);
        }
    }
    return vec2f(0.0);
}

// The same entries by mover: where those of a mover begin, and how many. The first word of each
// is its component.
fn entries_of_mover(s: Scene, k: u32) -> vec2u {
    let at = movers[s.mover_table + 6u] + 2u * k;
    return vec2u(movers[at], movers[at + 1u]);
}

// What every stage knows: the network's scenes, their particles, and what of a call is the same
// for all.

struct Scene {
    // Cells along x and y, whose centres are the network's nodes.
    nx: u32,
    ny: u32,
    // Where its own begin among those of all scenes.
    cells: u32,
    // Where its tables begin in `ground`, words. See `lines.wgsl`.
    cell_table: u32,
    line_table: u32,
    near_table: u32,
    sink_table: u32,
    is_periodic: u32,
    is_active: u32,
    // The canvas that it is on: which, and the how many-th on it.
    canvas: u32,
    place: u32,
    padding: u32,
    gravity: vec2f,
    // What gravity adds in a sub-frame.
    fall: vec2f,
}

struct Batch {
    scenes: u32,
    // Particles, those just born included; counted here and nowhere else.
    particles: u32,
    cells: u32,
    // Particles that there is room for.
    room: u32,
    // Sub-frames of a call, and the time of one, seconds.
    sub_frames: u32,
    dt_s: f32,
    // What velocity is shown as one and what change is answered as one, cells/s; the first as
    // what to multiply with.
    shown: f32,
    change: f32,
    // What the network is shown, in bits: how particles would fare alone, how open sides are.
    sight: u32,
    // Share of the mean velocity that dense water takes on.
    blend: f32,
    // Share of an excess that is mended, and in how many sweeps.
    relax_rate: f32,
    relax_sweeps: u32,
    // Distance that particles keep, cells.
    apart: f32,
    // Places where water is let in during this call.
    fed: u32,
    padding: vec2u,
}

const SEES_FLIGHTS: u32 = 1u;
const SEES_APERTURES: u32 = 2u;

// Where in a call it is: which sub-frame, and which frame that belongs to.
struct Moment {
    sub_frame: u32,
    frame: u32,
}

// The canvas of some scenes: of one size.
struct Canvas {
    number: u32,
    width: u32,
    height: u32,
    padding: u32,
    // Numbers between neighbours in what the network is shown and in what it answers: along the
    // batch, the maps, the rows and the columns.
    input: vec4u,
    answer: vec4u,
}

struct Particle {
    position: vec2f,
    velocity: vec2f,
}

// What goes with a particle.
struct Tag {
    id: u32,
    scene: u32,
    // Whether a drain has swallowed it.
    is_gone: u32,
    // A node that it belongs to, among those of all scenes; NONE if it belongs to none, BORN if
    // it came in during the call.
    home: u32,
    // Where it was when the call began, and how fast.
    before: Particle,
}

const BORN: u32 = 0xfffffffeu;
// Water that a particle stands for, in cells.
const VOLUME: f32 = 0.25;
// Maps of a bed, as `bed.rs` has them; after them the room.
const BED_MAPS: u32 = 7u;
const APERTURE_RIGHT: u32 = 3u;
const APERTURE_UP: u32 = 4u;
const ROOM: u32 = 6u;

fn bed_at(s: Scene, map: u32, node: u32) -> u32 {
    return BED_MAPS * s.cells + map * s.nx * s.ny + node;
}

// Whether a number is one; comparisons with what is none are optimised away.
fn is_number(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

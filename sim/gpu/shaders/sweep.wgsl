// Moving a particle without ever crossing a line. Twin: `weir_ground::Sweep`.
//
// The twin decides in double precision; here a line counts as touched within `BAND` of it, a
// hundred times what single precision may be off so near to a cell's corner. So what the twin
// lets pass a hair's breadth from a line may stop here, and nothing passes that may not.

// Distance from a line at which a particle is put down, and from the rectangle's sides.
const CLEARANCE: f32 = 1e-3;
// Legs of one move past lines.
const SLIDES: u32 = 4u;

// A move as it goes: where it has come, and what is left of the velocity.
struct Move {
    p: vec2f,
    velocity: vec2f,
}

struct Hit {
    // Where on the way, 0 to 1; more than 1 if nothing is hit.
    t: f32,
    // Points to where the move came from.
    normal: vec2f,
}

const NO_HIT: f32 = 2.0;

// Where a way first touches a segment, or comes as near as `band`.
fn hit(line: vec4f, p: vec2f, q: vec2f, band: f32) -> Hit {
    let d = line.zw - line.xy;
    let size = length(d);
    // A segment without length is a dot.
    let along = select(vec2f(1.0, 0.0), d / size, size > 0.0);
    let left = vec2f(-along.y, along.x);
    let here = dot(p - line.xy, left);
    let to = dot(q - line.xy, left);
    let side = select(-1.0, 1.0, here >= 0.0);
    if side * to > band {
        return Hit(NO_HIT, vec2f(0.0));
    }
    // The part of the way within the band around the line that the segment lies on.
    let span = side * (here - to);
    var enters = 0.0;
    var leaves = 1.0;
    var t = 0.0;
    if span > 0.0 {
        enters = clamp((side * here - band) / span, 0.0, 1.0);
        leaves = clamp((side * here + band) / span, 0.0, 1.0);
        t = clamp(side * here / span, 0.0, 1.0);
    }
    let begins = dot(p - line.xy, along);
    let ends = dot(q - line.xy, along);
    let a = begins + enters * (ends - begins);
    let b = begins + leaves * (ends - begins);
    if max(a, b) < -band || min(a, b) > size + band {
        return Hit(NO_HIT, vec2f(0.0));
    }
    return Hit(t, side * left);
}

fn first_hit(first: u32, count: u32, p: vec2f, q: vec2f) -> Hit {
    var found = Hit(NO_HIT, vec2f(0.0));
    for (var k = 0u; k < count; k += 1u) {
        let next = hit(segment(first + 4u * k), p, q, BAND);
        if next.t < found.t {
            found = next;
        }
    }
    return found;
}

// Takes off a velocity what runs into something at rest.
fn meet(velocity: vec2f, normal: vec2f) -> vec2f {
    return velocity - min(dot(velocity, normal), 0.0) * normal;
}

fn inside(s: Scene, p: vec2f) -> vec2f {
    let size = vec2f(f32(s.nx), f32(s.ny));
    var kept = clamp(p, vec2f(CLEARANCE), size - CLEARANCE);
    if s.is_periodic != 0u {
        kept.x = p.x;
    }
    return kept;
}

// Keeps the end of a move inside the rectangle, and takes off what runs into its sides.
fn stop_at_walls(s: Scene, go: Move) -> Move {
    let kept = inside(s, go.p);
    var velocity = go.velocity;
    velocity = select(velocity, max(velocity, vec2f(0.0)), kept > go.p);
    velocity = select(velocity, min(velocity, vec2f(0.0)), kept < go.p);
    return Move(kept, velocity);
}

// Legs of this thread's moves that crossed a line: judged by the signs of determinants, and not
// by the distances that moves are made with.
var<private> crossings: u32 = 0u;

fn judge(first: u32, count: u32, p: vec2f, q: vec2f) {
    let e = q - p;
    for (var k = 0u; k < count; k += 1u) {
        let line = segment(first + 4u * k);
        let d = line.zw - line.xy;
        let ends_apart = cross(d, p - line.xy) * cross(d, q - line.xy) < 0.0;
        if ends_apart && cross(e, line.xy - p) * cross(e, line.zw - p) < 0.0 {
            crossings += 1u;
        }
    }
}

// Goes from `p` in `cell` to `q`, less than a cell away, and slides along lines.
fn past_lines(s: Scene, cell: u32, p: vec2f, q: vec2f, velocity: vec2f) -> Move {
    let table = s.line_table + 2u * cell;
    let lines = ground[table];
    let count = ground[table + 1u];
    var target_ = stop_at_walls(s, Move(q, velocity));
    if count == 0u {
        return target_;
    }
    let corner = cell_corner(s, cell);
    var here = p;
    var left_over = target_.velocity;
    for (var slide = 0u; slide < SLIDES; slide += 1u) {
        let a = here - corner;
        let b = target_.p - corner;
        let found = first_hit(lines, count, a, b);
        if found.t > 1.0 {
            judge(lines, count, a, b);
            return Move(target_.p, left_over);
        }
        left_over = meet(left_over, found.normal);
        let touch = here + found.t * (target_.p - here);
        let beside = inside(s, touch + CLEARANCE * found.normal);
        let second = first_hit(lines, count, a, beside - corner);
        if second.t <= 1.0 {
            // A wedge: what runs into it stops there.
            left_over = meet(left_over, second.normal);
            if dot(left_over, found.normal) < 0.0 {
                left_over = vec2f(0.0);
            }
            return Move(here, left_over);
        }
        judge(lines, count, a, beside - corner);
        let rest = target_.p - touch;
        let slid = beside + rest - dot(rest, found.normal) * found.normal;
        here = beside;
        target_ = stop_at_walls(s, Move(slid, left_over));
        left_over = target_.velocity;
    }
    return Move(here, left_over);
}

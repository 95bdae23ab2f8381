// Moving a particle past what moves. Twin: `cpu/advect.rs`.
//
// A solid that moves is met in its own coordinates, in which it rests: the particle goes from
// where it was to where it will be as seen from there. A push that would cross a line is undone.

// Rounds of moving out of a solid's way and checking the lines again.
const ROUNDS: u32 = 6u;
// Near this a moving outline counts as touched: positions lose more digits on their way into a
// solid's coordinates and back.
const MOVING_BAND: f32 = 1e-4;
// Depth inside a solid from which a particle counts as having penetrated it.
const DEEP: f32 = 0.01;

fn turned(place: Placement, d: vec2f) -> vec2f {
    return vec2f(place.turn.x * d.x - place.turn.y * d.y, place.turn.y * d.x + place.turn.x * d.y);
}

fn world_of(place: Placement, p: vec2f) -> vec2f {
    return turned(place, p) + place.at;
}

fn body_of(place: Placement, p: vec2f) -> vec2f {
    let d = p - place.at;
    return vec2f(place.turn.x * d.x + place.turn.y * d.y, place.turn.x * d.y - place.turn.y * d.x);
}

fn velocity_at(m: Mover, p: vec2f) -> vec2f {
    let r = p - m.centre;
    return m.velocity.xy + m.velocity.z * vec2f(-r.y, r.x);
}

// Whether a particle at `p` may meet it in a step in which nothing moves farther than a cell.
fn in_reach(m: Mover, p: vec2f) -> bool {
    let reach = m.radius + 2.5;
    let d = p - m.centre;
    return dot(d, d) < reach * reach;
}

fn any_in_reach(s: Scene, p: vec2f) -> bool {
    for (var k = 0u; k < mover_count(s); k += 1u) {
        if in_reach(mover(s, k), p) {
            return true;
        }
    }
    return false;
}

// Whether `p` lies in a polygon, by the parity of sides to its right.
fn contains(sides_at: u32, count: u32, p: vec2f) -> bool {
    var is_inside = false;
    for (var k = 0u; k < count; k += 1u) {
        let side = mover_segment(sides_at + 4u * k);
        if (side.y > p.y) != (side.w > p.y) {
            let x = side.x + (p.y - side.y) / (side.w - side.y) * (side.z - side.x);
            is_inside = is_inside != (p.x < x);
        }
    }
    return is_inside;
}

struct Nearest {
    on: vec2f,
    // Outward.
    normal: vec2f,
}

fn nearest_outline(sides_at: u32, count: u32, p: vec2f) -> Nearest {
    var best = 1e30;
    var nearest = Nearest(p, vec2f(0.0, 1.0));
    for (var k = 0u; k < count; k += 1u) {
        let side = mover_segment(sides_at + 4u * k);
        let d = side.zw - side.xy;
        let squared = dot(d, d);
        if squared == 0.0 {
            continue;
        }
        let on = side.xy + clamp(dot(p - side.xy, d) / squared, 0.0, 1.0) * d;
        let far = distance(p, on);
        if far < best {
            best = far;
            nearest = Nearest(on, vec2f(d.y, -d.x) / sqrt(squared));
        }
    }
    return nearest;
}

// Where a move that runs into a solid should end instead.
struct Push {
    is_one: bool,
    end: vec2f,
    normal: vec2f,
    // The solid's own velocity there.
    velocity: vec2f,
}

fn no_push() -> Push {
    return Push(false, vec2f(0.0), vec2f(0.0), vec2f(0.0));
}

fn placed(m: Mover, p: vec2f, on: vec2f, normal: vec2f, slide: vec2f) -> Push {
    let end = world_of(m.after, on + CLEARANCE * normal + slide);
    return Push(true, end, turned(m.after, normal), velocity_at(m, p));
}

fn pushed(m: Mover, p: vec2f, q: vec2f) -> Push {
    if !in_reach(m, p) {
        return no_push();
    }
    let begin = body_of(m.before, p);
    let end = body_of(m.after, q);
    for (var k = 0u; k < m.insides.y; k += 1u) {
        let at = movers[m.insides.x + 2u * k];
        let count = movers[m.insides.x + 2u * k + 1u];
        if contains(at, count, begin) {
            // It was inside already (a body came to be where water was): out by the nearest way.
            if !contains(at, count, end) {
                return no_push();
            }
            let out = nearest_outline(at, count, end);
            return placed(m, p, out.on, out.normal, vec2f(0.0));
        }
    }
    var found = Hit(NO_HIT, vec2f(0.0));
    for (var k = 0u; k < m.outline.y; k += 1u) {
        let next = hit(mover_segment(m.outline.x + 4u * k), begin, end, MOVING_BAND);
        if next.t < found.t {
            found = next;
        }
    }
    if found.t > 1.0 {
        return no_push();
    }
    let touch = begin + found.t * (end - begin);
    let rest = end - touch;
    return placed(m, p, touch, found.normal, rest - dot(rest, found.normal) * found.normal);
}

fn first_push(s: Scene, p: vec2f, q: vec2f, spare_bodies: bool) -> Push {
    for (var k = 0u; k < mover_count(s); k += 1u) {
        let m = mover(s, k);
        if !spare_bodies && m.insides.y > 0u {
            continue;
        }
        let push = pushed(m, p, q);
        if push.is_one {
            return push;
        }
    }
    return no_push();
}

// Whether a particle may slip from `p` to `q`: no line and no solid is in the way.
fn is_free(s: Scene, cell: u32, p: vec2f, q: vec2f, spare_bodies: bool) -> bool {
    if distance(p, q) >= 0.95 || any(inside(s, q) != q) {
        return false;
    }
    let aside = past_lines(s, cell, p, q, vec2f(0.0));
    return all(aside.p == q) && !first_push(s, p, q, spare_bodies).is_one;
}

// Moves from `p` in `cell` towards `q`, less than a cell away, and takes off the velocity what
// runs into the solids. It can end inside one only if that left no way out.
fn travel(s: Scene, cell: u32, p: vec2f, q: vec2f, velocity: vec2f) -> Move {
    var go = past_lines(s, cell, p, q, velocity);
    if !any_in_reach(s, p) {
        return go;
    }
    for (var round = 0u; round < ROUNDS; round += 1u) {
        let push = first_push(s, p, go.p, true);
        if !push.is_one {
            return go;
        }
        let relative = meet(go.velocity - push.velocity, push.normal);
        go = past_lines(s, cell, p, push.end, relative + push.velocity);
    }
    // Squeezed between solids: stay, go along with one of them, or slip out sideways. If nothing
    // of this is free, the inside of a body is: the body gives the particle back in the next
    // step, a line would not.
    for (var attempt = 0u; attempt < 2u; attempt += 1u) {
        let spare_bodies = attempt == 0u;
        if is_free(s, cell, p, p, spare_bodies) {
            return Move(p, go.velocity);
        }
        for (var k = 0u; k < mover_count(s); k += 1u) {
            let m = mover(s, k);
            if !in_reach(m, p) {
                continue;
            }
            let along = world_of(m.after, body_of(m.before, p));
            if is_free(s, cell, p, along, spare_bodies) {
                return Move(along, go.velocity);
            }
            let beside = slip_out(s, cell, m, p, spare_bodies);
            if beside.is_one {
                return Move(beside.end, go.velocity);
            }
        }
    }
    return go;
}

// A point just outside a solid's sides that is free.
fn slip_out(s: Scene, cell: u32, m: Mover, p: vec2f, spare_bodies: bool) -> Push {
    let local = body_of(m.after, p);
    for (var k = 0u; k < m.insides.y; k += 1u) {
        let at = movers[m.insides.x + 2u * k];
        for (var n = 0u; n < movers[m.insides.x + 2u * k + 1u]; n += 1u) {
            let side = mover_segment(at + 4u * n);
            let d = side.zw - side.xy;
            let squared = dot(d, d);
            let t = clamp(dot(local - side.xy, d) / squared, 0.0, 1.0);
            let on = side.xy + t * d + CLEARANCE / sqrt(squared) * vec2f(d.y, -d.x);
            let end = world_of(m.after, on);
            if is_free(s, cell, p, end, spare_bodies) {
                return Push(true, end, vec2f(0.0), vec2f(0.0));
            }
        }
    }
    return no_push();
}

// Whether a particle that ends the step at `q` is inside a solid.
fn is_in_a_mover(s: Scene, q: vec2f) -> bool {
    for (var k = 0u; k < mover_count(s); k += 1u) {
        let m = mover(s, k);
        if !in_reach(m, q) {
            continue;
        }
        let local = body_of(m.after, q);
        for (var n = 0u; n < m.insides.y; n += 1u) {
            let at = movers[m.insides.x + 2u * n];
            let count = movers[m.insides.x + 2u * n + 1u];
            if contains(at, count, local)
                && distance(nearest_outline(at, count, local).on, local) > DEEP {
                return true;
            }
        }
    }
    return false;
}

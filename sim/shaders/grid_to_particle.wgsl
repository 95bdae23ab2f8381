// Velocities back to the particles, and the particles on their way.
// Twin: `cpu/grid_to_particle.rs`.
//
// Each particle reads the new velocity and its gradient (APIC), keeps a share of its own plus
// the grid's change (FLIP), and goes by the midpoint rule plus the displacement that restores
// density. Then it meets the lines.

@group(0) @binding(0) var<storage, read> scenes: array<Scene>;
@group(0) @binding(1) var<storage, read> ground: array<u32>;
@group(0) @binding(2) var<storage, read> start: array<u32>;
@group(0) @binding(3) var<storage, read> care: array<vec2f>;
@group(0) @binding(4) var<storage, read> sides: array<vec4f>;
@group(0) @binding(5) var<storage, read> movers: array<u32>;
@group(0) @binding(6) var<storage, read_write> particles: array<Particle>;
@group(0) @binding(7) var<storage, read_write> reports: array<Caught>;

// A report, of which this stage counts up the last words.
struct Caught {
    others: array<u32, 21>,
    caught: atomic<u32>,
    crossings: atomic<u32>,
    spare: u32,
}

// Farthest that a particle moves in one leg: lists of lines reach one cell far.
const FARTHEST: f32 = 0.98;
const LEGS: f32 = 8.0;
// Farthest that the density projection moves a particle in one step.
const FARTHEST_SHIFT: f32 = 0.25;

// What the grid says at a point.
struct Flow {
    velocity: vec2f,
    change: vec2f,
    // du/dx, du/dy, dv/dx, dv/dy.
    slope: vec4f,
    shift: vec2f,
    // How much of it the water, or its surroundings, brought to the grid: 0 to 1.
    known: f32,
}

fn shorten(d: vec2f, longest: f32) -> vec2f {
    let squared = dot(d, d);
    return select(d, d * (longest / sqrt(squared)), squared > longest * longest);
}

fn wrapped(s: Scene, p: vec2f) -> vec2f {
    if s.is_periodic == 0u {
        return p;
    }
    let width = f32(s.nx);
    let x = p.x - width * floor(p.x / width);
    return vec2f(select(x, 0.0, x >= width), p.y);
}

// Whether readings at a point of `cell` need no care.
fn is_plain(s: Scene, cell: u32) -> bool {
    let edges_matter = (s.no_slip | s.is_periodic) != 0u;
    return cell_is(s, cell, CELL_IS_CLEAR) && (!edges_matter || cell_is(s, cell, CELL_IS_INNER));
}

// Whether the four sides of an axis around `p`, a point of `cell`, need no care.
fn is_open(s: Scene, axis: u32, cell: u32, p: vec2f) -> bool {
    return square_is_open(s, axis, square_at(s, axis, p))
        && (s.no_slip == 0u || cell_is(s, cell, CELL_IS_INNER));
}

fn take_in(flow: ptr<function, Flow>, axis: u32, value: vec4f, slope: vec2f) {
    (*flow).velocity[axis] = value.x;
    (*flow).change[axis] = value.y;
    (*flow).shift[axis] = value.z;
    (*flow).known = min((*flow).known, value.w);
    (*flow).slope[2u * axis] = slope.x;
    (*flow).slope[2u * axis + 1u] = slope.y;
}

// What the grid says at `p` in `cell` to a particle with a velocity of its own. `scale` is
// less than zero along an axis that needs no care.
fn read_flow(s: Scene, cell: u32, p: vec2f, own: vec2f, scale: vec2f) -> Flow {
    let fall = vec2f(s.fall_x, s.fall_y);
    var flow = Flow(own + fall, fall, vec4f(0.0), vec2f(0.0), 1.0);
    let plain = is_plain(s, cell);
    for (var axis = 0u; axis < 2u; axis += 1u) {
        if plain || (scale[axis] < 0.0 && is_open(s, axis, cell, p)) {
            let open = read_in_the_open(s, axis, p);
            take_in(&flow, axis, open.value, open.slope);
            continue;
        }
        let seen = read_with_care(s, axis, p);
        if seen.total <= LEAST {
            flow.known = 0.0;
            continue;
        }
        let value = seen.sum / seen.total;
        let slope = (seen.slope - value.x * seen.weights) / seen.total;
        take_in(&flow, axis, value, select(vec2f(0.0), slope, seen.whole));
    }
    return flow;
}

// Whether `p` and `q` lie between the same four sides of an axis.
fn share(s: Scene, axis: u32, p: vec2f, q: vec2f) -> bool {
    return all(q >= vec2f(0.0)) && square_at(s, axis, p) == square_at(s, axis, q);
}

// Whether nothing between the four sides around both can hide one from the other.
fn stays_open(s: Scene, p: vec2f, q: vec2f) -> bool {
    for (var axis = 0u; axis < 2u; axis += 1u) {
        if share(s, axis, p, q) && square_is_open(s, axis, square_at(s, axis, p)) {
            return true;
        }
    }
    return false;
}

fn sees_way(s: Scene, cell: u32, p: vec2f, q: vec2f) -> bool {
    for (var axis = 0u; axis < 2u; axis += 1u) {
        if share(s, axis, p, q) {
            return sees_between(s, axis, square_at(s, axis, p), p, q);
        }
    }
    return sees(s, cell, p, q);
}

// Velocity at the middle of a way, or at its start where a line hides the middle.
fn midpoint(s: Scene, cell: u32, p: vec2f, flow: Flow, dt_s: f32) -> vec2f {
    let half_way = shorten(0.5 * dt_s * flow.velocity, 0.5);
    if is_plain(s, cell) {
        // As far as half a cell the slope says it as well as another reading.
        return flow.velocity + vec2f(dot(flow.slope.xy, half_way), dot(flow.slope.zw, half_way));
    }
    let middle = wrapped(s, p + half_way);
    if any(middle < vec2f(0.0)) || any(middle > vec2f(f32(s.nx), f32(s.ny))) {
        return flow.velocity;
    }
    if !cell_is(s, cell, CELL_IS_CLEAR) && !sees_way(s, cell, p, middle) {
        return flow.velocity;
    }
    let there = cell_at(s, middle);
    var carried = flow.velocity;
    for (var axis = 0u; axis < 2u; axis += 1u) {
        if is_open(s, axis, there, middle) {
            carried[axis] = read_in_the_open(s, axis, middle).value.x;
            continue;
        }
        let seen = read_with_care(s, axis, middle);
        if seen.total > LEAST {
            carried[axis] = seen.sum.x / seen.total;
        }
    }
    return carried;
}

@compute @workgroup_size(64)
fn carry(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let k = start[s.cells] + id.x;
    if s.is_active == 0u || k >= start[s.cells + s.nx * s.ny] {
        return;
    }
    let p = particles[k].position;
    let own = particles[k].velocity;
    let cell = cell_at(s, p);
    let flow = read_flow(s, cell, p, own, care[k]);
    let shift = shorten(flow.shift, FARTHEST_SHIFT);
    // The shift carries the particle to where the flow is another.
    let velocity = s.flip * (own + flow.change) + (1.0 - s.flip) * flow.velocity
        + vec2f(dot(flow.slope.xy, shift), dot(flow.slope.zw, shift));
    particles[k].gradient = flow.slope;

    let way = midpoint(s, cell, p, flow, s.dt_s) * s.dt_s + shift;
    let far = length(way);
    let alone = !any_in_reach(s, p);
    if alone && far <= FARTHEST && (cell_is(s, cell, CELL_IS_CLEAR) || stays_open(s, p, p + way)) {
        let end = stop_at_walls(s, Move(p + way, velocity));
        particles[k].position = wrapped(s, end.p);
        particles[k].velocity = end.velocity;
        return;
    }
    let legs = select(1.0, clamp(ceil(far / FARTHEST), 1.0, LEGS), alone);
    var go = Move(p, velocity);
    if legs == 1.0 {
        go = travel(s, cell, p, p + shorten(way, FARTHEST), velocity);
        if is_in_a_mover(s, go.p) {
            atomicAdd(&reports[id.y].caught, 1u);
        }
        go.p = wrapped(s, go.p);
    } else {
        go = go_in_legs(s, cell, go, legs, flow, shift);
    }
    particles[k].position = go.p;
    particles[k].velocity = go.velocity;
    if crossings > 0u {
        atomicAdd(&reports[id.y].crossings, crossings);
    }
}

// A step of more than a cell: each leg reads the flow again where it begins. Where the water
// brought no velocity to the grid, a particle flies on with its own.
fn go_in_legs(s: Scene, first_cell: u32, begun: Move, legs: f32, first: Flow, shift: vec2f) -> Move {
    let dt_s = s.dt_s / legs;
    var go = begun;
    var cell = first_cell;
    var flow = first;
    var more = shift;
    for (var leg = 0u; leg < u32(legs); leg += 1u) {
        if leg > 0u {
            flow = read_flow(s, cell, go.p, go.velocity, vec2f(-1.0));
            if flow.known < 0.999 {
                flow = Flow(go.velocity, vec2f(0.0), vec4f(0.0), vec2f(0.0), 0.0);
            }
        }
        let way = midpoint(s, cell, go.p, flow, dt_s) * dt_s + more;
        go = past_lines(s, cell, go.p, go.p + shorten(way, FARTHEST), go.velocity);
        go.p = wrapped(s, go.p);
        cell = cell_at(s, go.p);
        more = vec2f(0.0);
    }
    return go;
}

// What the network is shown. Twins: `flight.rs`, `encode.rs`.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read> particles: array<Particle>;
@group(0) @binding(4) var<storage, read> tags: array<Tag>;
@group(0) @binding(5) var<storage, read_write> fates: array<Fate>;
// Where and how fast each particle would arrive, and the nodes that it would then belong to.
@group(0) @binding(6) var<storage, read_write> landed: array<Particle>;
@group(0) @binding(7) var<storage, read_write> landed_shares: array<Shares>;
@group(0) @binding(8) var<storage, read> start: array<u32>;
@group(0) @binding(9) var<storage, read> landed_start: array<u32>;
@group(0) @binding(10) var<storage, read> landed_order: array<u32>;
// How full each node would be after the flights, and the mean velocity that arrives there.
@group(0) @binding(11) var<storage, read_write> there: array<vec4f>;
@group(0) @binding(12) var<storage, read> bed: array<f32>;
// How full each node is, and its mean velocity.
@group(0) @binding(13) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(14) var<uniform> canvas: Canvas;
@group(0) @binding(15) var<storage, read_write> input: array<f32>;

const STAGES: u32 = 2u;

// Lets each particle fly alone.
@compute @workgroup_size(64)
fn fly(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles {
        return;
    }
    let s = scenes[tags[k].scene];
    let dt_s = f32(batch.sub_frames) * batch.dt_s / f32(STAGES);
    var flight = Move(particles[k].position, particles[k].velocity);
    var lost = vec2f(0.0);
    var of_stage: array<vec2f, STAGES>;
    for (var stage = 0u; stage < STAGES; stage += 1u) {
        let free = flight.velocity + s.gravity * dt_s;
        flight = go(s, flight.p, 0.5 * (flight.velocity + free) * dt_s, free);
        lost += flight.velocity - free;
        of_stage[stage] = lost;
    }
    fates[k].shares = shares_at(s, particles[k].position);
    fates[k].lost = vec4f(of_stage[0], of_stage[1]);
    landed[k] = Particle(flight.p, flight.velocity);
    landed_shares[k] = shares_at(s, flight.p);
}

// How full it would be at each node, and how fast what arrives there.
@compute @workgroup_size(64)
fn gather_landed(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    if id.x >= s.nx * s.ny {
        return;
    }
    let own = vec2i(i32(id.x % s.nx), i32(id.x / s.nx));
    let near = around(s, id.x);
    var weight = 0.0;
    var motion = vec2f(0.0);
    for (var row = near.low.y; row <= near.high.y; row += 1) {
        // Cells of a row lie one after the other.
        let first = landed_start[s.cells + u32(row) * s.nx + u32(near.low.x)];
        let end = landed_start[s.cells + u32(row) * s.nx + u32(near.high.x) + 1u];
        for (var n = first; n < end; n += 1u) {
            let k = landed_order[n];
            let share = share_of(landed_shares[k], own.x, own.y);
            weight += share;
            motion += share * landed[k].velocity;
        }
    }
    let full = VOLUME * weight / bed[bed_at(s, ROOM, id.x)];
    there[s.cells + id.x] = vec4f(full, select(vec2f(0.0), motion / weight, weight > 0.0), 0.0);
}

// What each particle would meet.
@compute @workgroup_size(64)
fn meet_there(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles {
        return;
    }
    let s = scenes[tags[k].scene];
    let shares = landed_shares[k];
    var found = vec3f(0.0);
    for (var n = 0u; n < 4u; n += 1u) {
        if shares.weight[n] > 0.0 {
            found += shares.weight[n] * there[s.cells + node_of(s, shares, n)].xyz;
        }
    }
    fates[k].meets = vec4f(found.x, found.yz - landed[k].velocity, 0.0);
}

const WATER_MAPS: u32 = 11u;
const INPUTS: u32 = 17u;
const SOLID: u32 = 16u;

// Lays out one scene on its canvas.
@compute @workgroup_size(64)
fn show(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let at = vec2u(id.x % canvas.width, id.x / canvas.width);
    if s.canvas != canvas.number || at.y >= canvas.height {
        return;
    }
    let first = s.place * canvas.input.x + at.y * canvas.input.z + at.x * canvas.input.w;
    if at.x >= s.nx || at.y >= s.ny {
        for (var map = 0u; map < INPUTS; map += 1u) {
            input[first + map * canvas.input.y] = select(0.0, 1.0, map == SOLID);
        }
        return;
    }
    let node = at.y * s.nx + at.x;
    let near = around(s, node);
    var weight = 0.0;
    var motion = vec2f(0.0);
    var lost = vec4f(0.0);
    var meets = vec4f(0.0);
    for (var row = near.low.y; row <= near.high.y; row += 1) {
        let begin = start[s.cells + u32(row) * s.nx + u32(near.low.x)];
        let end = start[s.cells + u32(row) * s.nx + u32(near.high.x) + 1u];
        for (var k = begin; k < end; k += 1u) {
            let share = share_of(fates[k].shares, i32(at.x), i32(at.y));
            if share > 0.0 {
                weight += share;
                motion += share * particles[k].velocity;
                lost += share * fates[k].lost;
                meets += share * fates[k].meets;
            }
        }
    }
    let per = select(0.0, 1.0 / weight, weight > 0.0);
    let full = VOLUME * weight / bed[bed_at(s, ROOM, node)];
    mean[s.cells + node] = vec4f(full, per * motion, 0.0);
    let known = select(0.0, per, (batch.sight & SEES_FLIGHTS) != 0u);
    var shown = array<f32, WATER_MAPS>(
        full,
        there[s.cells + node].x,
        per * motion.x * batch.shown,
        per * motion.y * batch.shown,
        known * lost.x * batch.shown,
        known * lost.y * batch.shown,
        known * lost.z * batch.shown,
        known * lost.w * batch.shown,
        known * meets.x,
        known * meets.y * batch.shown,
        known * meets.z * batch.shown,
    );
    for (var map = 0u; map < WATER_MAPS; map += 1u) {
        input[first + map * canvas.input.y] = shown[map];
    }
    for (var map = WATER_MAPS; map < INPUTS; map += 1u) {
        let own = map - WATER_MAPS;
        let hidden = (own == APERTURE_RIGHT || own == APERTURE_UP)
            && (batch.sight & SEES_APERTURES) == 0u;
        input[first + map * canvas.input.y] = select(bed[bed_at(s, own, node)], 1.0, hidden);
    }
}

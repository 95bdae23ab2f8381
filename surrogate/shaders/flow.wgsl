// From the network's answer to motion. Twin: `flow.rs`.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read_write> particles: array<Particle>;
@group(0) @binding(4) var<storage, read_write> tags: array<Tag>;
@group(0) @binding(5) var<storage, read> fates: array<Fate>;
@group(0) @binding(6) var<storage, read> mean: array<vec4f>;
@group(0) @binding(7) var<uniform> canvas: Canvas;
@group(0) @binding(8) var<storage, read> answer: array<f32>;
@group(0) @binding(9) var<storage, read_write> reports: array<Report>;
// Frames of a call, each with room for all particles, and how many each holds.
@group(0) @binding(10) var<storage, read_write> shown: array<Shown>;
@group(0) @binding(11) var<storage, read_write> counts: array<u32>;

// A particle in a frame; its id is NONE if a drain has swallowed it.
struct Shown {
    particle: Particle,
    id: u32,
    scene: u32,
}

@group(0) @binding(12) var<uniform> moment: Moment;

// Gives water that is dense a share of its mean velocity.
@compute @workgroup_size(64)
fn mix_in(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles {
        return;
    }
    let s = scenes[tags[k].scene];
    let shares = fates[k].shares;
    var found = vec3f(0.0);
    for (var n = 0u; n < 4u; n += 1u) {
        if shares.weight[n] > 0.0 {
            found += shares.weight[n] * mean[s.cells + node_of(s, shares, n)].xyz;
        }
    }
    let together = batch.blend * min(found.x, 1.0);
    particles[k].velocity += together * (found.yz - particles[k].velocity);
}

// A sub-frame of the particles that are on a canvas.
@compute @workgroup_size(64)
fn carry(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k >= batch.particles {
        return;
    }
    let scene = tags[k].scene;
    let s = scenes[scene];
    if s.canvas != canvas.number {
        return;
    }
    var change = vec2f(0.0);
    // What was born during the call has not been seen yet.
    if tags[k].home != BORN {
        let shares = fates[k].shares;
        for (var n = 0u; n < 4u; n += 1u) {
            if shares.weight[n] > 0.0 {
                let at = vec2u(shares.first + beyond(n));
                let first = s.place * canvas.answer.x + at.y * canvas.answer.z
                    + at.x * canvas.answer.w + 2u * moment.sub_frame * canvas.answer.y;
                change += shares.weight[n] * vec2f(answer[first], answer[first + canvas.answer.y]);
            }
        }
    }
    let velocity = particles[k].velocity;
    let next = velocity + s.fall + batch.change * change;
    let gone = go(s, particles[k].position, 0.5 * (velocity + next) * batch.dt_s, next);
    particles[k] = Particle(gone.p, gone.velocity);
    report(scene);
}

// Keeps a frame, and notes what leaves.
@compute @workgroup_size(64)
fn keep(@builtin(global_invocation_id) id: vec3u) {
    let k = id.x;
    if k == 0u {
        counts[moment.frame] = batch.particles;
    }
    if k >= batch.particles {
        return;
    }
    let tag = tags[k];
    let own = particles[k];
    let leaves = tag.is_gone != 0u || swallowed(scenes[tag.scene], own.position);
    if leaves {
        tags[k].is_gone = 1u;
    }
    shown[moment.frame * batch.room + k] = Shown(own, select(tag.id, NONE, leaves), tag.scene);
    let numbers = vec4f(own.position, own.velocity);
    for (var n = 0u; n < 4u; n += 1u) {
        if !is_number(numbers[n]) {
            atomicOr(&reports[tag.scene].is_wild, 1u);
        }
    }
}

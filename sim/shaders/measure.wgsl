// What a step reports, one workgroup for each scene. Twin: `measure.rs`.

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> scenes: array<Scene>;
@group(0) @binding(2) var<storage, read> ground: array<u32>;
@group(0) @binding(3) var<storage, read> particles: array<Particle>;
@group(0) @binding(4) var<storage, read> start: array<u32>;
@group(0) @binding(5) var<storage, read> work: array<f32>;
@group(0) @binding(6) var<storage, read> density: array<f32>;
@group(0) @binding(7) var<storage, read> deep: array<u32>;
@group(0) @binding(8) var<storage, read_write> reports: array<Report>;

// Share of the particles that may be faster than the step allows for.
const SPRAY: f32 = 0.01;
const BINS: u32 = 1024u;

var<workgroup> bins: array<atomic<u32>, BINS>;
var<workgroup> found: u32;

fn greatest(lane: u32, own: f32) -> f32 {
    parts[lane] = vec2f(own);
    workgroupBarrier();
    for (var reach = GROUP / 2u; reach > 0u; reach /= 2u) {
        if lane < reach {
            parts[lane] = max(parts[lane], parts[lane + reach]);
        }
        workgroupBarrier();
    }
    if lane == 0u {
        whole = parts[0];
    }
    return workgroupUniformLoad(&whole).x;
}

fn empty_bins(lane: u32) {
    for (var k = lane; k < BINS; k += GROUP) {
        atomicStore(&bins[k], 0u);
    }
    workgroupBarrier();
}

// The bin in which the value of this rank lies.
fn bin_of_rank(lane: u32, rank: u32) -> u32 {
    workgroupBarrier();
    if lane == 0u {
        var sum = 0u;
        found = BINS - 1u;
        for (var k = 0u; k < BINS; k += 1u) {
            sum += atomicLoad(&bins[k]);
            if sum > rank {
                found = k;
                break;
            }
        }
    }
    return workgroupUniformLoad(&found);
}

// Whether a number is one; comparisons with what is none are optimised away.
fn is_number(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

@compute @workgroup_size(256)
fn report(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let scene = group.y;
    let s = scenes[scene];
    if s.is_active == 0u {
        return;
    }
    let first = start[s.cells];
    let end = start[s.cells + s.nx * s.ny];
    let middle = 0.5 * vec2f(f32(s.nx), f32(s.ny));
    var motion = vec2f(0.0);
    var places = vec2f(0.0);
    var kinetic = 0.0;
    var squared = 0.0;
    var bad = 0.0;
    for (var k = first + lane; k < end; k += GROUP) {
        let p = particles[k].position - middle;
        let v = particles[k].velocity;
        let square = dot(v, v);
        motion += v;
        places += p;
        kinetic += 0.5 * square;
        squared = max(squared, square);
        if !is_number(square) || !is_number(p.x) || !is_number(p.y) {
            bad = 1.0;
        }
    }
    motion = total(lane, motion);
    kinetic = total(lane, vec2f(kinetic, 0.0)).x;
    places = total(lane, places);
    bad = greatest(lane, bad);
    let fastest = sqrt(greatest(lane, squared));

    // What all but spray stay below, to a thousandth of the fastest.
    empty_bins(lane);
    let scale = select(0.0, f32(BINS) / fastest, fastest > 0.0);
    for (var k = first + lane; k < end; k += GROUP) {
        let bin = u32(length(particles[k].velocity) * scale);
        atomicAdd(&bins[min(bin, BINS - 1u)], 1u);
    }
    let count = end - first;
    let fast = bin_of_rank(lane, min(u32(f32(count) * (1.0 - SPRAY)), max(count, 1u) - 1u));
    let bulk = select(0.0, f32(fast + 1u) / scale, fastest > 0.0);

    // How far density is from what it should be, deep in the water.
    empty_bins(lane);
    var errors = vec2f(0.0);
    var deep_count = 0u;
    var divergence = 0.0;
    for (var k = lane; k < s.component_count; k += GROUP) {
        let c = s.components + k;
        divergence = max(divergence, work[c]);
        if deep[c] != 0u {
            let error = density[c] - 1.0;
            errors += vec2f(error, abs(error));
            deep_count += 1u;
            atomicAdd(&bins[min(u32(abs(error) * f32(BINS)), BINS - 1u)], 1u);
        }
    }
    errors = total(lane, errors);
    divergence = greatest(lane, divergence);
    let full = u32(total(lane, vec2f(f32(deep_count), 0.0)).x);
    let p99 = (f32(bin_of_rank(lane, full * 99u / 100u)) + 0.5) / f32(BINS);
    var volume = 0.0;
    for (var c = lane; c < s.component_count; c += GROUP) {
        let value = density[s.components + c];
        let own = component(s, c);
        if value > 0.0 && (own.flags & EXISTS) != 0u {
            volume += own.area * clamp(0.5 + depth(value), 0.0, 1.0);
        }
    }
    volume = total(lane, vec2f(volume, 0.0)).x;
    if lane == 0u {
        reports[scene].particles = count;
        reports[scene].fastest = fastest;
        reports[scene].bulk = bulk;
        reports[scene].kinetic = kinetic;
        reports[scene].momentum = motion;
        reports[scene].place = places;
        reports[scene].divergence = divergence;
        reports[scene].full = full;
        reports[scene].density_p99 = select(0.0, p99, full > 0u);
        reports[scene].density_sum = errors.x;
        reports[scene].density_spread = errors.y;
        reports[scene].volume = volume;
        reports[scene].is_finite = select(1u, 0u, bad > 0.0);
    }
}

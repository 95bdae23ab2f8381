// Water from particles, in three passes: each particle is splatted as a soft disc that adds up how
// much water there is and how fast it goes; that is blurred; and every pixel asks both.

struct View {
    // The rectangle, metres, and how much of a particle's disc is full water.
    size_m: vec2f,
    full: f32,
    // Radius of a disc, metres.
    radius_m: f32,
    // Speed that is coloured as the fastest, m/s.
    fastest_m_s: f32,
    // 0 draws water, 1 dots by their speed.
    style: f32,
    // What is left out of the picture: to the left of `cut.x` and the right of `cut.y`, shares.
    cut: vec2f,
    paper: vec4f,
    ruled: vec4f,
    shallow: vec4f,
    deep: vec4f,
    foam: vec4f,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var amount: texture_2d<f32>;
@group(0) @binding(2) var blurred: texture_2d<f32>;
@group(0) @binding(3) var smooth_: sampler;

struct Splat {
    @builtin(position) at: vec4f,
    @location(0) corner: vec2f,
    @location(1) speed: f32,
    @location(2) along: vec2f,
    @location(3) reach: f32,
}

const STRETCH: f32 = 0.45;

fn corner_of(k: u32) -> vec2f {
    return vec2f(f32(k & 1u), f32(k >> 1u)) * 2.0 - 1.0;
}

@vertex
fn splat(
    @builtin(vertex_index) k: u32,
    @location(0) place: vec2f,
    @location(1) velocity: vec2f,
) -> Splat {
    let speed = length(velocity);
    let dots = view.style > 0.5;
    let reach = select(1.0 + STRETCH * min(speed, 4.0), 1.0, dots);
    let corner = corner_of(k) * reach;
    let radius = select(view.radius_m, 0.26 * view.radius_m, dots);
    let p = (place + corner * radius) / view.size_m;
    let along = select(vec2f(0.0, 1.0), velocity / speed, speed > 0.0);
    return Splat(vec4f(2.0 * p - 1.0, 0.0, 1.0), corner, speed, along, reach);
}

// Longer along its way and as much in all: what falls apart in flight is still a jet.
@fragment
fn add(s: Splat) -> @location(0) vec4f {
    let turned = vec2f(dot(s.corner, s.along) / s.reach, dot(s.corner, vec2f(-s.along.y, s.along.x)));
    let r2 = dot(turned, turned);
    if r2 > 1.0 {
        discard;
    }
    let w = (1.0 - r2) * (1.0 - r2) / s.reach;
    return vec4f(w, w * s.speed, 0.0, 0.0);
}

struct Fill {
    @builtin(position) at: vec4f,
    @location(0) share: vec2f,
}

@vertex
fn fill(@builtin(vertex_index) k: u32) -> Fill {
    let corner = vec2f(f32((k << 1u) & 2u), f32(k & 2u)) * 2.0 - 1.0;
    return Fill(vec4f(corner, 0.0, 1.0), 0.5 * corner + 0.5);
}

// Textures have their first row on top.
fn at_(share: vec2f) -> vec2f {
    return vec2f(share.x, 1.0 - share.y);
}

@fragment
fn blur(f: Fill) -> @location(0) vec4f {
    let step = 1.0 / vec2f(textureDimensions(amount));
    var sum = vec4f(0.0);
    for (var j = 0; j < 5; j += 1) {
        for (var i = 0; i < 5; i += 1) {
            let off = (vec2f(f32(i), f32(j)) - 2.0) * 2.4;
            sum += textureSampleLevel(amount, smooth_, at_(f.share) + off * step, 0.0);
        }
    }
    return sum / 25.0;
}

fn background(p: vec2f, px: f32) -> vec3f {
    let cell = abs(fract(p * 10.0) - 0.5);
    let line = smoothstep(vec2f(px * 7.0), vec2f(0.0), 0.5 - cell);
    return mix(view.paper.rgb, view.ruled.rgb, max(line.x, line.y));
}

@fragment
fn surface(f: Fill) -> @location(0) vec4f {
    if f.share.x < view.cut.x || f.share.x > view.cut.y {
        discard;
    }
    let size = vec2f(textureDimensions(amount));
    let px = view.size_m.x / size.x;
    let p = f.share * view.size_m;
    if view.style > 0.5 {
        return vec4f(background(p, px), 1.0);
    }
    let step = 1.5 / size;
    let at = at_(f.share);
    let here = textureSampleLevel(amount, smooth_, at, 0.0);
    let east = textureSampleLevel(amount, smooth_, at + vec2f(step.x, 0.0), 0.0).r;
    let west = textureSampleLevel(amount, smooth_, at - vec2f(step.x, 0.0), 0.0).r;
    let north = textureSampleLevel(amount, smooth_, at - vec2f(0.0, step.y), 0.0).r;
    let south = textureSampleLevel(amount, smooth_, at + vec2f(0.0, step.y), 0.0).r;
    let much = here.r / view.full;
    let slope = vec2f(east - west, north - south) / view.full;
    let speed = here.g / max(here.r, 1e-4);
    // Water in flight is thinner than water that lies.
    let least = mix(0.30, 0.17, smoothstep(1.0, 3.0, speed));
    let wet = smoothstep(least, least + 0.12, much);
    // Near the surface the water is thin and its slope steep; inside, particles must not show.
    let rim = 1.0 - smoothstep(0.42, 0.72, much);
    let bend = slope * rim;
    let behind = background(p - 0.02 * bend * wet, px);
    // How much water there is all around: near the surface less, in the deep all of it.
    let around = textureSampleLevel(blurred, smooth_, at, 0.0).r / view.full;
    let depth = 0.55 * smoothstep(0.35, 0.72, much) + 0.45 * smoothstep(0.45, 0.95, around);
    let body = mix(view.shallow.rgb, view.deep.rgb, depth);
    let through = mix(behind * body * 1.25, body, 0.55 + 0.35 * depth);
    let normal = normalize(vec3f(-2.2 * bend, 1.0));
    let light = normalize(vec3f(-0.35, 0.75, 0.55));
    let shine = pow(max(dot(reflect(-light, normal), vec3f(0.0, 0.0, 1.0)), 0.0), 24.0);
    let crest = smoothstep(0.15, 0.0, abs(much - 0.46)) * max(normal.y, 0.0);
    let froth = smoothstep(1.2, 3.0, speed) * smoothstep(1.0, 0.45, much);
    let lit = through + 0.35 * shine + 0.25 * crest * view.foam.rgb;
    return vec4f(mix(background(p, px), mix(lit, view.foam.rgb, 0.65 * froth), wet), 1.0);
}

// From slow to fast, in steps that differ in lightness too.
fn colour_of(t: f32) -> vec3f {
    let stops = array<vec3f, 5>(
        vec3f(0.13, 0.35, 0.62),
        vec3f(0.17, 0.60, 0.75),
        vec3f(0.45, 0.76, 0.55),
        vec3f(0.93, 0.74, 0.30),
        vec3f(0.84, 0.27, 0.20),
    );
    let x = 4.0 * clamp(t, 0.0, 1.0);
    let k = u32(min(floor(x), 3.0));
    var all = stops;
    return mix(all[k], all[k + 1u], x - f32(k));
}

@fragment
fn dot_(s: Splat) -> @location(0) vec4f {
    let edge = smoothstep(1.0, 0.6, length(s.corner));
    return vec4f(colour_of(s.speed / view.fastest_m_s), edge);
}

// Films and slivers: water that density does not show. Twin: `cpu/surface.rs`.

@group(0) @binding(0) var<storage, read> scenes: array<Scene>;
@group(0) @binding(1) var<storage, read> ground: array<u32>;
@group(0) @binding(2) var<storage, read> particles: array<Particle>;
@group(0) @binding(3) var<storage, read> start: array<u32>;
@group(0) @binding(4) var<storage, read_write> fluid: array<u32>;

// Share of a cut component's open sides that must border water for it to count as water.
const SLIVER_SHARE: f32 = 0.7;

// Components that particles lie in with no water under their surface to carry them.
@compute @workgroup_size(64)
fn keep_films(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let cell = id.x;
    if s.is_active == 0u || cell >= s.nx * s.ny {
        return;
    }
    let first = start[s.cells + cell];
    let end = start[s.cells + cell + 1u];
    if first == end {
        return;
    }
    if !cell_is(s, cell, CELL_IS_CUT) {
        keep_film(s, cell);
        return;
    }
    for (var k = first; k < end; k += 1u) {
        let own = component_at(s, cell, particles[k].position);
        if own != NONE {
            keep_film(s, own);
        }
    }
}

fn keep_film(s: Scene, c: u32) {
    if fluid[s.components + c] != 0u {
        return;
    }
    let links = links_of(s, c);
    for (var k = 0u; k < links.y; k += 1u) {
        if fluid[s.components + link(s, c, links, k).other] == 1u {
            return;
        }
    }
    fluid[s.components + c] = 2u;
}

// Cut components without particles that water surrounds.
@compute @workgroup_size(64)
fn fill_slivers(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let c = id.x;
    if s.is_active == 0u || c >= s.component_count {
        return;
    }
    if fluid[s.components + c] != 0u || (component(s, c).flags & OF_A_CUT) == 0u {
        return;
    }
    var open = 0.0;
    var wet = 0.0;
    let links = links_of(s, c);
    for (var k = 0u; k < links.y; k += 1u) {
        let way = link(s, c, links, k);
        open += way.aperture;
        let there = fluid[s.components + way.other];
        wet += select(0.0, way.aperture, there == 1u || there == 2u);
    }
    if open > 0.0 && wet >= SLIVER_SHARE * open {
        fluid[s.components + c] = 3u;
    }
}

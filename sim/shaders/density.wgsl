// Density over rest density in each component, and how far the surface is from it.
// Twins: `cpu/density.rs`, `cpu/surface.rs`.

@group(0) @binding(0) var<storage, read> scenes: array<Scene>;
@group(0) @binding(1) var<storage, read> ground: array<u32>;
@group(0) @binding(2) var<storage, read> particles: array<Particle>;
@group(0) @binding(3) var<storage, read> start: array<u32>;
@group(0) @binding(4) var<storage, read_write> density: array<f32>;
// Signed distance from the cell's centre to the surface, cells, negative in the water.
@group(0) @binding(5) var<storage, read_write> distance_to_surface: array<f32>;
// Whether a component holds water: 0, or the pass that found it (1 density, 2 film, 3 sliver).
@group(0) @binding(6) var<storage, read_write> fluid: array<u32>;

// Room below which a component has no density, cells.
const ROOM_MIN: f32 = 0.05;
// Slope of density below which there is no surface near, 1/cell.
const STEEP_MIN: f32 = 0.3;

@compute @workgroup_size(64)
fn measure(@builtin(global_invocation_id) id: vec3u) {
    let s = scenes[id.y];
    let c = id.x;
    if s.is_active == 0u || c >= s.component_count {
        return;
    }
    let own = component(s, c);
    var value = 0.0;
    var deeper = 0.0;
    if own.room >= ROOM_MIN {
        let looks = (own.flags & 15u) != 0u || c >= s.nx * s.ny;
        let corner = vec2i(cell_corner(s, own.cell));
        var sum = 0.0;
        var slope = vec2f(0.0);
        for (var j = max(corner.y - 1, 0); j <= min(corner.y + 1, i32(s.ny) - 1); j += 1) {
            for (var i = corner.x - 1; i <= corner.x + 1; i += 1) {
                let nx = i32(s.nx);
                if s.is_periodic == 0u && (i < 0 || i >= nx) {
                    continue;
                }
                let column = ((i % nx) + nx) % nx;
                let shift = vec2f(f32(i - column), 0.0);
                let cell = s.cells + u32(j) * s.nx + u32(column);
                for (var k = start[cell]; k < start[cell + 1u]; k += 1u) {
                    let p = particles[k].position;
                    let way = p + shift - own.sample;
                    let weight = tent(way);
                    if weight <= 0.0 {
                        continue;
                    }
                    let direction = select(0u, 1u, way.x > 0.0) + select(0u, 2u, way.y > 0.0);
                    if looks && (own.flags & (1u << direction)) != 0u
                        && !sees(s, own.cell, own.sample, p) {
                        continue;
                    }
                    sum += weight;
                    slope += sign(way) * (vec2f(1.0) - abs(way.yx));
                }
            }
        }
        value = sum * VOLUME / own.room;
        let to_centre = cell_corner(s, own.cell) + 0.5 - own.sample;
        if looks && any(to_centre != vec2f(0.0)) {
            // Density falls most steeply towards the surface, out of the water.
            let into = (slope * VOLUME - value * own.slope) / own.room;
            let steepness = length(into);
            deeper = select(0.0, dot(into, to_centre) / steepness, steepness >= STEEP_MIN);
        }
    }
    let at = s.components + c;
    let far = clamp(-depth(value) - deeper, -1.0, 1.0);
    density[at] = value;
    distance_to_surface[at] = far;
    fluid[at] = select(0u, 1u, far < 0.0 && (own.flags & EXISTS) != 0u);
}

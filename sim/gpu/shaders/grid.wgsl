// Where things are in the grids of a batch of scenes.
//
// Lengths are in cells, velocities in cells per second. Fields of all scenes lie one after
// the other; a scene says where its own begin.

const NONE: u32 = 0xffffffffu;

// The cell of the scene that a point lies in, or the nearest.
fn cell_at(s: Scene, p: vec2f) -> u32 {
    let c = clamp(vec2i(p), vec2i(0), vec2i(i32(s.nx) - 1, i32(s.ny) - 1));
    return u32(c.y) * s.nx + u32(c.x);
}

fn cell_corner(s: Scene, cell: u32) -> vec2f {
    return vec2f(f32(cell % s.nx), f32(cell / s.nx));
}

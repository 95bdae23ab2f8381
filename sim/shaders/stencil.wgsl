// Which sides a reading looks at. Twin: `stencil.rs`.
//
// A corner whose side is split contributes its visible pieces; a corner that a line hides
// contributes nothing, and the weights of the others are scaled up. At a no-slip wall the
// corners beyond it are mirror images.

// Less than this is nothing to read.
const LEAST: f32 = 1e-6;

// Which face a corner of the reading is, and by how much its image is shifted.
struct Place {
    column: u32,
    row: u32,
    shift: vec2f,
    mirror: bool,
    seam: bool,
    // Speed of the wall that mirrors it.
    wall: f32,
}

fn place_of(s: Scene, axis: u32, i: i32, j: i32) -> Place {
    let columns = i32(face_columns(s, axis));
    let rows = i32(pick(axis, s.ny, s.ny + 1u));
    let row = clamp(j, 0, rows - 1);
    var column = clamp(i, 0, columns - 1);
    var seam = false;
    if s.is_periodic != 0u {
        let nx = i32(s.nx);
        column = ((i % nx) + nx) % nx;
        seam = column != i;
    }
    let mirror = s.no_slip != 0u && (row != j || (column != i && !seam));
    let wall = select(0.0, s.lid, axis == X && j > row);
    return Place(u32(column), u32(row), vec2f(f32(i - column), f32(j - row)), mirror, seam, wall);
}

// What every stage knows: the scenes of a batch, and their particles.

struct Scene {
    // Cells along x and y.
    nx: u32,
    ny: u32,
    // Where its cells, components and velocity unknowns ("nodes") begin, and how many it has.
    cells: u32,
    components: u32,
    component_count: u32,
    nodes_x: u32,
    nodes_y: u32,
    node_count_x: u32,
    node_count_y: u32,
    // Where its tables begin in `ground`, words. See `ground.wgsl`.
    cell_table: u32,
    // What stands near a cell, lines alone and outlines too; between them all lines.
    line_table: u32,
    all_line_table: u32,
    near_table: u32,
    touch_table: u32,
    square_table_x: u32,
    square_table_y: u32,
    face_table_x: u32,
    face_table_y: u32,
    piece_table_x: u32,
    piece_table_y: u32,
    component_table: u32,
    link_table: u32,
    neighbour_table_x: u32,
    neighbour_table_y: u32,
    cut_table: u32,
    sink_table: u32,
    // Where what moves begins in `movers`; NONE if nothing does.
    mover_table: u32,
    diffusion_table_x: u32,
    diffusion_table_y: u32,
    // Whether it takes this step: 1; or is only sorted: 2.
    is_active: u32,
    // Whether left and right are one, and whether walls drag.
    is_periodic: u32,
    no_slip: u32,
    // Speed of the upper side of the rectangle.
    lid: f32,
    // The step, seconds; what gravity adds in it.
    dt_s: f32,
    fall_x: f32,
    fall_y: f32,
    // Share of its own velocity that a particle keeps.
    flip: f32,
    // What last step's pressure has to be stretched by to start from.
    stretch: f32,
    density_rate: f32,
    pressure_tolerance: f32,
    density_tolerance: f32,
    most_iterations: u32,
    iterations_at_once: u32,
    // Diffusion number of the step, nu dt / dx^2; zero where viscosity is not felt.
    diffusion: f32,
}

struct Batch {
    scenes: u32,
    // Particles before the sort.
    particles: u32,
    // Cells and components of all scenes.
    cells: u32,
    components: u32,
}

struct Particle {
    position: vec2f,
    velocity: vec2f,
    // du/dx, du/dy, dv/dx, dv/dy.
    gradient: vec4f,
}

// What goes with a particle: who it is, where it belongs, and its velocity a step ago.
struct Tag {
    id: u32,
    scene: u32,
    before: vec2f,
}

// Water that a particle stands for, in cells.
const VOLUME: f32 = 0.25;
// Axis of a velocity component.
const X: u32 = 0u;
const Y: u32 = 1u;

fn pick(axis: u32, x: u32, y: u32) -> u32 {
    return select(y, x, axis == X);
}

// Columns of the faces of an axis.
fn face_columns(s: Scene, axis: u32) -> u32 {
    return pick(axis, s.nx + 1u, s.nx);
}

fn face_count(s: Scene, axis: u32) -> u32 {
    return pick(axis, (s.nx + 1u) * s.ny, s.nx * (s.ny + 1u));
}

// Middle of face `(i, j)`.
fn face_at(axis: u32, i: i32, j: i32) -> vec2f {
    let corner = vec2f(f32(i), f32(j));
    return corner + select(vec2f(0.5, 0.0), vec2f(0.0, 0.5), axis == X);
}

fn nodes(s: Scene, axis: u32) -> u32 {
    return pick(axis, s.nodes_x, s.nodes_y);
}

// How many velocity unknowns a scene has.
fn node_count(s: Scene) -> u32 {
    return s.node_count_x + s.node_count_y;
}

// One of them: its axis, its number there, and where it lies in fields of all scenes.
struct Node {
    axis: u32,
    node: u32,
    at: u32,
}

fn node_of(s: Scene, k: u32) -> Node {
    let axis = select(Y, X, k < s.node_count_x);
    let node = select(k - s.node_count_x, k, axis == X);
    return Node(axis, node, nodes(s, axis) + node);
}

// Weight of a tent one cell wide, as far away as `way`.
fn tent(way: vec2f) -> f32 {
    let w = max(vec2f(1.0) - abs(way), vec2f(0.0));
    return w.x * w.y;
}

// Depth in cells below a flat surface, from density over rest density (`surface::depth`).
fn depth(density: f32) -> f32 {
    let above_half = clamp(density - 0.5, -0.5, 0.5);
    return sign(above_half) * (1.0 - sqrt(1.0 - 2.0 * abs(above_half)));
}

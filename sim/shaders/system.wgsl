// What a step keeps of each scene: for its own stages, and for the processor.

struct Report {
    // Wet components, and bodies of water that no air touches.
    rows: u32,
    enclosed: u32,
    // Iterations of pressure and of density, and estimates of the errors that are left.
    iterations: vec2u,
    error: vec2f,
    particles: u32,
    is_finite: u32,
    // Greatest |v|, and what all but spray stay below.
    fastest: f32,
    bulk: f32,
    // Sums over particles: |v|^2 / 2, v, position relative to the middle.
    kinetic: f32,
    // Greatest divergence that pressure left.
    divergence: f32,
    momentum: vec2f,
    place: vec2f,
    // Components deep in the water: how many, and sums of density - 1 and of its absolute value.
    full: u32,
    density_p99: f32,
    density_sum: f32,
    density_spread: f32,
    // Area below the surface.
    volume: f32,
    // Particles that the step left inside a solid.
    caught: u32,
    // Moves that crossed a line.
    crossings: u32,
    spare: u32,
}

// Vectors of a solve, each as long as all components; those of density come after those of
// pressure.
const GOAL: u32 = 0u;
const RESIDUAL: u32 = 1u;
const DIRECTION: u32 = 2u;
const PRODUCT: u32 = 3u;
const WORKS: u32 = 4u;
// After these comes the diagonal of the matrix.
const DIAGONAL: u32 = 8u;
// Then how far each solve has come.
const PROGRESS: u32 = 9u;
const PROGRESS_WORDS: u32 = 16u;

// Least distance from a sample point to the surface, as a share of the way to the neighbour.
const THETA_MIN: f32 = 0.1;

// Share of the way from a wet component to a dry one at which the surface lies.
fn theta(inside: f32, outside: f32) -> f32 {
    if inside >= 0.0 {
        return THETA_MIN;
    }
    return clamp(inside / (inside - max(outside, 0.0)), THETA_MIN, 1.0);
}

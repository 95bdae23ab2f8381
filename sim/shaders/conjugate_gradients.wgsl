// Preconditioned conjugate gradients, in one workgroup. Twin: `cpu/linear_system.rs`.
//
// A batch has more scenes than a card has processors, so a solve stays on one of them: its
// sums need no other, and it ends when it is good enough, whoever else goes on. The
// preconditioner is the diagonal (Jacobi): an iteration does less than the twin's, and takes
// no order of rows.
//
// The twin stops by the norm of the residual that its preconditioner gives, which weighs smooth
// residuals as more than rough ones. The diagonal's does not: water a hundred cells deep would be
// far from its pressure when that is small. So the error itself is estimated, in the norm of the
// matrix, in which |x|^2 is the energy of the flow that pressure makes: each iteration takes
// alpha rho off its square, and what the last few took is what was left before them
// (Hestenes & Stiefel 1952; Strakos & Tichy 2002, "On error estimation in the conjugate gradient
// method and why it works in finite precision computations").
//
// Whoever uses this declares `rows`, `unknown` and `work`, and says what the matrix is: its
// `diagonal`, and how to `multiply` it with the direction, which gives the image. Where there is
// no row the direction is zero.

struct System {
    // Which of its scene's it is, and how many rows it has.
    which: u32,
    count: u32,
    // Where its rows begin.
    first: u32,
    // Where its unknown begins, and its vectors in `work`.
    unknown: u32,
    goal: u32,
    residual: u32,
    direction: u32,
    image: u32,
    // Error that may be left over the unknown, in the norm of the matrix, and when to give up.
    tolerance: f32,
    most_iterations: u32,
}

// How far a solve has come.
struct Progress {
    // Squares of the norms of the residual and of the goal, and energy of the unknown.
    rho: f32,
    scale: f32,
    energy: f32,
    iterations: u32,
    is_done: u32,
    // What the last iterations took off the square of the error.
    gains: array<f32, DELAY>,
}

// Iterations by whose gain the error before them is judged.
const DELAY: u32 = 8u;
// Residual, over the goal, at which nothing is left but rounding.
const ROUNDING: f32 = 1e-7;

// One over the diagonal.
fn inverse(s: Scene, m: System, c: u32) -> f32 {
    let own = diagonal(s, m, c);
    return select(0.0, 1.0 / own, own > 0.0);
}

// Sets out from the unknown as it is.
fn begin(s: Scene, m: System, lane: u32) -> Progress {
    for (var r = lane; r < m.count; r += GROUP) {
        let c = rows[m.first + r];
        work[m.direction + c] = unknown[m.unknown + c];
    }
    storageBarrier();
    multiply(s, m, lane);
    var norms = vec2f(0.0);
    var energy = 0.0;
    for (var r = lane; r < m.count; r += GROUP) {
        let c = rows[m.first + r];
        let b = work[m.goal + c];
        let left = b - work[m.image + c];
        work[m.residual + c] = left;
        norms += inverse(s, m, c) * vec2f(b * b, left * left);
        // Of the start: what is left of the solution's comes with the iterations.
        energy += work[m.direction + c] * (b + left);
    }
    norms = total(lane, norms);
    energy = total(lane, vec2f(energy, 0.0)).x;
    let scale = norms.x;
    var rho = norms.y;
    // A start from the last step that is worse than no start is dropped.
    if !(rho <= scale) {
        rho = scale;
        energy = 0.0;
        for (var r = lane; r < m.count; r += GROUP) {
            let c = rows[m.first + r];
            work[m.residual + c] = work[m.goal + c];
            unknown[m.unknown + c] = 0.0;
        }
    }
    for (var r = lane; r < m.count; r += GROUP) {
        let c = rows[m.first + r];
        work[m.direction + c] = inverse(s, m, c) * work[m.residual + c];
    }
    storageBarrier();

    return Progress(rho, scale, energy, 0u, 0u, array<f32, DELAY>());
}

// Goes on until the unknown is good enough, for `most` iterations at the most.
fn go_on(s: Scene, m: System, lane: u32, before: Progress, most: u32) -> Progress {
    var now = before;
    let nothing = ROUNDING * ROUNDING * now.scale;
    let enough = m.tolerance * m.tolerance;
    for (var turn = 0u; turn < most; turn += 1u) {
        if now.iterations >= m.most_iterations || !(now.rho > nothing) {
            now.is_done = 1u;
            break;
        }
        let is_exact = !(recent_gain(now) > enough * now.energy) && !(now.rho > enough * now.scale);
        if now.iterations >= DELAY && is_exact {
            now.is_done = 1u;
            break;
        }
        multiply(s, m, lane);
        var curvature = 0.0;
        for (var r = lane; r < m.count; r += GROUP) {
            let c = rows[m.first + r];
            curvature += work[m.direction + c] * work[m.image + c];
        }
        curvature = total(lane, vec2f(curvature, 0.0)).x;
        if !(curvature > 0.0) {
            // Rounding, or a goal that nothing can meet.
            now.is_done = 1u;
            break;
        }
        let alpha = now.rho / curvature;
        now.gains[now.iterations % DELAY] = alpha * now.rho;
        now.energy += alpha * now.rho;
        var next = 0.0;
        for (var r = lane; r < m.count; r += GROUP) {
            let c = rows[m.first + r];
            unknown[m.unknown + c] += alpha * work[m.direction + c];
            let left = work[m.residual + c] - alpha * work[m.image + c];
            work[m.residual + c] = left;
            next += inverse(s, m, c) * left * left;
        }
        next = total(lane, vec2f(next, 0.0)).x;
        let beta = next / now.rho;
        now.rho = next;
        for (var r = lane; r < m.count; r += GROUP) {
            let c = rows[m.first + r];
            let z = inverse(s, m, c) * work[m.residual + c];
            work[m.direction + c] = z + beta * work[m.direction + c];
        }
        storageBarrier();
        now.iterations += 1u;
    }
    return now;
}

// What the last few iterations took off the square of the error.
fn recent_gain(now: Progress) -> f32 {
    var sum = 0.0;
    for (var k = 0u; k < DELAY; k += 1u) {
        sum += now.gains[k];
    }
    return sum;
}

// Estimate of the error that is left, over the unknown.
fn error_of(now: Progress) -> f32 {
    return select(0.0, sqrt(recent_gain(now) / now.energy), now.energy > 0.0);
}

// Preconditioned conjugate gradients, in one workgroup. Twin: `cpu/linear_system.rs`.
//
// A batch has more scenes than a card has processors, so a solve stays on one of them: its
// sums need no other, and it ends when it is good enough, whoever else goes on. The
// preconditioner is the diagonal (Jacobi): an iteration does less than the twin's, and takes
// no order of rows.
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
    // Norm of what may be left over that of the goal, and when to give up.
    tolerance: f32,
    most_iterations: u32,
}

struct Outcome {
    iterations: u32,
    // Norm of what is left over that of the goal.
    residual: f32,
}

// One over the diagonal.
fn inverse(s: Scene, m: System, c: u32) -> f32 {
    let own = diagonal(s, m, c);
    return select(0.0, 1.0 / own, own > 0.0);
}

// Improves the unknown until it is good enough.
fn improve(s: Scene, m: System, lane: u32) -> Outcome {
    for (var r = lane; r < m.count; r += GROUP) {
        let c = rows[m.first + r];
        work[m.direction + c] = unknown[m.unknown + c];
    }
    storageBarrier();
    multiply(s, m, lane);
    var norms = vec2f(0.0);
    for (var r = lane; r < m.count; r += GROUP) {
        let c = rows[m.first + r];
        let b = work[m.goal + c];
        let left = b - work[m.image + c];
        work[m.residual + c] = left;
        norms += inverse(s, m, c) * vec2f(b * b, left * left);
    }
    norms = total(lane, norms);
    let scale = norms.x;
    var rho = norms.y;
    // A start from the last step that is worse than no start is dropped.
    if !(rho <= scale) {
        rho = scale;
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

    let enough = m.tolerance * m.tolerance * scale;
    var iterations = 0u;
    loop {
        if iterations >= m.most_iterations || !(rho > enough) {
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
            break;
        }
        let alpha = rho / curvature;
        var next = 0.0;
        for (var r = lane; r < m.count; r += GROUP) {
            let c = rows[m.first + r];
            unknown[m.unknown + c] += alpha * work[m.direction + c];
            let left = work[m.residual + c] - alpha * work[m.image + c];
            work[m.residual + c] = left;
            next += inverse(s, m, c) * left * left;
        }
        next = total(lane, vec2f(next, 0.0)).x;
        let beta = next / rho;
        rho = next;
        for (var r = lane; r < m.count; r += GROUP) {
            let c = rows[m.first + r];
            let z = inverse(s, m, c) * work[m.residual + c];
            work[m.direction + c] = z + beta * work[m.direction + c];
        }
        storageBarrier();
        iterations += 1u;
    }
    return Outcome(iterations, select(0.0, sqrt(rho / scale), scale > 0.0));
}

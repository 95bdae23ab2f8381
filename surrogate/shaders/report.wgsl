// What is counted while particles move.

struct Report {
    // Legs of moves that crossed a line, since the scene began.
    crossings: atomic<u32>,
    // Whether something is no number any more.
    is_wild: atomic<u32>,
}

// Adds up what this thread has counted.
fn report(scene: u32) {
    if crossings > 0u {
        atomicAdd(&reports[scene].crossings, crossings);
    }
}

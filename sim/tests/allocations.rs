//! A step in the steady state takes its memory from the steps before.

use weir_scene::Scene;
use weir_sim::{Backend, Solver};

/// Allocations that `steps` steps make after `before` of them, of water `size_m`
/// large in the corner of a rectangle with `more` in it.
fn allocations(size_m: [f64; 2], more: &str, before: usize, steps: usize) -> u64 {
    let text = format!(
        r#"
        version = 1
        domain = {{ width_m = 0.75, height_m = 0.5 }}
        [[water]]
        kind = "block"
        min_m = [0.0, 0.0]
        max_m = {size_m:?}
        {more}"#
    );
    let scene = Scene::from_toml(&text).expect("a valid scene");
    // One thread, since the counter counts its own.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(|| {
        let mut solver = Solver::new(&scene, Backend::Cpu).expect("a solver");
        let mut step = |_| {
            solver.step(0.01).expect("finite");
        };
        (0..before).for_each(&mut step);
        allocation_counter::measure(|| (0..steps).for_each(step)).count_total
    })
}

#[test]
fn a_pool_with_a_line_in_it_allocates_nothing() {
    let line = "[[stroke]]\npoints_m = [[0.1, 0.05], [0.6, 0.2]]";
    assert_eq!(allocations([0.75, 0.25], line, 100, 50), 0);
}

#[test]
fn a_breaking_dam_allocates_only_while_it_grows() {
    // The first seconds find the most of everything that there is to hold.
    assert_eq!(allocations([0.25, 0.4], "", 600, 50), 0);
}

//! How fast a trainer gets random windows of 16 frames.
//!
//! Files are as those of 3 s at 120 frames per second with 2,000 particles; after
//! the first pass they are in the page cache, as a data set that fits memory is.

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use weir_datasets::storage::Folder;
use weir_datasets::{Dataset, Job, Recipe, Window, generate};

#[path = "../tests/common/water.rs"]
mod water;

const FRAMES: usize = 16;

fn windows(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recipe = Recipe::shipped("drawn").expect("shipped").expect("a recipe");
    recipe.particles = weir_datasets::recipe::Count::new(1_900, 2_100);
    // The bench's water has no emitters.
    recipe.emitters = None;
    let job = Job { recipe: &recipe, scenes: 0..16, threads: 2, producer: "bench", commit: None };
    let storage = Folder::create(folder.path()).expect("made");
    generate(&job, &storage, water::falling, |_| ControlFlow::Continue(())).expect("made");

    let data = Dataset::open_part(folder.path()).expect("opened");
    let scenes: Vec<_> = data.all_scenes().collect();
    let mut window = Window::default();
    let mut draw = 1_usize;
    let mut group = criterion.benchmark_group("windows");
    group.throughput(Throughput::Elements(1));
    group.bench_function("16 frames of 2,000 particles", |bench| {
        bench.iter(|| {
            // Numerical Recipes' generator: any order without a pattern does.
            draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let scene = &scenes[(draw >> 8) % scenes.len()];
            let first = (draw >> 16) % (scene.entry().frames - FRAMES);
            scene.read_window(first, FRAMES, &mut window).expect("a window");
            black_box(window.positions_m(0).len())
        });
    });
    group.finish();
}

criterion_group!(benches, windows);
criterion_main!(benches);

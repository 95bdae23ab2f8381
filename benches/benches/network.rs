//! What the network costs, with the solver and burn's own convolutions beside it.
//!
//! `cargo bench -p weir-benches --bench network` runs all of it. With
//! `WEIR_BENCH_QUICK=1` only the smallest load; with `-- --test` everything once,
//! untimed.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode};
use weir_benches::convolution::{Load, label, layers};
use weir_benches::dam_break::particle_count;
use weir_benches::measure::{self, PARTS, Run, Second, is_timed};
use weir_benches::network::{CANVAS, Learning, Network, Solved, model, processor, untaught};
use weir_benches::network_summary::{CallRow, LayerRow, NetworkSummary};
use weir_benches::summary::{Contender, SecondRow};
use weir_benches::{figure, summary};
use weir_scene::Grid;
use weir_surrogate::Model;
use weir_surrogate::encode::{Canvas, INPUTS};
use weir_surrogate::network::Shape;

const LOADS: [usize; 3] = [2_000, 4_000, 8_000];

fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::var_os("WEIR_BENCH_QUICK").is_some_and(|v| v != "0");
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(if quick { 100 } else { 500 }))
        .measurement_time(Duration::from_secs(if quick { 1 } else { 5 }))
        .configure_from_args();
    let mut measured = NetworkSummary::default();
    for &load in LOADS.iter().filter(|load| !quick || **load == LOADS[0]) {
        let network = bench_second::<Network>(&mut criterion, Contender::Network, load);
        let solver = bench_second::<Solved>(&mut criterion, Contender::Weir, load);
        measured.seconds.extend(network.into_iter().chain(solver));
    }
    measured.calls = bench_calls(&mut criterion, quick);
    let mut learning = Learning::new(LOADS[0], &processor());
    let step_s = timed(&mut criterion, "learning", "step", || learning.step());
    measured.samples_per_s = step_s.map(|step_s| learning.batch as f64 / step_s);
    let layers = layers().into_iter().take(if quick { 1 } else { usize::MAX });
    measured.layers = layers.filter_map(|layer| bench_layer(&mut criterion, layer)).collect();
    criterion.final_summary();
    report(&measured, quick)
}

/// Times something that takes milliseconds: a second has hundreds of them.
fn timed(criterion: &mut Criterion, group: &str, name: &str, f: impl FnMut()) -> Option<f64> {
    let mut group = criterion.benchmark_group(group);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    let median_s = measure::timed(&mut group, name, f);
    group.finish();
    median_s
}

/// Times the simulated second part by part; what criterion shows is scaled from
/// parts to the second.
fn bench_second<R: Run>(
    criterion: &mut Criterion,
    contender: Contender,
    load: usize,
) -> Option<SecondRow> {
    let mut second = Second::<R>::new(load);
    let mut group = criterion.benchmark_group("second of the network");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(BenchmarkId::new(contender.to_string(), load), |bencher| {
        bencher.iter_custom(|iterations| {
            (0..iterations).map(|_| second.time_next_part()).sum::<Duration>() * PARTS as u32
        });
    });
    group.finish();
    Some(SecondRow {
        contender,
        particles: particle_count(load),
        threads: rayon::current_num_threads(),
        wall_s: second.wall_s().filter(|_| is_timed())?,
        escaped: second.escaped(),
    })
}

fn bench_calls(criterion: &mut Criterion, quick: bool) -> Vec<CallRow> {
    let frames = model().config.shape.sub_frames;
    let mut networks: Vec<(&str, Model)> = vec![("the one that ships", model())];
    if !quick {
        networks.push(("medium", untaught(Shape::medium(frames))));
        networks.push(("large", untaught(Shape::large(frames))));
    }
    let mut rows = Vec::new();
    for (name, model) in networks {
        let [nx, ny] = CANVAS;
        let canvas = Canvas::new(&Grid { nx, ny, cell_m: 1.0 }, model.config.shape.coarsest());
        let input: Vec<f32> =
            (0..INPUTS * canvas.area()).map(|k| (k as f32 * 0.618).fract()).collect();
        let ask = || drop(black_box(model.answer(input.clone(), 1, &canvas, &mut ())));
        let call_s = timed(criterion, "call", name, ask);
        rows.extend(call_s.map(|call_s| CallRow { name, parameters: model.parameters(), call_s }));
    }
    rows
}

fn bench_layer(
    criterion: &mut Criterion,
    layer: weir_convolution::Convolution,
) -> Option<LayerRow> {
    let (load, name) = (Load::new(layer), label(&layer));
    let (plain, learning) = (load.burns(false), load.burns(true));
    let ours = timed(criterion, "layer, ours", &name, || drop(black_box(load.ours())));
    let burns = timed(criterion, "layer, burn", &name, || drop(black_box(plain.forward())));
    let both = timed(criterion, "layer both ways, ours", &name, || {
        drop(black_box(load.ours_both_ways()));
    });
    let burns_both = timed(criterion, "layer both ways, burn", &name, || {
        drop(black_box(learning.both_ways()));
    });
    Some(LayerRow { layer: name, forward_s: [ours?, burns?], both_ways_s: [both?, burns_both?] })
}

/// Prints the tables and keeps them beside the build; a complete run also replaces
/// those in the documentation.
#[allow(clippy::print_stdout, reason = "the table is what a bench is for")]
fn report(measured: &NetworkSummary, quick: bool) -> Result<(), Box<dyn Error>> {
    if measured.seconds.is_empty() {
        return Ok(());
    }
    let text = measured.markdown(&summary::conditions("burn-flex"));
    println!("\n{text}");
    let mut folders = vec![summary::folder()];
    let complete = measured.seconds.len() == 2 * LOADS.len()
        && measured.calls.len() == 3
        && measured.samples_per_s.is_some()
        && measured.layers.len() == layers().len();
    if complete && !quick {
        folders.push(summary::repository().join("docs/benches"));
    }
    for folder in folders {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("network.md"), &text)?;
        figure::draw(&measured.curves(), &folder.join("network.svg"))?;
        println!("written: {}", folder.display());
    }
    Ok(())
}

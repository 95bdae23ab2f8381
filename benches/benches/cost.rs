//! Steps and simulated seconds of the dam break, ours and salva2d's.
//!
//! `cargo bench -p weir-benches` runs all of it. With `WEIR_BENCH_QUICK=1` only
//! the smallest load; with `-- --test` everything once, untimed.

use std::error::Error;
use std::fs;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode};
use rayon::ThreadPool;
use weir_benches::dam_break::particle_count;
use weir_benches::measure::{PARTS, Run, Second, Steps, Weir, is_timed};
use weir_benches::peer::Peer;
use weir_benches::summary::{Contender, SecondRow, StepRow, Summary};
use weir_benches::{figure, summary};

const LOADS: [usize; 4] = [2_500, 10_000, 40_000, 160_000];
/// The peer's second at 40,000 particles would take minutes.
const PEER_LOADS: [usize; 2] = [2_500, 10_000];
const THREADS: [usize; 2] = [1, 2];

fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::var_os("WEIR_BENCH_QUICK").is_some_and(|v| v != "0");
    let is_load = |load: &&usize| !quick || **load == LOADS[0];
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(if quick { 100 } else { 500 }))
        .measurement_time(Duration::from_secs(if quick { 1 } else { 5 }))
        .configure_from_args();

    let mut measured = Summary::default();
    for threads in THREADS {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        for &load in LOADS.iter().filter(is_load) {
            measured.steps.extend(bench_steps(&mut criterion, &pool, load));
        }
        for &load in LOADS.iter().filter(is_load) {
            let row = bench_second::<Weir>(&mut criterion, &pool, Contender::Weir, load);
            measured.seconds.extend(row);
        }
        for &load in PEER_LOADS.iter().filter(is_load) {
            let row = bench_second::<Peer>(&mut criterion, &pool, Contender::Salva, load);
            measured.seconds.extend(row);
        }
    }
    criterion.final_summary();
    report(&measured)
}

/// Times single steps in the developed state. `None` if they were filtered out or only tested.
fn bench_steps(criterion: &mut Criterion, pool: &ThreadPool, load: usize) -> Option<StepRow> {
    let mut steps = Steps::new(load);
    let mut group = criterion.benchmark_group("step");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(id(Contender::Weir, pool, load), |bencher| {
        bencher.iter_custom(|iterations| {
            pool.install(|| {
                let step = |_| steps.time_next().expect("the dam break stays finite");
                (0..iterations).map(step).sum()
            })
        });
    });
    group.finish();
    Some(StepRow {
        particles: particle_count(load),
        threads: pool.current_num_threads(),
        step_s: steps.step_s().filter(|_| is_timed())?,
        stages_s: steps.stages_s(),
    })
}

/// Times the simulated second part by part; what criterion shows is scaled from
/// parts to the second. `None` if it was filtered out or only tested.
fn bench_second<R: Run>(
    criterion: &mut Criterion,
    pool: &ThreadPool,
    contender: Contender,
    load: usize,
) -> Option<SecondRow> {
    let mut second = Second::<R>::new(load);
    let mut group = criterion.benchmark_group("second");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(id(contender, pool, load), |bencher| {
        bencher.iter_custom(|iterations| {
            let parts = || (0..iterations).map(|_| second.time_next_part()).sum::<Duration>();
            pool.install(parts) * PARTS as u32
        });
    });
    group.finish();
    Some(SecondRow {
        contender,
        particles: particle_count(load),
        threads: pool.current_num_threads(),
        wall_s: second.wall_s().filter(|_| is_timed())?,
        escaped: second.escaped(),
    })
}

fn id(contender: Contender, pool: &ThreadPool, load: usize) -> BenchmarkId {
    BenchmarkId::new(format!("{contender}/threads={}", pool.current_num_threads()), load)
}

/// Prints the table and keeps it beside the build; a complete run also replaces
/// the one in the documentation.
#[allow(clippy::print_stdout, reason = "the table is what a bench is for")]
fn report(measured: &Summary) -> Result<(), Box<dyn Error>> {
    if measured.seconds.is_empty() {
        return Ok(());
    }
    let text = measured.markdown(&summary::conditions("salva2d"));
    println!("\n{text}");
    let complete = THREADS.len() * (LOADS.len() + PEER_LOADS.len());
    let mut folders = vec![summary::folder()];
    if measured.seconds.len() == complete && measured.steps.len() == THREADS.len() * LOADS.len() {
        folders.push(summary::repository().join("docs/benches"));
    }
    for folder in folders {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("summary.md"), &text)?;
        figure::draw(measured, &folder.join("cost.svg"))?;
        println!("written: {}", folder.display());
    }
    Ok(())
}

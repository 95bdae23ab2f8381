//! What frames of water cost on their way to a visitor: bytes, and time at both ends, beside
//! deflated differences.
//!
//! `cargo bench --bench wire` runs all of it. With `WEIR_BENCH_QUICK=1` one short run; with
//! `-- --test` everything once, untimed.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use weir_benches::measure::{self, is_timed};
use weir_benches::stream::{Shown, alone, chained, frames, mean_bytes, only_next, plain};
use weir_benches::summary;
use weir_wire::Receiver;

/// Examples, and how many frames of each: five seconds.
const SCENES: [&str; 3] = ["dam-break", "cascade", "funnel"];
const FRAMES: usize = 150;

/// What was measured of a scene.
struct Row {
    scene: &'static str,
    /// Mean over the frames.
    particles: f64,
    /// Mean bytes of a frame: alone, told by what changed, deflated.
    bytes: [f64; 3],
    /// Median milliseconds of a frame: to write alone, chained, deflated; to read alone, chained.
    ms: [Option<f64>; 5],
}

fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::var_os("WEIR_BENCH_QUICK").is_some_and(|v| v != "0");
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(if quick { 1 } else { 4 }))
        .configure_from_args();
    let scenes = &SCENES[..if quick { 1 } else { SCENES.len() }];
    let count = if quick { 20 } else { FRAMES };
    let rows: Vec<Row> =
        scenes.iter().map(|scene| measure(&mut criterion, scene, &frames(scene, count))).collect();
    criterion.final_summary();
    report(&rows, quick)
}

fn measure(criterion: &mut Criterion, scene: &'static str, frames: &[Shown]) -> Row {
    let (stand, chain) = (alone(frames), chained(frames));
    let read = |told: &[Vec<u8>]| {
        let mut receiver = Receiver::default();
        for bytes in told {
            black_box(receiver.take(bytes).expect("what was just written"));
        }
    };
    let each = frames.len() as f64;
    let mut timed = |what: &str, f: &mut dyn FnMut()| {
        let mut group = criterion.benchmark_group(what);
        let of_chain_s = measure::timed(&mut group, scene, f);
        group.finish();
        of_chain_s.map(|s| 1000.0 * s / each)
    };
    let ms = [
        timed("write alone", &mut || drop(black_box(alone(frames)))),
        timed("write chained", &mut || drop(black_box(chained(frames)))),
        timed("write deflated", &mut || drop(black_box(plain(frames)))),
        timed("read alone", &mut || read(&stand)),
        timed("read chained", &mut || read(&chain)),
    ];
    let particles = frames.iter().map(|(picture, _)| picture.places.len()).sum::<usize>();
    let bytes = [&stand, &only_next(chain), &plain(frames)].map(|frames| mean_bytes(frames));
    Row { scene, particles: particles as f64 / each, bytes, ms }
}

/// Prints the table and keeps it beside the build; a complete run also replaces that in the
/// documentation.
#[allow(clippy::print_stdout, reason = "the table is what a bench is for")]
fn report(rows: &[Row], quick: bool) -> Result<(), Box<dyn Error>> {
    if !is_timed() || rows.iter().any(|row| row.ms.contains(&None)) {
        return Ok(());
    }
    let text = markdown(rows);
    println!("\n{text}");
    let mut folders = vec![summary::folder()];
    if !quick {
        folders.push(summary::repository().join("docs/benches"));
    }
    for folder in folders {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("wire.md"), &text)?;
        println!("written: {}", folder.display());
    }
    Ok(())
}

fn markdown(rows: &[Row]) -> String {
    let mut out = format!(
        "# What a frame costs on its way\n\n{}\n\nFive seconds of the network's water, 30 frames \
         a second. *Alone* stands by itself, *next* is told by what changed since the frame before; \
         *deflated* are the same coordinates in Morton's order, their differences as varints, \
         through deflate. Bytes are means over frames; times are medians for one frame on one \
         thread, ms. Those of *next* are of whole chains, in which every sixtieth frame stands alone.\n\n\
         | scene | particles | bytes alone | next | deflated | write alone | next | deflated | read alone | next |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        summary::conditions("flate2")
    );
    for Row { scene, particles, bytes, ms } in rows {
        let bytes = bytes.iter().map(|bytes| format!("{bytes:.0}"));
        let ms = ms.iter().flatten().map(|ms| format!("{ms:.2}"));
        let cells: Vec<String> = bytes.chain(ms).collect();
        let _ = writeln!(out, "| {scene} | {particles:.0} | {} |", cells.join(" | "));
    }
    out
}

//! The solver on a graphics card, with the processor beside it.
//!
//! `cargo bench --bench gpu` runs all of it; `benches/gpu/run.sh` runs what was built on another
//! machine. With `WEIR_BENCH_QUICK=1` or `-- --test` only two small scenes, once. Where there is
//! no card it says so and measures nothing.

use std::error::Error;
use std::fmt::Write;
use std::fs;

use weir_benches::card::{Row, copy_bytes_per_s, on_card, on_processor};
use weir_benches::measure::is_timed;
use weir_benches::summary;
use weir_sim::gpu::Gpu;

/// Scenes at a time.
const SCENES: [usize; 4] = [1, 16, 256, 1024];
/// Particles of a scene.
const PARTICLES: usize = 4096;
/// Frames that are timed.
const FRAMES: usize = 30;

#[allow(clippy::print_stdout, reason = "the table is what a bench is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::var_os("WEIR_BENCH_QUICK").is_some_and(|v| v != "0") || !is_timed();
    let gpu = match Gpu::open() {
        Ok(gpu) => gpu,
        Err(error) => {
            println!("skipped: {error}");
            return Ok(());
        }
    };
    let (counts, particles, frames) =
        if quick { (&[1, 2][..], 200, 2) } else { (&SCENES[..], PARTICLES, FRAMES) };
    let copy = copy_bytes_per_s(&gpu)?;
    let mut rows = vec![on_processor(particles, frames)?];
    for &count in counts {
        match on_card(&gpu, count, particles, frames) {
            Ok(row) => rows.push(row),
            // What does not fit is said; what was measured stays.
            Err(error) => println!("{count} scenes: {error}"),
        }
    }
    let text = markdown(&gpu, copy, &rows);
    println!("{text}");
    if is_timed() {
        let folder = summary::folder();
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("gpu.md"), &text)?;
        println!("written: {}", folder.display());
    }
    Ok(())
}

fn markdown(gpu: &Gpu, copy: f64, rows: &[Row]) -> String {
    let mut out = format!(
        "# What a graphics card does\n\n{}\n\n{}, which copies {:.0} GB/s, read and written. Dam \
         breaks, each over a ramp of its own, from frame 6 on. *Scenes × s/s* are simulated seconds \
         of all scenes per second; *moved* is the least that had to be: every field that a stage \
         uses, once, and the vectors of a solve in each iteration. *Frames/s* with every frame read \
         back.\n\n\
         | | scenes | particles | steps | scenes × s/s | beside the processor | particle-steps/s | \
         moved, GB/s | of the copy | frames/s |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        summary::conditions("wgpu"),
        gpu.name(),
        copy / 1e9,
    );
    let base = rows.first().map_or(f64::NAN, Row::scene_s_per_s);
    for row in rows {
        let moved = row.bytes_per_s().map_or(String::new(), |b| format!("{:.1}", b / 1e9));
        let share =
            row.bytes_per_s().map_or(String::new(), |b| format!("{:.0} %", 100.0 * b / copy));
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {:.2} | {:.2}x | {:.2e} | {moved} | {share} | {:.0} |",
            row.contender,
            row.scenes,
            row.particles,
            row.steps,
            row.scene_s_per_s(),
            row.scene_s_per_s() / base,
            row.particle_steps_per_s(),
            row.frames_per_s(),
        );
    }
    out
}

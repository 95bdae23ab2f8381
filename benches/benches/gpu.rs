//! The solver and the network on a graphics card, with the processor beside them.
//!
//! `cargo bench --bench gpu` runs all of it; `benches/gpu/run.sh` runs what was built on another
//! machine. With `WEIR_BENCH_QUICK=1` or `-- --test` only some small scenes, once. Where there is
//! no card it says so and measures nothing.

use std::error::Error;
use std::fmt::Write;
use std::fs;

use weir_benches::card::{Row, copy_bytes_per_s, on_card, on_processor};
use weir_benches::measure::is_timed;
use weir_benches::sessions::{self, Alone};
use weir_benches::{network, summary};
use weir_sim::gpu::Gpu;

/// Scenes at a time.
const SCENES: [usize; 4] = [1, 16, 256, 1024];
/// Particles of a scene.
const PARTICLES: usize = 4096;
/// Frames that are timed.
const FRAMES: usize = 30;
/// Sessions of the network at a time, calls that are timed, and steps of learning.
const SESSIONS: [usize; 3] = [1, 64, 1024];
const CALLS: usize = 15;
const STEPS: usize = 20;

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
    let text = markdown(&gpu, copy, &rows) + &network_markdown(&gpu, copy, quick)?;
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

/// The network: sessions together, and alone.
#[allow(clippy::print_stdout, reason = "what does not fit is said")]
fn network_markdown(gpu: &Gpu, copy: f64, quick: bool) -> Result<String, Box<dyn Error>> {
    let (counts, particles, calls, steps) =
        if quick { (&[1, 2][..], 200, 1, 1) } else { (&SESSIONS[..], PARTICLES, CALLS, STEPS) };
    let mut rows = vec![sessions::on_processor(particles, calls)?];
    for &count in counts {
        match sessions::on_card(gpu, count, particles, calls) {
            Ok(row) => rows.push(row),
            Err(error) => println!("{count} sessions: {error}"),
        }
    }
    let mut out = String::from(
        "\nThe shipped network in the same dam breaks, on its own cells. *Network* is its share of \
         a call; *moved* is what all else had to move at the least, in the rest of the call.\n\n\
         | | sessions | particles | sessions × s/s | beside the processor | network | moved, GB/s | \
         of the copy | frames/s, read back |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let base = rows.first().map_or(f64::NAN, sessions::Row::session_s_per_s);
    for row in &rows {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        let share = row.network.map(|[network, call]| network.as_secs_f64() / call.as_secs_f64());
        let read = row.wall_read.map(|wall| row.simulated_s * 60.0 / wall.as_secs_f64());
        let blank = String::new;
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:.2} | {:.2}x | {} | {} | {} | {} |",
            row.contender,
            row.sessions,
            row.particles,
            row.session_s_per_s(),
            row.session_s_per_s() / base,
            share.map_or_else(blank, percent),
            row.bytes_per_s().map_or_else(blank, |b| format!("{:.1}", b / 1e9)),
            row.bytes_per_s().map_or_else(blank, |b| percent(b / copy)),
            read.map_or_else(blank, |frames| format!("{frames:.0}")),
        );
    }
    out += "\nThe network alone: one question of 96 by 64 places, and samples learned from.\n\n\
            | | question, ms | samples/s |\n|---|--:|--:|\n";
    let threads = format!("processor, {} threads", rayon::current_num_threads());
    let card = weir_surrogate::device::on(gpu)?;
    for (contender, device) in [(threads, network::processor()), (gpu.name().to_owned(), card)] {
        let Alone { contender, call, samples_per_s } =
            sessions::alone(contender, &device, particles, steps)?;
        let ms = 1e3 * call.as_secs_f64();
        let _ = writeln!(out, "| {contender} | {ms:.2} | {samples_per_s:.1} |");
    }
    Ok(out)
}

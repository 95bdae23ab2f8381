//! What a frame of the window costs while solver and network both work beside it, and how soon a
//! place in a long recording is there.
//!
//! Painting is left out: that is the graphics card's, and these machines have none. With
//! `WEIR_BENCH_QUICK=1` or `-- --test` a few frames of little water.

use std::error::Error;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use weir_benches::measure::is_timed;
use weir_benches::{network, summary};
use weir_scene::{Frame, Scene, Trajectory};
use weir_sim::{Backend, Solver};
use weir_viewer::{App, Maker, Means, Options, Told};

/// Particles of each of both waters, and of a recording.
const PARTICLES: usize = 4096;
const RECORDED: usize = 100_000;
/// Frames that are timed, and moments that are gone to.
const FRAMES: usize = 600;
const SEEKS: usize = 60;

fn window(scene: Scene, recording: Option<Maker>) -> Harness<'static, App> {
    let make = |scene: &Scene| Solver::new(scene, Backend::Cpu).map_err(|error| error.to_string());
    let solver = Maker::drawn("solver", make, |_| Told::default());
    let (model, checkpoints) = (network::model(), Vec::new());
    let makers = vec![Maker::network("network", model.clone()), solver];
    let training = Means::default();
    let options = Options { scene, path: None, model, checkpoints, makers, recording, training };
    Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(|context| App::new(&context.egui_ctx, None, options).expect("a window"))
}

/// Median and 95th percentile, milliseconds.
fn spread(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let ms = |share: f64| 1e3 * times[(share * (times.len() - 1) as f64) as usize].as_secs_f64();
    (ms(0.5), ms(0.95))
}

/// How long frames of the window take while both engines work as fast as the clock goes.
fn frames(particles: usize, count: usize) -> (f64, f64) {
    let cell_m = network::model().config.scales.cell_m;
    let mut window = window(network::scene(particles, cell_m), None);
    let context = window.ctx.clone();
    window.state_mut().show(&context, 1);
    window.state_mut().is_playing = true;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let begun = Instant::now();
        window.step();
        let took = begun.elapsed();
        times.push(took);
        // As a screen of 60 frames a second waits.
        std::thread::sleep(Duration::from_micros(16_667).saturating_sub(took));
    }
    spread(times)
}

/// How long it takes from a slider's word until the window has that moment of a recording.
fn seeks(particles: usize, count: usize) -> (f64, f64) {
    let mut trajectory = Trajectory::new(1.0 / 60.0);
    for k in 0..count {
        trajectory.push(&Frame {
            time_s: k as f64 / 60.0,
            positions_m: (0..particles).map(|n| [(n % 1000) as f32 * 1e-3, 0.5]).collect(),
            velocities_m_s: vec![[0.0; 2]; particles],
            ids: (0..particles as u32).collect(),
            ..Frame::default()
        });
    }
    let mut window = window(Scene::default(), Some(Maker::recording("run", trajectory)));
    let mut times = Vec::new();
    for k in 0..count {
        // Here and there, as a hand goes.
        let time_s = ((k * 37) % count) as f64 / 60.0;
        let begun = Instant::now();
        window.state_mut().seek(time_s);
        while (window.state().shown[0].latest.frame.time_s - time_s).abs() > 1e-9 {
            window.step();
        }
        times.push(begun.elapsed());
    }
    spread(times)
}

#[allow(clippy::print_stdout, reason = "the table is what a bench is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::var_os("WEIR_BENCH_QUICK").is_some_and(|v| v != "0") || !is_timed();
    let (particles, recorded, count, moments) =
        if quick { (500, 1_000, 5, 3) } else { (PARTICLES, RECORDED, FRAMES, SEEKS) };
    let (frame, frame95) = frames(particles, count);
    let (seek, seek95) = seeks(recorded, moments);
    let text = format!(
        "# What the window costs\n\n{}\n\nWithout painting, which is the graphics card's. \
         Solver and network move {particles} particles each beside it.\n\n\
         | | median, ms | 95th percentile, ms |\n|---|--:|--:|\n\
         | a frame of the window | {frame:.2} | {frame95:.2} |\n\
         | to a moment of a recording of {recorded} particles | {seek:.2} | {seek95:.2} |\n",
        summary::conditions("eframe"),
    );
    println!("{text}");
    if is_timed() {
        let mut folders = vec![summary::folder()];
        if !quick {
            folders.push(summary::repository().join("docs/benches"));
        }
        for folder in folders {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join("window.md"), &text)?;
        }
    }
    Ok(())
}

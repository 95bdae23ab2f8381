//! The loop: advance, look, hand on.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use weir_scene::{Advance, AdvanceError, Frame, Scene, rollout_with};

use super::Args;
use super::engine::Engine;
use super::measure::{Measured, volume_drift};
use super::outputs::Outputs;
use super::report::Report;
use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// What ended a run.
pub enum Ended {
    /// All frames are made.
    Complete,
    /// The user asked.
    Interrupted,
    /// The solver could not go on; the frames before stand.
    Failed(AdvanceError),
}

/// Makes the frames, writes the outputs and says how it went.
///
/// # Errors
/// Bad input, or an output that cannot be written.
pub fn run(args: &Args, scene: &Scene) -> anyhow::Result<(Report, Ended)> {
    let begun = Instant::now();
    let mut engine = Engine::new(args, scene)?;
    let frames = args.frames.unwrap_or((scene.duration_s * args.fps).round() as usize);
    let mut outputs = Outputs::open(args, scene)?;
    let interrupt = Interrupt::listen()?;

    let mut measured = Measured::new(scene);
    let mut progress = Progress::new(frames, args.fps);
    let mut timed = Timed { inner: engine.producer(), spent: Duration::ZERO };
    let mut written = Ok(());
    let mut made = 0;
    let rolled = rollout_with(&mut timed, frames, |index, frame| {
        made = index;
        measured.see(frame);
        written = outputs.take(index, frame);
        progress.frame(index);
        if written.is_err() || interrupt.asked() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    let simulated = timed.spent;
    progress.finish();
    written?;
    let ended = match rolled {
        Err(error) => Ended::Failed(error),
        Ok(()) if made < frames => Ended::Interrupted,
        Ok(()) => Ended::Complete,
    };
    let files = outputs.finish()?;

    let sim_s = made as f64 / args.fps;
    let wall_s = simulated.as_secs_f64();
    let report = Report {
        scene: if scene.name.is_empty() { args.scene.clone() } else { scene.name.clone() },
        source: args.scene.clone(),
        backend: args.backend.name(),
        card: engine.card().map(str::to_owned),
        threads: rayon::current_num_threads(),
        particles: measured.particles,
        frames: made,
        fps: args.fps,
        sim_s,
        wall_s,
        wall_total_s: begun.elapsed().as_secs_f64(),
        sim_s_per_wall_s: if wall_s > 0.0 { sim_s / wall_s } else { 0.0 },
        volume_drift: volume_drift(&engine.density()),
        energy_j: measured.energy(),
        account: engine.account(),
        interrupted: matches!(ended, Ended::Interrupted),
        failure: match &ended {
            Ended::Failed(error) => Some(error.to_string()),
            _ => None,
        },
        files,
    };
    Ok((report, ended))
}

/// A producer with a stopwatch: counts the time that frames take to make, and
/// none of what is done with them.
struct Timed<'a> {
    inner: &'a mut dyn Advance,
    spent: Duration,
}

impl Advance for Timed<'_> {
    fn frame_dt_s(&self) -> f64 {
        self.inner.frame_dt_s()
    }

    fn snapshot(&self, frame: &mut Frame) {
        self.inner.snapshot(frame);
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        let begun = Instant::now();
        let result = self.inner.advance(frame);
        self.spent += begun.elapsed();
        result
    }
}

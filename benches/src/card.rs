//! The solver on a graphics card: many scenes at a time, beside the processor and beside what
//! the card's memory can do.

use std::error::Error;
use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;
use weir_scene::{Advance, Frame, Scene, Stroke};
use weir_sim::gpu::{Batch, Gpu};
use weir_sim::{Backend, Solver, SolverConfig};

use crate::dam_break::dam_break;

/// Frames that are computed before time is taken: the column has begun to fall.
const BEFORE: usize = 6;
/// Buffers that are copied to see what the memory can do.
const COPIED_BYTES: u64 = 256 << 20;
const COPIES: u32 = 20;

/// What moved how much water in how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The card, or the processor and its threads.
    pub contender: String,
    /// Scenes at a time, and their particles together.
    pub scenes: usize,
    /// See `scenes`.
    pub particles: usize,
    /// Frames, and steps of all scenes.
    pub frames: usize,
    /// See `frames`.
    pub steps: u64,
    /// How long that took.
    pub wall: Duration,
    /// How long it took with every frame read back.
    pub wall_read: Duration,
    /// Least bytes that had to move in a step of all scenes, on a card.
    pub step_bytes: Option<u64>,
}

impl Row {
    /// Simulated seconds of all scenes, per second.
    pub fn scene_s_per_s(&self) -> f64 {
        self.scenes as f64 * self.frames as f64 / 60.0 / self.wall.as_secs_f64()
    }

    /// Particles times steps, per second.
    pub fn particle_steps_per_s(&self) -> f64 {
        let each = self.particles as f64 / self.scenes as f64;
        each * self.steps as f64 / self.wall.as_secs_f64()
    }

    /// Frames of all scenes read back, per second.
    pub fn frames_per_s(&self) -> f64 {
        self.scenes as f64 * self.frames as f64 / self.wall_read.as_secs_f64()
    }

    /// Bytes moved at the least, per second.
    pub fn bytes_per_s(&self) -> Option<f64> {
        let batch_steps = self.steps as f64 / self.scenes as f64;
        Some(self.step_bytes? as f64 * batch_steps / self.wall.as_secs_f64())
    }
}

/// Dam breaks of about `particles` particles, each over a ramp of its own.
pub fn scenes(count: usize, particles: usize) -> Vec<Scene> {
    over_ramps(count, &dam_break(particles))
}

/// The same scene many times, each over a ramp of its own.
pub fn over_ramps(count: usize, scene: &Scene) -> Vec<Scene> {
    let (width_m, height_m) = (scene.domain.width_m, scene.domain.height_m);
    let ramp = |k: usize| {
        let turn = (k as f64 * 0.618_034).fract();
        let (from, rise) = (0.4 + 0.25 * turn, 0.05 + 0.25 * (1.0 - turn));
        Stroke {
            points_m: vec![[from * width_m, 0.02 * height_m], [0.9 * width_m, rise * height_m]],
            ..Stroke::default()
        }
    };
    (0..count).map(|k| Scene { strokes: vec![ramp(k)], ..scene.clone() }).collect()
}

fn config() -> SolverConfig {
    SolverConfig { audit: false, ..SolverConfig::default() }
}

/// Moves `count` scenes on a card.
///
/// # Errors
/// The card has no room for them, or is lost.
pub fn on_card(
    gpu: &Gpu,
    count: usize,
    particles: usize,
    frames: usize,
) -> Result<Row, Box<dyn Error>> {
    let mut batch = Batch::new(gpu, &scenes(count, particles), &config())?;
    let mut shown = vec![Frame::default(); count];
    let steps = |batch: &Batch| (0..count).map(|scene| batch.totals(scene).steps).sum::<u64>();
    for _ in 0..BEFORE {
        batch.advance()?;
    }
    let (begun, before) = (Instant::now(), steps(&batch));
    for _ in 0..frames {
        batch.advance()?;
    }
    let (wall, steps) = (begun.elapsed(), steps(&batch) - before);
    let step_bytes = Some(batch.traffic_bytes());
    let begun = Instant::now();
    for _ in 0..frames {
        batch.advance()?;
        batch.snapshot(&mut shown)?;
    }
    let wall_read = begun.elapsed();
    let particles = shown.iter().map(|frame| frame.ids.len()).sum();
    let contender = gpu.name().to_owned();
    Ok(Row { contender, scenes: count, particles, frames, steps, wall, wall_read, step_bytes })
}

/// Moves as many scenes as there are processors, each on a thread of its own, as data sets are
/// made.
///
/// # Errors
/// A thread cannot be started, or a scene's water is not finite.
pub fn on_processor(particles: usize, frames: usize) -> Result<Row, Box<dyn Error>> {
    let threads = rayon::current_num_threads();
    let run = |scene: &Scene| -> Result<(u64, usize, Duration), String> {
        let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        alone.map_err(|error| error.to_string())?.install(|| {
            let solver = Solver::with_config(scene, Backend::Cpu, config());
            let mut solver = solver.map_err(|error| error.to_string())?;
            let mut frame = Frame::default();
            let mut advance = |solver: &mut Solver, count: usize| {
                (0..count).try_for_each(|_| solver.advance(&mut frame).map_err(|e| e.to_string()))
            };
            advance(&mut solver, BEFORE)?;
            let (begun, before) = (Instant::now(), solver.totals().steps);
            advance(&mut solver, frames)?;
            let steps = solver.totals().steps - before;
            Ok((steps, solver.diagnostics().particles, begun.elapsed()))
        })
    };
    let all = scenes(threads, particles);
    let runs: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = all.iter().map(|scene| scope.spawn(|| run(scene))).collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    let mut row = Row {
        contender: format!("processor, {threads} threads"),
        scenes: threads,
        particles: 0,
        frames,
        steps: 0,
        wall: Duration::ZERO,
        wall_read: Duration::ZERO,
        step_bytes: None,
    };
    for run in runs {
        let (steps, particles, wall) = run.map_err(|_| "a thread of the bench panicked")??;
        row.steps += steps;
        row.particles += particles;
        row.wall = row.wall.max(wall);
    }
    row.wall_read = row.wall;
    Ok(row)
}

/// Bytes that the card reads and writes per second while it copies.
///
/// # Errors
/// It has no room for two buffers.
pub fn copy_bytes_per_s(gpu: &Gpu) -> Result<f64, Box<dyn Error>> {
    let size = COPIED_BYTES.min(gpu.device().limits().max_buffer_size / 2);
    let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let buffer = |label| {
        gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        })
    };
    let (one, other) = (buffer("copied"), buffer("copy"));
    let copy = |count: u32| -> Result<Duration, Box<dyn Error>> {
        let begun = Instant::now();
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        for _ in 0..count {
            encoder.copy_buffer_to_buffer(&one, 0, &other, 0, size);
        }
        gpu.queue().submit([encoder.finish()]);
        gpu.device().poll(wgpu::PollType::wait_indefinitely())?;
        Ok(begun.elapsed())
    };
    copy(1)?;
    Ok(2.0 * size as f64 * f64::from(COPIES) / copy(COPIES)?.as_secs_f64())
}

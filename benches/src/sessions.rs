//! The network on a graphics card: many sessions in one pass, one question, and learning, each
//! beside the processor.

use std::error::Error;
use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use weir_scene::{Advance, Frame, Scene};
use weir_sim::gpu::Gpu;
use weir_surrogate::card::Batch;
use weir_surrogate::encode::{Canvas, INPUTS};
use weir_surrogate::{Model, Surrogate, call_together, device};

use crate::card::over_ramps;
use crate::measure::median;
use crate::network::{self, CANVAS, Learning, MODEL};

/// Calls before time is taken: the column has begun to fall.
const BEFORE: usize = 3;

/// Sessions that were moved together.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The card, or the processor and its threads.
    pub contender: String,
    /// Sessions, and their particles together.
    pub sessions: usize,
    /// See `sessions`.
    pub particles: usize,
    /// Simulated seconds of all of them.
    pub simulated_s: f64,
    /// How long that took.
    pub wall: Duration,
    /// How long it took with every frame read back; nothing where it need not be.
    pub wall_read: Option<Duration>,
    /// How much of a call's time the network alone takes, and how long a call takes.
    pub network: Option<[Duration; 2]>,
    /// Least bytes that a call moves but for the network's.
    pub bytes: Option<u64>,
}

impl Row {
    /// Simulated seconds of all sessions, per second.
    pub fn session_s_per_s(&self) -> f64 {
        self.simulated_s / self.wall.as_secs_f64()
    }

    /// Bytes per second of all but the network, at the least.
    pub fn bytes_per_s(&self) -> Option<f64> {
        let [network, call] = self.network?;
        Some(self.bytes? as f64 / call.saturating_sub(network).as_secs_f64())
    }
}

/// Dam breaks on the network's cells.
fn scenes(count: usize, particles: usize) -> Vec<Scene> {
    let cell_m = network::model().config.scales.cell_m;
    over_ramps(count, &network::scene(particles, cell_m))
}

/// Moves `sessions` dam breaks on a card, `calls` calls of the network long.
///
/// # Errors
/// The card has no room for them, or is lost.
pub fn on_card(
    gpu: &Gpu,
    sessions: usize,
    particles: usize,
    calls: usize,
) -> Result<Row, Box<dyn Error>> {
    let device = device::on(gpu)?;
    let model = Model::open(MODEL, &device)?;
    let scenes = scenes(sessions, particles);
    let canvas = Canvas::new(&scenes[0].domain.grid(), model.config.shape.coarsest());
    let mut batch = Batch::new(gpu, &model, &scenes)?;
    let mut shown = vec![Frame::default(); sessions];
    let frames = (model.call_s() / batch.frame_dt_s()).round() as usize;
    let mut advance = |batch: &mut Batch, calls: usize, reads: bool| -> Result<_, Box<dyn Error>> {
        let begun = Instant::now();
        for _ in 0..calls * frames {
            batch.advance()?;
            if reads {
                batch.snapshot(&mut shown)?;
            }
        }
        device.sync()?;
        Ok(begun.elapsed())
    };
    advance(&mut batch, BEFORE, true)?;
    let wall = advance(&mut batch, calls, false)?;
    let wall_read = advance(&mut batch, calls, true)?;
    let particles = shown.iter().map(|frame| frame.ids.len()).sum();
    let size = [canvas.width, canvas.height];
    let at_once = sessions.min(Batch::MOST_AT_ONCE);
    let passes = (sessions as f64 / at_once as f64).ceil();
    let network = ask(&model, at_once, size, calls)?.mul_f64(passes);
    Ok(Row {
        contender: gpu.name().to_owned(),
        sessions,
        particles,
        simulated_s: sessions as f64 * calls as f64 * model.call_s(),
        wall,
        wall_read: Some(wall_read),
        network: Some([network, wall / calls as u32]),
        bytes: Some(batch.traffic_bytes()),
    })
}

/// Moves as many sessions as there are threads on the processor, all in one pass, as a server
/// does.
///
/// # Errors
/// A session's water is not finite.
pub fn on_processor(particles: usize, calls: usize) -> Result<Row, Box<dyn Error>> {
    let threads = rayon::current_num_threads();
    let model = network::model();
    let waters = scenes(threads, particles);
    let waters = waters.iter().map(|scene| Surrogate::new(model.clone(), scene));
    let mut waters = waters.collect::<Result<Vec<_>, _>>()?;
    let mut call = |calls: usize| -> Result<Duration, Box<dyn Error>> {
        let begun = Instant::now();
        for _ in 0..calls {
            let mut due: Vec<&mut Surrogate> = waters.iter_mut().collect();
            call_together(&model, &mut due, &mut ())
                .results
                .into_iter()
                .collect::<Result<(), _>>()?;
        }
        Ok(begun.elapsed())
    };
    call(BEFORE)?;
    let wall = call(calls)?;
    let mut frame = Frame::default();
    let count = |water: &Surrogate| {
        water.snapshot(&mut frame);
        frame.ids.len()
    };
    Ok(Row {
        contender: format!("processor, {threads} threads"),
        sessions: threads,
        particles: waters.iter().map(count).sum(),
        simulated_s: threads as f64 * calls as f64 * model.call_s(),
        wall,
        wall_read: None,
        network: None,
        bytes: None,
    })
}

/// Median time of a question to the network of `batch` rectangles of `size` columns and rows.
///
/// # Errors
/// The device failed.
pub fn ask(
    model: &Model,
    batch: usize,
    [width, height]: [usize; 2],
    times: usize,
) -> Result<Duration, Box<dyn Error>> {
    let input = Tensor::<4>::zeros([batch, INPUTS, height, width], model.device());
    let question = || -> Result<f64, Box<dyn Error>> {
        let begun = Instant::now();
        let answer = model.net().forward(input.clone(), &mut ());
        model.device().sync()?;
        drop(answer);
        Ok(begun.elapsed().as_secs_f64())
    };
    question()?;
    let seconds = (0..times.max(3)).map(|_| question()).collect::<Result<Vec<_>, _>>()?;
    Ok(Duration::from_secs_f64(median(&seconds).unwrap_or(f64::NAN).max(0.0)))
}

/// How a device fares with the network alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Alone {
    /// The card, or the processor and its threads.
    pub contender: String,
    /// How long it takes to answer one rectangle of 96 by 64 places.
    pub call: Duration,
    /// Samples learned from, per second.
    pub samples_per_s: f64,
}

/// Asks and teaches a network on the device.
///
/// # Errors
/// The device failed.
pub fn alone(
    contender: String,
    device: &burn::tensor::Device,
    particles: usize,
    steps: usize,
) -> Result<Alone, Box<dyn Error>> {
    let model = Model::open(MODEL, device)?;
    let call = ask(&model, 1, CANVAS, 10 * steps)?;
    let mut learning = Learning::new(particles, device);
    learning.step();
    let begun = Instant::now();
    (0..steps).for_each(|_| learning.step());
    device.sync()?;
    let samples_per_s = (steps * learning.batch) as f64 / begun.elapsed().as_secs_f64();
    Ok(Alone { contender, call, samples_per_s })
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_sim::SolverConfig;

    #[test]
    #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
    fn on_a_card_solver_and_network_do_not_disturb_each_other() {
        let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
        let model = Model::open(MODEL, &device::on(&gpu).expect("burn on it")).expect("a model");
        let scenes = scenes(2, 200);
        let config = SolverConfig::default();
        let solver = || weir_sim::gpu::Batch::new(&gpu, &scenes, &config).expect("room");
        let network = || Batch::new(&gpu, &model, &scenes).expect("room");
        let frames = || [Frame::default(), Frame::default()];
        // By turns on one device, and each for itself.
        let (mut solved, mut flowed) = (solver(), network());
        let (mut solved_frames, mut flowed_frames) = (frames(), frames());
        for _ in 0..6 {
            solved.advance().expect("a frame");
            flowed.advance().expect("a frame");
        }
        solved.snapshot(&mut solved_frames).expect("frames");
        flowed.snapshot(&mut flowed_frames).expect("frames");
        let (mut alone, mut alone_frames) = (solver(), frames());
        (0..6).for_each(|_| alone.advance().expect("a frame"));
        alone.snapshot(&mut alone_frames).expect("frames");
        assert_eq!(alone_frames, solved_frames);
        let (mut alone, mut alone_frames) = (network(), frames());
        (0..6).for_each(|_| alone.advance().expect("a frame"));
        alone.snapshot(&mut alone_frames).expect("frames");
        assert_eq!(alone_frames, flowed_frames);
    }
}

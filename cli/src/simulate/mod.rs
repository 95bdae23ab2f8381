//! `weir simulate`: one scene, from its first frame to its last.
//!
//! Everything that can be refused is refused before the first step: the scene,
//! the places that files go to, the programs they need. After that, whatever ends
//! the run (its end, Ctrl-C, a state that is no longer finite), the frames made
//! until then are kept and reported.

mod engine;
mod measure;
mod outputs;
mod report;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use rayon::ThreadPoolBuilder;
use weir_scene::Scene;

use crate::backend::Backend;
use crate::failure::{GATE_FAILED, INTERRUPTED};
use crate::output;
use crate::picture::Style;
use crate::scene_source;
use run::Ended;

/// Run a scene and keep its numbers, pictures or trajectory
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A scene file (.toml or .json), or a name that `weir scenes` lists
    scene: String,
    /// What computes the water
    #[arg(long, value_enum, default_value_t = Backend::Cpu)]
    backend: Backend,
    /// A network instead of the solver: `default`, which comes with weir, or a model's folder
    #[arg(long, value_name = "NAME|PATH")]
    model: Option<String>,
    /// What computes the network: flex (the processor), and wgpu or cuda where the build has them
    #[arg(long, value_name = "DEVICE", default_value = "flex", requires = "model")]
    device: String,
    /// How many frames to make [default: the scene's duration times --fps]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    frames: Option<usize>,
    /// Frames per simulated second
    #[arg(long, value_name = "F", default_value_t = 60.0, value_parser = parse_fps, allow_negative_numbers = true)]
    fps: f64,
    /// Threads to use [default: all]; the result is the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    threads: Option<u16>,
    /// Write the trajectory of every particle (HDF5)
    #[arg(long, value_name = "FILE.h5")]
    out: Option<PathBuf>,
    /// Draw the last frame
    #[arg(long, value_name = "FILE.png")]
    picture: Option<PathBuf>,
    /// Film the run in real time; .mp4 needs the program ffmpeg, .gif does not
    #[arg(long, value_name = "FILE.mp4|.gif")]
    video: Option<PathBuf>,
    /// What pictures and videos show
    #[arg(long, value_enum, default_value_t = Style::Water)]
    style: Style,
    /// Width of pictures and videos, pixels [default: 1200, .gif 720]
    #[arg(long, value_name = "PX", value_parser = clap::value_parser!(u16).range(64..=8000), allow_negative_numbers = true)]
    width: Option<u16>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir simulate dam-break                               an example, numbers only
  weir simulate maze --picture maze.png --style speed   fast water in bright colours
  weir simulate mill --video mill.mp4                   60 frames a second
  weir simulate mine.toml --frames 0 --picture mine.png just draw a scene
  weir simulate mine.toml --fps 400 --out mine.h5       a fine trajectory
  weir simulate dam-break --json | jq .sim_s_per_wall_s a number for a script

wall_s counts the simulation alone; wall_total_s also drawing and writing.
Ctrl-C ends the run at the next whole frame and keeps what there is.";
fn parse_fps(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(fps) if (1e-3..=1e5).contains(&fps) => Ok(fps),
        _ => Err("takes a number from 0.001 to 100000".into()),
    }
}

/// Runs the scene.
///
/// # Errors
/// Bad input, something that is lacking, or an output that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let scene = scene_source::load(&args.scene)?;
    match args.threads {
        None => simulate(args, &scene),
        Some(threads) => ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build()
            .context("starting threads")?
            .install(|| simulate(args, &scene)),
    }
}

fn simulate(args: &Args, scene: &Scene) -> anyhow::Result<ExitCode> {
    let (report, ended) = run::run(args, scene)?;
    output::result(&if args.json { report.json()? } else { report.table() })?;
    if report.account.line_crossings > 0 {
        output::notice("warning: water crossed a line, which is a bug; please report the scene");
    }
    Ok(match ended {
        Ended::Complete => ExitCode::SUCCESS,
        Ended::Interrupted => ExitCode::from(INTERRUPTED),
        Ended::Failed(error) => {
            output::notice(&format!("error: {error}"));
            ExitCode::from(GATE_FAILED)
        }
    })
}

//! `weir compare`: the network's water beside the solver's, to look at.

use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use weir_scene::{Example, Scene};
use weir_surrogate::FPS;

use crate::beside::{Beside, Looks, Outcome};
use crate::failure::Failure;
use crate::{model_source, output, scene_source};

/// Film what a network makes of scenes beside what the solver does
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Scene files, or names that `weir scenes` lists [default: all examples]
    #[arg(value_name = "SCENE")]
    scenes: Vec<String>,
    /// The network: `default`, which comes with weir, or a model's folder
    #[arg(long, value_name = "NAME|PATH", default_value = "default")]
    model: String,
    /// What computes it: flex (the processor), and wgpu or cuda where the build has them
    #[arg(long, value_name = "DEVICE", default_value = "flex")]
    device: String,
    /// Where the films and pictures go
    #[arg(long, value_name = "DIR", default_value = "compare")]
    out: PathBuf,
    /// Simulated time, seconds [default: the scene's duration]
    #[arg(long, value_name = "S", value_parser = parse_seconds, allow_negative_numbers = true)]
    seconds: Option<f64>,
    /// Width of each picture, pixels
    #[arg(long, value_name = "PX", default_value_t = 480, value_parser = clap::value_parser!(u16).range(64..=4000), allow_negative_numbers = true)]
    width: u16,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir compare                                          all examples, into compare/
  weir compare funnel mine.toml --seconds 3             these, three seconds of each
  weir compare --model runs/small/model --out small     a network of yours

Each scene gets a film (.mp4 with the program ffmpeg, else .gif) and a sheet of
pictures (.png): the network and the solver from the same start.";

/// Pictures of a scene on its sheet.
const COLUMNS: usize = 6;
/// Frames from one that is filmed to the next.
const STRIDE: usize = 2;

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 3600.0 => Ok(seconds),
        _ => Err("takes a number above 0, at most 3600".into()),
    }
}

/// What the command says at its end; names are only ever added.
#[derive(Serialize)]
struct Report {
    model: String,
    scenes: Vec<Row>,
}

/// One scene.
#[derive(Serialize)]
struct Row {
    scene: String,
    film: Option<PathBuf>,
    picture: PathBuf,
    /// Simulated seconds that the network's water lasted.
    lasted_s: f64,
    /// Mean distance of the centres of mass, metres.
    centre_off_m: f64,
    line_crossings: u64,
}

/// Films.
///
/// # Errors
/// Bad input, or a folder that takes no files.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let model = model_source::load(&args.model, &args.device)?;
    // All are read before the first runs: a typing error costs no minutes.
    let read = |given: &String| Ok((given.clone(), scene_source::load(given)?));
    let mut scenes: Vec<(String, Scene)> =
        args.scenes.iter().map(read).collect::<Result<_, Failure>>()?;
    if scenes.is_empty() {
        let read =
            |example: &Example| Ok((example.name.to_owned(), scene_source::example(example.name)?));
        scenes = Scene::examples().iter().map(read).collect::<Result<_, Failure>>()?;
    }
    let bar =
        ProgressBar::with_draw_target(Some(scenes.len() as u64), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos} of {len} scenes  {msg}")?);
    let looks = Looks { columns: COLUMNS, width_px: args.width.into(), stride: STRIDE };
    let mut rows = Vec::new();
    for (given, scene) in scenes {
        bar.set_message(given.clone());
        let seconds = args.seconds.unwrap_or(scene.duration_s);
        let beside = Beside::the_solver(&stem(&given), scene, &model, (seconds * FPS) as usize)?;
        let Outcome { picture, film, centre_off_m, lasted_s, line_crossings } =
            beside.roll_out(&model, looks, &args.out)?;
        rows.push(Row { scene: given, film, picture, lasted_s, centre_off_m, line_crossings });
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = Report { model: model.config.name.clone(), scenes: rows };
    output::result(&if args.json {
        serde_json::to_string_pretty(&report)?
    } else {
        table(&report)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What the files of a scene are called: a file's name without its ending, or the
/// name of an example.
fn stem(given: &str) -> String {
    let stem = std::path::Path::new(given).file_stem();
    stem.map_or_else(|| given.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn table(report: &Report) -> String {
    let rows = report.scenes.iter().map(|row| {
        format!(
            "{:<16} {:>6.1} s  {:>9.3} m  {:>9}  {}",
            row.scene,
            row.lasted_s,
            row.centre_off_m,
            row.line_crossings,
            row.film.as_ref().unwrap_or(&row.picture).display()
        )
    });
    let head = format!(
        "{:<16} {:>8}  {:>11}  {:>9}  film of {} beside the solver",
        "scene", "lasted", "centre off", "crossings", report.model
    );
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

//! `weir compare`: the network's water beside the solver's, to look at.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use serde::Serialize;
use weir_scene::Scene;
use weir_surrogate::{FPS, Model};

use crate::beside::{self, Beside, Looks, Outcome};
use crate::failure::{Failure, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::model_source::BODIES_ARE_WALLS;
use crate::progress::Progress;
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
    /// Whether Ctrl-C ended it; the films of whole scenes are kept.
    interrupted: bool,
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

/// A scene to film.
struct Take {
    /// What the user typed for it.
    given: String,
    /// What its files are called.
    stem: String,
    scene: Scene,
    frames: usize,
}

/// Films.
///
/// # Errors
/// Bad input, or a folder that takes no files.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let model = model_source::load(&args.model, &args.device)?;
    let takes = takes(args, &model)?;
    if takes.iter().any(|take| !take.scene.bodies.is_empty()) {
        output::notice(BODIES_ARE_WALLS);
    }
    let looks = Looks { columns: COLUMNS, width_px: args.width.into(), stride: STRIDE };
    let interrupt = Interrupt::listen()?;
    // Each frame is made twice, and the first is there already.
    let all = takes.iter().map(|take| 2 * (take.frames + 1)).sum::<usize>() - 1;
    let mut progress = Progress::new(all, 2.0 * FPS);
    let mut made = 0;
    let mut watch = || {
        progress.frame(made);
        made += 1;
        if interrupt.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut rows = Vec::new();
    for Take { given, stem, scene, frames } in takes {
        let beside = Beside::the_solver(&stem, &scene, &model, frames, &mut watch)
            .with_context(|| given.clone())?;
        if interrupt.asked() {
            break;
        }
        let outcome = beside.roll_out(&model, looks, &args.out, &mut watch);
        let Some(outcome) = outcome.with_context(|| given.clone())? else { break };
        let Outcome { picture, film, centre_off_m, lasted_s, line_crossings } = outcome;
        rows.push(Row { scene: given, film, picture, lasted_s, centre_off_m, line_crossings });
    }
    progress.finish();
    let interrupted = interrupt.asked();
    let report = Report { model: model.config.name.clone(), scenes: rows, interrupted };
    output::result(&if args.json { serde_json::to_string(&report)? } else { table(&report) })?;
    Ok(if interrupted { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

/// The scenes, all read and looked at before the first runs: an error costs no minutes.
fn takes(args: &Args, model: &Model) -> Result<Vec<Take>, Failure> {
    let take = |given: &str, scene: Scene| {
        let frames = (args.seconds.unwrap_or(scene.duration_s) * FPS).round().max(1.0) as usize;
        Take { given: given.to_owned(), stem: stem(given), scene, frames }
    };
    let takes: Vec<Take> = if args.scenes.is_empty() {
        let all = Scene::examples().iter().map(|example| example.name);
        let read = |name| Ok(take(name, scene_source::example(name)?));
        all.map(read).collect::<Result<_, Failure>>()?
    } else {
        let read = |given: &String| Ok(take(given, scene_source::load(given)?));
        args.scenes.iter().map(read).collect::<Result<_, Failure>>()?
    };
    for (k, take) in takes.iter().enumerate() {
        beside::takes(model, &take.scene)
            .map_err(|error| Failure::BadInput(format!("{}: {error}", take.given)))?;
        if let Some(twin) = takes[..k].iter().find(|twin| twin.stem == take.stem) {
            let text = format!(
                "{} and {}: both films would be called {}; rename one, or film it into another --out",
                twin.given, take.given, take.stem
            );
            return Err(Failure::BadInput(text));
        }
    }
    Ok(takes)
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

//! `weir view`: a window on the water and on the network's insides.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use weir_scene::Scene;
use weir_sim::Solver;
use weir_surrogate::checkpoints;
use weir_viewer::files;
use weir_viewer::open::Opened;
use weir_viewer::remote::address::{Address, place};
use weir_viewer::{Figure, Maker, Means, Options, Told};

use crate::backend::Backend;
use crate::failure::Failure;
use crate::{model_source, scene_source, train};

/// Open a window: draw while it flows, set solver and network side by side, look inside
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A scene file, an example's name, or a trajectory (.h5) [default: funnel]
    #[arg(value_name = "SCENE|FILE.h5", default_value = "funnel")]
    scene: String,
    /// The network: `default`, which comes with weir, or a model's folder
    #[arg(long, value_name = "NAME|PATH", default_value = "default")]
    model: String,
    /// A server that can move what is drawn: where a `weir serve` is, as http://HOST:PORT
    #[arg(long, value_name = "URL")]
    connect: Option<String>,
    /// Look on at a run of that server: its name, `gallery`, or the page's link, which needs no
    /// `--connect`
    #[arg(long, value_name = "RUN")]
    watch: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  weir view                                 an example; press Space
  weir view dam-break                       another
  weir view mine.toml --model runs/a/model  a network of your own, and what it was on its way
  weir view run.h5                          a run that was recorded; drag through its time
  weir view maze --connect http://127.0.0.1:8080
                                            drawn here, moved by the network of that `weir serve`
  weir view --connect https://weir.example --watch gallery
                                            what hangs there; a run's name or link shows that run

Lines are drawn while the water flows. Ctrl Z takes back, Ctrl S saves, Space plays and pauses.
Under Training a network learns as by `weir train`, and runs are watched, in their folder or on MLflow.
Without a display, or a driver to paint with, it says what is lacking.";

/// Opens the window.
///
/// # Errors
/// Bad input, or there is no display.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let model = model_source::load(&args.model, "flex")?;
    let checkpoints = checkpoints::of(&model, &args.model).map_err(model_source::refusal)?;
    let (scene, path, recording) = load(&args.scene)?;
    let [afar, watched] = elsewhere(args).map_err(Failure::BadInput)?;
    if recording.is_some() && !watched.is_empty() {
        let why = "either a recording or a run that is watched: leave one out";
        return Err(Failure::BadInput(why.to_owned()).into());
    }
    let recording = recording.or(watched.into_iter().next());
    let network = Maker::network(format!("network {}", model.config.name), model.clone());
    let here = [network, solver(Backend::Cpu), solver(Backend::Gpu)];
    // The first of them is shown.
    let makers = afar.into_iter().chain(here).collect();
    let training = Means { teacher: Some(train::teacher()), commit: train::COMMIT };
    let options = Options { scene, path, model, checkpoints, makers, recording, training };
    if !has_display() {
        let why = "no display: neither WAYLAND_DISPLAY nor DISPLAY is set; `weir serve` needs none";
        return Err(Failure::Lacking(why.into()).into());
    }
    match weir_viewer::run(options) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(why) => Err(Failure::Lacking(format!("no window: {why}")).into()),
    }
}

/// Whether there is something to open a window on. Asked here, because what the window's library
/// says of its lack names files of the machine that it was built on.
fn has_display() -> bool {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux")
        || ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"].iter().any(is_set)
}

/// What servers move: what is drawn, and a run that is there.
fn elsewhere(args: &Args) -> Result<[Vec<Maker>; 2], String> {
    let address: Option<Address> = args.connect.as_deref().map(str::parse).transpose()?;
    let afar = address.iter().flat_map(|address| Maker::on_server(address, &[])).collect();
    let Some(run) = &args.watch else { return Ok([afar, Vec::new()]) };
    if args.connect.is_none() && !run.contains("://") {
        return Err("--watch: takes --connect URL as well, or the page's link to a run".to_owned());
    }
    let (address, run) = place(args.connect.as_deref().unwrap_or_default(), run)?;
    Ok([afar, vec![Maker::watched(&address, &run)]])
}

fn load(given: &str) -> anyhow::Result<(Scene, Option<PathBuf>, Option<Maker>)> {
    let path = Path::new(given);
    if path.extension().is_some_and(|extension| extension == "h5") {
        let Opened::Recording(scene, trajectory) = files::read(path).map_err(Failure::BadInput)?
        else {
            return Err(Failure::BadInput(format!("{given}: is no trajectory")).into());
        };
        return Ok((*scene, None, Some(Maker::recording(given, trajectory))));
    }
    let scene = scene_source::load(given)?;
    Ok((scene, path.is_file().then(|| path.to_owned()), None))
}

/// The solver on one of its backends.
fn solver(backend: Backend) -> Maker {
    let name = match backend {
        Backend::Cpu => "solver",
        Backend::Gpu => "solver on the card",
    };
    let make =
        move |scene: &Scene| Solver::new(scene, backend.into()).map_err(|error| error.to_string());
    Maker::drawn(name, make, tell)
}

/// What the solver says of its last frame.
fn tell(solver: &Solver) -> Told {
    let d = solver.diagnostics();
    let figure = |name, unit, value| Figure { name, unit, value };
    let times = &d.stages;
    Told {
        figures: vec![
            figure("density error, mean", "1", d.density_mean_err),
            figure("density error, 99th percentile", "1", d.density_p99_err),
            figure("divergence in a step, largest", "1", d.max_divergence_dt),
            figure("fastest particle", "m/s", d.max_speed_m_s),
            figure("iterations of the pressure", "1", d.pressure_iterations as f64),
        ],
        stages: vec![
            ("sort", times.sort),
            ("topology", times.topology),
            ("particle to grid", times.particle_to_grid),
            ("density", times.density),
            ("forces", times.forces),
            ("pressure", times.pressure),
            ("bodies", times.bodies),
            ("extrapolate", times.extrapolate),
            ("grid to particle", times.grid_to_particle),
            ("measure", times.measure),
        ],
    }
}

//! `weir train`: a network from a data set.
//!
//! Data that is damaged is refused before the first step. The state is written
//! every so many steps, and Ctrl-C writes it too: `--resume` goes on as if
//! nothing had happened.

mod machine;
mod onlooker;
mod progress;
mod sample;
mod teacher;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;
use weir_surrogate::train::{StateError, Tracker, TrainError};
use weir_training::notes::Kept;
use weir_training::{Plan, Run, RunError, is_begun};

use crate::failure::{Failure, INTERRUPTED};
use crate::{model_source, output};
use machine::Watch;
use onlooker::Terminal;

pub use teacher::make as teacher;

/// The commit that this program was built from, if that was known.
pub const COMMIT: Option<&str> = option_env!("WEIR_COMMIT");

/// Train a network on a data set
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A training configuration (.toml); an empty file means the defaults
    config: PathBuf,
    /// The folder of a data set that `weir generate` made
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The folder of the run: its state, losses and model [default: runs/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What computes: flex (the processor), and wgpu or cuda where the build has them
    #[arg(long, value_name = "DEVICE", default_value = "flex")]
    device: String,
    /// Start from a trained network of the same shape: a name or a folder
    #[arg(long, value_name = "MODEL")]
    from: Option<String>,
    /// Go on with the run that is in the folder
    #[arg(long)]
    resume: bool,
    /// Take a data set of which not all scenes are made yet
    #[arg(long)]
    part: bool,
    /// Stop after so many seconds, keeping the state
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// An MLflow server to send the run to [default: MLFLOW_TRACKING_URI; else it is kept in the run's folder]
    #[arg(long, value_name = "URI")]
    track: Option<String>,
    /// How often the network shows what it makes of two scenes, as pictures and videos; 0 for never
    #[arg(long, value_name = "N", default_value_t = 8)]
    samples: u64,
    /// Register the model under this name when the run is complete
    #[arg(long, value_name = "NAME")]
    register: Option<String>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir generate drawn --out drawn                       first, data
  weir train small.toml --data drawn                    Ctrl-C keeps the state
  weir train small.toml --data drawn --resume           and this goes on
  weir simulate funnel --model runs/small/model --video funnel.mp4
  weir send runs/small --track http://localhost:5000    its notes, to an MLflow server";

/// What the run says at its end; names are only ever added.
#[derive(Serialize)]
struct Report {
    name: String,
    model: PathBuf,
    parameters: usize,
    clips: usize,
    steps: u64,
    loss: f64,
    free_fall_loss: f64,
    validation_loss: Option<f64>,
    validation_free_fall_loss: Option<f64>,
    wall_s: f64,
    samples_per_s: f64,
    interrupted: bool,
}

/// Trains.
///
/// # Errors
/// Bad input, a device that is not there, or a folder that cannot be written to.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let plan = plan(args)?;
    if is_begun(&plan.folder) && !args.resume {
        let text = format!(
            "{}: there is a run already; --resume goes on with it, --out takes another folder",
            plan.folder.display()
        );
        return Err(Failure::BadInput(text).into());
    }
    let mut run =
        Run::new(plan, Some(&teacher()), &mut |words| output::notice(words)).map_err(refusal)?;
    let kept = keep(&run, args.track.as_deref())?;
    let mut machine = None;
    if let Some(tracker) = &kept.tracker {
        let tracker: Arc<dyn Tracker> = Arc::clone(tracker) as _;
        run.tell(Arc::clone(&tracker));
        machine = Some(Watch::start(tracker, args.device != "flex", run.steps_done()));
    }
    let mut terminal = Terminal::new(&run, args.seconds, machine)?;
    let is_complete = run.go(&mut terminal).map_err(refusal)?;
    terminal.finish();
    let report = Report::of(&run, !is_complete);
    drop(run);
    if let Some(said) = kept.finish(is_complete) {
        output::notice(&said);
    }
    output::result(&if args.json { serde_json::to_string(&report)? } else { report.table() })?;
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::from(INTERRUPTED) })
}

fn plan(args: &Args) -> anyhow::Result<Plan> {
    let config = Plan::read_config(&args.config).map_err(refusal)?;
    let folder = args.out.clone().unwrap_or_else(|| Path::new("runs").join(&config.name));
    Ok(Plan {
        config_file: Some(args.config.clone()),
        is_part: args.part,
        device: args.device.clone(),
        from: args.from.clone(),
        samples: args.samples,
        register: args.register.clone(),
        commit: COMMIT,
        ..Plan::new(config, args.data.clone(), folder)
    })
}

/// Begins the notes in the run's folder.
fn keep(run: &Run, server: Option<&str>) -> Result<Kept, Failure> {
    let plan = run.plan();
    let kept = Kept::open(&plan.folder, &plan.config.name, server).map_err(|error| {
        Failure::BadInput(format!("--track: {error}").replace("MLFLOW_TRACKING_URI: ", ""))
    })?;
    kept.said.iter().for_each(|said| output::notice(said));
    Ok(kept)
}

fn refusal(error: RunError) -> anyhow::Error {
    match error {
        RunError::Model(error) => model_source::refusal(error).into(),
        RunError::Train(TrainError::State(StateError::File { .. })) => {
            Failure::Lacking(error.to_string()).into()
        }
        RunError::Config { .. }
        | RunError::Data(_)
        | RunError::Pace { .. }
        | RunError::Train(
            TrainError::NoData(_) | TrainError::State(_) | TrainError::OtherShape { .. },
        ) => Failure::BadInput(error.to_string()).into(),
        error => error.into(),
    }
}

impl Report {
    fn of(run: &Run, interrupted: bool) -> Self {
        let ([loss, free_fall_loss], mark) = (run.losses(), run.mark());
        let (wall, samples) = run.pace();
        Self {
            name: run.plan().config.name.clone(),
            model: run.model_folder(),
            parameters: run.model().parameters(),
            clips: run.data().train.len(),
            steps: run.steps_done(),
            loss,
            free_fall_loss,
            validation_loss: mark.map(|mark| mark.loss.into()),
            validation_free_fall_loss: mark.map(|mark| mark.free_fall.into()),
            wall_s: wall.as_secs_f64(),
            samples_per_s: samples / wall.as_secs_f64(),
            interrupted,
        }
    }

    fn table(&self) -> String {
        let against =
            |loss: f64, free_fall: f64| format!("{loss:.4}, of {free_fall:.4} in free fall");
        let examined = match (self.validation_loss, self.validation_free_fall_loss) {
            (Some(loss), Some(free_fall)) => against(loss, free_fall),
            _ => "the data set has no scenes for it".to_owned(),
        };
        format!(
            "{:<16} {} with {} numbers, {} steps\n\
             {:<16} {}\n\
             {:<16} {examined}\n\
             {:<16} {:.0} s: {:.1} samples/s of {} clips",
            "model",
            self.model.display(),
            self.parameters,
            self.steps,
            "last losses",
            against(self.loss, self.free_fall_loss),
            "validation",
            "took",
            self.wall_s,
            self.samples_per_s,
            self.clips,
        )
    }
}

//! `weir gate`: whether a network may take the place of the champion.
//!
//! Both run the scenes that `weir evaluate` runs, side by side, and are timed call by call in
//! turns. What follows from that says [`weir_surrogate::gate`]; this brings the numbers, and
//! writes down what was decided.

mod card;
mod digest;
mod file;
mod gallery;
mod measure;
mod table;
mod timing;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use weir_scene::Scene;
use weir_surrogate::gate::{Limits, Measured, Metrics, decide};

use crate::evaluate::contender::networks;
use crate::evaluate::task::Data;
use crate::evaluate::{takes, work};
use crate::failure::{Failure, GATE_FAILED, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::output;
use crate::registry::Where;
use crate::registry::source::Source;

pub use file::GateFile;

/// Who is judged, as the machinery of `weir evaluate` calls them: two models may have one name.
const CANDIDATE: &str = "candidate";
const CHAMPION: &str = "champion";
/// Frames that are compared with the reference, and that the networks run on for.
const FRAMES: [usize; 2] = [100, 1800];
const QUICK: [usize; 2] = [100, 300];

/// Judge whether a network may take the champion's place
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The folder of a model, the name of one that comes with weir, or challenger
    #[arg(value_name = "CANDIDATE")]
    candidate: String,
    /// What it is compared with: the same, or champion
    #[arg(long, value_name = "MODEL")]
    champion: String,
    /// The folder of a data set that `weir generate` made; once for each, and each is a slice
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Take a data set of which not all scenes are made yet
    #[arg(long)]
    part: bool,
    /// Only the first test scenes of each data set [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    scenes: Option<u32>,
    /// Frames of 1/60 s to compare with the reference, 20 at least [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(20..=20_000))]
    frames: Option<u32>,
    /// Frames that the networks run on for, to see what must not happen [default: 1800; with --quick 300]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    long: Option<u32>,
    /// Run on for a sixth as long, and time fewer calls
    #[arg(long)]
    quick: bool,
    /// Other limits than those that come with weir (.toml)
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// What computes the networks: flex (the processor), and wgpu or cuda where the build has them
    #[arg(long, value_name = "DEVICE", default_value = "flex")]
    device: String,
    #[command(flatten)]
    place: Where,
    /// Write gate.json, card.md and failures/ into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object, the same as in gate.json, instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir generate drawn --out drawn --scenes 1060..1092         scenes to judge by
  weir gate runs/a/model --champion default --data drawn --part --out gate
  weir gate runs/a/model --champion champion --registry models --data drawn --part --out gate
  weir promote runs/a/model --gate gate/gate.json --registry models

Both networks run the test scenes, which neither has learned from. Of each scene the logarithm
of the ratio of their errors counts (sinkhorn_100: the shape of the water after 100 frames). The
candidate is promoted if the upper bound of its mean, by 10,000 drawings of scenes, is below
zero; a faster or smaller one if it is below ln 1.02. There must be 32 scenes, no slice of them
and no other error may be 5 % worse, and nothing must have happened that must not: blow-ups,
water through lines, mass or energy out of nothing, calls that take longer than the water they
move, files that are too large. --limits sets what these are: keys as in gate.json.

Exits with 0 if it is worth promoting, 1 if not, 2 for wrong input, 3 if something is lacking.";

/// Judges.
///
/// # Errors
/// A model, data or limits that are not there or not what they should be, no scene that could
/// be judged, or a folder that takes no files.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let [frames, long] = if args.quick { QUICK } else { FRAMES };
    let frames = args.frames.map_or(frames, |n| n as usize);
    let long = args.long.map_or(long, |n| n as usize).max(frames);
    let metrics = Metrics::at(frames)
        .ok_or_else(|| Failure::BadInput(format!("--frames: got {frames}, takes at least 20")))?;
    let limits = args.limits.as_deref().map_or_else(|| Ok(Limits::default()), file::limits)?;
    let registry = args.place.open_if_named()?;
    let scratch = tempfile::tempdir().context("a folder for files")?;
    let open = |given: &str| Source::open(given, &args.device, registry.as_ref(), scratch.path());
    let [candidate, champion] = [open(&args.candidate)?, open(&args.champion)?];
    let data = Data::open(&args.data, args.part)?;
    let counts: Vec<usize> = args.scenes.iter().map(|&n| n as usize).collect();
    let tasks = data.tasks(weir_datasets::Split::Test, &counts, frames)?;
    let models = vec![
        (CANDIDATE.to_owned(), candidate.model.clone()),
        (CHAMPION.to_owned(), champion.model.clone()),
    ];
    takes(&models, &tasks)?;
    let interrupt = Interrupt::listen()?;
    if let Some(folder) = &args.out {
        file::takes_files(folder)?;
    }
    if tasks.len() < limits.least_scenes {
        output::notice(&format!(
            "note: {} scenes, and the gate wants {}: nothing gets through",
            tasks.len(),
            limits.least_scenes
        ));
    }
    output::notice(&format!("{} scenes, two networks", tasks.len()));
    let contenders = networks(models, frames);
    let work = work::work(&tasks, &contenders, long, &interrupt)?;
    for (scene, why) in &work.failures {
        output::notice(&format!("not judged: {scene}: no reference: {why}"));
    }
    if !work.interrupted && work.outcomes.is_empty() {
        let why = work.failures.first().map_or("", |(_, why)| why);
        return Err(Failure::BadInput(format!("no scene could be judged: {why}")).into());
    }
    let timed: Vec<(Scene, usize)> =
        work.outcomes.iter().map(|o| (o.scene.clone(), o.particles)).collect();
    if !work.interrupted {
        output::notice("timing");
    }
    let both = [&candidate.model, &champion.model];
    let latencies = timing::calls(both, &timed, args.quick, &interrupt);
    if work.interrupted || interrupt.asked() {
        output::notice("stopped before the end: half of the scenes decide nothing");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let digest = digest::of(&tasks, &work.outcomes, &metrics, [frames, long]);
    let [one, other] = latencies;
    let measured = |contender, source, latency| {
        measure::measured(contender, source, latency, &work.outcomes, &metrics, &digest)
    };
    let candidate_measured = measured(CANDIDATE, &candidate, one);
    let champion_measured = measured(CHAMPION, &champion, other);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let gate = GateFile {
        version: file::VERSION,
        made_s: now.as_secs(),
        weir: env!("CARGO_PKG_VERSION").to_owned(),
        commit: crate::train::COMMIT.map(str::to_owned),
        data: data.names(),
        frames,
        long_frames: long,
        decision: decide(&candidate_measured, &champion_measured, &limits),
        candidate: candidate_measured,
        champion: champion_measured,
        limits,
    };
    if champion_is_slow(&gate) {
        output::notice(
            "note: the champion's calls take longer than the limit, too: this machine is busy, or \
             too slow to judge times by",
        );
    }
    if let Some(folder) = &args.out {
        let failures = gallery::save(&gate, &work.outcomes, folder)?;
        let card = card::text(&gate, &candidate.model, &failures);
        file::save(&gate, &card, folder)?;
    }
    let text = if args.json { serde_json::to_string(&gate)? } else { table::text(&gate) };
    output::result(&text)?;
    Ok(ExitCode::from(if gate.decision.promote { 0 } else { GATE_FAILED }))
}

/// Whether times break the limit that those of whoever serves break as well.
fn champion_is_slow(gate: &GateFile) -> bool {
    let is_slow =
        |measured: &Measured| measured.call_ms.is_some_and(|ms| ms.p95 > gate.limits.most_call_ms);
    is_slow(&gate.candidate) && is_slow(&gate.champion)
}

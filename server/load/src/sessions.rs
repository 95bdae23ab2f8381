//! How many runs of their own visitors can have in real time.

use std::fmt::{Display, Formatter};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::failure::Failure;
use crate::files::make_room;
use crate::outcome::{Outcome, Say};
use crate::server::Server;
use crate::statistics::mean;
use crate::viewer::Viewer;
use crate::visitor::Came;

/// Time from a run's opening to the first frame that counts.
const SETTLE: Duration = Duration::from_secs(1);
/// Slower than this is not real time, simulated seconds a second.
pub const REAL_TIME: f64 = 0.95;

/// Private runs, one more after another, until they are slower than real time
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  weir-load sessions                        with a cascade in each
  weir-load sessions --example dam-break    with something heavier
  weir-load sessions --at-least 4           exit code 1 if there were fewer

Real time is 0.95 simulated seconds a second or more, by the times that stand in the frames.")]
pub struct Options {
    /// Most runs
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub clients: u16,
    /// How long is measured after each new run
    #[arg(long, value_name = "S", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// What runs: a scene of `weir scenes`
    #[arg(long, value_name = "NAME", default_value = "cascade")]
    pub example: String,
    /// Bound: how many have to run in real time
    #[arg(long, value_name = "N")]
    pub at_least: Option<u16>,
}

/// So many runs at a time, and how fast they were.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Runs.
    pub runs: usize,
    /// Simulated seconds a second of the slowest.
    pub slowest: f64,
    /// Of all, the mean.
    pub mean: f64,
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What ran.
    pub example: String,
    /// With one run, two, three.
    pub steps: Vec<Step>,
    /// Most runs that were in real time, all of them.
    pub in_real_time: usize,
    /// Why there were no more.
    pub ended_by: String,
    /// Bounds that were not kept.
    pub broken: Vec<String>,
}

impl Outcome for Report {
    fn broken(&self) -> &[String] {
        &self.broken
    }
}

/// Opens one run after another.
///
/// # Errors
/// Not even one could be opened.
pub async fn run(server: &Server, options: &Options, say: Say<'_>) -> Result<Report, Failure> {
    let addr = server.allowed()?;
    let most = usize::from(options.clients);
    make_room(most)?;
    let mut viewers = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut ended_by = format!("{most} runs were the most that were asked for");
    for runs in 1..=most {
        match Viewer::open(addr, &options.example).await {
            Ok((viewer, _)) => viewers.push(viewer),
            Err(failure) if runs == 1 => return Err(failure),
            Err(failure) => {
                ended_by = format!("run {runs}: {failure}");
                break;
            }
        }
        tokio::time::sleep(SETTLE).await;
        let from = Instant::now();
        tokio::time::sleep(Duration::from_secs(options.seconds)).await;
        let to = Instant::now();
        let speeds: Vec<f64> = viewers.iter().map(|v| speed(&v.came_between(from, to))).collect();
        let slowest = speeds.iter().copied().fold(f64::INFINITY, f64::min);
        steps.push(Step { runs, slowest, mean: mean(speeds) });
        say(&format!("{runs} runs: the slowest {slowest:.2} simulated s/s"));
        if slowest <= 0.0 {
            ended_by = format!("with {runs} runs one stood still, or waited to be started");
            break;
        }
        if slowest < REAL_TIME {
            ended_by = format!("with {runs} runs the slowest was slower than {REAL_TIME}");
            break;
        }
    }
    for viewer in viewers {
        // A run that broke was slow, and is told by that.
        let _ = viewer.go().await;
    }
    let kept = |step: &&Step| step.slowest >= REAL_TIME;
    let in_real_time = steps.iter().filter(kept).map(|step| step.runs).max().unwrap_or(0);
    let too_few = options.at_least.map(usize::from).filter(|&least| in_real_time < least);
    let broken = too_few.map(|least| format!("{in_real_time} in real time, not {least}"));
    Ok(Report {
        example: options.example.clone(),
        steps,
        in_real_time,
        ended_by,
        broken: broken.into_iter().collect(),
    })
}

/// Simulated seconds a second; 0 of a stream that stands still.
fn speed(frames: &[Came]) -> f64 {
    let Some((first, last)) = frames.first().zip(frames.last()) else { return 0.0 };
    let seconds = last.at.duration_since(first.at).as_secs_f64();
    let simulated_s = f64::from(last.head.time_ms.wrapping_sub(first.head.time_ms)) / 1e3;
    if seconds > 0.0 { simulated_s / seconds } else { 0.0 }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "runs of {}, simulated seconds a second:", self.example)?;
        for Step { runs, slowest, mean } in &self.steps {
            writeln!(f, "  {runs:4}  {slowest:.2} the slowest, {mean:.2} the mean")?;
        }
        write!(f, "{} in real time; {}", self.in_real_time, self.ended_by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_wire::{Glance, Kind};

    #[test]
    fn speed_is_simulated_time_over_time() {
        let begin = Instant::now();
        let frame = |ms: u64, time_ms: u32| Came {
            at: begin + Duration::from_millis(ms),
            stream: 0,
            head: Glance { kind: Kind::Next, number: 0, time_ms, particles: 0 },
            bytes: 0,
        };
        assert!((speed(&[frame(0, 500), frame(500, 700), frame(2000, 1500)]) - 0.5).abs() < 1e-9);
        assert_eq!(speed(&[frame(0, 1)]), 0.0);
        assert_eq!(speed(&[]), 0.0);
    }
}

//! Many who look at one run.

use std::fmt::{Display, Formatter};
use std::time::{Duration, Instant};

use serde::Serialize;
use weir_wire::Kind;

use crate::failure::Failure;
use crate::files::make_room;
use crate::lateness::{Punctuality, Told, Weight};
use crate::outcome::{Outcome, Say, at_most};
use crate::server::Server;
use crate::statistics::Spread;
use crate::viewer::Viewer;
use crate::visitor::Came;

/// Time from the last watcher's coming to the first frame that counts.
const SETTLE: Duration = Duration::from_secs(1);

/// Many who look at one run: how punctual, how many bytes
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  weir-load watch --addr 127.0.0.1:8080                   300 watchers for 20 s
  weir-load watch --clients 50 --seconds 60 --p99-ms 100  exit code 1 if p99 is later than that

A frame's place in the schedule is its number over thirty; the schedule begins where it makes the
earliest frame exactly punctual. The time is that at which this program got the frame, so where
it shares processors with the server, its own waiting for them counts too.")]
pub struct Options {
    /// Watchers
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..=20_000))]
    pub clients: u16,
    /// How long is measured
    #[arg(long, value_name = "S", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// What is watched: a scene of `weir scenes`
    #[arg(long, value_name = "NAME", default_value = "cascade")]
    pub example: String,
    /// Bound: the 99th percentile of lateness, over all frames of all watchers
    #[arg(long, value_name = "MS")]
    pub p99_ms: Option<f64>,
    /// Bound: the share of frames that were made and did not come
    #[arg(long, value_name = "SHARE")]
    pub missed: Option<f64>,
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Watchers.
    pub clients: usize,
    /// Watchers that were gone before the end, and why the first of them was.
    pub lost: usize,
    /// Why.
    pub lost_why: Option<String>,
    /// Seconds that were measured.
    pub seconds: u64,
    /// What was watched.
    pub example: String,
    /// All frames of all watchers.
    pub water: Told,
    /// The 99th percentiles of lateness of each watcher, milliseconds.
    pub late_p99_ms_each: Spread,
    /// Frames a second of the watcher that got fewest.
    pub fewest_per_s: f64,
    /// Frames that stand alone, for who missed some.
    pub alone: Weight,
    /// Frames that begin a chain.
    pub first: Weight,
    /// Frames that say what changed.
    pub next: Weight,
    /// Bytes of frames a second, to all.
    pub bytes_per_s: f64,
    /// Bounds that were not kept.
    pub broken: Vec<String>,
}

impl Outcome for Report {
    fn broken(&self) -> &[String] {
        &self.broken
    }
}

/// Opens a run, lets watchers look at it, and keeps account.
///
/// # Errors
/// The server cannot be reached, or refuses what is needed.
pub async fn run(server: &Server, options: &Options, say: Say<'_>) -> Result<Report, Failure> {
    let addr = server.allowed()?;
    let clients = usize::from(options.clients);
    make_room(clients)?;
    let (owner, run) = Viewer::open(addr, &options.example).await?;
    let begun = Instant::now();
    let crowd = Viewer::crowd(addr, &run, clients).await?;
    say(&format!("{clients} watchers in {:.1} s", begun.elapsed().as_secs_f64()));
    tokio::time::sleep(SETTLE).await;
    let from = Instant::now();
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    let to = Instant::now();
    let streams: Vec<Vec<Came>> = crowd.iter().map(|v| v.came_between(from, to)).collect();
    let (mut lost, mut lost_why) = (0, None);
    for viewer in crowd {
        if let Err(why) = viewer.go().await {
            lost += 1;
            lost_why.get_or_insert(why.to_string());
        }
    }
    owner.go().await?;
    let mut report = account(options, &streams, to.duration_since(from));
    (report.lost, report.lost_why) = (lost, lost_why);
    if lost > 0 {
        report.broken.push(format!("{lost} of {clients} watchers were gone before the end"));
    }
    Ok(report)
}

fn account(options: &Options, streams: &[Vec<Came>], measured: Duration) -> Report {
    let seconds = measured.as_secs_f64();
    let each: Vec<Punctuality> = streams.iter().map(|frames| Punctuality::of(frames)).collect();
    let p99 = |of: &Punctuality| Some(Spread::of(of.late_ms.clone())?.p99);
    let late_p99_ms_each = Spread::of(each.iter().filter_map(p99).collect()).unwrap_or_default();
    let fewest = each.iter().map(|of| of.frames).min().unwrap_or(0);
    let mut all = Punctuality::default();
    each.into_iter().for_each(|one| all.add(one));
    let weight = |kind| Weight::of(streams.iter().flatten(), kind);
    let (alone, first, next) = (weight(Kind::Alone), weight(Kind::First), weight(Kind::Next));
    let water = all.told();
    let mut broken = Vec::new();
    at_most(&mut broken, "p99 of lateness, ms", water.late_ms.p99, options.p99_ms);
    at_most(&mut broken, "share of frames missed", water.missed_share, options.missed);
    if fewest == 0 {
        broken.push("a watcher got no frame at all".to_owned());
    }
    Report {
        clients: streams.len(),
        lost: 0,
        lost_why: None,
        seconds: options.seconds,
        example: options.example.clone(),
        water,
        late_p99_ms_each,
        fewest_per_s: fewest as f64 / seconds,
        bytes_per_s: (alone.bytes + first.bytes + next.bytes) as f64 / seconds,
        alone,
        first,
        next,
        broken,
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { clients, seconds, example, late_p99_ms_each: each, .. } = self;
        writeln!(f, "{clients} watchers of {example} for {seconds} s")?;
        writeln!(f, "  {}", self.water)?;
        writeln!(
            f,
            "  the worst watcher: p99 {:.1} ms late; the one with fewest: {:.2} frames/s",
            each.max, self.fewest_per_s
        )?;
        for (name, weight) in [("alone", self.alone), ("first", self.first), ("next", self.next)] {
            writeln!(
                f,
                "  {name:5}  {:8} frames of {:.0} B",
                weight.frames, weight.bytes_per_frame
            )?;
        }
        let each = self.bytes_per_s / *clients as f64;
        write!(f, "  {:.2} MB/s to all, {:.1} kB/s to each", self.bytes_per_s / 1e6, each / 1e3)
    }
}

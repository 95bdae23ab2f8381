//! Some who never read, beside others who do.

use std::fmt::{Display, Formatter};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::time::{sleep, sleep_until};
use weir_words::Wish;

use crate::failure::Failure;
use crate::files::make_room;
use crate::lateness::{Punctuality, Told};
use crate::memory::{Memory, Whose, megabytes};
use crate::outcome::{Outcome, Say, at_most};
use crate::server::Server;
use crate::viewer::Viewer;
use crate::visitor::Visitor;

/// Room in the system's buffers of who does not read, bytes; the system takes it for a wish.
const NARROW: u32 = 4 << 10;
/// Time between two looks for frames to acknowledge unread.
const LOOK: Duration = Duration::from_millis(10);
/// Time for things to settle between two parts.
const SETTLE: Duration = Duration::from_secs(1);

/// Watchers that never read, beside watchers that do
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  weir-load stall --find                two kinds of stalled watchers beside 20 that read
  weir-load stall --worse-ms 20         exit code 1 if the others' p99 of lateness rises by more

Three parts of equal length. First nobody stalls. Then some are silent: they neither read nor
acknowledge, as a page that sleeps. Then some are deaf: they acknowledge each frame and read
none, so that all that is sent to them piles up somewhere; a server hangs up on those.")]
pub struct Options {
    /// Watchers that read
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=20_000))]
    pub clients: u16,
    /// Watchers that stall
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub stalled: u16,
    /// How long each of the three parts is
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=1200))]
    pub seconds: u64,
    /// What is watched: a scene of `weir scenes`
    #[arg(long, value_name = "NAME", default_value = "cascade")]
    pub example: String,
    /// Bound: by how much the 99th percentile of the others' lateness may rise
    #[arg(long, value_name = "MS")]
    pub worse_ms: Option<f64>,
    /// Whose memory is read
    #[command(flatten)]
    pub whose: Whose,
}

/// How those who read fared in one part.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Part {
    /// Their frames.
    pub water: Told,
    /// The most resident memory that the server had, bytes.
    pub most_bytes: Option<u64>,
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Watchers that read.
    pub clients: usize,
    /// Watchers that stalled.
    pub stalled: usize,
    /// Seconds of each part.
    pub seconds: u64,
    /// Before anybody stalled.
    pub before: Part,
    /// Beside the silent.
    pub silent: Part,
    /// Beside the deaf.
    pub deaf: Part,
    /// Deaf ones that the server hung up on.
    pub hung_up: usize,
    /// Seconds until it did on the first.
    pub hung_up_after_s: Option<f64>,
    /// Bounds that were not kept.
    pub broken: Vec<String>,
}

impl Outcome for Report {
    fn broken(&self) -> &[String] {
        &self.broken
    }
}

/// Lets some stall beside others.
///
/// # Errors
/// The server cannot be reached, or refuses what is needed.
pub async fn run(server: &Server, options: &Options, say: Say<'_>) -> Result<Report, Failure> {
    let addr = server.allowed()?;
    let (clients, stalled) = (usize::from(options.clients), usize::from(options.stalled));
    make_room(clients + 2 * stalled)?;
    let mut memory = options.whose.process(addr)?;
    let (owner, run) = Viewer::open(addr, &options.example).await?;
    let crowd = Viewer::crowd(addr, &run, clients).await?;
    let length = Duration::from_secs(options.seconds);
    sleep(SETTLE).await;
    let before = part(&crowd, length, &mut memory).await;
    say(&format!("nobody stalls: {}", before.water));
    let mut silent = Vec::new();
    for _ in 0..stalled {
        silent.push(sit_narrow(addr, &run).await?);
    }
    sleep(SETTLE).await;
    let beside_silent = part(&crowd, length, &mut memory).await;
    say(&format!("beside the silent: {}", beside_silent.water));
    drop(silent);
    let mut deaf = Vec::new();
    for _ in 0..stalled {
        deaf.push(sit_narrow(addr, &run).await?);
    }
    let begun = Instant::now();
    let acknowledging = async {
        let until = begun + SETTLE + length;
        let deaf = deaf.into_iter().map(|visitor| nod(visitor, &owner, begun, until));
        futures_util::future::join_all(deaf).await
    };
    let measuring = async {
        sleep(SETTLE).await;
        part(&crowd, length, &mut memory).await
    };
    let (ends, beside_deaf) = tokio::join!(acknowledging, measuring);
    say(&format!("beside the deaf: {}", beside_deaf.water));
    let ends: Vec<f64> = ends.into_iter().flatten().collect();
    let mut broken = Vec::new();
    for (who, water) in [("silent", beside_silent.water), ("deaf", beside_deaf.water)] {
        let worse = water.late_ms.p99 - before.water.late_ms.p99;
        let what = format!("beside the {who}, p99 of lateness rose by ms");
        at_most(&mut broken, &what, worse, options.worse_ms);
    }
    for viewer in crowd.into_iter().chain([owner]) {
        if let Err(why) = viewer.go().await {
            broken.push(format!("one who reads was gone before the end: {why}"));
        }
    }
    Ok(Report {
        clients,
        stalled,
        seconds: options.seconds,
        before,
        silent: beside_silent,
        deaf: beside_deaf,
        hung_up: ends.len(),
        hung_up_after_s: ends.into_iter().min_by(f64::total_cmp),
        broken,
    })
}

async fn sit_narrow(addr: SocketAddr, run: &str) -> Result<Visitor, Failure> {
    let mut visitor = Visitor::enter_narrow(addr, NARROW).await?;
    visitor.sit(&Wish::Watch { run: run.to_owned() }).await?;
    Ok(visitor)
}

/// Keeps account of those who read for so long.
async fn part(crowd: &[Viewer], length: Duration, memory: &mut Option<Memory>) -> Part {
    let from = Instant::now();
    let mut most_bytes = None;
    while from.elapsed() < length {
        most_bytes = most_bytes.max(memory.as_mut().and_then(Memory::resident_bytes));
        sleep(Duration::from_millis(500).min(length.saturating_sub(from.elapsed()))).await;
    }
    let to = Instant::now();
    let mut all = Punctuality::default();
    for viewer in crowd {
        all.add(Punctuality::of(&viewer.came_between(from, to)));
    }
    Part { water: all.told(), most_bytes }
}

/// Acknowledges what another has seen and reads nothing. Returns after how many seconds the
/// server hung up, if it did.
async fn nod(mut visitor: Visitor, other: &Viewer, begun: Instant, until: Instant) -> Option<f64> {
    let mut last = None;
    while Instant::now() < until {
        if let Some(came) = other.last()
            && last.replace(came.head.number) != Some(came.head.number)
        {
            let seen = Wish::Seen { stream: came.stream.into(), number: came.head.number };
            let said = tokio::select! {
                said = visitor.say(&seen) => said,
                () = sleep_until(until.into()) => return None,
            };
            if said.is_err() {
                return Some(begun.elapsed().as_secs_f64());
            }
        }
        sleep(LOOK).await;
    }
    None
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { clients, stalled, seconds, .. } = self;
        writeln!(f, "{clients} who read and {stalled} who do not, {seconds} s each")?;
        for (name, part) in [("nobody", self.before), ("silent", self.silent), ("deaf", self.deaf)]
        {
            let memory = megabytes(part.most_bytes);
            writeln!(f, "  {name:6}  {}; memory {memory}", part.water)?;
        }
        match self.hung_up_after_s {
            Some(after_s) => {
                write!(f, "  the server hung up on {} deaf, after {after_s:.1} s", self.hung_up)
            }
            None => write!(f, "  the server hung up on nobody"),
        }
    }
}

//! Many who are connected and do nothing.

use std::fmt::{Display, Formatter};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::Failure;
use crate::files::make_room;
use crate::memory::{Memory, Whose, megabytes};
use crate::outcome::{Outcome, Say, at_most};
use crate::server::Server;
use crate::visitor::Visitor;

/// Visitors that come in at the same time.
const AT_THE_DOOR: usize = 64;
/// Time after the last has gone until memory is read once more.
const SETTLE: Duration = Duration::from_secs(2);

/// Connections that do nothing: how many there can be, and what memory each costs
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  weir-load idle --find                     2,000 connections; the server is found by its port
  weir-load idle --clients 4000 --pid 4711  it is named by its process
  weir-load idle --find --kb-each 64        exit code 1 if one costs more

Memory is what the system says is resident. What an allocator keeps for later stays after the
visitors have gone; run it twice to see what is kept once and what leaks.")]
pub struct Options {
    /// Connections
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u16).range(1..=20_000))]
    pub clients: u16,
    /// How long they stay, after the last has come
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// Bound: what one costs, kilobytes of resident memory
    #[arg(long, value_name = "KB")]
    pub kb_each: Option<f64>,
    /// Whose memory is read
    #[command(flatten)]
    pub whose: Whose,
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Connections that were asked for.
    pub clients: usize,
    /// Those that were let in.
    pub opened: usize,
    /// Those that were still there at the end.
    pub stayed: usize,
    /// Why the first was not let in, or did not stay.
    pub lost_why: Option<String>,
    /// Seconds until all were in.
    pub opening_s: f64,
    /// Resident memory of the server before, bytes.
    pub before_bytes: Option<u64>,
    /// While all were there.
    pub at_bytes: Option<u64>,
    /// After they had gone.
    pub after_bytes: Option<u64>,
    /// What one cost, bytes.
    pub bytes_each: Option<f64>,
    /// Bounds that were not kept.
    pub broken: Vec<String>,
}

impl Outcome for Report {
    fn broken(&self) -> &[String] {
        &self.broken
    }
}

/// Opens connections and holds them.
///
/// # Errors
/// Not one of them was let in, or there is no room for them in this process.
pub async fn run(server: &Server, options: &Options, say: Say<'_>) -> Result<Report, Failure> {
    let addr = server.allowed()?;
    let clients = usize::from(options.clients);
    make_room(clients)?;
    let mut memory = options.whose.process(addr)?;
    let mut resident = || memory.as_mut().and_then(Memory::resident_bytes);
    let before_bytes = resident();
    let begun = Instant::now();
    let doors = stream::iter(0..clients).map(|_| Visitor::enter(addr));
    let came: Vec<_> = doors.buffer_unordered(AT_THE_DOOR).collect().await;
    let opening_s = begun.elapsed().as_secs_f64();
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let (lost, mut losses) = tokio::sync::mpsc::unbounded_channel();
    let mut opened = 0;
    let mut refusal = None;
    for visitor in came {
        match visitor {
            Ok(visitor) => {
                opened += 1;
                let (stop, lost) = (stop.clone(), lost.clone());
                tasks.spawn(async move {
                    if let Some(why) = sit_still(visitor, &stop).await {
                        // Nobody listens only when nobody asks any more.
                        let _ = lost.send(why);
                    }
                });
            }
            Err(why) => drop(refusal.get_or_insert(why)),
        }
    }
    let refusal = match refusal {
        Some(why) if opened == 0 => return Err(why),
        some => some,
    };
    say(&format!("{opened} of {clients} connections in {opening_s:.1} s"));
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    let at_bytes = resident();
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    drop(lost);
    let (mut gone, mut lost_why) = (0, refusal.map(|why| why.to_string()));
    while let Some(why) = losses.recv().await {
        gone += 1;
        lost_why.get_or_insert(why.to_string());
    }
    tokio::time::sleep(SETTLE).await;
    let after_bytes = resident();
    let bytes_each =
        before_bytes.zip(at_bytes).map(|(b, a)| (a as f64 - b as f64) / f64::from(opened));
    let opened = opened as usize;
    let mut broken = Vec::new();
    let kb_each = bytes_each.map_or(0.0, |bytes| bytes / 1e3);
    at_most(&mut broken, "resident memory of one, kB", kb_each, options.kb_each);
    if opened < clients || gone > 0 {
        broken.push(format!("{opened} of {clients} were let in, {gone} of them did not stay"));
    }
    Ok(Report {
        clients,
        opened,
        stayed: opened - gone,
        lost_why,
        opening_s,
        before_bytes,
        at_bytes,
        after_bytes,
        bytes_each,
        broken,
    })
}

/// Stays until it is told to go. Why it could not, if it could not.
async fn sit_still(mut visitor: Visitor, stop: &CancellationToken) -> Option<Failure> {
    let listening = async {
        loop {
            if let Err(why) = visitor.hear().await {
                return why;
            }
        }
    };
    tokio::select! {
        why = listening => return Some(why),
        () = stop.cancelled() => {}
    }
    visitor.go().await;
    None
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { clients, opened, stayed, opening_s, .. } = self;
        writeln!(f, "{opened} of {clients} connections in {opening_s:.1} s; {stayed} stayed")?;
        if let Some(why) = &self.lost_why {
            writeln!(f, "  the first that did not: {why}")?;
        }
        write!(
            f,
            "  resident memory: {} before, {} with them, {} after",
            megabytes(self.before_bytes),
            megabytes(self.at_bytes),
            megabytes(self.after_bytes)
        )?;
        match self.bytes_each {
            Some(bytes) => write!(f, "; {:.1} kB each", bytes / 1e3),
            None => write!(f, "; --pid or --find reads it"),
        }
    }
}

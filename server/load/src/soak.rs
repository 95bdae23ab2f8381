//! Visitors who come, draw, erase and go, for a long time.

use std::fmt::{Display, Formatter};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use weir_words::{Wish, Word};

use crate::failure::Failure;
use crate::memory::{Memory, Whose, megabytes};
use crate::outcome::{Outcome, Say, at_most};
use crate::server::Server;
use crate::statistics::Trend;
use crate::visitor::{Heard, PATIENCE, Visitor};

/// A line of a visitor's own: examples have fewer.
const LINE: u32 = 1_000_000;

/// Visitors who come, draw, erase and go, and the server's memory meanwhile
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  weir-load soak --find --minutes 60 --csv soak.csv   an hour; every sample into a file
  weir-load soak --pid 4711 --mb-per-hour 10          exit code 1 if memory surely grows faster

Each visitor opens a run, starts it, draws a line, looks on, erases the line, and closes, again
and again. The slope is fitted to the samples after --settle-s: at first an allocator fills. Its
interval is one of 95 %, and allows for samples that resemble each other.")]
pub struct Options {
    /// Visitors at a time
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub clients: u16,
    /// How long
    #[arg(long, value_name = "MIN", default_value_t = 10.0, value_parser = minutes)]
    pub minutes: f64,
    /// How long each visitor looks on
    #[arg(long, value_name = "S", default_value_t = 4.0, value_parser = seconds)]
    pub visit_s: f64,
    /// Time between two samples of memory
    #[arg(long, value_name = "S", default_value_t = 2.0, value_parser = seconds)]
    pub every_s: f64,
    /// Samples before this do not count for the slope
    #[arg(long, value_name = "S", default_value_t = 60.0, value_parser = seconds)]
    pub settle_s: f64,
    /// What is opened: a scene of `weir scenes`
    #[arg(long, value_name = "NAME", default_value = "funnel")]
    pub example: String,
    /// Where samples go: elapsed_s, resident_bytes, visits
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Bound: megabytes an hour, by the lower end of the interval
    #[arg(long, value_name = "MB")]
    pub mb_per_hour: Option<f64>,
    /// Whose memory is read
    #[command(flatten)]
    pub whose: Whose,
}

fn minutes(text: &str) -> Result<f64, String> {
    within(text, 0.01, 10_080.0)
}

fn seconds(text: &str) -> Result<f64, String> {
    within(text, 0.1, 3600.0)
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("takes a number from {least} to {most}"))
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Visitors at a time.
    pub clients: usize,
    /// Minutes.
    pub minutes: f64,
    /// Visits from beginning to end.
    pub visits: u64,
    /// Visits that broke, and why the first did.
    pub failed: u64,
    /// Why.
    pub failed_why: Option<String>,
    /// Samples of memory.
    pub samples: usize,
    /// Resident memory at the beginning, bytes.
    pub first_bytes: Option<u64>,
    /// At the end, when all had gone.
    pub last_bytes: Option<u64>,
    /// The most.
    pub most_bytes: Option<u64>,
    /// Bytes an hour; none if too few samples count.
    pub bytes_per_hour: Option<Trend>,
    /// Bounds that were not kept.
    pub broken: Vec<String>,
}

impl Outcome for Report {
    fn broken(&self) -> &[String] {
        &self.broken
    }
}

#[derive(Default)]
struct Tally {
    visits: AtomicU64,
    failed: AtomicU64,
    why: Mutex<Option<String>>,
}

impl Tally {
    /// Notes a visit that broke; the first says why.
    fn note(&self, failure: &Failure) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let mut why = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        why.get_or_insert_with(|| failure.to_string());
    }
}

/// Lets visitors come and go.
///
/// # Errors
/// Nobody was let in to begin with, or the file of samples cannot be written.
pub async fn run(server: &Server, options: &Options, say: Say<'_>) -> Result<Report, Failure> {
    let addr = server.allowed()?;
    let mut memory = options.whose.process(addr)?;
    let mut csv = options.csv.as_ref().map(Csv::new).transpose()?;
    // What is wrong from the beginning is no finding of a soak.
    visit(addr, &options.example, Duration::ZERO).await?;
    let (tally, stop) = (Tally::default(), CancellationToken::new());
    let stay = Duration::from_secs_f64(options.visit_s);
    let coming = (0..options.clients).map(|_| come_and_go(addr, options, stay, &tally, &stop));
    let begun = Instant::now();
    let mut samples: Vec<(f64, u64)> = Vec::new();
    let sampling = async {
        let mut told_min = 0;
        while begun.elapsed().as_secs_f64() < 60.0 * options.minutes {
            let elapsed_s = begun.elapsed().as_secs_f64();
            let visits = tally.visits.load(Ordering::Relaxed);
            let bytes = memory.as_mut().and_then(Memory::resident_bytes);
            samples.extend(bytes.map(|bytes| (elapsed_s, bytes)));
            csv.as_mut().map_or(Ok(()), |csv| csv.row(elapsed_s, bytes, visits))?;
            if elapsed_s >= 60.0 * f64::from(told_min + 1) {
                told_min += 1;
                say(&format!("{told_min} min: {visits} visits, {}", megabytes(bytes)));
            }
            sleep(Duration::from_secs_f64(options.every_s)).await;
        }
        stop.cancel();
        Ok(())
    };
    let (sampled, _) = tokio::join!(sampling, futures_util::future::join_all(coming));
    sampled?;
    sleep(Duration::from_secs(1)).await;
    let last_bytes = memory.as_mut().and_then(Memory::resident_bytes);
    Ok(account(options, &tally, &samples, last_bytes))
}

fn account(
    options: &Options,
    tally: &Tally,
    samples: &[(f64, u64)],
    last_bytes: Option<u64>,
) -> Report {
    let settled: Vec<(f64, f64)> = samples
        .iter()
        .filter(|(elapsed_s, _)| *elapsed_s >= options.settle_s)
        .map(|&(elapsed_s, bytes)| (elapsed_s / 3600.0, bytes as f64))
        .collect();
    let bytes_per_hour = Trend::through(&settled);
    let failed = tally.failed.load(Ordering::Relaxed);
    let mut broken = Vec::new();
    let at_least = bytes_per_hour.map_or(0.0, |trend| trend.interval[0] / 1e6);
    at_most(&mut broken, "memory grows by at least MB/h", at_least, options.mb_per_hour);
    if options.mb_per_hour.is_some() && bytes_per_hour.is_none() {
        broken.push("memory: too few samples for a slope".to_owned());
    }
    if failed > 0 {
        broken.push(format!("{failed} visits broke"));
    }
    Report {
        clients: usize::from(options.clients),
        minutes: options.minutes,
        visits: tally.visits.load(Ordering::Relaxed),
        failed,
        failed_why: tally.why.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        samples: samples.len(),
        first_bytes: samples.first().map(|sample| sample.1),
        last_bytes,
        most_bytes: samples.iter().map(|sample| sample.1).max(),
        bytes_per_hour,
        broken,
    }
}

async fn come_and_go(
    addr: SocketAddr,
    options: &Options,
    stay: Duration,
    tally: &Tally,
    stop: &CancellationToken,
) {
    while !stop.is_cancelled() {
        match visit(addr, &options.example, stay).await {
            Ok(()) => drop(tally.visits.fetch_add(1, Ordering::Relaxed)),
            Err(failure) => {
                tally.note(&failure);
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// A visit from beginning to end. Half of it is before the line is erased.
async fn visit(addr: SocketAddr, example: &str, stay: Duration) -> Result<(), Failure> {
    let mut visitor = Visitor::enter(addr).await?;
    visitor.sit(&Wish::example(example)).await?;
    visitor.say(&Wish::Start).await?;
    let points_m = vec![[0.1, 0.9], [0.35, 0.6], [0.7, 0.55]];
    visitor.say(&Wish::Add { line: LINE, points_m, closed: false }).await?;
    lines(&mut visitor, true).await?;
    look(&mut visitor, stay / 2).await?;
    visitor.say(&Wish::Erase { line: LINE }).await?;
    lines(&mut visitor, false).await?;
    look(&mut visitor, stay / 2).await?;
    visitor.go().await;
    Ok(())
}

/// Waits until the line is there, or is not.
async fn lines(visitor: &mut Visitor, there: bool) -> Result<(), Failure> {
    visitor
        .word("a line", |word| match word {
            Word::State { lines, .. } if lines.contains(&LINE) == there => Some(Ok(())),
            Word::Refused { what, why } => Some(Err(Failure::Refused { what, why })),
            _ => None,
        })
        .await?
}

/// Looks on for so long; the water has to move.
async fn look(visitor: &mut Visitor, how_long: Duration) -> Result<(), Failure> {
    let until = Instant::now() + how_long;
    let mut frames = 0;
    while frames == 0 || Instant::now() < until {
        let heard = timeout(PATIENCE, visitor.hear()).await;
        let silent = Failure::Silent { what: "water", after_s: PATIENCE.as_secs() };
        match heard.unwrap_or(Err(silent))? {
            Heard::Frame(_) => frames += 1,
            Heard::Word(Word::State { failure: Some(why), .. }) => {
                return Err(Failure::Ended { code: None, why });
            }
            Heard::Word(_) => {}
        }
    }
    Ok(())
}

/// Samples as a file, each there as soon as it is taken.
struct Csv<'a> {
    path: &'a PathBuf,
    file: BufWriter<File>,
}

impl<'a> Csv<'a> {
    fn new(path: &'a PathBuf) -> Result<Self, Failure> {
        let failed = |source| Failure::File { path: path.clone(), source };
        let file = BufWriter::new(File::create(path).map_err(failed)?);
        let mut csv = Self { path, file };
        csv.line("elapsed_s,resident_bytes,visits")?;
        Ok(csv)
    }

    fn row(&mut self, elapsed_s: f64, bytes: Option<u64>, visits: u64) -> Result<(), Failure> {
        let bytes = bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
        self.line(&format!("{elapsed_s:.3},{bytes},{visits}"))
    }

    fn line(&mut self, line: &str) -> Result<(), Failure> {
        let written = writeln!(self.file, "{line}").and_then(|()| self.file.flush());
        written.map_err(|source| Failure::File { path: self.path.clone(), source })
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { clients, minutes, visits, failed, samples, .. } = self;
        writeln!(f, "{visits} visits in {minutes} min, {clients} at a time; {failed} broke")?;
        if let Some(why) = &self.failed_why {
            writeln!(f, "  the first that broke: {why}")?;
        }
        writeln!(
            f,
            "  resident memory, {samples} samples: {} first, {} most, {} when all had gone",
            megabytes(self.first_bytes),
            megabytes(self.most_bytes),
            megabytes(self.last_bytes)
        )?;
        match &self.bytes_per_hour {
            Some(Trend { slope, interval: [from, to], independent }) => write!(
                f,
                "  {:+.2} MB/h, 95 % between {:+.2} and {:+.2}; as of {independent:.0} samples",
                slope / 1e6,
                from / 1e6,
                to / 1e6
            ),
            None => write!(f, "  no slope: too few samples"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(minutes("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "NaN", "inf", "99999", "ten"] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}

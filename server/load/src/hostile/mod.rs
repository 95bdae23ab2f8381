//! Visitors with bad manners, and an honest one beside them.

mod before;
mod floods;
mod frames;
mod intruder;
mod mutate;
mod raw;
mod texts;

use std::fmt::{Display, Formatter};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use serde::Serialize;
use tokio::time::sleep;

use crate::failure::Failure;
use crate::files::make_room;
use crate::lateness::{Punctuality, Told};
use crate::memory::{Memory, Whose, megabytes};
use crate::outcome::{Outcome, Say};
use crate::server::Server;
use crate::viewer::Viewer;

/// Longest that a connection may stay that gets nowhere.
const CUT_OFF: Duration = Duration::from_secs(15);
/// Shortest time over which the honest visitor's frames are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Pause between two attacks, so that one does not answer for another.
const SETTLE: Duration = Duration::from_secs(1);

/// Attacks, one after another, while an honest visitor's water goes on
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  weir-load hostile                              all attacks
  weir-load hostile --only slowloris,deep-json   these
  weir-load hostile --list                       what there is, and what is expected
  weir-load hostile --seed 7 --cases 100000      other mutated messages, and more of them

An attack is borne if the server does what is expected of it, and the honest visitor, who has a
run of its own, gets the frames: none later than --late-ms, none missed beyond --missed.")]
pub struct Options {
    /// Attacks by their names
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Say what there is, and do nothing
    #[arg(long)]
    pub list: bool,
    /// Decides the mutated messages
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many messages are mutated
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub cases: u32,
    /// Connections of attacks that take many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=4000))]
    pub clients: u16,
    /// Repetitions of attacks by floods of messages
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub flood: u32,
    /// Bound: the latest of the honest visitor's frames during an attack
    #[arg(long, value_name = "MS", default_value_t = 250.0)]
    pub late_ms: f64,
    /// Bound: the share of them that is missed
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub missed: f64,
    /// What the honest visitor looks at: a scene of `weir scenes`
    #[arg(long, value_name = "NAME", default_value = "cascade")]
    pub example: String,
    /// Whose memory is read
    #[command(flatten)]
    pub whose: Whose,
}

/// What an attack has to work with.
#[derive(Clone, Copy, Debug)]
struct Ground {
    addr: SocketAddr,
    seed: u64,
    cases: u32,
    clients: u16,
    flood: u32,
}

/// What was seen of the server, or what it should not have done.
type Finding = Result<String, Fault>;

/// What the server should not have done, in words.
#[derive(Debug)]
struct Fault(String);

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// One attack.
pub struct Attack {
    /// What it is called.
    pub name: &'static str,
    /// What it does, and what is expected of the server.
    pub what: &'static str,
    run: fn(Ground) -> BoxFuture<'static, Finding>,
}

/// All attacks, in the order in which they are made.
pub fn attacks() -> impl Iterator<Item = &'static Attack> {
    [before::ATTACKS, frames::ATTACKS, texts::ATTACKS, floods::ATTACKS].into_iter().flatten()
}

/// How the server bore an attack.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The attack.
    pub name: &'static str,
    /// Whether all was well.
    pub borne: bool,
    /// What was seen, or what was wrong.
    pub seen: String,
    /// How long it took, seconds.
    pub seconds: f64,
    /// The honest visitor's frames meanwhile.
    pub honest: Told,
}

/// How it went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Seed of the mutated messages.
    pub seed: u64,
    /// Attack by attack.
    pub verdicts: Vec<Verdict>,
    /// Resident memory of the server before, bytes.
    pub before_bytes: Option<u64>,
    /// Afterwards.
    pub after_bytes: Option<u64>,
    /// Bounds that were not kept.
    pub broken: Vec<String>,
}

impl Outcome for Report {
    fn broken(&self) -> &[String] {
        &self.broken
    }
}

/// Attacks a server.
///
/// # Errors
/// It cannot be reached, or an attack is asked for that there is not.
pub async fn run(server: &Server, options: &Options, say: Say<'_>) -> Result<Report, Failure> {
    let addr = server.allowed()?;
    let chosen = choose(&options.only)?;
    make_room(2 * usize::from(options.clients))?;
    let mut memory = options.whose.process(addr)?;
    let before_bytes = memory.as_mut().and_then(Memory::resident_bytes);
    let Options { seed, cases, clients, flood, .. } = *options;
    let ground = Ground { addr, seed, cases, clients, flood };
    let mut honest = Viewer::open(addr, &options.example).await?.0;
    sleep(SETTLE).await;
    let mut verdicts = Vec::new();
    for attack in chosen {
        say(&format!("{}: {}", attack.name, attack.what));
        let from = Instant::now();
        let finding = (attack.run)(ground).await;
        let seconds = from.elapsed().as_secs_f64();
        sleep(LOOK.saturating_sub(from.elapsed())).await;
        // Behind a server that stands still frames are missing that come after it.
        sleep(SETTLE).await;
        let frames = Punctuality::of(&honest.came_between(from, Instant::now())).told();
        let mut verdict = judge(attack.name, finding, frames, options);
        verdict.seconds = seconds;
        if !honest.is_there() {
            verdict.borne = false;
            let why = honest.go().await.err().map(|why| why.to_string()).unwrap_or_default();
            verdict.seen += &format!("; the honest visitor was thrown out: {why}");
            honest = Viewer::open(addr, &options.example).await?.0;
        }
        say(&verdict.to_string());
        verdicts.push(verdict);
    }
    // Whether it could go in peace was looked at after each attack.
    let _ = honest.go().await;
    sleep(SETTLE).await;
    let after_bytes = memory.as_mut().and_then(Memory::resident_bytes);
    let not_borne = verdicts.iter().filter(|verdict| !verdict.borne);
    let broken = not_borne.map(|verdict| format!("{}: {}", verdict.name, verdict.seen)).collect();
    Ok(Report { seed, verdicts, before_bytes, after_bytes, broken })
}

fn choose(names: &[String]) -> Result<Vec<&'static Attack>, Failure> {
    if names.is_empty() {
        return Ok(attacks().collect());
    }
    let named = |name: &String| {
        attacks().find(|attack| attack.name == name).ok_or_else(|| {
            let all: Vec<_> = attacks().map(|attack| attack.name).collect();
            Failure::BadInput(format!("--only: got {name:?}, takes some of {}", all.join(", ")))
        })
    };
    names.iter().map(named).collect()
}

fn judge(name: &'static str, finding: Finding, honest: Told, options: &Options) -> Verdict {
    let (mut borne, mut seen) = match finding {
        Ok(seen) => (true, seen),
        Err(Fault(fault)) => (false, fault),
    };
    let mut wrong = |words: String| {
        borne = false;
        seen += &format!("; {words}");
    };
    if honest.frames < 2 {
        wrong("the honest visitor's water stood still".to_owned());
    }
    if honest.late_ms.max > options.late_ms {
        let late_ms = honest.late_ms.max;
        wrong(format!("the honest visitor had a frame {late_ms:.0} ms late"));
    }
    if honest.missed_share > options.missed {
        let missed = 100.0 * honest.missed_share;
        wrong(format!("the honest visitor missed {missed:.2} % of the frames"));
    }
    Verdict { name, borne, seen, seconds: 0.0, honest }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { name, borne, seen, seconds, honest } = self;
        let verdict = if *borne { "borne" } else { "NOT BORNE" };
        write!(
            f,
            "{verdict:9}  {name:17} {seconds:5.1} s; honest: {:.1} frames/s, at most {:.0} ms late, \
             {:.2} % missed; {seen}",
            honest.per_s,
            honest.late_ms.max,
            100.0 * honest.missed_share
        )
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for verdict in &self.verdicts {
            writeln!(f, "{verdict}")?;
        }
        let borne = self.verdicts.iter().filter(|verdict| verdict.borne).count();
        write!(
            f,
            "{borne} of {} borne; resident memory {} before, {} after",
            self.verdicts.len(),
            megabytes(self.before_bytes),
            megabytes(self.after_bytes)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Spread;

    #[test]
    fn attacks_have_names_of_their_own_and_can_be_chosen_by_them() {
        let mut names: Vec<_> = attacks().map(|attack| attack.name).collect();
        let one = choose(&[names[3].to_owned()]).expect("it is there");
        assert_eq!(one[0].name, names[3]);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), attacks().count());
        let unknown = choose(&["politeness".to_owned()]).map(|_| ()).expect_err("there is none");
        assert!(unknown.to_string().contains("slowloris"), "{unknown}");
    }

    #[test]
    fn a_server_that_lets_the_honest_wait_has_not_borne_it() {
        let options = Options {
            only: Vec::new(),
            list: false,
            seed: 1,
            cases: 1,
            clients: 1,
            flood: 1,
            late_ms: 250.0,
            missed: 0.0,
            example: String::new(),
            whose: Whose::default(),
        };
        let well = Told { frames: 60, ..Told::default() };
        let borne = |finding: Finding, honest| judge("x", finding, honest, &options).borne;
        assert!(borne(Ok(String::new()), well));
        assert!(!borne(Err(Fault(String::new())), well));
        assert!(!borne(Ok(String::new()), Told { missed_share: 0.01, ..well }));
        let late_ms = Spread { max: 251.0, ..Spread::default() };
        assert!(!borne(Ok(String::new()), Told { late_ms, ..well }));
        assert!(!borne(Ok(String::new()), Told { frames: 1, ..well }));
    }
}

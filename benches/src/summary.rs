//! The table of a run, and what it was measured on.

use std::fmt::{self, Write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::growth_exponent;
use crate::peer;

/// Whose cost a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// Our solver.
    Weir,
    /// salva2d.
    Salva,
    /// Our network.
    Network,
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weir => "weir",
            Self::Salva => "salva2d",
            Self::Network => "network",
        })
    }
}

/// The cost of the simulated second.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondRow {
    /// Whose.
    pub contender: Contender,
    /// Particles.
    pub particles: usize,
    /// Threads.
    pub threads: usize,
    /// Wall seconds per simulated second.
    pub wall_s: f64,
    /// Most particles outside the box.
    pub escaped: usize,
}

/// The cost of one step of ours in the developed state.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRow {
    /// Particles.
    pub particles: usize,
    /// Threads.
    pub threads: usize,
    /// Median seconds of a step.
    pub step_s: f64,
    /// Median seconds of each stage.
    pub stages_s: Vec<(&'static str, f64)>,
}

/// How the cost of one contender grows.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Whose.
    pub contender: Contender,
    /// Threads.
    pub threads: usize,
    /// Particles and wall seconds per simulated second.
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    /// Who it is, on how many threads.
    pub fn label(&self) -> String {
        format!("{}, {}", self.contender, plural(self.threads))
    }
}

/// All that a run has measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Simulated seconds.
    pub seconds: Vec<SecondRow>,
    /// Steps.
    pub steps: Vec<StepRow>,
}

impl Summary {
    /// One curve for each contender and number of threads.
    pub fn curves(&self) -> Vec<Curve> {
        let mut curves: Vec<Curve> = Vec::new();
        for &SecondRow { contender, particles, threads, wall_s, .. } in &self.seconds {
            let point = (particles as f64, wall_s);
            let same = |c: &&mut Curve| (c.contender, c.threads) == (contender, threads);
            match curves.iter_mut().find(same) {
                Some(curve) => curve.points.push(point),
                None => curves.push(Curve { contender, threads, points: vec![point] }),
            }
        }
        curves
    }

    /// The tables, in Markdown, under the text `conditions`.
    pub fn markdown(&self, conditions: &str) -> String {
        let mut out = String::from("# What a simulated second costs\n\n");
        // Writing to a string cannot fail.
        let _ = self.write_markdown(conditions, &mut out);
        out
    }

    fn write_markdown(&self, conditions: &str, out: &mut String) -> fmt::Result {
        writeln!(out, "{conditions}\n")?;
        writeln!(
            out,
            "The first second of a dam break: a column 0.5 m wide and 1 m high in a closed box of \
             2 m by 1.5 m, four particles a cell. Both contenders ran in the same process on the \
             same threads. salva2d: {}.\n",
            peer::DESCRIPTION
        )?;
        writeln!(
            out,
            "| solver | particles | threads | wall s per simulated s | simulated s per wall s | \
             times salva2d | most outside the box |\n|---|---:|---:|---:|---:|---:|---:|"
        )?;
        for row in &self.seconds {
            writeln!(
                out,
                "| {} | {} | {} | {:.3} | {:.3} | {} | {} |",
                row.contender,
                row.particles,
                row.threads,
                row.wall_s,
                1.0 / row.wall_s,
                self.times_salva(row).map_or("–".into(), |ratio| format!("{ratio:.1}")),
                row.escaped
            )?;
        }
        self.write_growth(out)?;
        self.write_stages(out)
    }

    fn write_growth(&self, out: &mut String) -> fmt::Result {
        writeln!(out)?;
        for curve in self.curves() {
            if let Some(exponent) = growth_exponent(&curve.points) {
                let label = curve.label();
                writeln!(out, "- {label}: the cost grows as N^{exponent:.2} with N particles")?;
            }
        }
        Ok(())
    }

    fn write_stages(&self, out: &mut String) -> fmt::Result {
        let Some(first) = self.steps.first() else { return Ok(()) };
        write!(out, "\n# What a step costs\n\nMedians in the developed state, ms.\n\n")?;
        write!(out, "| particles | threads | step |")?;
        for (name, _) in &first.stages_s {
            write!(out, " {name} |")?;
        }
        writeln!(out, "\n|{}", "---:|".repeat(3 + first.stages_s.len()))?;
        for row in &self.steps {
            write!(out, "| {} | {} | {:.2} |", row.particles, row.threads, row.step_s * 1e3)?;
            for (_, seconds) in &row.stages_s {
                write!(out, " {:.2} |", seconds * 1e3)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn times_salva(&self, row: &SecondRow) -> Option<f64> {
        let same = |other: &&SecondRow| {
            other.contender == Contender::Salva
                && (other.particles, other.threads) == (row.particles, row.threads)
        };
        Some(self.seconds.iter().find(same)?.wall_s / row.wall_s)
    }
}

fn plural(threads: usize) -> String {
    if threads == 1 { "1 thread".into() } else { format!("{threads} threads") }
}

/// The machine and the versions that a run was made with; `peer` is a package.
pub fn conditions(peer: &str) -> String {
    let commit = output("git", &["describe", "--always", "--dirty"]);
    let rustc = output("rustc", &["--version"]);
    format!(
        "{}, {} visible to this process; {rustc}; weir {} at {commit}; {peer} {}; load \
         average {}.",
        processor(),
        plural(std::thread::available_parallelism().map_or(1, usize::from)),
        env!("CARGO_PKG_VERSION"),
        locked_version(peer).unwrap_or("of unknown version"),
        fs::read_to_string("/proc/loadavg")
            .ok()
            .as_deref()
            .and_then(|t| t.split(' ').next())
            .unwrap_or("unknown"),
    )
}

/// The folder that belongs to this run, inside cargo's target folder.
pub fn folder() -> PathBuf {
    if let Some(out) = std::env::var_os("WEIR_BENCH_OUT") {
        return out.into();
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| repository().join("target")).join("weir-bench")
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    benches.parent().expect("the crate lies in the repository")
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or("unknown processor".into(), |(_, name)| name.trim().to_owned())
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(repository()).output();
    let text = output.ok().filter(|o| o.status.success()).map(|o| o.stdout);
    text.map_or(format!("unknown {program}"), |t| String::from_utf8_lossy(&t).trim().to_owned())
}

/// The version of `package` that this was built with.
fn locked_version(package: &str) -> Option<&'static str> {
    let lock = include_str!("../../Cargo.lock");
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    entry.split_once('"').map(|(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(contender: Contender, particles: usize, wall_s: f64) -> SecondRow {
        SecondRow { contender, particles, threads: 2, wall_s, escaped: 0 }
    }

    #[test]
    fn the_table_has_the_ratio_the_growth_and_the_stages() {
        let summary = Summary {
            seconds: vec![
                second(Contender::Weir, 2_500, 0.5),
                second(Contender::Salva, 2_500, 20.0),
                second(Contender::Weir, 10_000, 4.0),
            ],
            steps: vec![StepRow {
                particles: 2_500,
                threads: 2,
                step_s: 2.5e-3,
                stages_s: vec![("sort", 0.5e-3), ("pressure", 2e-3)],
            }],
        };
        let text = summary.markdown("On a slide rule.");
        assert!(text.contains("On a slide rule."));
        assert!(text.contains("| weir | 2500 | 2 | 0.500 | 2.000 | 40.0 | 0 |"), "{text}");
        assert!(text.contains("| weir | 10000 | 2 | 4.000 | 0.250 | – | 0 |"), "{text}");
        assert!(text.contains("- weir, 2 threads: the cost grows as N^1.50"), "{text}");
        assert!(text.contains("| 2500 | 2 | 2.50 | 0.50 | 2.00 |"), "{text}");
    }

    #[test]
    fn the_version_of_the_peer_is_read_from_the_lock_file() {
        assert!(locked_version("salva2d").is_some_and(|v| v.starts_with("0.")));
        assert_eq!(locked_version("no-such-crate"), None);
    }
}

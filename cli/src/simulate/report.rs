//! What a run says at its end.

use std::fmt::Write;

use serde::Serialize;

use super::engine::Account;
use super::measure::Energy;

/// Everything that `--json` prints, under these names. Names are only ever added.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Name of the scene, or where it came from if it has none.
    pub scene: String,
    /// What the user typed for it.
    pub source: String,
    /// Where the solver ran.
    pub backend: &'static str,
    /// Name of the graphics card, if one moved the water.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Threads that were there to use.
    pub threads: usize,
    /// Particles in the last frame.
    pub particles: usize,
    /// Frames made after the initial state.
    pub frames: usize,
    /// Frames per simulated second.
    pub fps: f64,
    /// Simulated time, seconds.
    pub sim_s: f64,
    /// Time that the frames took to make, without drawing and writing, seconds.
    pub wall_s: f64,
    /// Time from making the solver to the last file, seconds.
    pub wall_total_s: f64,
    /// Simulated seconds per second of `wall_s`.
    pub sim_s_per_wall_s: f64,
    /// Room that full water takes at the end over what it should, less one; null without full water.
    pub volume_drift: Option<f64>,
    /// Energy of the water, joules per metre of depth.
    pub energy_j: Energy,
    /// What the producer of the water says.
    #[serde(flatten)]
    pub account: Account,
    /// Whether Ctrl-C ended the run.
    pub interrupted: bool,
    /// Why the solver could not go on, if it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Files written.
    pub files: Vec<String>,
}

impl Report {
    /// One line of JSON.
    ///
    /// # Errors
    /// None that a report can cause.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// The same for people, in a few lines.
    pub fn table(&self) -> String {
        let drift =
            self.volume_drift.map_or("no full water".into(), |d| format!("{:+.3} %", 100.0 * d));
        let mut rows = vec![
            ("scene", self.scene.clone()),
            (
                "water",
                match &self.card {
                    Some(card) => format!("{} particles, on {card}", self.particles),
                    None => format!("{} particles, {} threads", self.particles, self.threads),
                },
            ),
            (
                "simulated",
                format!(
                    "{:.3} s in {} frames, {} steps",
                    self.sim_s, self.frames, self.account.steps
                ),
            ),
            (
                "took",
                format!(
                    "{:.3} s: {:.2} simulated s/s ({:.3} s with drawing and writing)",
                    self.wall_s, self.sim_s_per_wall_s, self.wall_total_s
                ),
            ),
            ("crossed a line", format!("{} moves", self.account.line_crossings)),
            (
                "density error",
                format!(
                    "{} mean, {} 99th percentile",
                    percent(self.account.density_mean_err),
                    percent(self.account.density_p99_err)
                ),
            ),
            ("divergence · dt", format!("{:.1e} at most", self.account.max_divergence_dt)),
            ("volume drift", drift),
            ("energy", format!("{:.2} → {:.2} J/m", self.energy_j.first, self.energy_j.last)),
            ("digest", self.account.digest.clone()),
        ];
        rows.extend(self.files.iter().map(|file| ("wrote", file.clone())));
        if self.interrupted {
            rows.push(("ended", "by Ctrl-C; the frames until then are whole".into()));
        }
        let mut table = String::new();
        for (name, value) in rows {
            // Writing to a string cannot fail.
            let _ = writeln!(table, "{name:<16} {value}");
        }
        table.truncate(table.trim_end().len());
        table
    }
}

fn percent(share: f64) -> String {
    format!("{:.3} %", 100.0 * share)
}

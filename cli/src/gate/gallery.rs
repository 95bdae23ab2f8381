//! The candidate where it is worst, beside the reference.

use std::fs;
use std::path::Path;

use anyhow::Context;
use weir_surrogate::FPS;

use super::file::GateFile;
use crate::evaluate::judge::Outcome;
use crate::evaluate::sheet;
use crate::evaluate::table::short;

/// Name of the folder.
const FOLDER: &str = "failures";
/// Scenes that are shown.
const SHOWN: usize = 6;

/// A scene that is shown.
pub struct Shown {
    /// The picture, relative to the card.
    pub file: String,
    /// What it is.
    pub words: String,
}

/// Draws the worst scenes into `folder/failures`, in place of what an earlier gate drew there:
/// first those that failed, then by the error that decides.
///
/// # Errors
/// A file cannot be written.
pub fn save(gate: &GateFile, outcomes: &[Outcome], folder: &Path) -> anyhow::Result<Vec<Shown>> {
    let folder = folder.join(FOLDER);
    if folder.is_dir() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let primary = &gate.candidate.metrics.primary;
    let runs = gate.candidate.scenes.iter().zip(&gate.champion.scenes);
    let mut worst: Vec<_> = runs.zip(outcomes).collect();
    let badness = |run: &weir_surrogate::gate::SceneRun| match &run.failed {
        Some(_) => f64::INFINITY,
        None => run.error(primary).unwrap_or_default(),
    };
    worst.sort_by(|((a, _), _), ((b, _), _)| badness(b).total_cmp(&badness(a)));
    let mut shown = Vec::new();
    for (rank, ((run, other), outcome)) in worst.into_iter().take(SHOWN).enumerate() {
        let error = |run: &weir_surrogate::gate::SceneRun| {
            run.error(primary).map_or("n/a".to_owned(), short)
        };
        let mut words = format!(
            "{} after {} s: {primary} {}, the champion's {}",
            run.label,
            short(outcome.still_at as f64 / FPS),
            error(run),
            error(other)
        );
        if let Some(why) = &run.failed {
            words += &format!("; {why}");
        }
        let Some(picture) = sheet::row(&format!("{words}; left the reference"), outcome)? else {
            continue;
        };
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
        let name = format!("{}-{}.png", rank + 1, run.label.chars().map(plain).collect::<String>());
        let path = folder.join(&name);
        picture.save(&path).with_context(|| format!("writing {}", path.display()))?;
        shown.push(Shown { file: format!("{FOLDER}/{name}"), words });
    }
    Ok(shown)
}

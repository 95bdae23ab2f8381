//! What identifies an evaluation: two that are not the same are not compared.

use weir_surrogate::gate::Metrics;

use crate::evaluate::judge::Outcome;
use crate::evaluate::task::Task;

/// Hash of scenes with their files, frames, and what is measured; hexadecimal.
pub fn of(
    tasks: &[Task<'_>],
    outcomes: &[Outcome],
    metrics: &Metrics,
    [frames, long]: [usize; 2],
) -> String {
    let mut hash = blake3::Hasher::new();
    let all: Vec<&str> = metrics.all().collect();
    hash.update(format!("weir gate 1 {frames} {long} {}\n", all.join(" ")).as_bytes());
    for task in tasks {
        let identity = task.file.map_or_else(String::new, |file| {
            let entry = file.entry();
            format!("{} {}", entry.scene_sha256, entry.sha256)
        });
        // One without a reference was judged for nobody.
        let is_judged = outcomes.iter().any(|outcome| outcome.label == task.label);
        hash.update(format!("{} {identity} {is_judged}\n", task.label).as_bytes());
    }
    hash.finalize().to_hex().chars().take(32).collect()
}

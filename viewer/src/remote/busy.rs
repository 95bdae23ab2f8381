//! How busy a server is, as the window shows it.

use std::time::Duration;

use weir_words::{Load, Waits};

/// How long the parts of its work take: means over all runs that it moves.
pub fn stages(load: &Load) -> Vec<(&'static str, Duration)> {
    let stages = [
        ("particles onto maps", load.encode_ms),
        ("network", load.network_ms),
        ("its answer onto particles", load.carry_ms),
        ("frames into bytes", load.tell_ms),
    ];
    let time = |ms: f64| Duration::try_from_secs_f64(1e-3 * ms).unwrap_or_default();
    stages.map(|(name, ms)| (name, time(ms))).to_vec()
}

/// That a run waits in line, in words.
pub fn in_line(waits: Waits) -> String {
    let Waits { before, about_s } = waits;
    let who = match before {
        0 => "it is the next".to_owned(),
        n => format!("{n} before it"),
    };
    format!("all places are taken: {who}, about {about_s} s")
}

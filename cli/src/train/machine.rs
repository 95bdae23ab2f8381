//! How busy the machine is while a network learns, by the names that MLflow's page
//! of system metrics knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use nvml_wrapper::Nvml;
use sysinfo::{Disks, Networks, System};
use weir_surrogate::train::Tracker;

/// Time between two looks, as MLflow's own.
const EVERY: Duration = Duration::from_secs(10);
/// Time before the first, so that a short run has one too. The use of the processor
/// is measured between two looks.
const FIRST: Duration = Duration::from_secs(1);
const MEGABYTE: f64 = 1e6;

/// A thread that looks at the machine until it is dropped.
pub struct Watch {
    step: Arc<AtomicU64>,
    /// Dropped, it wakes the thread.
    alive: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to look, and to note what there is to see; also at graphics cards if
    /// the run uses one. A machine that cannot be looked at leaves nothing to note.
    pub fn start(tracker: Arc<dyn Tracker>, with_cards: bool, step: u64) -> Self {
        let (alive, end) = mpsc::channel();
        let step = Arc::new(AtomicU64::new(step));
        let now = Arc::clone(&step);
        let look = move || {
            let mut machine = Machine::new(with_cards);
            let mut pause = FIRST;
            while end.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let step = now.load(Ordering::Relaxed);
                machine.look(|key, value| tracker.metric(&format!("system/{key}"), value, step));
                pause = EVERY;
            }
        };
        let thread = std::thread::Builder::new().name("machine".to_owned()).spawn(look);
        Self { step, alive: Some(alive), thread: thread.ok() }
    }

    /// The step that the run is at.
    pub fn at(&self, step: u64) {
        self.step.store(step, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.alive.take());
        // Had it panicked, there would be nothing to do about it.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Machine {
    system: System,
    disks: Disks,
    networks: Networks,
    traffic_before: [u64; 2],
    cards: Option<Nvml>,
}

impl Machine {
    fn new(with_cards: bool) -> Self {
        let mut system = System::new();
        system.refresh_cpu_usage();
        let networks = Networks::new_with_refreshed_list();
        Self {
            system,
            disks: Disks::new_with_refreshed_list(),
            traffic_before: traffic(&networks),
            networks,
            cards: with_cards.then(Nvml::init).and_then(Result::ok),
        }
    }

    fn look(&mut self, mut note: impl FnMut(&str, f64)) {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory();
        note("cpu_utilization_percentage", self.system.global_cpu_usage().into());
        share(
            &mut note,
            "system_memory_usage",
            self.system.used_memory(),
            self.system.total_memory(),
        );
        self.disks.refresh(true);
        // Where the run's folder is, by the longest mount point that leads there.
        let here = std::env::current_dir().unwrap_or_default();
        let disks = self.disks.iter().filter(|disk| here.starts_with(disk.mount_point()));
        if let Some(disk) = disks.max_by_key(|disk| disk.mount_point().as_os_str().len()) {
            let (total, free) = (disk.total_space(), disk.available_space());
            share(&mut note, "disk_usage", total.saturating_sub(free), total);
            note("disk_available_megabytes", free as f64 / MEGABYTE);
        }
        self.networks.refresh(true);
        let now = traffic(&self.networks);
        for (k, name) in ["receive", "transmit"].into_iter().enumerate() {
            let bytes = now[k].saturating_sub(self.traffic_before[k]);
            note(&format!("network_{name}_megabytes"), bytes as f64 / MEGABYTE);
        }
        if let Some(cards) = &self.cards {
            look_at(cards, &mut note);
        }
    }
}

/// Notes a part of something, in megabytes and percent.
fn share(note: &mut impl FnMut(&str, f64), name: &str, used: u64, total: u64) {
    note(&format!("{name}_megabytes"), used as f64 / MEGABYTE);
    if total > 0 {
        note(&format!("{name}_percentage"), 100.0 * used as f64 / total as f64);
    }
}

/// Bytes received and sent on all networks since the system began.
fn traffic(networks: &Networks) -> [u64; 2] {
    let sum = |of: fn(&sysinfo::NetworkData) -> u64| networks.values().map(of).sum();
    [sum(|n| n.total_received()), sum(|n| n.total_transmitted())]
}

fn look_at(cards: &Nvml, note: &mut impl FnMut(&str, f64)) {
    for k in 0..cards.device_count().unwrap_or(0) {
        let Ok(card) = cards.device_by_index(k) else { continue };
        if let Ok(memory) = card.memory_info() {
            share(note, &format!("gpu_{k}_memory_usage"), memory.used, memory.total);
        }
        if let Ok(used) = card.utilization_rates() {
            note(&format!("gpu_{k}_utilization_percentage"), used.gpu.into());
        }
        if let Ok(milliwatts) = card.power_usage() {
            note(&format!("gpu_{k}_power_usage_watts"), f64::from(milliwatts) / 1000.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_machine_has_a_processor_and_memory() {
        let mut machine = Machine::new(true);
        std::thread::sleep(Duration::from_millis(250));
        let mut seen = BTreeMap::new();
        machine.look(|key, value| {
            seen.insert(key.to_owned(), value);
        });
        let within = |key: &str| (0.0..=100.0).contains(&seen[key]);
        assert!(within("cpu_utilization_percentage"), "{seen:?}");
        assert!(within("system_memory_usage_percentage"), "{seen:?}");
        assert!(seen["system_memory_usage_megabytes"] > 1.0, "{seen:?}");
    }
}

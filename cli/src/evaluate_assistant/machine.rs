//! Where something was measured, and how busy it was there.

use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, System};

const GIGABYTE: f64 = 1e9;

/// A machine at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// What its processor is called.
    pub processor: String,
    /// Threads that run at once.
    pub threads: usize,
    /// Its memory, in GB.
    pub memory_gb: f64,
    /// The system.
    pub system: String,
    /// Programs that wanted to run when it began, on average of the last 1, 5 and 15 minutes: more
    /// than threads means that everything was slower than it could be.
    pub load: [f64; 3],
}

impl Machine {
    /// This one, now.
    pub fn look() -> Self {
        let mut system = System::new();
        system.refresh_cpu_specifics(CpuRefreshKind::nothing());
        system.refresh_memory();
        let load = System::load_average();
        let processor = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned());
        Self {
            processor: processor.unwrap_or_default(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gb: (system.total_memory() as f64 / GIGABYTE * 10.0).round() / 10.0,
            system: System::long_os_version().unwrap_or_default(),
            load: [load.one, load.five, load.fifteen],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_threads_and_memory() {
        let machine = Machine::look();
        assert!(machine.threads >= 1 && machine.memory_gb > 0.0, "{machine:?}");
    }
}

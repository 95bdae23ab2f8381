//! How much memory the server has.

use std::net::SocketAddr;

use listeners::Protocol;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::failure::Failure;

/// Which process the server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Whose {
    /// The server's process, to read its memory
    #[arg(long, value_name = "PID", conflicts_with = "find")]
    pub pid: Option<u32>,
    /// Find the process by the port that it listens on
    #[arg(long)]
    pub find: bool,
}

impl Whose {
    /// The process, if it was named or is to be found.
    ///
    /// # Errors
    /// There is no such process, or not for us to see.
    pub fn process(&self, addr: SocketAddr) -> Result<Option<Memory>, Failure> {
        if let Some(pid) = self.pid {
            let none =
                || Failure::BadInput(format!("--pid: got {pid}, and there is no such process"));
            return Memory::of(pid).ok_or_else(none).map(Some);
        }
        if !self.find {
            return Ok(None);
        }
        let found = listeners::get_process_by_port(addr.port(), Protocol::TCP);
        let memory = found.ok().and_then(|process| Memory::of(process.pid));
        memory.map(Some).ok_or_else(|| {
            Failure::Lacking(format!(
                "--find: no process that we may look at listens on port {}; --pid names one",
                addr.port()
            ))
        })
    }
}

/// Reads the memory of one process.
#[derive(Debug)]
pub struct Memory {
    pid: Pid,
    system: System,
}

impl Memory {
    /// Of the process of this number, if there is one.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        let mut memory = Self { pid: Pid::from_u32(pid), system: System::new() };
        memory.resident_bytes().is_some().then_some(memory)
    }

    /// What it has in memory at this moment, bytes; `None` if it is gone.
    pub fn resident_bytes(&mut self) -> Option<u64> {
        let what = ProcessRefreshKind::nothing().with_memory();
        let only = [self.pid];
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&only), true, what);
        self.system.process(self.pid).map(sysinfo::Process::memory)
    }
}

/// Bytes as megabytes, or that they are not known.
pub(crate) fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "not known".to_owned(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_taken_is_seen() {
        let mut memory = Memory::of(std::process::id()).expect("our own process");
        let before = memory.resident_bytes().expect("we run");
        let taken = vec![1_u8; 64 << 20];
        let after = memory.resident_bytes().expect("we run");
        assert!(after >= before + (48 << 20), "{before} and {after}");
        assert_eq!(taken.iter().map(|&b| u64::from(b)).sum::<u64>(), 64 << 20);
    }

    #[test]
    fn a_process_is_found_by_its_port() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("an address");
        let whose = Whose { pid: None, find: true };
        let memory = whose.process(addr).expect("is found").expect("was asked for");
        assert_eq!(memory.pid.as_u32(), std::process::id());
        drop(listener);
        assert!(whose.process(addr).is_err(), "nobody listens any more");
    }
}

//! Runs the real `weir`.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod server;

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The command, in a folder of its own that is gone after the test.
pub struct Weir {
    folder: tempfile::TempDir,
}

impl Weir {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a temporary file");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
        command.args(arguments).current_dir(self.folder.path());
        // What runs the tests may be tracked itself.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MLFLOW_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs where no driver of a graphics card is found.
    pub fn run_without_a_card(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        command.env("VK_DRIVER_FILES", "/nowhere").env("VK_ICD_FILENAMES", "/nowhere");
        Ran::from(command.output().expect("weir starts"))
    }

    pub fn run_without_a_display(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        for name in ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"] {
            command.env_remove(name);
        }
        Ran::from(command.output().expect("weir starts"))
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("weir starts");
        Ran::from(output)
    }

    /// Runs until `ready`, and is then interrupted as by Ctrl-C.
    #[cfg(unix)]
    pub fn interrupted(&self, arguments: &[&str], ready: impl Fn() -> bool) -> Ran {
        let mut command = self.command(arguments);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("weir starts");
        let begun = Instant::now();
        while !ready() {
            assert!(begun.elapsed() < Duration::from_secs(120), "not ready in two minutes");
            std::thread::sleep(Duration::from_millis(20));
        }
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("the kill program").success());
        assert!(child.wait().is_ok());
        Ran::from(child.wait_with_output().expect("its output"))
    }

    /// Names in the folder, sorted: shows what a run left.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into()).collect();
        names.sort();
        names
    }
}

/// What a run said and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Ran {
    /// The JSON object that must be all of standard output.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.out.trim_end().lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that the run was refused with `code` and one line that has all `words`.
    pub fn is_refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in {self:?}");
        }
    }
}

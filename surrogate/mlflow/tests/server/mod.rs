//! A real MLflow server on a free port, in a folder of its own.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

/// Runs the server until the pipe to this script is closed, by us or because we
/// have ended; then it goes, with all its processes.
const KEEPER: &str = r#"set -m; "$@" >"$LOG" 2>&1 & read -r _; kill -KILL -- -$!"#;

/// A server. Dropped, it is gone at once, as after a crash.
pub struct Server {
    address: SocketAddr,
    folder: TempDir,
    running: Option<(Child, ChildStdin)>,
}

impl Server {
    /// One that all tests share, because it takes seconds to start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    pub fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Self { address: free.expect("a free port"), folder, running: None };
        server.restart();
        server
    }

    pub fn uri(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Kills it.
    pub fn stop(&mut self) {
        if let Some((mut keeper, pipe)) = self.running.take() {
            drop(pipe);
            keeper.wait().expect("the keeper ends");
        }
    }

    /// Starts it on the same port with what it has stored.
    pub fn restart(&mut self) {
        let path = self.folder.path();
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER, "keeper"])
            .arg(executable())
            .args(["server", "--host", "127.0.0.1", "--workers", "1", "--serve-artifacts"])
            .args(["--port", &self.address.port().to_string()])
            .args(["--backend-store-uri", &format!("sqlite:///{}/mlflow.db", path.display())])
            .arg("--artifacts-destination")
            .arg(path.join("artifacts"))
            .env("LOG", path.join("server.log"))
            .env("MLFLOW_DISABLE_TELEMETRY", "true")
            .current_dir(path)
            .stdin(Stdio::piped())
            .spawn()
            .expect("bash");
        let pipe = keeper.stdin.take().expect("a pipe");
        self.running = Some((keeper, pipe));
        for _ in 0..1200 {
            if self.is_healthy() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(path.join("server.log")).unwrap_or_default();
        panic!("no MLflow server within two minutes:\n{log}");
    }

    fn is_healthy(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(self.address)?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(
                b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `$WEIR_MLFLOW`, else the one on the path, else the one that `.ci/run` installs.
fn executable() -> PathBuf {
    if let Some(path) = std::env::var_os("WEIR_MLFLOW") {
        return path.into();
    }
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home);
    std::env::split_paths(&on_path)
        .chain(cache.map(|cache| cache.join("weir-ci/mlflow-venv/bin")))
        .map(|folder| folder.join("mlflow"))
        .find(|file| file.is_file())
        .expect("no MLflow: `pip install mlflow` and set WEIR_MLFLOW to its `mlflow`")
}

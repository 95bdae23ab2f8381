//! Runs the real `weir serve`.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use super::Weir;

/// A server that runs at a port of its own, and what it says. It ends with the test.
pub struct Server {
    process: Running,
    told: Lines<BufReader<ChildStderr>>,
    /// What it said before it said where it is.
    first: Vec<String>,
    pub addr: String,
}

/// A process that no test leaves behind, not even one that fails: it would hold the test's output.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    pub fn start(weir: &Weir, more: &[&str]) -> Self {
        let mut command = weir.command(&["serve", "--addr", "127.0.0.1:0"]);
        // Tests run beside each other, and the port of calls has a number of its own.
        command.args(["--set", "assistant.calls.addr=127.0.0.1:0"]).args(more);
        let mut process = Running(command.stderr(Stdio::piped()).spawn().expect("weir starts"));
        let mut told = BufReader::new(process.0.stderr.take().expect("a pipe")).lines();
        let mut first = Vec::new();
        let addr = loop {
            let Some(line) = told.next() else { panic!("it ended: {first:#?}") };
            let line = line.expect("text");
            match line.strip_prefix("weir is at http://") {
                Some(addr) => break addr.trim_end_matches('/').to_owned(),
                None => first.push(line),
            }
        };
        Self { process, told, first, addr }
    }

    /// The next line that it says.
    pub fn says(&mut self) -> String {
        self.told.next().expect("a line").expect("text")
    }

    /// All that is answered until the connection ends.
    pub fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).expect("a server");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Ends it, and says what else it has said.
    pub fn stop(mut self) -> Vec<String> {
        self.process.0.kill().expect("the server is there");
        self.process.0.wait().expect("an end");
        self.first.into_iter().chain(self.told.map(|line| line.expect("text"))).collect()
    }
}

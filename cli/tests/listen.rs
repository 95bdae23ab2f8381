//! `weir listen` from outside: what it refuses, and that it asks a real server.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use common::{Ran, Weir};

const PASSWORD: &str = "a long password";

/// A server with Ida, whose ears are turned off. It ends with the test.
struct Server(Child, String);

impl Server {
    fn start(weir: &Weir) -> Self {
        let mut adds = weir.command(&["user", "add", "ida", "--set", "data_dir=data"]);
        let adds = adds.stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut adds = adds.expect("weir starts");
        let mut password = adds.stdin.take().expect("a pipe");
        writeln!(password, "{PASSWORD}").expect("a password");
        assert!(adds.wait().expect("an end").success());
        let mut serves = weir.command(&["serve", "--addr", "127.0.0.1:0"]);
        serves.args(["--set", "data_dir=data", "--set", "assistant.transcription.by=off"]);
        let mut serves = serves.stderr(Stdio::piped()).spawn().expect("weir starts");
        let mut told = BufReader::new(serves.stderr.take().expect("a pipe")).lines();
        let line = told.next().expect("a line").expect("text");
        let addr = line.strip_prefix("weir is at http://").unwrap_or_else(|| panic!("{line}"));
        let addr = addr.trim_end_matches('/').to_owned();
        // What else it says must go somewhere.
        std::thread::spawn(move || told.for_each(drop));
        Self(serves, addr)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().expect("the server is there");
        self.0.wait().expect("an end");
    }
}

/// Half a second of two silent voices, as a WAV file.
fn call(weir: &Weir) {
    let samples = [0_u8; 4 * 8_000];
    let mut file = b"RIFF".to_vec();
    file.extend((36 + samples.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    file.extend(16_000_u32.to_le_bytes());
    file.extend(64_000_u32.to_le_bytes());
    file.extend(b"\x04\0\x10\0data");
    file.extend((samples.len() as u32).to_le_bytes());
    file.extend(samples);
    std::fs::write(weir.path("call.wav"), file).expect("a file");
}

#[test]
fn what_cannot_be_a_call_is_refused_before_anything_is_sent() {
    let weir = Weir::new();
    call(&weir);
    for (arguments, words) in [
        (&["listen", "--stereo", "call.wav", "--user", "ida"][..], &["--consent", "agreed"][..]),
        (&["listen", "--stereo", "call.wav", "--consent"], &["--user"]),
        (&["listen", "--user", "ida", "--consent"], &["--agent", "--stereo"]),
        (&["listen", "--agent", "call.wav", "--user", "ida", "--consent"], &["--customer"]),
        (&["listen", "--stereo", "none.wav", "--user", "ida", "--consent"], &["none.wav"]),
    ] {
        weir.run(arguments).is_refused(2, words);
    }
}

#[test]
fn who_is_nobody_and_a_server_without_ears_are_told() {
    let weir = Weir::new();
    call(&weir);
    let server = Server::start(&weir);
    let (site, calls) = (format!("http://{}", server.1), format!("ws://{}/calls/ws", server.1));
    let listen = |password: &str| {
        let mut command = weir.command(&["listen", "--stereo", "call.wav", "--fast"]);
        command.args(["--user", "ida", "--consent", "--site", &site, "--server", &calls]);
        let output = command.env("WEIR_PASSWORD", password).output();
        Ran::from(output.expect("weir starts"))
    };
    let nobody = listen("another password");
    nobody.is_refused(2, &["nobody of this name and password"]);
    assert!(!nobody.err.contains("another password"), "{nobody:?}");
    listen(PASSWORD).is_refused(3, &["the server does not take the call", "turned off"]);
    drop(server);
    let mut gone = weir.command(&["listen", "--stereo", "call.wav", "--user", "ida", "--consent"]);
    let gone = gone.args(["--site", &site]).env("WEIR_PASSWORD", PASSWORD).output();
    Ran::from(gone.expect("weir starts")).is_refused(3, &["--site", "cannot be reached"]);
}

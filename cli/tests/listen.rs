//! `weir listen` from outside: what it refuses, and that it asks a real server.

mod common;

use std::io::Write;
use std::process::Stdio;

use common::server::Server;
use common::{Ran, Weir};

const PASSWORD: &str = "a long password";

/// A server with Ida, whose ears are turned off.
fn server(weir: &Weir) -> Server {
    let mut adds = weir.command(&["user", "add", "ida", "--set", "data_dir=data"]);
    let adds = adds.stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut adds = adds.expect("weir starts");
    let mut password = adds.stdin.take().expect("a pipe");
    writeln!(password, "{PASSWORD}").expect("a password");
    assert!(adds.wait().expect("an end").success());
    Server::start(weir, &["--set", "data_dir=data", "--set", "assistant.transcription.by=off"])
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
    let server = server(&weir);
    let (site, calls) =
        (format!("http://{}", server.addr), format!("ws://{}/calls/ws", server.addr));
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

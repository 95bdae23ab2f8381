//! What can be done to a WebSocket below its messages.

use std::time::Duration;

use futures_util::FutureExt;

use super::raw::{Raw, frame, head};
use super::{Attack, CUT_OFF, Fault, Finding, Ground};
use crate::lateness::milliseconds;

/// First bytes of frames: final, and what kind.
const TEXT: u8 = 0x81;
const TEXT_BEGINS: u8 = 0x01;
const GOES_ON: u8 = 0x00;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

/// What the module can do.
pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "oversized",
        what: "messages of 300 KiB, in one piece, in many, or by their word, end the connection",
        run: |ground| oversized(ground).boxed(),
    },
    Attack {
        name: "broken-frames",
        what: "frames that RFC 6455 forbids, unmasked ones among them, end the connection",
        run: |ground| broken(ground).boxed(),
    },
    Attack {
        name: "wrong-utf-8",
        what: "text that is none ends the connection",
        run: |ground| no_text(ground).boxed(),
    },
    Attack {
        name: "truncated",
        what: "connections that end within a frame are let go of",
        run: |ground| truncated(ground).boxed(),
    },
    Attack {
        name: "pings",
        what: "pings whose answers nobody reads cost nobody else anything",
        run: |ground| pings(ground).boxed(),
    },
];

/// Sends each of these on a connection of its own, which has to be ended for it.
async fn ends(ground: Ground, cases: Vec<(&str, Vec<u8>)>) -> Finding {
    let (count, mut longest) = (cases.len(), Duration::ZERO);
    for (name, bytes) in cases {
        let mut raw = Raw::upgraded(ground.addr).await?;
        // A server may close before it has read it all.
        let _ = raw.write(&bytes).await;
        let Some(took) = raw.closed_within(CUT_OFF).await else {
            let seconds = CUT_OFF.as_secs();
            return Err(Fault(format!("{name}: the connection was still there after {seconds} s")));
        };
        longest = longest.max(took);
    }
    let longest_ms = milliseconds(longest);
    Ok(format!("{count} connections ended, each within {longest_ms:.1} ms"))
}

async fn oversized(ground: Ground) -> Finding {
    let large = vec![b' '; 300 << 10];
    let mut pieces = frame(TEXT_BEGINS, &large[..64 << 10]);
    (0..8).for_each(|_| pieces.extend(frame(GOES_ON, &large[..64 << 10])));
    let cases = vec![
        ("300 KiB of text", frame(TEXT, &large)),
        ("300 KiB of bytes", frame(BINARY, &large)),
        ("576 KiB in pieces", pieces),
        ("a word of 4 EiB", head(TEXT, 1 << 62)),
        ("a word of 16 EiB", head(BINARY, u64::MAX)),
    ];
    ends(ground, cases).await
}

async fn broken(ground: Ground) -> Finding {
    let mut unmasked = vec![TEXT, 14];
    unmasked.extend(br#"{"do":"start"}"#);
    let mut twice = frame(TEXT_BEGINS, b"{");
    twice.extend(frame(TEXT_BEGINS, b"{"));
    let cases = vec![
        ("an unmasked frame", unmasked),
        ("a kind that there is not", frame(0x83, b"")),
        ("a control kind that there is not", frame(0x8f, b"")),
        ("reserved bits", frame(0xf1, b"{}")),
        ("a ping in pieces", frame(0x09, b"")),
        ("a ping of 126 bytes", frame(PING, &[0; 126])),
        ("a piece of nothing", frame(GOES_ON, b"{}")),
        ("a message within a message", twice),
        ("a close frame of one byte", frame(CLOSE, b"x")),
        ("a close code that there is not", frame(CLOSE, &[0, 1])),
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
    ];
    ends(ground, cases).await
}

async fn no_text(ground: Ground) -> Finding {
    let mut in_pieces = frame(TEXT_BEGINS, b"\xce\xba\xe1");
    in_pieces.extend(frame(0x80, b"\xbd\x29\xed\xa0\x80"));
    let cases = vec![
        ("bytes that begin nothing", frame(TEXT, b"\xff\xfe")),
        ("half a letter", frame(TEXT, b"{\"do\":\"\xc3")),
        ("a surrogate", frame(TEXT, b"{\"do\":\"\xed\xa0\x80\"}")),
        ("a letter in too many bytes", frame(TEXT, b"\xc0\xaf")),
        ("a surrogate in pieces", in_pieces),
    ];
    ends(ground, cases).await
}

async fn truncated(ground: Ground) -> Finding {
    let whole = frame(TEXT, &[b' '; 200]);
    let mut longest = Duration::ZERO;
    for length in [1, 2, 5, 9, 100] {
        let mut raw = Raw::upgraded(ground.addr).await?;
        raw.write(&whole[..length]).await?;
        raw.end().await?;
        let took = raw.closed_within(CUT_OFF).await;
        let words = || Fault(format!("after {length} bytes and an end it was not let go of"));
        longest = longest.max(took.ok_or_else(words)?);
    }
    Ok(format!("let go of within {:.1} ms", milliseconds(longest)))
}

async fn pings(ground: Ground) -> Finding {
    let mut raw = Raw::upgraded(ground.addr).await?;
    let many = frame(PING, &[7; 125]).repeat(100);
    for sent in 0..ground.flood {
        if raw.write(&many).await.is_err() {
            return Ok(format!("after {} pings the server took no more", 100 * sent));
        }
    }
    raw.end().await?;
    let took = raw.closed_within(CUT_OFF).await;
    let words = || Fault("a connection was still there that had ended after many pings".to_owned());
    let seconds = took.ok_or_else(words)?.as_secs_f64();
    let all = 100 * u64::from(ground.flood);
    Ok(format!("{all} pings taken, and let go of within {seconds:.2} s"))
}

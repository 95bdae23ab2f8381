//! What can be done before there is a WebSocket.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::try_join_all;

use super::raw::{Raw, upgrade};
use super::{Attack, CUT_OFF, Fault, Finding, Ground};

/// Time between two bytes of a slow request.
const DRIP: Duration = Duration::from_millis(400);

/// What the module can do.
pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "slowloris",
        what: "requests that come byte by byte are cut off within 15 s",
        run: |ground| slowloris(ground).boxed(),
    },
    Attack {
        name: "silent",
        what: "connections that ask for nothing are cut off within 15 s",
        run: |ground| held(ground, b"").boxed(),
    },
    Attack {
        name: "half-handshake",
        what: "requests for a WebSocket that stop half-way are cut off within 15 s",
        run: |ground| held(ground, b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgr").boxed(),
    },
    Attack {
        name: "kept-alive",
        what: "connections that have an answer and ask no more are cut off within 15 s",
        run: |ground| held(ground, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").boxed(),
    },
    Attack {
        name: "requests",
        what: "requests that are wrong, foreign or none are answered by 4xx or an end",
        run: |ground| requests(ground).boxed(),
    },
];

/// How long the last of many connections took to be cut off.
async fn cut_off<F: Future<Output = Cut>>(ground: Ground, each: impl Fn(Raw) -> F) -> Finding {
    let one = || async { each(Raw::open(ground.addr).await?).await };
    let took = try_join_all((0..ground.clients).map(|_| one())).await?;
    let longest = took.into_iter().max().unwrap_or_default().as_secs_f64();
    Ok(format!("{} cut off, the last after {longest:.1} s", ground.clients))
}

/// After how long a connection was cut off.
type Cut = Result<Duration, Fault>;

async fn slowloris(ground: Ground) -> Finding {
    let request = upgrade(ground.addr, &"X-Patience: a virtue\r\n".repeat(20));
    let request = request.as_str();
    cut_off(ground, |mut raw| async move {
        let begun = Instant::now();
        for byte in request.bytes() {
            // A server that has closed takes no byte.
            if raw.write(&[byte]).await.is_err() || raw.closed_within(DRIP).await.is_some() {
                return Ok(begun.elapsed());
            }
            if begun.elapsed() > CUT_OFF {
                break;
            }
        }
        Err(still_there(begun))
    })
    .await
}

async fn held(ground: Ground, bytes: &'static [u8]) -> Finding {
    cut_off(ground, |mut raw| async move {
        let begun = Instant::now();
        raw.write(bytes).await?;
        raw.closed_within(CUT_OFF).await.ok_or_else(|| still_there(begun))
    })
    .await
}

fn still_there(begun: Instant) -> Fault {
    let seconds = begun.elapsed().as_secs_f64();
    Fault(format!("a connection that gets nowhere was still there after {seconds:.0} s"))
}

/// Requests, each of which is to be turned away.
fn wrong(addr: SocketAddr) -> Vec<(&'static str, Vec<u8>)> {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\n\r\n").into_bytes();
    let whole = upgrade(addr, "");
    let changed = |from: &str, to: &str| whole.replace(from, to).into_bytes();
    vec![
        ("a page of another site", upgrade(addr, "Origin: http://elsewhere.example\r\n").into()),
        ("a page of a sandbox", upgrade(addr, "Origin: null\r\n").into()),
        ("no upgrade", get("/ws")),
        ("another method", changed("GET", "POST")),
        ("an old version", changed("Version: 13", "Version: 8")),
        ("no key", changed("Sec-WebSocket-Key", "X-Key")),
        ("a way out", get("/../../../../etc/passwd")),
        ("a way out in disguise", get("/%2e%2e/%2e%2e/%2e%2e/etc/passwd")),
        ("a way out through scenes", get("/api/scenes/..%2f..%2fCargo.toml")),
        ("a name that is no text", get("/api/scenes/%ff%fe")),
        ("a page that is not there", get(&format!("/{}", "a/".repeat(2000)))),
        ("a head without end", format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(1 << 20)).into()),
        ("headers without end", format!("GET / HTTP/1.1\r\n{}", "X: y\r\n".repeat(5000)).into()),
        ("a later HTTP", b"GET / HTTP/9.9\r\n\r\n".into()),
        ("zeros", vec![0; 512]),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".into()),
        (
            "two lengths",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
                .into(),
        ),
    ]
}

async fn requests(ground: Ground) -> Finding {
    let (mut answered, mut ended) = (0, 0);
    for (name, request) in wrong(ground.addr) {
        let mut raw = Raw::open(ground.addr).await?;
        // A server may close before it has read it all.
        let _ = raw.write(&request).await;
        let answer =
            raw.answer().await.map_err(|Fault(fault)| Fault(format!("{name}: {fault}")))?;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        match status.parse::<u16>() {
            Ok(400..500) => answered += 1,
            Ok(_) => return Err(Fault(format!("{name}: was answered by {status}"))),
            Err(_) => ended += 1,
        }
    }
    Ok(format!("{answered} answered by 4xx, {ended} ended without an answer"))
}

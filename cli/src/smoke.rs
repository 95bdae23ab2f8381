//! `weir smoke`: does a server do what it is for?

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use url::Url;
use weir_wire::{Picture, Receiver};
use weir_words::{Wish, Word};

use crate::failure::{Failure, GATE_FAILED};
use crate::output;

/// Look whether a server does what it is for: it is well, a scene runs, frames arrive, it is measured
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Where the server is, as its visitors know it
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// Look at this alone [default: at everything]
    #[arg(long, value_enum, value_name = "WHAT")]
    only: Vec<What>,
    /// What /metrics wants to be told [default: the environment's WEIR_METRICS__TOKEN]
    #[arg(long, value_name = "TOKEN")]
    metrics_token: Option<String>,
    /// Longest that anything may take, seconds
    #[arg(long, value_name = "S", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    patience: u64,
    /// Print one JSON object instead of lines
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir smoke                                       a server on this machine
  weir smoke https://weir.example                  one that has just been deployed
  weir smoke --only health http://127.0.0.1:8080   for a container that has no curl
  weir smoke https://weir.example --json | jq .checks

A run is opened, watched for a second, and closed; nothing is kept. Exits with 1 if something is
not as it should be.";

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// It lives, and is ready for visitors
    Health,
    /// The page and the network's description are there
    Page,
    /// A scene runs, and its frames arrive whole, in order, and move
    Water,
    /// Its numbers can be read
    Metrics,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Check {
    what: What,
    ok: bool,
    /// What was seen, or what was wrong.
    found: String,
    took_s: f64,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    url: &'a str,
    ok: bool,
    checks: Vec<Check>,
}

/// Frames that are waited for: half a second of water.
const FRAMES: u32 = 15;
/// The scene that is run.
const SCENE: &str = "funnel";

/// Runs the command.
///
/// # Errors
/// The URL is none of a server, or there is no runtime.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !matches!(args.url.scheme(), "http" | "https") || args.url.host().is_none() {
        let text = format!("URL: got {}, takes http:// or https:// and a host", args.url);
        return Err(Failure::BadInput(text).into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(look(args))?;
    if args.json {
        output::result(&serde_json::to_string(&report)?)?;
    } else {
        for Check { what, ok, found, took_s } in &report.checks {
            let what = what.to_possible_value().map_or(String::new(), |v| v.get_name().to_owned());
            let sign = if *ok { "ok" } else { "NOT" };
            output::result(&format!("{sign:4}{what:8} {found} ({took_s:.2} s)"))?;
        }
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::from(GATE_FAILED) })
}

async fn look(args: &Args) -> anyhow::Result<Report<'_>> {
    let patience = Duration::from_secs(args.patience);
    let client = reqwest::Client::builder().timeout(patience).build()?;
    let probe = Probe { client, args };
    let mut checks = Vec::new();
    for what in What::value_variants() {
        if !args.only.is_empty() && !args.only.contains(what) {
            continue;
        }
        let begun = Instant::now();
        let looked = async {
            match what {
                What::Health => probe.health().await,
                What::Page => probe.page().await,
                What::Water => probe.water().await,
                What::Metrics => probe.metrics().await,
            }
        };
        let late = || Err(format!("not within {} s", args.patience));
        let found = tokio::time::timeout(patience, looked).await.unwrap_or_else(|_| late());
        let ok = found.is_ok();
        let found = found.unwrap_or_else(|why| why);
        checks.push(Check { what: *what, ok, found, took_s: begun.elapsed().as_secs_f64() });
    }
    Ok(Report { url: args.url.as_str(), ok: checks.iter().all(|check| check.ok), checks })
}

struct Probe<'a> {
    client: reqwest::Client,
    args: &'a Args,
}

impl Probe<'_> {
    async fn get(&self, path: &str, token: Option<&str>) -> Result<String, String> {
        let url = self.args.url.join(path).map_err(|error| format!("{path}: {error}"))?;
        let request = self.client.get(url);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await.map_err(|error| format!("{path}: {}", causes(&error)))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| format!("{path}: {}", causes(&error)))?;
        if status.is_success() {
            return Ok(text);
        }
        let said: String = text.trim().chars().take(200).collect();
        Err(format!("{path}: {status}: {said}"))
    }

    async fn health(&self) -> Result<String, String> {
        self.get("/healthz", None).await?;
        self.get("/readyz", None).await?;
        Ok("lives, and is ready".to_owned())
    }

    async fn page(&self) -> Result<String, String> {
        let page = self.get("/", None).await?;
        if !page.contains("<canvas") {
            return Err("/: there is no canvas to draw on".to_owned());
        }
        let model = self.get("/api/model", None).await?;
        let model: serde_json::Value =
            serde_json::from_str(&model).map_err(|error| format!("/api/model: {error}"))?;
        let of = |key: &str| model[key].as_str().unwrap_or("?").to_owned();
        let sha256: String = of("sha256").chars().take(12).collect();
        Ok(format!("a page, and the network {} ({sha256})", of("name")))
    }

    async fn water(&self) -> Result<String, String> {
        let mut url = self.args.url.join("/ws").map_err(|error| error.to_string())?;
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme).map_err(|()| "no WebSocket there".to_owned())?;
        let (mut socket, _) = connect_async(url.as_str()).await.map_err(|e| format!("/ws: {e}"))?;
        for wish in [Wish::example(SCENE), Wish::Start] {
            let said = socket.send(Message::text(wish.text())).await;
            said.map_err(|error| format!("/ws: {error}"))?;
        }
        let mut receiver = Receiver::default();
        let mut first: Option<Picture> = None;
        let begun = Instant::now();
        loop {
            let message = socket.next().await.ok_or("/ws: the server closed it")?;
            match message.map_err(|error| format!("/ws: {error}"))? {
                Message::Text(text) => match serde_json::from_str(&text) {
                    Ok(Word::Refused { what, why }) => return Err(format!("{what}: {why}")),
                    Ok(Word::State { failure: Some(why), .. }) => return Err(why),
                    _ => {}
                },
                Message::Binary(bytes) => {
                    let frame = bytes.get(1..).unwrap_or_default();
                    let picture =
                        receiver.take(frame).map_err(|error| format!("a frame: {error}"))?;
                    let seen = Wish::Seen { stream: 0, number: picture.number };
                    let said = socket.send(Message::text(seen.text())).await;
                    said.map_err(|error| format!("/ws: {error}"))?;
                    let Some(first) = &first else {
                        first = Some(picture);
                        continue;
                    };
                    if picture.number.wrapping_sub(first.number) >= FRAMES {
                        let _ = socket.close(None).await;
                        return moved(first, &picture, begun.elapsed());
                    }
                }
                Message::Close(frame) => return Err(format!("/ws: closed: {frame:?}")),
                _ => {}
            }
        }
    }

    async fn metrics(&self) -> Result<String, String> {
        let set = std::env::var("WEIR_METRICS__TOKEN").ok();
        let token = self.args.metrics_token.as_ref().or(set.as_ref());
        let text = self.get("/metrics", token.map(String::as_str)).await?;
        for name in ["weir_build_info", "weir_model_info", "weir_predictions_total"] {
            if !text.lines().any(|line| line.starts_with(name)) {
                return Err(format!("/metrics: there is no {name}"));
            }
        }
        let count = text.lines().filter(|line| line.starts_with("# TYPE")).count();
        Ok(format!("{count} metrics"))
    }
}

/// What a half second of water was.
fn moved(first: &Picture, last: &Picture, took: Duration) -> Result<String, String> {
    if last.places.is_empty() {
        return Err("there is no water".to_owned());
    }
    if last.time_ms <= first.time_ms || last.places == first.places {
        return Err("the water does not move".to_owned());
    }
    let (simulated_s, took_s) =
        (f64::from(last.time_ms - first.time_ms) / 1000.0, took.as_secs_f64());
    let particles = last.places.len();
    Ok(format!("{particles} particles moved for {simulated_s:.2} s, in {took_s:.2} s"))
}

/// An error with its causes: that of a request alone says little.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

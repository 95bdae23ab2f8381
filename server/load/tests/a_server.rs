//! Each measurement against a server of its own: what it finds, not how fast.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use weir_load::{
    Engine, Failure, Heard, Outcome, Server, Trend, Viewer, Visitor, Whose, Wish, Word, hostile,
    idle, sessions, soak, stall, watch,
};
use weir_scene::{Advance, AdvanceError, Draw, Frame, Limits, Scene, Stroke};
use weir_server::config::{LimitsConfig, RateConfig};
use weir_server::{App, Config, Content, Engines, Reference};
use weir_surrogate::{Model, device};

/// A server without a solver, on a port of its own.
struct Here {
    server: Server,
    closing: CancellationToken,
}

impl Here {
    async fn start() -> Self {
        Self::with(Arc::new(|_: &_| Err("there is no solver here".to_owned()))).await
    }

    async fn with(reference: Reference) -> Self {
        let device = device::open("flex").expect("a processor");
        let model = Model::open("default", &device).expect("a model");
        let scenes = Limits { particles: 12_000, strokes: 50, text_bytes: 256 << 10, ..small() };
        let engines = Engines::new(model, Vec::new(), reference).expect("a network that runs");
        // All visitors come from one address, and shall be borne, not sent away.
        let many = NonZeroU32::MAX;
        let limits = LimitsConfig {
            scenes,
            connections_per_client: NonZeroUsize::MAX,
            visits_per_client: NonZeroUsize::MAX,
            requests: RateConfig { per_second: many, burst: many },
            ..LimitsConfig::default()
        };
        let config = Config { limits, ..Config::default() };
        let content = Content::load().expect("content");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Server::here(listener.local_addr().expect("an address"));
        let app = App::new(engines, config, &content).expect("a thread");
        let closing = app.closing.clone();
        tokio::spawn(weir_server::serve(listener, app, 256));
        Self { server, closing }
    }

    fn addr(&self) -> SocketAddr {
        self.server.addr
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Water that takes its time: a tenth of a second for each frame of a sixtieth.
struct Slow(f64);

impl Advance for Slow {
    fn frame_dt_s(&self) -> f64 {
        1.0 / 60.0
    }

    fn snapshot(&self, frame: &mut Frame) {
        *frame = Frame { time_s: self.0, ..Frame::default() };
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        std::thread::sleep(Duration::from_millis(100));
        self.0 += self.frame_dt_s();
        self.snapshot(frame);
        Ok(())
    }
}

impl Draw for Slow {
    fn add_stroke(&mut self, _stroke: &Stroke) -> Result<u32, String> {
        Ok(0)
    }

    fn erase_stroke(&mut self, _id: u32) -> Result<(), String> {
        Ok(())
    }
}

/// What strangers may bring.
fn small() -> Limits {
    Limits {
        cells: 1 << 14,
        cells_a_side: 256,
        waters: 32,
        points: 20_000,
        stroke_points: 2_000,
        ..Limits::default()
    }
}

/// The server is in this process.
fn ours() -> Whose {
    Whose { pid: Some(std::process::id()), find: false }
}

fn quiet(_: &str) {}

/// As a script would read it.
fn json(outcome: &impl Outcome) -> serde_json::Value {
    serde_json::to_value(outcome).expect("numbers and strings")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watchers_get_frames_of_all_kinds_that_they_are_due() {
    let here = Here::start().await;
    let mut options = watch::Options {
        clients: 5,
        seconds: 3,
        example: "cascade".to_owned(),
        p99_ms: None,
        missed: None,
    };
    let report = watch::run(&here.server, &options, &quiet).await.expect("a report");
    assert_eq!((report.clients, report.lost), (5, 0));
    assert!(report.broken.is_empty(), "{:?}", report.broken);
    assert!(report.water.frames > 0 && report.water.late_ms.p50 >= 0.0);
    let counted = report.alone.frames + report.first.frames + report.next.frames;
    assert_eq!(counted, report.water.frames);
    assert!(report.next.bytes_per_frame > 100.0, "water is in them");
    assert!(json(&report)["water"]["late_ms"]["p99"].is_number());
    (options.p99_ms, options.seconds) = (Some(-1.0), 1);
    let judged = watch::run(&here.server, &options, &quiet).await.expect("a report");
    assert_eq!(judged.broken().len(), 1, "no lateness is below zero: {:?}", judged.broken());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_stay_and_are_counted() {
    let here = Here::start().await;
    let options = idle::Options { clients: 40, seconds: 1, kb_each: None, whose: ours() };
    let report = idle::run(&here.server, &options, &quiet).await.expect("a report");
    assert_eq!((report.opened, report.stayed), (40, 40), "{:?}", report.lost_why);
    assert!(report.at_bytes > Some(0) && report.bytes_each.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_are_added_until_all_that_were_asked_for_are_there() {
    let here = Here::start().await;
    let options = sessions::Options {
        clients: 1,
        seconds: 2,
        example: "still-pool".to_owned(),
        at_least: Some(2),
    };
    let report = sessions::run(&here.server, &options, &quiet).await.expect("a report");
    assert_eq!(report.steps.len(), 1);
    assert!(report.steps[0].slowest > 0.0, "time passes in it");
    assert_eq!(report.broken.len(), 1, "one is fewer than two");
    let unknown = sessions::Options { example: "stil-pool".to_owned(), ..options };
    let refused = sessions::run(&here.server, &unknown, &quiet).await.expect_err("a typing error");
    assert!(matches!(&refused, Failure::Refused { why, .. } if why.contains("still-pool")));
    assert_eq!(refused.exit_code(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stalls_takes_no_water_from_who_does_not() {
    let here = Here::start().await;
    let options = stall::Options {
        clients: 3,
        stalled: 2,
        seconds: 2,
        example: "cascade".to_owned(),
        worse_ms: None,
        whose: ours(),
    };
    let report = stall::run(&here.server, &options, &quiet).await.expect("a report");
    assert!(report.broken.is_empty(), "{:?}", report.broken);
    for part in [report.before, report.silent, report.deaf] {
        assert!(part.water.frames > 3 && part.most_bytes > Some(0), "{part:?}");
    }
}

fn manners(only: &[&str]) -> hostile::Options {
    hostile::Options {
        only: only.iter().map(ToString::to_string).collect(),
        list: false,
        seed: 3,
        cases: 300,
        clients: 4,
        flood: 160,
        late_ms: 60_000.0,
        missed: 1.0,
        example: "still-pool".to_owned(),
        whose: ours(),
    }
}

async fn all_are_borne(only: &[&str]) {
    let here = Here::start().await;
    let options = manners(only);
    let report = hostile::run(&here.server, &options, &quiet).await.expect("a report");
    assert_eq!(report.verdicts.len(), only.len());
    assert!(report.broken.is_empty(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_nowhere_is_cut_off() {
    all_are_borne(&["slowloris", "silent", "half-handshake", "kept-alive", "requests"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_may_not_be_end_the_connection() {
    all_are_borne(&["oversized", "broken-frames", "wrong-utf-8", "truncated", "pings"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused() {
    all_are_borne(&["no-json", "binary", "deep-json", "numbers", "scenes", "mutations"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_are_borne() {
    all_are_borne(&["strokes", "long-strokes", "steps", "switches", "openings", "comings"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_no_answers_is_hung_up_on() {
    all_are_borne(&["unread"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visits_are_made_and_memory_is_written_down() {
    let here = Here::start().await;
    let csv = std::env::temp_dir().join(format!("weir-load-{}.csv", std::process::id()));
    let options = soak::Options {
        clients: 2,
        minutes: 0.05,
        visit_s: 0.2,
        every_s: 0.1,
        // Between the first sample and the second, however slow the machine.
        settle_s: 0.05,
        example: "funnel".to_owned(),
        csv: Some(csv.clone()),
        mb_per_hour: None,
        whose: ours(),
    };
    let report = soak::run(&here.server, &options, &quiet).await.expect("a report");
    assert!(report.visits > 0 && report.failed == 0, "{:?}", report.failed_why);
    let written = std::fs::read_to_string(&csv).expect("samples");
    std::fs::remove_file(&csv).expect("it is ours");
    assert_eq!(written.lines().count(), 1 + report.samples);
    assert_eq!(written.lines().next(), Some("elapsed_s,resident_bytes,visits"));
    // How many samples count is the allocator's affair; the slope is that of what was written.
    let settled: Vec<(f64, f64)> = written
        .lines()
        .skip(1)
        .map(|row| row.split(',').map(|field| field.parse().expect("a number")).collect())
        .map(|row: Vec<f64>| (row[0], row[1]))
        .filter(|(elapsed_s, _)| *elapsed_s >= options.settle_s)
        .collect();
    match (report.bytes_per_hour, Trend::through(&settled)) {
        (Some(told), Some(per_s)) => {
            // Times are written to a millisecond.
            let near = 0.01 * (told.slope.abs() + told.interval[1] - told.interval[0]);
            assert!((told.slope - 3600.0 * per_s.slope).abs() <= near, "{told:?}, {per_s:?}");
        }
        (told, written) => assert_eq!(told.is_some(), written.is_some(), "{settled:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_can_be_used_in_tests_of_others() {
    let here = Here::start().await;
    let mut owner = Visitor::enter(here.addr()).await.expect("a server");
    let run = owner.sit(&Wish::example("funnel")).await.expect("a run");
    let guest = Viewer::watch(here.addr(), &run).await.expect("the same run");
    owner.say(&Wish::Step).await.expect("a line");
    loop {
        match owner.hear().await.expect("a line") {
            Heard::Frame(came) if came.head.time_ms > 0 => break,
            Heard::Frame(_) | Heard::Word(_) => {}
        }
    }
    owner.say(&Wish::Erase { line: 999 }).await.expect("a line");
    let why = owner.word("a refusal", |word| match word {
        Word::Refused { why, .. } => Some(why),
        _ => None,
    });
    assert!(why.await.expect("an answer").contains("999"));
    owner.go().await;
    while guest.is_there() {
        tokio::task::yield_now().await;
    }
    let ended = guest.go().await.expect_err("the run is over");
    assert!(ended.to_string().contains("the run has ended"), "{ended}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn water_that_is_too_slow_holds_up_neither_frames_nor_words() {
    let slow = |_: &Scene| Ok(Box::new(Slow(0.0)) as Box<dyn Draw>);
    let here = Here::with(Arc::new(slow)).await;
    let mut visitor = Visitor::enter(here.addr()).await.expect("a server");
    let example = Some("funnel".to_owned());
    let open = Wish::Open { scene: None, example, engine: Engine::Reference };
    visitor.sit(&open).await.expect("a run");
    visitor.say(&Wish::Speed { to: 4.0 }).await.expect("a line");
    visitor.say(&Wish::Start).await.expect("a line");
    let mut heads = Vec::new();
    while heads.len() < 8 {
        if let Heard::Frame(came) = visitor.hear().await.expect("a line") {
            heads.push(came.head);
        }
    }
    let (first, last) = (heads[2], heads[7]);
    let beats = last.number - first.number;
    assert!(last.time_ms - first.time_ms <= 17 * beats + 1, "one frame a beat: {heads:?}");
    // Words that are heard one a beat would be heard over forty frames.
    for _ in 0..40 {
        visitor.say(&Wish::Speed { to: 3.0 }).await.expect("a line");
    }
    visitor.say(&Wish::Erase { line: 999 }).await.expect("a line");
    let mut latest = last.number;
    loop {
        match visitor.hear().await.expect("a line") {
            Heard::Frame(came) => latest = came.head.number,
            Heard::Word(Word::Refused { .. }) => break,
            Heard::Word(_) => {}
        }
    }
    assert!(latest - last.number < 20, "{} beats", latest - last.number);
}

#[tokio::test]
async fn no_server_and_no_leave_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    drop(listener);
    let options = idle::Options { clients: 1, seconds: 1, kb_each: None, whose: Whose::default() };
    let nobody = idle::run(&Server::here(addr), &options, &quiet).await.expect_err("nobody");
    assert_eq!(nobody.exit_code(), 3, "{nobody}");
    let elsewhere = Server::here(SocketAddr::from(([192, 0, 2, 1], 80)));
    let refused = idle::run(&elsewhere, &options, &quiet).await.expect_err("not ours");
    assert_eq!(refused.exit_code(), 2, "{refused}");
}

//! A real server in this process, and a wire to it that can be cut.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::runtime::Runtime;
use weir_scene::Scene;
use weir_server::config::TlsMode;
use weir_server::{App, Change, Config, Content, Deed, Engine, Engines, RunId, Seat, Stage, Tls};

/// A server without a solver. It closes when this is dropped.
pub struct Here {
    pub addr: SocketAddr,
    stage: Stage,
    closing: Box<dyn Fn()>,
    runtime: Option<Runtime>,
}

impl Here {
    /// On a port of its own.
    pub fn start() -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// On this port.
    pub fn at(addr: SocketAddr) -> Self {
        Self::with(addr, Config::default())
    }

    /// With a certificate that nobody has signed, kept in a folder.
    pub fn secure(folder: &Path) -> Self {
        let mut config = Config { data_dir: folder.to_owned(), ..Config::default() };
        config.tls.mode = TlsMode::SelfSigned;
        Self::with(SocketAddr::from(([127, 0, 0, 1], 0)), config)
    }

    fn with(addr: SocketAddr, config: Config) -> Self {
        let runtime = Runtime::new().expect("threads");
        let none = Arc::new(|_: &Scene| Err("there is no solver here".to_owned()));
        let engines = Engines::new(super::common::model(), Vec::new(), none).expect("a network");
        let content = Content::load().expect("content");
        let (app, listener) = runtime.block_on(async {
            let mut app = App::new(engines, config, &content).expect("a thread");
            app.tls = Tls::start(&app.config, &app.closing).expect("a certificate");
            (app, tokio::net::TcpListener::bind(addr).await.expect("a port"))
        });
        let addr = listener.local_addr().expect("an address");
        let (stage, token) = (app.stage.clone(), app.closing.clone());
        runtime.spawn(weir_server::serve(listener, app, 64));
        Self { addr, stage, closing: Box::new(move || token.cancel()), runtime: Some(runtime) }
    }

    fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("it runs").block_on(work)
    }

    /// A seat before a run, without a window.
    pub fn seat(&self, run: &str) -> Seat {
        let run: RunId = run.parse().expect("a run's name");
        self.block_on(self.stage.join(run)).expect("the run")
    }

    /// A run that somebody else has opened.
    pub fn open(&self, scene: Scene) -> Seat {
        self.block_on(self.stage.open(scene, Engine::Network)).expect("a run")
    }

    /// Somebody else does something to it.
    pub fn act(&self, run: RunId, change: Change) {
        self.block_on(self.stage.act(run, Deed::Change(change))).expect("it can be done");
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        (self.closing)();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(10));
        }
    }
}

/// A wire to a server.
pub struct Wire {
    pub addr: SocketAddr,
    is_cut: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("an address");
        let (is_cut, ends) =
            (Arc::<AtomicBool>::default(), Arc::<Mutex<Vec<TcpStream>>>::default());
        let wire = Self { addr, is_cut: Arc::clone(&is_cut), ends: Arc::clone(&ends) };
        thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.expect("a connection");
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let far = TcpStream::connect(server).expect("the server");
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let clone = |end: &TcpStream| end.try_clone().expect("a socket");
                    ends.lock().expect("no panic").push(clone(from));
                    let (from, to) = (clone(from), clone(to));
                    thread::spawn(move || pass(from, to));
                }
            }
        });
        wire
    }

    /// Cuts it, or mends it: who is connected is not any more.
    pub fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
        for end in self.ends.lock().expect("no panic").drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 4096];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..n]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

//! Water that a server moves: a visitor's end of `docs/PROTOCOL.md` as a [`Worker`].
//!
//! Nothing here waits and nothing works on a thread: whenever the window looks, what has come
//! meanwhile is taken from the line. So it is the same on a desk and in a browser.
//!
//! | | |
//! |---|---|
//! | [`address`] | where a server is, and which of its runs is meant |
//! | [`link`] | the WebSocket, and another try when it breaks |
//! | [`session`] | the run: what is asked of it, and what it answers |
//! | [`sketch`], [`lines`] | what is drawn, and which lines both ends have |
//! | [`stream`] | frames: from bytes to water, and when each is shown |
//! | [`maps`] | what is looked at inside its network |
//! | [`busy`] | how busy the server is |

pub mod address;
pub mod busy;
pub mod lines;
pub mod link;
pub mod maps;
pub mod session;
pub mod sketch;
pub mod stream;

use std::cell::RefCell;

use weir_words::Engine;

use crate::engine::Maker;
use crate::worker::{Latest, Moment, News, Order, Start, Worker};
use address::{Address, Run};
use maps::Sheet;
use session::{Aim, Session};

/// Water that a server moves.
pub struct Remote {
    name: String,
    session: RefCell<Session>,
}

impl Remote {
    /// Begins to connect; whatever comes of that is in what it shows.
    fn begin(
        name: &str,
        address: &Address,
        aim: &Aim,
        atlas: &[Sheet],
        start: Start<'_>,
    ) -> Box<dyn Worker> {
        let session = Session::new(address.clone(), aim.clone(), atlas.to_vec(), start);
        Box::new(Self { name: name.to_owned(), session: RefCell::new(session) })
    }
}

impl Worker for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn order(&self, order: Order) {
        self.session.borrow_mut().obey(order);
    }

    fn latest(&self) -> Latest {
        let mut session = self.session.borrow_mut();
        session.go_on();
        session.latest().clone()
    }

    fn take_moments(&self) -> Vec<Moment> {
        self.session.borrow_mut().take_moments()
    }

    fn step_s(&self) -> f64 {
        f64::from(weir_words::STEP) / 60.0
    }

    fn take_news(&self) -> Option<News> {
        self.session.borrow_mut().take_news()
    }
}

/// Water on servers.
impl Maker {
    /// What is drawn, moved by the network and by the solver of a server. Without an `atlas` of
    /// that network nothing is seen of its insides.
    pub fn on_server(address: &Address, atlas: &[Sheet]) -> [Self; 2] {
        [("network", Engine::Network), ("solver", Engine::Reference)].map(|(what, engine)| {
            let (address, aim) = (address.clone(), Aim::Open(engine));
            let atlas = atlas.to_vec();
            Self::elsewhere(format!("{what} on {address}"), move |name, start| {
                Ok(Remote::begin(name, &address, &aim, &atlas, start))
            })
        })
    }

    /// A run that is on a server already. The scene becomes its own.
    pub fn watched(address: &Address, run: &Run) -> Self {
        let (Run::Named(name) | Run::Kept(name)) = run;
        // A key is nobody's business.
        let name = if matches!(run, Run::Kept(_)) { "my run" } else { name };
        let (address, aim) = (address.clone(), Aim::Join(run.clone()));
        Self::elsewhere(format!("{name} on {address}"), move |name, start| {
            Ok(Remote::begin(name, &address, &aim, &[], start))
        })
    }
}

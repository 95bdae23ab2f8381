//! What moves the water takes a while to be made: lines are laid onto a grid, and a
//! solver does that more than once. A plan has all that is needed, so that it is made on a
//! thread that nobody's water waits for.

use std::sync::Arc;

use weir_scene::{Draw, Frame, Scene};
use weir_surrogate::Surrogate;

use crate::engine::{Engine, Engines};
use crate::guard::Guard;

/// What moves one stream of frames.
pub enum Mover {
    /// The network, which moves many at once.
    Network(Box<Surrogate>),
    /// Anything else.
    Other(Box<dyn Draw>),
}

impl Mover {
    /// As what it is to those who draw.
    pub fn drawn(&mut self) -> &mut dyn Draw {
        match self {
            Self::Network(surrogate) => &mut **surrogate,
            Self::Other(other) => &mut **other,
        }
    }
}

/// A mover and its latest frame.
pub struct Stream {
    /// What moves it.
    pub mover: Mover,
    /// How it is now.
    pub frame: Frame,
}

/// Movers that are still to be made, of a run as it was at a certain time.
pub struct Plan {
    /// What they are made with.
    pub engines: Arc<Engines>,
    /// Which ones.
    pub engine: Engine,
    /// What the network is as.
    pub checkpoint: Option<usize>,
    /// The scene with its lines.
    pub scene: Scene,
    /// How often the run had been changed.
    pub version: u64,
}

/// Movers that are made, each at the beginning of its scene.
pub struct Built {
    /// What they were made with.
    pub engines: Arc<Engines>,
    /// What the network is as.
    pub checkpoint: Option<usize>,
    /// Which ones.
    pub engine: Engine,
    /// The network's, the reference's, or both.
    pub streams: Vec<Stream>,
    /// Who looks at the network's water, if one moves it.
    pub guard: Option<Guard>,
    /// The plan's.
    pub version: u64,
}

impl Plan {
    /// Makes them.
    ///
    /// # Errors
    /// One refuses the scene, in words for the visitor.
    pub fn build(self) -> Result<Built, String> {
        let Self { engines, engine, checkpoint, scene, version } = self;
        let network = || -> Result<Mover, String> {
            let model = engines.network(checkpoint)?.clone();
            let surrogate = Surrogate::new(model, &scene);
            Ok(Mover::Network(Box::new(surrogate.map_err(|error| error.to_string())?)))
        };
        let reference = || (engines.reference)(&scene).map(Mover::Other);
        let movers: Vec<Mover> = match engine {
            Engine::Network => vec![network()?],
            Engine::Reference => vec![reference()?],
            Engine::Both => vec![network()?, reference()?],
        };
        let stream = |mut mover: Mover| {
            let mut frame = Frame::default();
            mover.drawn().snapshot(&mut frame);
            Stream { mover, frame }
        };
        let streams: Vec<Stream> = movers.into_iter().map(stream).collect();
        // The network's is the first.
        let guard = streams.first().and_then(|Stream { mover, frame }| match mover {
            Mover::Network(surrogate) => {
                let mut guard = Guard::new(&scene, surrogate.bed().grid().cell_m);
                // How it begins is the scene's, whatever is wrong with it.
                let _ = guard.see(frame);
                Some(guard)
            }
            Mover::Other(_) => None,
        });
        Ok(Built { engines, checkpoint, engine, streams, guard, version })
    }
}

//! What weir costs, with a peer beside it in the same run.
//!
//! The load is [`dam_break`]; the peer is salva2d ([`peer::Peer`]), on the same
//! lattice of particles, in the same box, on the same threads. `cargo bench -p
//! weir-benches` times both and writes a [`summary`] and a [`figure`].
//!
//! The network has a bench of its own ([`network`]), with the solver and burn's own
//! convolutions ([`convolution`]) beside it; so have the frames that are streamed
//! ([`stream`]), and the solver ([`card`]) and the network ([`sessions`]) on a graphics card.

pub mod card;
pub mod convolution;
pub mod dam_break;
pub mod figure;
pub mod measure;
pub mod network;
pub mod network_summary;
pub mod peer;
pub mod sessions;
pub mod stream;
pub mod summary;

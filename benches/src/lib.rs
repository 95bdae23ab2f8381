//! What weir costs, with a peer beside it in the same run.
//!
//! The load is [`dam_break`]; the peer is salva2d ([`peer::Peer`]), on the same
//! lattice of particles, in the same box, on the same threads. `cargo bench -p
//! weir-benches` times both and writes a [`summary`] and a [`figure`].

pub mod dam_break;
pub mod figure;
pub mod measure;
pub mod peer;
pub mod summary;

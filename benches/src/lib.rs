//! Shared loads of the benches.

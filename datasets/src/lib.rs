//! Files of water.

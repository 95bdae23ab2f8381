//! Which server is visited, and that it is one's own.

use std::net::SocketAddr;

use crate::failure::Failure;

/// Where the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct Server {
    /// Where `weir serve` listens
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080", global = true)]
    pub addr: SocketAddr,
    /// The server is mine or I have been asked: allows addresses beyond this machine
    #[arg(long, global = true)]
    pub this_server_is_mine: bool,
}

impl Server {
    /// A server on this machine.
    #[must_use]
    pub fn here(addr: SocketAddr) -> Self {
        Self { addr, this_server_is_mine: false }
    }

    /// Its address, if it may be loaded.
    ///
    /// # Errors
    /// It is somebody else's, for all that is known.
    pub fn allowed(&self) -> Result<SocketAddr, Failure> {
        if self.this_server_is_mine || self.addr.ip().to_canonical().is_loopback() {
            return Ok(self.addr);
        }
        Err(Failure::BadInput(format!(
            "--addr: got {}, takes an address of this machine (127.0.0.1, [::1]); \
             to load a server elsewhere, say --this-server-is-mine",
            self.addr
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loaded_unless_one_says_so() {
        let server = |addr: &str| Server::here(addr.parse().expect("an address"));
        for here in ["127.0.0.1:80", "127.9.9.9:1", "[::1]:8080", "[::ffff:127.0.0.1]:80"] {
            assert!(server(here).allowed().is_ok(), "{here}");
        }
        for there in ["192.0.2.1:80", "0.0.0.0:80", "[2001:db8::1]:80", "[::ffff:192.0.2.1]:80"] {
            let mut server = server(there);
            let refused = server.allowed().expect_err("is not ours");
            assert_eq!(refused.exit_code(), 2);
            server.this_server_is_mine = true;
            assert!(server.allowed().is_ok(), "{there}");
        }
    }
}

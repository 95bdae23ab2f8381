//! Who asks: the other end of a connection, or who a trusted proxy says it is.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

use crate::config::{Config, TrustedHeader};

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// An address to whom something is counted: all of a /64 of IPv6 is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client(pub IpAddr);

impl Client {
    /// Of an address.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        })
    }

    /// Who asks with these headers. What a header says counts only where a trusted proxy wrote
    /// it: entries are read from the last on, for as long as trusted proxies wrote them.
    pub fn asking(headers: &HeaderMap, peer: Peer, config: &Config) -> Self {
        let mut address = peer.0.ip().to_canonical();
        if !is_trusted(address, &config.trusted_proxies) {
            return Self::of(address);
        }
        let said = match config.trusted_header {
            TrustedHeader::XForwardedFor => {
                entries(headers, HeaderName::from_static("x-forwarded-for"))
            }
            TrustedHeader::Forwarded => entries(headers, header::FORWARDED),
        };
        for entry in said.iter().rev() {
            let told = match config.trusted_header {
                TrustedHeader::XForwardedFor => address_of(entry),
                TrustedHeader::Forwarded => forwarded_for(entry).and_then(address_of),
            };
            let Some(told) = told else { break };
            address = told.to_canonical();
            if !is_trusted(address, &config.trusted_proxies) {
                break;
            }
        }
        Self::of(address)
    }
}

/// Whether this is one of these proxies.
pub fn is_trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|network| network.contains(&address.to_canonical()))
}

/// All entries of a list that may stand in more than one line.
fn entries(headers: &HeaderMap, name: HeaderName) -> Vec<&str> {
    let lines = headers.get_all(name).iter();
    // A line that is no text is an entry that nobody can read.
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(str::trim).collect()
}

/// The address of an entry, which may have a port.
fn address_of(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// What stands at `for` in an element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<&str> {
    let value = element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then_some(value)
    })?;
    Some(value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn asking(
        peer: &str,
        trusted: &[&str],
        header: TrustedHeader,
        lines: &[&'static str],
    ) -> String {
        let trusted_proxies = trusted.iter().map(|net| net.parse().expect("a network")).collect();
        let config = Config { trusted_proxies, trusted_header: header, ..Config::default() };
        let name = match header {
            TrustedHeader::XForwardedFor => "x-forwarded-for",
            TrustedHeader::Forwarded => "forwarded",
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_static(line));
        }
        let peer = Peer(SocketAddr::new(peer.parse().expect("an address"), 1));
        Client::asking(&headers, peer, &config).0.to_string()
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let x = TrustedHeader::XForwardedFor;
        let ten: &[&str] = &["10.0.0.0/8", "fd00::/8"];
        for (peer, lines, who) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // The first entry is what the client itself sent.
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8:1:2:3:4:5:6]:99"], "2001:db8:1:2::"),
        ] {
            assert_eq!(asking(peer, ten, x, lines), who, "{peer} {lines:?}");
        }
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_the_trusted_one() {
        let f = TrustedHeader::Forwarded;
        for (lines, who) in [
            (&["for=198.51.100.1;proto=https"][..], "198.51.100.1"),
            (&["for=1.1.1.1, proto=https; For=\"[2001:db8::7]:80\""], "2001:db8::"),
            (&["for=1.1.1.1", "for=_hidden"], "10.0.0.1"),
        ] {
            assert_eq!(asking("10.0.0.1", &["10.0.0.0/8"], f, lines), who, "{lines:?}");
        }
    }

    #[test]
    fn neighbours_in_a_network_of_ipv6_are_one() {
        let of = |text: &str| Client::of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("198.51.100.1"), of("198.51.100.2"));
    }
}

//! Values that the libraries read with messages that do not say what was got.

use std::fmt::Display;
use std::net::SocketAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

const ADDRESS: &str = "an address and a port, such as 127.0.0.1:8080 or [::]:443";
const NETWORK: &str = "a network, such as 10.0.0.0/8";

fn parsed<T: FromStr<Err: Display>, E: Error>(text: &str, takes: &str) -> Result<T, E> {
    text.parse().map_err(|error| E::custom(format!("got {text:?}, takes {takes}: {error}")))
}

/// Where to listen.
pub fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    parsed(&String::deserialize(from)?, ADDRESS)
}

/// Where to listen, perhaps.
pub fn some_address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    address(from).map(Some)
}

/// Networks, in a list.
pub fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|text| parsed(text, NETWORK)).collect()
}

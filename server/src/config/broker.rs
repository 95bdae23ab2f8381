//! The broker over which servers show each other's runs.

use async_nats::ServerAddr;
use serde::{Deserialize, Serialize};

use crate::config::Secret;

/// Most characters of a name.
const LONGEST: usize = 100;

/// A NATS server, by which visitors of one server watch runs of another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrokerConfig {
    /// `nats://host:4222`, or `tls://` where it is encrypted; some of one cluster between commas.
    /// Empty for none.
    pub url: String,
    /// What this server is called there; the name of its machine and a random end if it is empty.
    pub name: String,
    /// Who it is to the broker; empty where that asks nobody.
    pub user: String,
    /// The user's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// In place of a user: a word that the broker takes from everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
}

impl BrokerConfig {
    /// Whether there is one.
    pub fn is_on(&self) -> bool {
        !self.url.is_empty()
    }

    /// Where the broker is.
    ///
    /// # Errors
    /// The URL is none, in words that do not repeat a password.
    pub(crate) fn servers(&self) -> Result<Vec<ServerAddr>, String> {
        let server = |url: &str| {
            let url = url.trim();
            if url.contains('@') {
                // It is not repeated: what stands before the @ may be a password.
                return Err("takes no user in the URL: see broker.user".to_owned());
            }
            let rest = url.strip_prefix("nats://").or_else(|| url.strip_prefix("tls://"));
            let server = rest.filter(|rest| !rest.is_empty()).and(url.parse().ok());
            server.ok_or_else(|| format!("got {url:?}, takes nats:// or tls:// and a host"))
        };
        self.url.split(',').map(server).collect()
    }

    /// The first key whose value is wrong, or wrong beside the others, and why.
    pub(super) fn fault(&self) -> Option<(&'static str, String)> {
        if !self.is_on() {
            return None;
        }
        let fault = |key, why: &str| Some((key, why.to_owned()));
        if let Err(why) = self.servers() {
            return Some(("broker.url", why));
        }
        if self.name.chars().count() > LONGEST || self.name.chars().any(char::is_control) {
            return fault("broker.name", "takes at most 100 characters, and no control characters");
        }
        match (self.user.is_empty(), &self.password, &self.token) {
            (true, Some(_), _) => fault("broker.password", "takes a broker.user to be of"),
            (false, None, _) => fault("broker.user", "takes a broker.password"),
            (false, _, Some(_)) => fault("broker.token", "takes no broker.user beside it"),
            _ => None,
        }
    }

    /// What this server is called: as it is set, or the name of its machine and a random end, so
    /// that two on one machine differ.
    pub(crate) fn called(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let machine = machine.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
        let machine: String =
            machine.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        let end = uuid::Uuid::new_v4().as_u64_pair().1 as u16;
        format!("{}-{end:04x}", if machine.is_empty() { "weir" } else { &machine })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_a_name_is_called_like_its_machine_and_like_no_other() {
        let config = BrokerConfig::default();
        let (one, other) = (config.called(), config.called());
        assert_eq!(one.rsplit_once('-').map(|(_, end)| end.len()), Some(4));
        assert_ne!(one, other);
        let named = BrokerConfig { name: "left".to_owned(), ..config };
        assert_eq!(named.called(), "left");
    }

    #[test]
    fn where_the_broker_is_may_be_several_places() {
        let of = |url: &str| BrokerConfig { url: url.to_owned(), ..BrokerConfig::default() };
        let servers = of("nats://a:4222, tls://b:4223").servers().expect("two");
        assert_eq!(servers.iter().map(ServerAddr::port).collect::<Vec<_>>(), [4222, 4223]);
        for url in ["a:4222", "ws://a", "nats://", "nats://a,,nats://b", "http://a"] {
            assert!(of(url).servers().expect_err(url).contains("takes nats://"), "{url}");
        }
        let why = of("nats://me:hunter2@a").servers().expect_err("a user");
        assert!(why.contains("broker.user") && !why.contains("hunter2"), "{why}");
    }
}

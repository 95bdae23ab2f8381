//! How a server is set up: every key, its default, and what it takes.
//!
//! [`Layers`] says where values come from; `weir.example.toml` shows them all.

mod broker;
mod layers;
mod limits;
mod operation;
mod read;

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use weir_assistant::AssistantConfig;

pub use broker::BrokerConfig;
pub use layers::{ConfigError, Layers};
pub use limits::{LimitsConfig, RateConfig, STRANGERS};
pub use operation::{AuditConfig, DriftConfig, RegistryConfig};
pub use weir_providers::Secret;

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    #[serde(deserialize_with = "read::address")]
    pub addr: SocketAddr,
    /// The network: `default`, which comes with weir, or a model's folder.
    pub model: String,
    /// What computes it: flex, and wgpu or cuda where the build has them.
    pub device: String,
    /// Where drawings of visitors and certificates go. It is made when something is first kept there.
    pub data_dir: PathBuf,
    /// The folder of the window as a page, which `viewer/web/build` makes. Without one there is
    /// none at `/viewer`.
    pub viewer: PathBuf,
    /// Origins, such as `https://weir.example`, whose pages may open a WebSocket beside those
    /// whose origin is the `Host` that they ask. For a proxy that changes `Host`.
    pub public_origins: Vec<String>,
    /// Networks of proxies that are believed about who asks.
    #[serde(deserialize_with = "read::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// The one header that these proxies write. A client can send the other through them.
    pub trusted_header: TrustedHeader,
    /// Encryption.
    pub tls: TlsConfig,
    /// What is noted, and how.
    pub log: LogConfig,
    /// Numbers for Prometheus.
    pub metrics: MetricsConfig,
    /// Other servers whose runs can be watched here.
    pub broker: BrokerConfig,
    /// How much is too much.
    pub limits: LimitsConfig,
    /// Where networks are promoted.
    pub registry: RegistryConfig,
    /// Runs that the solver runs again.
    pub audit: AuditConfig,
    /// What visitors draw, beside what the network learned from.
    pub drift: DriftConfig,
    /// Questions, voices and calls.
    pub assistant: AssistantConfig,
}

/// Where a trusted proxy says who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrustedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Where the certificate comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Plain HTTP.
    #[default]
    Off,
    /// Made here, and unknown to every browser.
    SelfSigned,
    /// From files, which are read again when they change.
    Files,
    /// From a certificate authority, by ACME with TLS-ALPN-01.
    Acme,
}

/// Encryption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// Where the certificate comes from.
    pub mode: TlsMode,
    /// For `files`: the certificate with its chain, PEM.
    pub cert: PathBuf,
    /// For `files`: its key, PEM.
    pub key: PathBuf,
    /// Seconds between two looks at these files.
    pub poll_s: u64,
    /// For `acme` the names to ask a certificate for; for `self-signed` those to put into it.
    pub domains: Vec<String>,
    /// Seconds that browsers remember to come by HTTPS only; 0 sends no such header. Not sent
    /// with a self-signed certificate, which a browser that remembers could not let pass.
    pub hsts_s: u64,
    /// Where to listen for plain HTTP and send everybody to HTTPS; nowhere if it is left out.
    #[serde(deserialize_with = "read::some_address", skip_serializing_if = "Option::is_none")]
    pub redirect_addr: Option<SocketAddr>,
    /// The certificate authority.
    pub acme: AcmeConfig,
}

/// The certificate authority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AcmeConfig {
    /// `staging` or `production` of Let's Encrypt, or the URL of another directory.
    pub directory: String,
    /// Where it may write to, such as `mailto:you@weir.example`.
    pub contact: Vec<String>,
    /// Whether you agree to its terms of service; it gives nothing without.
    pub terms_agreed: bool,
    /// The root of the authority's own HTTPS, PEM, if the system does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<PathBuf>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What is noted, and how. It goes to standard error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// How a line looks.
    pub format: LogFormat,
    /// From what level on, in the words of `tracing`: `warn`; `info`, which has each request and
    /// each visit; or finer, such as `warn,weir_server=debug`.
    pub level: String,
}

/// Numbers for Prometheus, at `/metrics`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// What has to stand in `Authorization: Bearer …`; anybody may look if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 8080)),
            model: "default".to_owned(),
            device: "flex".to_owned(),
            data_dir: PathBuf::from("weir-data"),
            viewer: PathBuf::from("viewer/web/dist"),
            public_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            trusted_header: TrustedHeader::default(),
            tls: TlsConfig::default(),
            log: LogConfig::default(),
            metrics: MetricsConfig::default(),
            broker: BrokerConfig::default(),
            limits: LimitsConfig::default(),
            registry: RegistryConfig::default(),
            audit: AuditConfig::default(),
            drift: DriftConfig::default(),
            assistant: AssistantConfig::default(),
        }
    }
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            mode: TlsMode::default(),
            cert: PathBuf::new(),
            key: PathBuf::new(),
            poll_s: 10,
            domains: Vec::new(),
            hsts_s: 31_536_000,
            redirect_addr: None,
            acme: AcmeConfig::default(),
        }
    }
}

impl Default for AcmeConfig {
    fn default() -> Self {
        let directory = "staging".to_owned();
        Self { directory, contact: Vec::new(), terms_agreed: false, root: None }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::default(), level: "warn".to_owned() }
    }
}

impl Config {
    /// The configuration as a file, secrets hidden.
    ///
    /// # Errors
    /// A path is not text.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        toml::to_string(self)
            .map_err(|error| ConfigError::new("effective configuration", "", error.to_string()))
    }

    /// The first key whose value is wrong, or wrong beside the others, and why.
    pub(crate) fn fault(&self) -> Option<(String, String)> {
        let own = self.own_fault().map(|(key, why)| (key.to_owned(), why));
        let assistant = || self.assistant.fault();
        let broker = || self.broker.fault().map(|(key, why)| (key.to_owned(), why));
        own.or_else(broker)
            .or_else(|| assistant().map(|(key, why)| (format!("assistant.{key}"), why)))
    }

    fn own_fault(&self) -> Option<(&'static str, String)> {
        let fault = |key, why: &str| Some((key, why.to_owned()));
        if let Some(origin) = self.public_origins.iter().find(|origin| !is_origin(origin)) {
            let why = format!("got {origin:?}, takes http:// or https:// and a host, no path");
            return Some(("public_origins", why));
        }
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log.level) {
            let why = format!("got {:?}, takes levels like info or warn: {error}", self.log.level);
            return Some(("log.level", why));
        }
        let tls = &self.tls;
        if tls.poll_s == 0 {
            return fault("tls.poll_s", "got 0, takes 1 or more seconds");
        }
        if let Some(name) = tls.domains.iter().find(|name| !is_domain(name)) {
            return Some(("tls.domains", format!("got {name:?}, takes names like weir.example")));
        }
        if tls.mode == TlsMode::Off && tls.redirect_addr.is_some() {
            return fault("tls.redirect_addr", "takes a tls.mode other than off to redirect to");
        }
        match tls.mode {
            TlsMode::Files if tls.cert.as_os_str().is_empty() => {
                fault("tls.cert", "got nothing, takes a file where tls.mode is files")
            }
            TlsMode::Files if tls.key.as_os_str().is_empty() => {
                fault("tls.key", "got nothing, takes a file where tls.mode is files")
            }
            TlsMode::Acme if tls.domains.is_empty() => {
                fault("tls.domains", "got none, takes at least one where tls.mode is acme")
            }
            TlsMode::Acme if !tls.acme.terms_agreed => {
                fault("tls.acme.terms_agreed", "got false, takes true where tls.mode is acme")
            }
            TlsMode::Acme if tls.acme.directory_url().is_none() => {
                let got = &tls.acme.directory;
                let why = format!("got {got:?}, takes staging, production or a https:// URL");
                Some(("tls.acme.directory", why))
            }
            _ => None,
        }
    }
}

impl AcmeConfig {
    /// The URL of the directory, if it is one.
    pub fn directory_url(&self) -> Option<&str> {
        match self.directory.as_str() {
            "staging" => Some(instant_acme::LetsEncrypt::Staging.url()),
            "production" => Some(instant_acme::LetsEncrypt::Production.url()),
            url => url.starts_with("https://").then_some(url),
        }
    }
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    matches!(scheme, "http" | "https")
        && !host.is_empty()
        && host.parse::<axum::http::uri::Authority>().is_ok_and(|a| !a.as_str().contains('@'))
}

fn is_domain(text: &str) -> bool {
    let part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

//! Encryption: which certificate is shown, and how a connection begins.
//!
//! The certificate lies in a place of its own that a task may fill anew while the server
//! runs; a connection takes what lies there when it begins.

mod acme;
mod files;
mod kept;
mod self_signed;

use std::collections::BTreeMap;
use std::fmt::{Debug, Formatter};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, TlsMode};

/// What a certificate authority says that looks for its challenge (RFC 8737).
const ACME: &[u8] = b"acme-tls/1";

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {what}", path.display())]
    Wrong {
        /// Its path.
        path: PathBuf,
        /// What is wrong, and what it takes.
        what: String,
    },
    /// A certificate could not be made.
    #[error("making a certificate: {0}")]
    Making(#[from] rcgen::Error),
    /// The library refuses.
    #[error("TLS: {0}")]
    Library(#[from] rustls::Error),
    /// The authority refuses, or is not there.
    #[error("ACME: {0}")]
    Acme(#[from] instant_acme::Error),
    /// The authority did not do its part.
    #[error("ACME: {0}")]
    Authority(String),
}

/// The certificates that are shown now.
#[derive(Clone, Default)]
struct Shown(Arc<RwLock<Certificates>>);

#[derive(Default)]
struct Certificates {
    own: Option<Arc<CertifiedKey>>,
    /// By name, for an authority that looks for them.
    challenges: BTreeMap<String, Arc<CertifiedKey>>,
}

impl Shown {
    fn show(&self, certificate: CertifiedKey) {
        self.change(|shown| shown.own = Some(Arc::new(certificate)));
    }

    fn change(&self, change: impl FnOnce(&mut Certificates)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn is_any(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).own.is_some()
    }
}

impl Debug for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shown")
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if hello.alpn().is_some_and(|mut offered| offered.any(|protocol| protocol == ACME)) {
            return shown.challenges.get(hello.server_name()?).cloned();
        }
        shown.own.clone()
    }
}

/// How connections are encrypted.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Shown,
    /// What browsers are told to remember, if anything.
    pub(crate) hsts: Option<String>,
}

impl Debug for Tls {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("hsts", &self.hsts).finish_non_exhaustive()
    }
}

impl Tls {
    /// As configured, or `None` where that is off. What keeps the certificate fresh runs on
    /// the runtime that this is called in, until `closing` is called.
    ///
    /// # Errors
    /// There is no certificate, and none can be made. One that an authority has to give may
    /// come later.
    pub fn start(config: &Config, closing: &CancellationToken) -> Result<Option<Self>, TlsError> {
        let shown = Shown::default();
        let dir = &config.data_dir;
        match config.tls.mode {
            TlsMode::Off => return Ok(None),
            TlsMode::SelfSigned => self_signed::keep(&config.tls, dir, &shown, closing)?,
            TlsMode::Files => files::keep(&config.tls, &shown, closing)?,
            TlsMode::Acme => acme::keep(&config.tls, dir, &shown, closing),
        }
        let mut server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(shown.clone()));
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        if config.tls.mode == TlsMode::Acme {
            server.alpn_protocols.push(ACME.to_vec());
        }
        let age_s = config.tls.hsts_s;
        let is_known = config.tls.mode != TlsMode::SelfSigned && age_s > 0;
        let hsts = is_known.then(|| format!("max-age={age_s}"));
        Ok(Some(Self { acceptor: TlsAcceptor::from(Arc::new(server)), shown, hsts }))
    }

    /// Whether there is a certificate to show.
    pub fn is_ready(&self) -> bool {
        self.shown.is_any()
    }

    /// Begins a connection. `None` is one that wanted nothing but to see a challenge.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<Option<TlsStream<TcpStream>>> {
        let stream = self.acceptor.accept(stream).await?;
        let is_challenge = stream.get_ref().1.alpn_protocol() == Some(ACME);
        Ok((!is_challenge).then_some(stream))
    }
}

/// What computes: one choice for the whole process, also for who asks an authority.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

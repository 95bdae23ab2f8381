//! A certificate from an authority (RFC 8555), asked for by showing a challenge on the very
//! port that is served (TLS-ALPN-01, RFC 8737).
//!
//! The account and the certificate are kept in a folder for each directory, so that what
//! staging gave is not shown as production's. Nothing is asked for that is there and young.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount,
    NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::{Shown, TlsError, kept, provider};
use crate::config::{AcmeConfig, TlsConfig};

/// Time between two looks at the age of the certificate.
const LOOK: Duration = Duration::from_secs(60 * 60);
/// Time after a first failure until the next try; it doubles with each, up to `LOOK`. An
/// authority stops listening to who asks too often.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// How an authority is asked whether it is done.
const ASKING: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(120));

/// Shows the certificate that is kept, and asks for one when there is none or it gets old.
/// What the authority refuses is noted, and tried again.
pub fn keep(config: &TlsConfig, dir: &Path, shown: &Shown, closing: &CancellationToken) {
    // The library for ACME takes what the process has chosen; another choice is as good.
    let _ = CryptoProvider::install_default((*provider()).clone());
    let url = config.acme.directory_url().unwrap_or_default().to_owned();
    let place: String =
        Sha256::digest(&url)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let names = config.domains.iter().map(|name| name.to_ascii_lowercase()).collect();
    let dir = dir.join("acme").join(place);
    let client = Asker { config: config.acme.clone(), url, names, dir, shown: shown.clone() };
    tokio::spawn(closing.clone().run_until_cancelled_owned(client.keep()));
}

struct Asker {
    config: AcmeConfig,
    url: String,
    names: Vec<String>,
    dir: PathBuf,
    shown: Shown,
}

impl Asker {
    async fn keep(self) {
        let mut pause = FIRST_PAUSE;
        let mut have = self.kept();
        loop {
            if have.as_ref().is_none_or(|have| kept::is_old(have, SystemTime::now())) {
                match self.ask().await {
                    Ok(new) => {
                        self.shown.show(new.clone());
                        have = Some(new);
                        pause = FIRST_PAUSE;
                        tracing::info!(names = ?self.names, "there is a new certificate");
                    }
                    Err(error) => {
                        let pause_s = pause.as_secs();
                        tracing::warn!(%error, pause_s, "there is no new certificate");
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(LOOK);
                        continue;
                    }
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The file for these names, so that other names ask for another certificate.
    fn file(&self) -> PathBuf {
        let names = Sha256::digest(self.names.join(","));
        let names: String = names[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self.dir.join(format!("{names}.pem"))
    }

    fn kept(&self) -> Option<CertifiedKey> {
        let file = self.file();
        if !file.exists() {
            return None;
        }
        match kept::read(&file, &file) {
            Ok(kept) => {
                self.shown.show(kept.clone());
                Some(kept)
            }
            Err(error) => {
                tracing::warn!(%error, "the certificate that was kept is not shown");
                None
            }
        }
    }

    async fn ask(&self) -> Result<CertifiedKey, TlsError> {
        let account = self.account().await?;
        let names: Vec<Identifier> = self.names.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let answered = self.answer(&mut order).await;
        self.shown.change(|shown| shown.challenges.clear());
        answered?;
        let key = order.finalize().await?;
        let chain = order.poll_certificate(&ASKING).await?;
        // Key and chain in one file cannot be of two orders.
        let file = self.file();
        kept::write(&file, &format!("{key}\n{chain}"))?;
        kept::read(&file, &file)
    }

    /// Shows what the authority wants to see, until it has seen it.
    async fn answer(&self, order: &mut Order) -> Result<(), TlsError> {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let Some(mut challenge) = authorization.challenge(ChallengeType::TlsAlpn01) else {
                let why = "the authority offers no challenge of type tls-alpn-01";
                return Err(TlsError::Authority(why.to_owned()));
            };
            let name = challenge.identifier().to_string();
            let shown = challenge_certificate(&name, challenge.key_authorization().digest())?;
            self.shown.change(|all| drop(all.challenges.insert(name, Arc::new(shown))));
            challenge.set_ready().await?;
        }
        match order.poll_ready(&ASKING).await? {
            OrderStatus::Ready => Ok(()),
            status => Err(TlsError::Authority(format!("the order is {status:?}, not ready"))),
        }
    }

    /// The account that is kept, or a new one.
    async fn account(&self) -> Result<Account, TlsError> {
        let builder = || match &self.config.root {
            Some(root) => Account::builder_with_root(root),
            None => Account::builder(),
        };
        let path = self.dir.join("account.json");
        if let Ok(text) = std::fs::read_to_string(&path) {
            let credentials: AccountCredentials = serde_json::from_str(&text)
                .map_err(|error| TlsError::Wrong { path: path.clone(), what: error.to_string() })?;
            return Ok(builder()?.from_credentials(credentials).await?);
        }
        let contact: Vec<&str> = self.config.contact.iter().map(String::as_str).collect();
        let new = NewAccount {
            contact: &contact,
            terms_of_service_agreed: self.config.terms_agreed,
            only_return_existing: false,
        };
        let (account, credentials) = builder()?.create(&new, self.url.clone(), None).await?;
        let text = serde_json::to_string(&credentials)
            .map_err(|error| TlsError::Wrong { path: path.clone(), what: error.to_string() })?;
        kept::write(&path, &text)?;
        Ok(account)
    }
}

/// What is shown to an authority that looks whether a name is ours (RFC 8737, 3).
fn challenge_certificate(name: &str, digest: impl AsRef<[u8]>) -> Result<CertifiedKey, TlsError> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.custom_extensions.push(CustomExtension::new_acme_identifier(digest.as_ref()));
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?;
    let key = PrivateKeyDer::try_from(pair.serialize_der())
        .map_err(|what| TlsError::Authority(what.to_owned()))?;
    // Not compared with its certificate: the library would not read one with this extension.
    let key = provider().key_provider.load_private_key(key)?;
    Ok(CertifiedKey::new(vec![made.der().clone()], key))
}

//! A certificate made here. No browser knows it; it is for trying out, and for a proxy that
//! is told to take it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use tokio_util::sync::CancellationToken;

use super::{Shown, TlsError, kept};
use crate::config::TlsConfig;

/// Days that a certificate is valid.
const DAYS: u32 = 365;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Shows the certificate that lies in the folder; makes one if there is none for these names,
/// or if it is old, now and on each day that comes.
///
/// # Errors
/// One that has to be made cannot be kept.
pub fn keep(
    config: &TlsConfig,
    dir: &Path,
    shown: &Shown,
    closing: &CancellationToken,
) -> Result<(), TlsError> {
    let place = Place::of(config, dir);
    place.renew(shown)?;
    let shown = shown.clone();
    let look = async move {
        loop {
            tokio::time::sleep(DAY).await;
            if let Err(error) = place.renew(&shown) {
                tracing::warn!(%error, "the certificate is not renewed");
            }
        }
    };
    tokio::spawn(closing.clone().run_until_cancelled_owned(look));
    Ok(())
}

struct Place {
    names: Vec<String>,
    cert: PathBuf,
    key: PathBuf,
}

impl Place {
    fn of(config: &TlsConfig, dir: &Path) -> Self {
        let mut names: Vec<String> =
            ["localhost", "127.0.0.1", "::1"].into_iter().map(str::to_owned).collect();
        names.extend(config.domains.iter().cloned());
        let (cert, key) = (dir.join("self-signed.pem"), dir.join("self-signed.key.pem"));
        Self { names, cert, key }
    }

    fn renew(&self, shown: &Shown) -> Result<(), TlsError> {
        // What cannot be read is made again.
        let old = kept::read(&self.cert, &self.key).ok();
        let is_good = |kept: &rustls::sign::CertifiedKey| {
            !kept::is_old(kept, SystemTime::now())
                && kept.end_entity_cert().is_ok_and(|cert| names_of(cert) == self.names)
        };
        if let Some(kept) = old.filter(is_good) {
            shown.show(kept);
            return Ok(());
        }
        let mut params = CertificateParams::new(self.names.clone())?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "weir, self-signed");
        let now = SystemTime::now();
        // A clock elsewhere may be a little behind.
        params.not_before = (now - DAY).into();
        params.not_after = (now + DAY * DAYS).into();
        let pair = KeyPair::generate()?;
        let made = params.self_signed(&pair)?;
        kept::write(&self.key, &pair.serialize_pem())?;
        kept::write(&self.cert, &made.pem())?;
        shown.show(kept::read(&self.cert, &self.key)?);
        Ok(())
    }
}

/// The names in a certificate, in their order.
fn names_of(certificate: &rustls::pki_types::CertificateDer<'_>) -> Vec<String> {
    use x509_parser::extensions::GeneralName;
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else {
        return Vec::new();
    };
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|b| std::net::IpAddr::from(b).to_string()),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|b| std::net::IpAddr::from(b).to_string()),
        },
        _ => None,
    };
    names.value.general_names.iter().filter_map(name).collect()
}

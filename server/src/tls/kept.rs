//! Certificates and keys as files: read with errors that name them, written so that nobody
//! else can read them and never by halves.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::{TlsError, provider};

/// A certificate, with its key, that is ready to be shown.
///
/// # Errors
/// A file is missing, is no PEM of what it should be, or the two do not belong together.
pub fn read(cert: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let wrong = |path: &Path, what: String| TlsError::Wrong { path: path.to_owned(), what };
    let bytes = |path: &Path| {
        fs::read(path).map_err(|source| TlsError::File { path: path.to_owned(), source })
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(cert)?).collect();
    let chain = chain.map_err(|error| wrong(cert, format!("{error}, takes PEM")))?;
    if chain.is_empty() {
        return Err(wrong(cert, "holds no certificate, takes PEM with one or more".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_slice(&bytes(key)?)
        .map_err(|error| wrong(key, format!("{error}, takes PEM with a private key")))?;
    let certified = CertifiedKey::from_der(chain, private, &provider()).map_err(|error| {
        let cert = cert.display();
        wrong(key, format!("{error}; takes the key of the first certificate in {cert}"))
    })?;
    Ok(certified)
}

/// Writes a file that its owner alone can read, whole or not at all.
///
/// # Errors
/// The folder cannot be made or written to.
pub fn write(path: &Path, text: &str) -> Result<(), TlsError> {
    let fail = |source| TlsError::File { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    let part = path.with_extension("part");
    // One that is left over may have the rights of somebody else.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fail(error)),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
    fs::rename(&part, path).map_err(fail)
}

/// When a certificate begins and ends to be valid.
///
/// # Errors
/// It is not one, in words.
pub fn validity(certificate: &CertificateDer<'_>) -> Result<[SystemTime; 2], String> {
    let (_, parsed) =
        x509_parser::parse_x509_certificate(certificate).map_err(|error| error.to_string())?;
    let time = |seconds: i64| UNIX_EPOCH + Duration::from_secs(seconds.max(0).unsigned_abs());
    let validity = parsed.validity();
    Ok([validity.not_before, validity.not_after].map(|at| time(at.timestamp())))
}

/// Whether two thirds of a certificate's time are over.
pub fn is_old(certificate: &CertifiedKey, now: SystemTime) -> bool {
    let Some(Ok([begin, end])) = certificate.cert.first().map(validity) else { return true };
    let whole = end.duration_since(begin).unwrap_or_default();
    now >= begin + whole * 2 / 3
}

//! A certificate of somebody else's making, read again when its files change.

use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use super::{Shown, TlsError, kept};
use crate::config::TlsConfig;

/// Shows the certificate of two files, and what they become.
///
/// # Errors
/// They are not what they should be now. Later such files are noted, and the certificate that
/// was shown before is shown on.
pub fn keep(
    config: &TlsConfig,
    shown: &Shown,
    closing: &CancellationToken,
) -> Result<(), TlsError> {
    let TlsConfig { cert, key, poll_s, .. } = config.clone();
    let mut seen = [state(&cert), state(&key)];
    shown.show(kept::read(&cert, &key)?);
    let shown = shown.clone();
    let look = async move {
        loop {
            tokio::time::sleep(Duration::from_secs(poll_s)).await;
            let now = [state(&cert), state(&key)];
            if now == seen {
                continue;
            }
            match kept::read(&cert, &key) {
                Ok(certificate) => {
                    shown.show(certificate);
                    seen = now;
                    tracing::info!(cert = %cert.display(), "the certificate was read again");
                }
                // Perhaps one of the two is still being written: they are looked at again.
                Err(error) => tracing::warn!(%error, "the certificate stays what it was"),
            }
        }
    };
    tokio::spawn(closing.clone().run_until_cancelled_owned(look));
    Ok(())
}

/// What changes with a file, as far as can be seen without reading it.
fn state(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

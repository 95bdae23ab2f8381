//! The one place that writes to the terminal.
//!
//! Results go to standard output, where a pipe may take them; everything said on
//! the way goes to standard error. A reader that closes its end early (`weir
//! scenes | head -1`) is no failure.

use std::io::{self, ErrorKind, Write};

/// Writes a result, with a newline after it, to standard output.
///
/// # Errors
/// Standard output does not take it: a full disk behind a redirection.
pub fn result(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Says something about the run on standard error. If even that is closed there is nobody to tell.
pub fn notice(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

//! Why a command ended early, and the exit code that tells a script.

use std::process::ExitCode;

use crate::output;

/// A gate failed: a number is not what it must be.
pub const GATE_FAILED: u8 = 1;
/// The user's input is wrong; the same code that clap gives for a wrong flag.
const BAD_INPUT: u8 = 2;
/// This machine or this build lacks something.
const LACKING: u8 = 3;
/// Ended by Ctrl-C, as shells count: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;

/// A failure whose kind a script can tell by the exit code.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Wrong input; the text says where, what it got and what it takes.
    #[error("{0}")]
    BadInput(String),
    /// Something that is not here; the text names it and says what works without.
    #[error("{0}")]
    Lacking(String),
}

/// Prints `error` on one line and returns its exit code. What is not a
/// [`Failure`] comes from files and pipes: the environment's.
pub fn report(error: &anyhow::Error) -> ExitCode {
    output::notice(&format!("error: {}", told(error)));
    ExitCode::from(match error.downcast_ref() {
        Some(Failure::BadInput(_)) => BAD_INPUT,
        Some(Failure::Lacking(_)) | None => LACKING,
    })
}

/// An error with its causes, those left out that it has told itself.
fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cause_is_told_twice() {
        let cause = anyhow::anyhow!("the disk is full");
        assert_eq!(told(&cause.context("a.h5")), "a.h5: the disk is full");
        let cause = anyhow::anyhow!("the disk is full");
        assert_eq!(told(&cause.context("a.h5: the disk is full")), "a.h5: the disk is full");
    }
}

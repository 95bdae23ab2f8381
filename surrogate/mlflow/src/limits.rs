//! What the server keeps, checked before a call: the server would cut some of it
//! off without a word, and refuse a whole batch for the rest.
//!
//! Lengths are of MLflow 3 (`mlflow/utils/validation.py` and
//! <https://mlflow.org/docs/latest/rest-api.html#log-batch>), in characters.

use crate::error::{Error, Result, start_of};

/// Longest key of a metric, param or tag.
pub const KEY: usize = 250;
/// Longest value of a param; the server cuts off what is beyond.
pub const PARAM_VALUE: usize = 6000;
/// Longest value of a run's tag; the server cuts off what is beyond.
pub const TAG_VALUE: usize = 8000;
/// Longest name of an experiment.
pub const EXPERIMENT_NAME: usize = 500;
/// Longest alias of a model version.
pub const ALIAS: usize = 255;
/// Longest name of a dataset.
pub const DATASET_NAME: usize = 500;
/// Longest digest of a dataset.
pub const DATASET_DIGEST: usize = 36;
/// Longest source of a dataset, as JSON text.
pub const DATASET_SOURCE: usize = 65_535;
/// Longest schema of a dataset, as JSON text.
pub const DATASET_SCHEMA: usize = 1_048_575;
/// Most metrics in one batch.
pub const BATCH_METRICS: usize = 1000;
/// Most params in one batch.
pub const BATCH_PARAMS: usize = 100;
/// Most tags in one batch.
pub const BATCH_TAGS: usize = 100;
/// Most metrics, params and tags together in one batch.
pub const BATCH_ALL: usize = 1000;
/// Largest batch in bytes of JSON. The server's limit is 1,000,000; some of it is
/// left for what surrounds the entries.
pub const BATCH_BYTES: usize = 990_000;

/// As much of a key as an error repeats.
const KEY_SHOWN: usize = 80;

/// Refuses `text` of more than `max` characters.
pub(crate) fn length(what: &'static str, key: &str, text: &str, max: usize) -> Result<()> {
    // Bytes first: they bound the characters, and are there already.
    let got = if text.len() <= max { return Ok(()) } else { text.chars().count() };
    if got <= max {
        return Ok(());
    }
    Err(Error::Limit { what, key: start_of(key, KEY_SHOWN), got, max })
}

/// Refuses a key of a metric, param or tag that the server would.
///
/// The server lets letters of any script pass on some systems and not on others;
/// here a key is ASCII.
pub(crate) fn key(what: &'static str, key: &str) -> Result<()> {
    let refused = |reason| Err(Error::Name { what, name: start_of(key, KEY_SHOWN), reason });
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-. :/".contains(c);
    if key.is_empty() {
        return refused("is empty");
    }
    if !key.chars().all(allowed) {
        return refused("may have ASCII letters, digits, and _ - . : / and spaces");
    }
    // The server normalises a key like a path, and refuses one that changes.
    if key.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return refused("reads like a path that is not in its shortest form");
    }
    length(what, key, key, KEY)
}

/// Refuses an alias that the server would.
pub(crate) fn alias(alias: &str) -> Result<()> {
    let refused =
        |reason| Err(Error::Name { what: "alias", name: start_of(alias, KEY_SHOWN), reason });
    if alias.is_empty() {
        return refused("is empty");
    }
    if !alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return refused("may have ASCII letters, digits, _ and -");
    }
    let digits = alias.strip_prefix(['v', 'V']).unwrap_or_default();
    let is_version = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if alias.eq_ignore_ascii_case("latest") || is_version {
        return refused("is reserved by the server, which gives it a meaning of its own");
    }
    length("alias", alias, alias, ALIAS)
}

/// Refuses the path of an artifact that does not stay where its run is.
pub(crate) fn artifact_path(path: &str) -> Result<()> {
    let refused = |reason| {
        Err(Error::Name { what: "artifact path", name: start_of(path, KEY_SHOWN), reason })
    };
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return refused("is not a plain relative path, folder/file");
    }
    // The server refuses # and \, escapes control characters, and reads escapes.
    if path.contains(|c: char| matches!(c, '#' | '\\' | '%') || c.is_control()) {
        return refused("has a #, a %, a backslash or a control character");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_the_server_takes() {
        for good in ["loss", "val/rollout_mse", "a b", "a:b", "1-2_3.4", "...", "system/cpu"] {
            key("metric key", good).unwrap_or_else(|error| panic!("{error}"));
        }
    }

    #[test]
    fn keys_that_it_does_not() {
        for bad in ["", "größe", "a\nb", "a%", "/a", "a/", "a//b", "./a", "../a", "a/../b", "水"]
        {
            assert!(matches!(key("metric key", bad), Err(Error::Name { .. })), "{bad:?}");
        }
    }

    #[test]
    fn lengths_are_of_characters() {
        assert!(key("metric key", &"k".repeat(KEY)).is_ok());
        let error = key("metric key", &"k".repeat(KEY + 1)).err();
        assert!(
            matches!(&error, Some(Error::Limit { got: 251, max: 250, key, .. }) if key.len() < 100),
            "{error:?}"
        );
        assert!(length("param value", "note", &"水".repeat(PARAM_VALUE), PARAM_VALUE).is_ok());
        assert!(length("param value", "note", &"水".repeat(PARAM_VALUE + 1), PARAM_VALUE).is_err());
    }

    #[test]
    fn aliases() {
        for good in ["best", "champion-2", "v", "version9", "vx9"] {
            alias(good).unwrap_or_else(|error| panic!("{error}"));
        }
        for bad in ["", "latest", "Latest", "v9", "V12", "a b", "a.b", "meister🏆"] {
            assert!(matches!(alias(bad), Err(Error::Name { .. })), "{bad:?}");
        }
    }

    #[test]
    fn artifact_paths_stay_inside() {
        for good in ["a.png", "plots/a b(1).png", "größe.txt", "images/k+step+1.png"] {
            artifact_path(good).unwrap_or_else(|error| panic!("{error}"));
        }
        for bad in [
            "",
            "/etc/passwd",
            "../a",
            "a/../../b",
            "a//b",
            "a\\b",
            "a/",
            ".",
            "a#1",
            "a%41",
            "a\n",
        ] {
            assert!(matches!(artifact_path(bad), Err(Error::Name { .. })), "{bad:?}");
        }
    }
}

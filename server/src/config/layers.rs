//! Where values come from: defaults, a file, the environment, the command line; the later
//! over the earlier.
//!
//! Each source is laid on by itself, and each variable is a source, so that what is refused
//! is refused by the name of who said it.

use std::fmt::Write as _;
use std::path::Path;

use toml::{Table, Value};

use crate::config::Config;

/// What stands before a key in the environment; a dot in the key is `__`.
const PREFIX: &str = "WEIR_";
/// Names in the environment that begin like ours and are of the build, of the tests, and of
/// Kubernetes, which tells every container so of a service called weir.
const OTHERS: &[&str] = &[
    "WEIR_BENCH_",
    "WEIR_CI_",
    "WEIR_COMMIT",
    "WEIR_GALLERY",
    "WEIR_GOLDEN",
    "WEIR_MLFLOW",
    "WEIR_NATS",
    "WEIR_PORT",
    "WEIR_PYTHON",
    "WEIR_SERVICE_",
];

/// Who said what that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}: {}{why}", if key.is_empty() { String::new() } else { format!("{key}: ") })]
pub struct ConfigError {
    /// A file, a variable, an argument.
    source_name: String,
    /// The key, with dots; empty if it is about none.
    key: String,
    /// What was got, and what it takes.
    why: String,
}

impl ConfigError {
    pub(crate) fn new(source: &str, key: &str, why: impl Into<String>) -> Self {
        Self { source_name: source.to_owned(), key: key.to_owned(), why: why.into() }
    }
}

/// A configuration that grows source by source.
#[derive(Clone, Debug)]
pub struct Layers {
    table: Table,
    config: Config,
    /// What each source said, the last said last.
    said: Vec<(String, Table)>,
}

impl Default for Layers {
    fn default() -> Self {
        let config = Config::default();
        // Numbers and short texts: they can be written.
        let table = Table::try_from(&config).unwrap_or_default();
        Self { table, config, said: Vec::new() }
    }
}

impl Layers {
    /// Lays a file on.
    ///
    /// # Errors
    /// It cannot be read, is no TOML, or has a key or a value that cannot be.
    pub fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let source = path.display().to_string();
        let wrong = |why: String| ConfigError::new(&source, "", why);
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let table = text.parse::<Table>().map_err(|error| wrong(on_one_line(&error, &text)))?;
        self.lay(&source, table)
    }

    /// Lays on those variables that are called `WEIR_…`, in the order of their names.
    ///
    /// # Errors
    /// One is no key, or its value cannot be.
    pub fn environment(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        let mut ours: Vec<_> = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX))
            .filter(|(name, _)| !OTHERS.iter().any(|other| name.starts_with(other)))
            .collect();
        ours.sort();
        for (name, text) in ours {
            let key = name[PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
            self.set(&name, &key, &text)?;
        }
        Ok(())
    }

    /// Sets one key to what a text says: a value as in TOML if the key takes that, else the
    /// text itself, else its parts between commas.
    ///
    /// # Errors
    /// There is no such key, or it takes none of these.
    pub fn set(&mut self, source: &str, key: &str, text: &str) -> Result<(), ConfigError> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let parts = Value::Array(parts.map(|part| Value::String(part.to_owned())).collect());
        let plain = Value::String(text.to_owned());
        let typed = format!("value = {text}").parse::<Table>().ok();
        let typed = typed.and_then(|mut table| table.remove("value"));
        let mut first = None;
        for value in typed.into_iter().chain([plain, parts]) {
            match self.lay(source, nested(key, value)) {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// The same for a text like `tls.mode=files`.
    ///
    /// # Errors
    /// As [`Self::set`], and if there is no `=`.
    pub fn assign(&mut self, source: &str, said: &str) -> Result<(), ConfigError> {
        let Some((key, text)) = said.split_once('=') else {
            let why = format!("got {said:?}, takes KEY=VALUE, such as tls.mode=off");
            return Err(ConfigError::new(source, "", why));
        };
        self.set(source, key.trim(), text.trim())
    }

    /// The whole, if its parts go together.
    ///
    /// # Errors
    /// A value is wrong, or wrong beside the others.
    pub fn finish(self) -> Result<Config, ConfigError> {
        let Some((key, why)) = self.config.fault() else { return Ok(self.config) };
        let said = self.said.iter().rev().find(|(_, table)| has(table, &key));
        Err(ConfigError::new(said.map_or("defaults", |(source, _)| source), &key, why))
    }

    fn lay(&mut self, source: &str, table: Table) -> Result<(), ConfigError> {
        let mut whole = self.table.clone();
        merge(&mut whole, table.clone());
        let config = serde_path_to_error::deserialize(Value::Table(whole.clone()));
        self.config = config.map_err(|error| {
            let key = error.path().to_string();
            let key = if key == "." { String::new() } else { key };
            ConfigError::new(source, &key, error.into_inner().message().trim())
        })?;
        self.table = whole;
        self.said.push((source.to_owned(), table));
        Ok(())
    }
}

/// What a parser says of a text, with the line and without a picture of it.
fn on_one_line(error: &toml::de::Error, text: &str) -> String {
    let mut told = String::new();
    if let Some(before) = error.span().and_then(|span| text.get(..span.start)) {
        // Writing into a string cannot fail.
        let _ = write!(told, "line {}: ", before.matches('\n').count() + 1);
    }
    told + &error.message().replace('\n', "; ")
}

/// A table that has nothing but this.
fn nested(key: &str, value: Value) -> Table {
    let (first, rest) = key.split_once('.').map_or((key, None), |(a, b)| (a, Some(b)));
    let value = match rest {
        Some(rest) => Value::Table(nested(rest, value)),
        None => value,
    };
    Table::from_iter([(first.to_owned(), value)])
}

fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}

fn has(table: &Table, key: &str) -> bool {
    match key.split_once('.') {
        Some((first, rest)) => {
            table.get(first).and_then(Value::as_table).is_some_and(|table| has(table, rest))
        }
        None => table.contains_key(key),
    }
}

//! A configuration of the server, as commands are given it.

use std::path::PathBuf;

use weir_server::Config;
use weir_server::config::{ConfigError, Layers};

/// Where the configuration comes from, beside the environment.
#[derive(clap::Args)]
pub struct Source {
    /// A configuration; server/weir.example.toml shows all keys
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One key of it, such as tls.mode=self-signed; over the file and the environment
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Source {
    /// The configuration, with what flags of the command say: key by key, the flag's name, the
    /// key, and the value if there is one. Defaults, the file, the environment, the command
    /// line; the later over the earlier.
    ///
    /// # Errors
    /// A value cannot be, and where it comes from.
    pub fn config(&self, flags: &[(&str, &str, &Option<String>)]) -> Result<Config, ConfigError> {
        let mut layers = Layers::default();
        if let Some(path) = &self.config {
            layers.file(path)?;
        }
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        layers.environment(std::env::vars_os().map(|(name, value)| (text(name), text(value))))?;
        for (source, key, value) in flags {
            if let Some(value) = value {
                layers.set(source, key, value)?;
            }
        }
        for said in &self.set {
            layers.assign("--set", said)?;
        }
        layers.finish()
    }
}

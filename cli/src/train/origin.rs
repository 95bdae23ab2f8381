//! Where a model comes from, in its own description.

use std::collections::BTreeMap;
use std::path::Path;

use weir_surrogate::ModelConfig;
use weir_surrogate::train::TrainConfig;

use super::Args;
use super::data::Data;

/// The commit that this program was built from, if that was known.
pub const COMMIT: Option<&str> = option_env!("WEIR_COMMIT");

/// What is known before the first step.
pub fn begin(args: &Args, config: &TrainConfig, data: &Data) -> BTreeMap<String, String> {
    let mut origin = BTreeMap::from(
        [
            ("batch", config.batch.to_string()),
            ("data", data.name().to_owned()),
            ("data_digest", data.digest()),
            ("device", args.device.clone()),
            ("scenes", data.train.len().to_string()),
            ("seed", config.seed.to_string()),
            ("weir", env!("CARGO_PKG_VERSION").to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    if let Some(from) = &args.from {
        origin.insert("from".to_owned(), from.clone());
    }
    if let Some(commit) = COMMIT {
        origin.insert("commit".to_owned(), commit.to_owned());
    }
    origin
}

/// Seconds that the run in this folder had learned for when it was last saved.
pub fn seconds_before(model: &Path) -> f64 {
    let text = std::fs::read_to_string(model.join(weir_surrogate::CONFIG_FILE));
    let config = text.ok().and_then(|text| toml::from_str::<ModelConfig>(&text).ok());
    let seconds = config.and_then(|config| config.origin.get("seconds")?.parse().ok());
    seconds.unwrap_or_default()
}

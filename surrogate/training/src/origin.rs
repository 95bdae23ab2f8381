//! Where a model comes from, in its own description.

use std::collections::BTreeMap;
use std::path::Path;

use weir_surrogate::ModelConfig;

use crate::Plan;
use crate::data::Data;

/// What is known before the first step.
pub fn begin(plan: &Plan, data: &Data) -> BTreeMap<String, String> {
    let mut origin = BTreeMap::from(
        [
            ("batch", plan.config.batch.to_string()),
            ("data", data.name().to_owned()),
            ("data_digest", data.digest()),
            ("device", plan.device.clone()),
            ("scenes", data.train.len().to_string()),
            ("seed", plan.config.seed.to_string()),
            ("weir", env!("CARGO_PKG_VERSION").to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    if let Some(from) = &plan.from {
        origin.insert("from".to_owned(), from.clone());
    }
    if let Some(commit) = plan.commit {
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

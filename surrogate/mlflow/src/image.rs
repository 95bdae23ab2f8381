//! Pictures that the server's page shows as a grid, with a slider for the step.

use tokio_util::bytes::Bytes;
use uuid::Uuid;

use crate::{ArtifactRoot, Client, Result, clock, limits};

/// The name of a picture in the image grid.
///
/// The page reads key, step and time from the name, in the form of MLflow's own
/// `log_image`: `images/<key>+step+<n>+timestamp+<ms>+<uuid>.png`, and beside it
/// a small `…+compressed.webp` for the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    stem: String,
}

impl ImageName {
    /// Without this tag a run's page does not look for pictures.
    pub(crate) const TAG: (&str, &str) = ("mlflow.loggedImages", "True");

    /// A picture made now. A `/` in the key groups, as it does in a metric's.
    ///
    /// # Errors
    ///
    /// [`Error::Name`](crate::Error::Name) for a key that no metric could have either.
    pub fn new(key: &str, step: u64) -> Result<Self> {
        Self::from_parts(key, step, clock::now_ms(), Uuid::new_v4())
    }

    fn from_parts(key: &str, step: u64, timestamp_ms: i64, unique: Uuid) -> Result<Self> {
        limits::key("image key", key)?;
        // In a name, `/` would be a folder.
        let key = key.replace('/', "~");
        let stem = format!("images/{key}+step+{step}+timestamp+{timestamp_ms}+{unique}");
        limits::artifact_path(&stem)?;
        Ok(Self { stem })
    }

    /// Where the picture goes among the artifacts.
    #[must_use]
    pub fn full(&self) -> String {
        format!("{}.png", self.stem)
    }

    /// Where its small copy goes.
    #[must_use]
    pub fn small(&self) -> String {
        format!("{}+compressed.webp", self.stem)
    }
}

impl Client {
    /// Adds a picture to the run's image grid. `small_webp`, at most 256 pixels
    /// wide, is what the grid shows; without it the PNG goes in its place, which
    /// browsers show as well and load more slowly.
    ///
    /// # Errors
    ///
    /// As [`log_artifact_bytes`](Self::log_artifact_bytes).
    pub async fn log_image(
        &self,
        run_id: &str,
        root: &ArtifactRoot,
        name: &ImageName,
        png: impl Into<Bytes>,
        small_webp: Option<Bytes>,
    ) -> Result<()> {
        let png = png.into();
        let small = small_webp.unwrap_or_else(|| png.clone());
        self.log_artifact_bytes(root, &name.full(), png).await?;
        self.log_artifact_bytes(root, &name.small(), small).await?;
        self.set_tag(run_id, ImageName::TAG.0, ImageName::TAG.1).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_mlflow() -> Result<()> {
        let name = ImageName::from_parts("val/rollout", 40, 1_700_000_000_000, Uuid::nil())?;
        let stem = "images/val~rollout+step+40+timestamp+1700000000000+00000000-0000-0000-0000-000000000000";
        assert_eq!(name.full(), format!("{stem}.png"));
        assert_eq!(name.small(), format!("{stem}+compressed.webp"));
        assert!(ImageName::new("größe", 0).is_err());
        // `+` separates.
        assert!(ImageName::new("a+b", 0).is_err());
        Ok(())
    }
}

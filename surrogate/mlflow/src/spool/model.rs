//! A model that a run brought forth, from the folder to the server.

use super::sender::{RECORDING, Sender};
use super::{ModelEntry, ModelFile};
use crate::error::Result;
use crate::{LoggedModel, LoggedModelStatus, NewLoggedModel, NewModelVersion, Run, Tag};

impl Sender<'_> {
    /// Makes the logged model, and the version if it is to be registered. Each part
    /// is looked for before it is made, so that there is one of each however often
    /// this is asked for.
    pub(super) async fn send_model(&self, entry: &ModelEntry) -> Result<()> {
        let run = self.client.run(self.run_id()?).await?;
        let logged = self.find_or_create_model(entry, &run).await?;
        let root = logged.artifacts()?;
        for ModelFile { path, copy } in &entry.files {
            self.client.log_artifact(&root, path, &self.folder.copy(copy)).await?;
        }
        self.client.finalize_logged_model(&logged.model_id, LoggedModelStatus::Ready).await?;
        let outputs = &run.outputs.model_outputs;
        if !outputs.iter().any(|output| output.model_id == logged.model_id) {
            self.client.log_output(&run.info.run_id, &logged.model_id, entry.model.step).await?;
        }
        match &entry.model.registered {
            Some(name) => self.find_or_create_version(name, &logged, entry).await,
            None => Ok(()),
        }
    }

    async fn find_or_create_model(&self, entry: &ModelEntry, run: &Run) -> Result<LoggedModel> {
        let experiment = &run.info.experiment_id;
        let same = format!("tags.`{RECORDING}` = '{}'", entry.recording);
        let mut found = self.client.search_logged_models(experiment, &same, None).await?.items;
        if let Some(model) = found.pop() {
            return Ok(model);
        }
        let mut model = NewLoggedModel::new(experiment, &entry.model.name).of_run(&run.info.run_id);
        model.model_type.clone_from(&entry.model.model_type);
        model.params.clone_from(&entry.model.params);
        model.tags.clone_from(&entry.model.tags);
        model.tags.push(Tag::new(RECORDING, &entry.recording));
        self.client.create_logged_model(&model).await
    }

    async fn find_or_create_version(
        &self,
        name: &str,
        logged: &LoggedModel,
        entry: &ModelEntry,
    ) -> Result<()> {
        self.client.get_or_create_registered_model(name).await?;
        let of_run = format!("run_id = '{}'", self.run_id()?);
        let mut page = None;
        loop {
            let found = self.client.search_model_versions(&of_run, page.as_deref()).await?;
            let same = |v: &crate::ModelVersion| v.name == name && v.source == logged.uri();
            if found.items.iter().any(same) {
                return Ok(());
            }
            page = found.next;
            if page.is_none() {
                break;
            }
        }
        let mut version = NewModelVersion::of(name, logged);
        version.run_id = Some(self.run_id()?.to_owned());
        version.tags.clone_from(&entry.model.tags);
        self.client.create_model_version(&version).await.map(drop)
    }
}

//! The client for code that is not async.
//!
//! ```no_run
//! let client = mlflow_client::blocking::Client::from_env()?;
//! let experiment = client.get_or_create_experiment("water")?;
//! # Ok::<(), mlflow_client::Error>(())
//! ```

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use tokio::runtime::{Builder, Runtime};
use tokio_util::bytes::Bytes;

use crate::spool::{self, Sent};
use crate::{
    Artifact, ArtifactRoot, Batch, DatasetInput, Error, Experiment, ImageName, LoggedModel,
    LoggedModelStatus, Metric, ModelVersion, NewLoggedModel, NewModelVersion, NewRun, Page,
    RegisteredModel, Result, Run, RunSearch, RunStatus, Tag,
};

/// [`crate::Client`], each of whose calls blocks its thread until it is answered.
///
/// A thread of the client's own does the waiting on sockets and clocks. Called
/// from async code it blocks that code's thread, but does not panic. It is cheap
/// to clone; clones share connections and thread.
#[derive(Clone, Debug)]
pub struct Client {
    client: crate::Client,
    reactor: Arc<Reactor>,
}

/// Watches sockets and clocks for whoever waits.
#[derive(Debug)]
struct Reactor {
    /// There until it is dropped.
    runtime: Option<Runtime>,
}

impl Drop for Reactor {
    fn drop(&mut self) {
        // To wait for its thread would panic in async code.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// A client of the server at `tracking_uri`; see [`crate::Client::new`].
    ///
    /// # Errors
    ///
    /// As there, and [`Error::Thread`] when no thread can be started.
    pub fn new(tracking_uri: &str) -> Result<Self> {
        Self::wrap(&crate::Client::new(tracking_uri)?)
    }

    /// A client of the server that the environment names; see
    /// [`crate::Client::from_env`].
    ///
    /// # Errors
    ///
    /// As there, and [`Error::Thread`] when no thread can be started.
    pub fn from_env() -> Result<Self> {
        Self::wrap(&crate::Client::from_env()?)
    }

    /// Puts a thread behind a client, which [`crate::Client::builder`] sets up.
    ///
    /// # Errors
    ///
    /// [`Error::Thread`] when no thread can be started.
    pub fn wrap(client: &crate::Client) -> Result<Self> {
        let client = client.with_own_connections()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("mlflow-client")
            .enable_all()
            .build()
            .map_err(Error::Thread)?;
        Ok(Self { client, reactor: Arc::new(Reactor { runtime: Some(runtime) }) })
    }

    /// The client inside, for async code and for a [`Recorder`](crate::Recorder).
    #[must_use]
    pub fn inner(&self) -> &crate::Client {
        &self.client
    }

    /// Sends what is recorded in a folder; see [`spool::send`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_spool(&self, folder: &Path) -> Result<Sent> {
        self.wait(spool::send(folder, &self.client))
    }

    /// Sends what is recorded in a folder, and tells `watch` how far it is; see
    /// [`spool::send_with`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_spool_with(
        &self,
        folder: &Path,
        watch: impl FnMut(u64, u64) + Send,
    ) -> Result<Sent> {
        self.wait(spool::send_with(folder, &self.client, watch))
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        let _context = self.reactor.runtime.as_ref().map(Runtime::enter);
        block_on(future)
    }
}

/// The calls of [`crate::Client`], by their signatures.
macro_rules! calls {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl Client {
            $(
                #[doc = concat!("Blocks on [`Client::", stringify!($name), "`](crate::Client::",
                    stringify!($name), ").")]
                #[doc = ""]
                #[doc = "# Errors"]
                #[doc = ""]
                #[doc = "As there."]
                pub fn $name(&self, $($argument: $kind),*) -> Result<$answer> {
                    self.wait(self.client.$name($($argument),*))
                }
            )*
        }
    };
}

calls! {
    experiment_by_name(name: &str) -> Experiment;
    experiment(experiment_id: &str) -> Experiment;
    create_experiment(name: &str, tags: &[Tag]) -> String;
    get_or_create_experiment(name: &str) -> Experiment;

    create_run(run: &NewRun) -> Run;
    run(run_id: &str) -> Run;
    update_run(run_id: &str, status: RunStatus, end_time_ms: Option<i64>) -> ();
    finish_run(run_id: &str, status: RunStatus) -> ();
    delete_run(run_id: &str) -> ();
    restore_run(run_id: &str) -> ();
    search_runs(search: &RunSearch, page: Option<&str>) -> Page<Run>;
    all_runs(search: &RunSearch, at_most: usize) -> Vec<Run>;

    log_batch(run_id: &str, batch: &Batch) -> ();
    log_metric(run_id: &str, metric: &Metric) -> ();
    log_param(run_id: &str, key: &str, value: &str) -> ();
    set_tag(run_id: &str, key: &str, value: &str) -> ();
    metric_history(run_id: &str, key: &str, page: Option<&str>) -> Page<Metric>;
    log_inputs(run_id: &str, datasets: &[DatasetInput]) -> ();

    log_artifact(root: &ArtifactRoot, path: &str, file: &Path) -> ();
    log_artifact_bytes(root: &ArtifactRoot, path: &str, bytes: impl Into<Bytes>) -> ();
    download_artifact(root: &ArtifactRoot, path: &str, file: &Path) -> u64;
    list_artifacts(root: &ArtifactRoot, folder: Option<&str>) -> Vec<Artifact>;
    log_image(run_id: &str, root: &ArtifactRoot, name: &ImageName, png: impl Into<Bytes>,
        small_webp: Option<Bytes>) -> ();

    create_logged_model(model: &NewLoggedModel) -> LoggedModel;
    logged_model(model_id: &str) -> LoggedModel;
    finalize_logged_model(model_id: &str, status: LoggedModelStatus) -> LoggedModel;
    log_output(run_id: &str, model_id: &str, step: i64) -> ();
    search_logged_models(experiment_id: &str, filter: &str, page: Option<&str>)
        -> Page<LoggedModel>;

    create_registered_model(name: &str, description: &str) -> RegisteredModel;
    registered_model(name: &str) -> RegisteredModel;
    get_or_create_registered_model(name: &str) -> RegisteredModel;
    create_model_version(version: &NewModelVersion) -> ModelVersion;
    model_version(name: &str, version: &str) -> ModelVersion;
    search_model_versions(filter: &str, page: Option<&str>) -> Page<ModelVersion>;
    set_version_tag(name: &str, version: &str, tag: &Tag) -> ();
    set_alias(name: &str, alias: &str, version: &str) -> ();
    version_by_alias(name: &str, alias: &str) -> ModelVersion;
    delete_alias(name: &str, alias: &str) -> ();
}

/// Polls a future on this thread, which sleeps in between. Tokio's own way panics
/// when there is async code further up on the stack.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Sleeper(Thread);

    impl Wake for Sleeper {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Sleeper(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}

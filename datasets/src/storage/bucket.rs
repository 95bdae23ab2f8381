//! A bucket in some cloud, through the `object_store` crate.

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::Storage;
use crate::{Fault, FileError};

/// Whatever `object_store` knows by a URL: `file:` and `memory:` always; `s3:`,
/// `gs:` and `az:` with the feature `cloud`. Keys and regions come from the
/// environment, by the names that each cloud's own tools use.
pub struct Bucket {
    url: Url,
    store: Box<dyn ObjectStore>,
    root: Path,
    runtime: Runtime,
}

impl Bucket {
    /// Opens the bucket that a URL names.
    ///
    /// # Errors
    /// A kind of URL that this build does not know, or a configuration that the
    /// store refuses.
    pub fn open(url: &Url) -> Result<Self, FileError> {
        let opened = || {
            // A name or value that is not text is not for us, and no reason to panic.
            let environment = std::env::vars_os().filter_map(|(key, value)| {
                Some((key.into_string().ok()?, value.into_string().ok()?))
            });
            let (store, root) = object_store::parse_url_opts(url, environment)?;
            Ok(Self { url: url.clone(), store, root, runtime: runtime()? })
        };
        opened().map_err(|fault: Fault| fault.of(url.as_str().as_ref()))
    }

    fn key(&self, name: &str) -> Path {
        name.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }

    fn error(&self, name: &str, error: object_store::Error) -> FileError {
        Fault::from(error)
            .of(format!("{}/{name}", self.url.as_str().trim_end_matches('/')).as_ref())
    }
}

/// One thread's: a data set is written by threads that each wait for their own file.
fn runtime() -> Result<Runtime, Fault> {
    let mut builder = Builder::new_current_thread();
    #[cfg(feature = "cloud")]
    builder.enable_all();
    builder.build().map_err(Fault::io("start a runtime"))
}

impl Storage for Bucket {
    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        // Stores show an object when it is whole, and not before.
        let put = self.runtime.block_on(self.store.put(&self.key(name), bytes.into()));
        put.map(drop).map_err(|error| self.error(name, error))
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        let key = self.key(name);
        let got = self.runtime.block_on(async { self.store.get(&key).await?.bytes().await });
        match got {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.error(name, error)),
        }
    }
}

impl From<object_store::Error> for Fault {
    fn from(error: object_store::Error) -> Self {
        Self::Store { reason: error.to_string() }
    }
}

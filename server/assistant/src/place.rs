//! Where sound is kept: a folder, or a bucket.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path as Object;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore};
use tokio::sync::OnceCell;
use url::Url;

/// A store that is opened when something is first kept in it.
#[derive(Clone, Debug)]
pub struct Place {
    at: At,
    store: Arc<OnceCell<Arc<dyn ObjectStore>>>,
}

#[derive(Clone, Debug)]
enum At {
    Folder(PathBuf),
    Bucket(Url),
}

impl Place {
    /// A folder, or a URL such as `s3://bucket/prefix`, whose keys are in the environment
    /// variables that `object_store` reads.
    ///
    /// # Errors
    /// It is a URL of no kind that is known here.
    pub fn new(text: &str) -> Result<Self, String> {
        let at = match text.split_once("://") {
            None => At::Folder(text.into()),
            Some(_) => {
                let url = Url::parse(text).map_err(|error| format!("got {text:?}: {error}"))?;
                let kinds = "takes a folder, s3://, gs:// or az://, where the build has them";
                open(&url).map_err(|error| format!("got {text:?}, {kinds}: {error}"))?;
                At::Bucket(url)
            }
        };
        Ok(Self { at, store: Arc::default() })
    }

    /// A folder.
    pub fn folder(path: &Path) -> Self {
        Self { at: At::Folder(path.to_owned()), store: Arc::default() }
    }

    /// The store, unless it is a folder that there is not yet: for who only looks.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn if_there(&self) -> Result<Option<&Arc<dyn ObjectStore>>, Error> {
        match &self.at {
            At::Folder(path) if !path.is_dir() => Ok(None),
            _ => self.store().await.map(Some),
        }
    }

    /// The store, a folder made if there is none.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn store(&self) -> Result<&Arc<dyn ObjectStore>, Error> {
        let make = || async {
            match &self.at {
                At::Folder(path) => {
                    let wrong = |source: std::io::Error| Error::Generic {
                        store: "folder",
                        source: format!("{}: {source}", path.display()).into(),
                    };
                    tokio::fs::create_dir_all(path).await.map_err(wrong)?;
                    let folder = LocalFileSystem::new_with_prefix(path)?;
                    // Names of what was deleted do not stay as those of folders.
                    Ok(Arc::new(folder.with_automatic_cleanup(true)) as Arc<dyn ObjectStore>)
                }
                At::Bucket(url) => open(url),
            }
        };
        self.store.get_or_try_init(make).await
    }
}

fn open(url: &Url) -> Result<Arc<dyn ObjectStore>, Error> {
    // Names of variables are matched whatever their case.
    let (store, prefix): (Box<dyn ObjectStore>, Object) =
        object_store::parse_url_opts(url, std::env::vars())?;
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}

#[cfg(test)]
mod tests {
    use object_store::{ObjectStoreExt as _, PutPayload};

    use super::*;

    #[tokio::test]
    async fn a_folder_is_made_when_it_is_needed_and_what_is_no_place_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/down");
        let place = Place::new(&path.display().to_string()).expect("a place");
        assert!(!path.exists());
        let store = place.store().await.expect("a store");
        store.put(&Object::from("a/b.wav"), PutPayload::from_static(b"RIFF")).await.expect("kept");
        assert!(path.join("a/b.wav").exists());
        for wrong in ["ftp://x/y", "s3//://", "http://"] {
            let why = Place::new(wrong).err();
            assert!(why.is_none_or(|why| why.contains(wrong)), "{wrong}");
        }
        assert!(Place::new("ftp://x/y").expect_err("no place").contains("takes a folder"));
    }
}

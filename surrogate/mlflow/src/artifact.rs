//! Artifacts: files that belong to a run or a logged model.
//!
//! They go through the tracking server's proxy (`mlflow server --serve-artifacts`,
//! which is its default), so that one address and one password serve for all.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::bytes::Bytes;
use tokio_util::io::ReaderStream;

use crate::backoff::Repeat;
use crate::number::whole;
use crate::transport::{transport, within};
use crate::{Client, Error, Result, limits};

/// Where the proxy is, below the server's address.
const PROXY: &str = "api/2.0/mlflow-artifacts/artifacts";
/// The slowest transfer that is waited for, in bytes a second.
const SLOWEST: u64 = 64 << 10;

/// Where the artifacts of one run or logged model go, from
/// [`RunInfo::artifacts`](crate::RunInfo::artifacts) or
/// [`LoggedModel::artifacts`](crate::LoggedModel::artifacts).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactRoot {
    /// Below the proxy, without slashes at its ends.
    path: String,
}

impl ArtifactRoot {
    /// From an artifact URI, `mlflow-artifacts:/1/3f…/artifacts`.
    ///
    /// # Errors
    ///
    /// [`Error::NotProxied`] for any other kind.
    pub fn from_uri(uri: &str) -> Result<Self> {
        let not_proxied = || Error::NotProxied { uri: uri.to_owned() };
        let rest = uri.strip_prefix("mlflow-artifacts:").ok_or_else(not_proxied)?;
        // With a host it names the very server that we talk to.
        let path = match rest.strip_prefix("//") {
            Some(with_host) => with_host.split_once('/').map_or("", |(_, path)| path),
            None => rest,
        };
        let path = path.trim_matches('/').to_owned();
        limits::artifact_path(&path).map_err(|_| not_proxied())?;
        Ok(Self { path })
    }

    fn join(&self, path: &str) -> Result<String> {
        limits::artifact_path(path)?;
        Ok(format!("{}/{path}", self.path))
    }
}

/// A file or folder among the artifacts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Artifact {
    /// Its name in its folder.
    #[serde(rename = "path")]
    pub name: String,
    /// Whether it is a folder.
    #[serde(default)]
    pub is_dir: bool,
    /// Its size in bytes, of a file.
    #[serde(default, rename = "file_size", deserialize_with = "whole::optional::deserialize")]
    pub bytes: Option<i64>,
}

impl Client {
    /// Uploads a file under `path`, `"plots/loss.png"`, piece by piece: it may be
    /// larger than the memory. It replaces what was there. Its kind is told from
    /// the ending of `path`.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] for a path that is not plain, [`Error::File`] when the file
    /// cannot be read, and as the server's.
    pub async fn log_artifact(&self, root: &ArtifactRoot, path: &str, file: &Path) -> Result<()> {
        let call = format!("PUT {}", root.join(path)?);
        let mut attempts = self.attempts(Repeat::Harmless);
        loop {
            let (body, length) = stream(file).await?;
            match self.put(&call, root, path, body, length).await {
                Err(error) => attempts.after(error).await?,
                done => return done,
            }
        }
    }

    /// Uploads what is in memory under `path`.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] for a path that is not plain, and as the server's.
    pub async fn log_artifact_bytes(
        &self,
        root: &ArtifactRoot,
        path: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<()> {
        let call = format!("PUT {}", root.join(path)?);
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        let mut attempts = self.attempts(Repeat::Harmless);
        loop {
            match self.put(&call, root, path, bytes.clone().into(), length).await {
                Err(error) => attempts.after(error).await?,
                done => return done,
            }
        }
    }

    /// Downloads a file, piece by piece, and returns its size in bytes. What is at
    /// `file` is replaced when all of it is there, and left as it was otherwise.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is none, [`Error::File`] when it cannot
    /// be written here, and as the server's.
    pub async fn download_artifact(
        &self,
        root: &ArtifactRoot,
        path: &str,
        file: &Path,
    ) -> Result<u64> {
        let whole_path = root.join(path)?;
        let partial = file.with_added_extension("partial");
        let fetched = self.fetch(&whole_path, &partial).await;
        let kept = match fetched {
            Ok(bytes) => tokio::fs::rename(&partial, file)
                .await
                .map(|()| bytes)
                .map_err(Error::file("rename the finished file to", file)),
            Err(error) => Err(error),
        };
        if kept.is_err() {
            // There may be none; the first error is the one to report.
            let _ = tokio::fs::remove_file(&partial).await;
        }
        kept
    }

    /// What is in a folder of the artifacts; `None` for the outermost.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] for a path that is not plain, and as the server's. A folder
    /// that does not exist is empty.
    pub async fn list_artifacts(
        &self,
        root: &ArtifactRoot,
        folder: Option<&str>,
    ) -> Result<Vec<Artifact>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            files: Vec<Artifact>,
        }
        let path = folder.map_or_else(|| Ok(root.path.clone()), |folder| root.join(folder))?;
        let mut url = self.url(PROXY.split('/'));
        url.query_pairs_mut().append_pair("path", &path);
        let answer: Answer = self.get_url(&format!("GET artifacts of {path}"), &url).await?;
        Ok(answer.files)
    }

    async fn put(
        &self,
        call: &str,
        root: &ArtifactRoot,
        path: &str,
        body: reqwest::Body,
        length: u64,
    ) -> Result<()> {
        let url = self.url(PROXY.split('/').chain(root.path.split('/')).chain(path.split('/')));
        let request = self
            .request(Method::PUT, url)
            .header(CONTENT_TYPE, content_type(path))
            .header(CONTENT_LENGTH, length)
            .body(body);
        let after = self.shared.timeout + Duration::from_secs(length / SLOWEST);
        within(after, call, async { self.accepted(call, request).await.map(drop) }).await
    }

    /// Downloads into `partial`.
    async fn fetch(&self, path: &str, partial: &Path) -> Result<u64> {
        let mut attempts = self.attempts(Repeat::Harmless);
        loop {
            match self.fetch_once(path, partial).await {
                Err(error) => attempts.after(error).await?,
                fetched => return fetched,
            }
        }
    }

    async fn fetch_once(&self, path: &str, partial: &Path) -> Result<u64> {
        let call = &format!("GET {path}");
        let patience = self.shared.timeout;
        let url = self.url(PROXY.split('/').chain(path.split('/')));
        let request = self.request(Method::GET, url);
        let mut response = within(patience, call, self.accepted(call, request)).await?;
        let mut file = File::create(partial).await.map_err(Error::file("create", partial))?;
        let mut bytes = 0;
        loop {
            let next = async { response.chunk().await.map_err(|error| transport(call, error)) };
            let Some(chunk) = within(patience, call, next).await? else { break };
            file.write_all(&chunk).await.map_err(Error::file("write", partial))?;
            bytes += chunk.len() as u64;
        }
        file.sync_all().await.map_err(Error::file("write", partial))?;
        Ok(bytes)
    }
}

/// A file as the body of a request, and its length in bytes.
async fn stream(file: &Path) -> Result<(reqwest::Body, u64)> {
    let opened = File::open(file).await.map_err(Error::file("open", file))?;
    let metadata = opened.metadata().await.map_err(Error::file("open", file))?;
    if !metadata.is_file() {
        let source = std::io::Error::other("not a file");
        return Err(Error::File { path: file.to_owned(), doing: "upload", source });
    }
    // What is appended meanwhile would contradict the length told.
    let length = metadata.len();
    let stream = ReaderStream::with_capacity(opened.take(length), 64 << 10);
    Ok((reqwest::Body::wrap_stream(stream), length))
}

/// What a browser should take a file for, by the ending of its name.
fn content_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "mp4" => "video/mp4",
        "html" => "text/html; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "log" | "md" | "toml" | "yaml" | "yml" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "h5" | "hdf5" => "application/x-hdf5",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots() -> Result<()> {
        for uri in
            ["mlflow-artifacts:/1/3f/artifacts", "mlflow-artifacts://host:5000/1/3f/artifacts/"]
        {
            assert_eq!(ArtifactRoot::from_uri(uri)?.path, "1/3f/artifacts");
        }
        for uri in ["s3://bucket/1/3f", "/tmp/mlruns/1", "", "mlflow-artifacts:/1/../2"] {
            assert!(matches!(ArtifactRoot::from_uri(uri), Err(Error::NotProxied { .. })), "{uri}");
        }
        Ok(())
    }

    #[test]
    fn kinds() {
        assert_eq!(content_type("a/b.PNG"), "image/png");
        assert_eq!(content_type("a.b/checkpoint"), "application/octet-stream");
    }
}

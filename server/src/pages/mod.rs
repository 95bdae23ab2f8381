//! The pages around the water, written once when the server starts.

mod about;
mod articles;
mod ask;
mod calls;
mod how;
mod layout;
mod lists;
mod missing;
mod resume;
mod status;

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::Markup;
use sha2::{Digest, Sha256};

use crate::content::Content;
use crate::site;
use layout::{Head, Kind};

/// Pages by their paths.
pub struct Pages {
    pages: BTreeMap<String, Page>,
    missing: Bytes,
}

struct Page {
    kind: String,
    body: Bytes,
    tag: String,
}

impl Page {
    fn new(kind: impl Into<String>, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let tag = site::tag(&Sha256::digest(&body));
        Self { kind: kind.into(), body, tag }
    }
}

const HTML: &str = "text/html; charset=utf-8";

impl Pages {
    /// Writes all pages; `has_window` says whether there is one at `/viewer`.
    pub fn new(content: &Content, has_window: bool) -> Self {
        let mut pages = BTreeMap::new();
        // What search engines are told of: the play page, and each page that is written here but
        // those behind a log-in.
        let mut listed = vec!["/".to_owned()];
        let mut page = |path: &str, kind: Kind<'_>, (title, says): (&str, &str), main: Markup| {
            let runs = match path {
                "/ask" => Some("ask"),
                "/calls" => Some("calls"),
                "/status" => Some("status"),
                _ => None,
            };
            let is_listed = !matches!(kind, Kind::Inside);
            let head = Head { path, title, says, kind, runs };
            let html = layout::page(content, &head, &main).into_string();
            pages.insert(path.to_owned(), Page::new(HTML, html));
            if is_listed {
                listed.push(path.to_owned());
            }
        };
        let profile = &content.profile;
        let (name, tagline) = (profile.name.as_str(), profile.tagline.as_str());
        page("/about", Kind::Page, (name, tagline), about::main(content));
        page("/resume", Kind::Page, resume::says(content), resume::main(content));
        page("/ask", Kind::Page, ask::SAYS, ask::main());
        page("/calls", Kind::Inside, calls::SAYS, calls::main());
        page("/status", Kind::Page, status::SAYS, status::main());
        page("/how", Kind::Page, how::SAYS, how::main(content, has_window));
        page("/projects", Kind::Page, articles::PROJECTS, articles::projects(content));
        page("/blog", Kind::Page, articles::POSTS, articles::posts(content));
        for (folder, all) in [("projects", &content.projects), ("blog", &content.posts)] {
            for article in all {
                let path = format!("/{folder}/{}", article.slug);
                let says = (article.title.as_str(), article.summary.as_str());
                page(&path, Kind::Article(article), says, articles::main(article));
            }
        }
        let mut other = |path: &str, kind: &str, body: Bytes| {
            pages.insert(path.to_owned(), Page::new(kind, body));
        };
        other("/feed.xml", "application/atom+xml; charset=utf-8", lists::feed(content).into());
        other("/sitemap.xml", "application/xml", lists::sitemap(content, &listed).into());
        other("/robots.txt", "text/plain; charset=utf-8", lists::robots(content).into());
        for (name, bytes) in content.media.files() {
            let kind = mime_guess::from_path(name).first_or_octet_stream();
            other(&format!("/media/{name}"), kind.as_ref(), Bytes::copy_from_slice(bytes));
        }
        let head = Head {
            path: "",
            title: missing::TITLE,
            says: missing::TITLE,
            kind: Kind::Missing,
            runs: None,
        };
        let missing = layout::page(content, &head, &missing::main()).into_string().into();
        Self { pages, missing }
    }

    /// The page at a path.
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let page = self.pages.get(path)?;
        Some(site::tagged(&page.kind, page.body.clone(), &page.tag, headers))
    }

    /// What is said where there is nothing.
    pub fn missing(&self, path: &str, headers: &HeaderMap) -> Response {
        let is_page = |path: &str| self.pages.contains_key(path);
        missing::answer(path, headers, &self.missing, is_page)
    }
}

#[cfg(test)]
mod tests;

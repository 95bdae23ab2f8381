//! The pages around the water, as a browser and as programs get them.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::Server;
use quick_xml::events::Event;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The address that the placeholders give the site.
const SITE: &str = "https://example.com";

/// What a server answered.
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Asks for `path` with one more header.
async fn get_with(server: &Server, path: &str, header: &str) -> Answer {
    let mut stream = TcpStream::connect(server.addr).await.expect("a connection");
    let ask = format!("GET {path} HTTP/1.1\r\nhost: weir\r\n{header}\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.expect("it listens");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("it answers");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&bytes[..end]).expect("text");
    let (first, rest) = head.split_once("\r\n").expect("headers");
    let status = first.split(' ').nth(1).expect("a status").parse().expect("a number");
    let headers = rest.lines().filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(k, v)| (k.to_ascii_lowercase(), v.to_owned())).collect();
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}

async fn get(server: &Server, path: &str) -> Answer {
    get_with(server, path, "accept: text/html").await
}

/// The text of each element called `name`.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut all, mut depth) = (Vec::new(), 0);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {xml}")) {
            Event::Start(tag) => {
                depth += 1;
                if tag.name().as_ref() == name.as_bytes() {
                    let text = reader.read_text(tag.name()).expect("text");
                    all.push(text.decode().expect("UTF-8").into_owned());
                    depth -= 1;
                }
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "all that begins ends: {xml}");
    all
}

/// What stands between `name="` and the next quotation mark.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begins = format!(" {name}=\"");
    let parts = html.split(begins.as_str()).skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

/// Paths of the sitemap.
async fn sitemap(server: &Server) -> Vec<String> {
    let map = get(server, "/sitemap.xml").await;
    assert_eq!(map.status, 200);
    let paths = elements(map.text(), "loc");
    paths.iter().map(|at| at.strip_prefix(SITE).expect("of this site").to_owned()).collect()
}

#[tokio::test]
async fn every_page_of_the_map_is_there_with_its_title_and_under_the_policy() {
    let server = Server::start().await;
    let paths = sitemap(&server).await;
    for path in ["/", "/about", "/resume", "/how", "/projects", "/projects/weir", "/blog"] {
        assert!(paths.iter().any(|listed| listed == path), "{path} is in the map");
    }
    let mut titles = BTreeSet::new();
    for path in &paths {
        let page = get(&server, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{path}");
        let html = page.text();
        assert!(attributes(html, "style").is_empty() && !html.contains("<style"), "{path}");
        let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
        let title = title.expect("a title").to_owned();
        assert!(title.chars().count() > 5, "{path}: {title}");
        assert!(titles.insert(title.clone()), "{path}: {title:?} is another page's too");
        if path == "/" {
            continue;
        }
        assert_eq!(html.matches("<h1>").count(), 1, "{path}");
        assert_eq!(attributes(html, "rel").iter().filter(|rel| **rel == "canonical").count(), 1);
        assert!(
            html.contains(&format!("<link rel=\"canonical\" href=\"{SITE}{path}\">")),
            "{path}"
        );
        let heading = html.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next());
        let heading = heading.expect("a heading");
        assert!(path == "/resume" || title.starts_with(heading), "{path}: {title}, {heading}");
    }
}

#[tokio::test]
async fn every_link_and_picture_of_every_page_leads_somewhere() {
    let server = Server::start().await;
    let mut pages = sitemap(&server).await;
    pages.push("/there/is/none".to_owned());
    let mut known: BTreeMap<String, Answer> = BTreeMap::new();
    let mut pictures = 0;
    for path in pages {
        let page = get(&server, &path).await;
        let html = page.text();
        for name in ["href", "src", "poster"] {
            for link in attributes(html, name) {
                if let Some(anchor) = link.strip_prefix('#') {
                    assert!(html.contains(&format!("id=\"{anchor}\"")), "{path}: {link}");
                    continue;
                }
                let link = link.strip_prefix(SITE).filter(|at| at.starts_with('/')).unwrap_or(link);
                let is_elsewhere = ["https://", "mailto:"].iter().any(|s| link.starts_with(s));
                if is_elsewhere || link == "/code" {
                    continue;
                }
                let at = if link.starts_with('/') { link.to_owned() } else { format!("/{link}") };
                if !known.contains_key(&at) {
                    known.insert(at.clone(), get(&server, &at).await);
                }
                assert_eq!(known[&at].status, 200, "{path} leads to {at}");
                if at.starts_with("/media/") {
                    let size = known[&at].body.len();
                    let most = if at.ends_with(".mp4") { 300_000 } else { 120_000 };
                    assert!(size <= most, "{at} has {size} bytes");
                    pictures += 1;
                }
            }
        }
        for picture in html.split("<img ").skip(1) {
            let picture = picture.split('>').next().unwrap_or_default();
            for name in ["width=\"", "height=\"", "alt=\"", "loading=\"lazy\""] {
                assert!(picture.contains(name), "{path}: {picture} has no {name}");
            }
        }
    }
    assert!(pictures > 5, "{pictures} pictures were seen");
}

#[tokio::test]
async fn the_feed_is_xml_and_has_the_posts() {
    let server = Server::start().await;
    let feed = get(&server, "/feed.xml").await;
    assert_eq!(
        (feed.status, feed.header("content-type")),
        (200, "application/atom+xml; charset=utf-8")
    );
    let entries = elements(feed.text(), "entry");
    let posts = sitemap(&server).await;
    let posts: Vec<_> = posts.iter().filter(|path| path.starts_with("/blog/")).collect();
    assert_eq!(entries.len(), posts.len());
    for (entry, path) in entries.iter().zip(posts) {
        assert!(entry.contains(&format!("<id>{SITE}{path}</id>")), "{entry}");
        for name in ["title", "updated", "summary"] {
            assert_eq!(elements(entry, name).len(), 1, "{name}: {entry}");
        }
    }
    let robots = get(&server, "/robots.txt").await;
    assert!(robots.text().contains(&format!("Sitemap: {SITE}/sitemap.xml")), "{}", robots.text());
}

#[tokio::test]
async fn what_is_not_there_is_said_to_each_in_its_way() {
    let server = Server::start().await;
    let page = get(&server, "/blog/never-written").await;
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(page.text().contains("<h1>There is no such page</h1>"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let plain = get_with(&server, "/blog/never-written", "accept: */*").await;
    assert_eq!((plain.status, plain.text()), (404, "there is no such page\n"));
    for path in ["/api/nothing", "/api/scenes/nothing"] {
        let call = get(&server, path).await;
        assert_eq!((call.status, call.header("content-type")), (404, "application/problem+json"));
    }
    let slash = get(&server, "/about/").await;
    assert_eq!((slash.status, slash.header("location")), (308, "/about"));
}

#[tokio::test]
async fn a_page_that_is_known_is_not_sent_again() {
    let server = Server::start().await;
    let first = get(&server, "/how").await;
    let tag = first.header("etag");
    let again = get_with(&server, "/how", &format!("if-none-match: {tag}")).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), tag);
}

#[tokio::test]
async fn a_film_comes_in_parts_to_who_asks_so() {
    let server = Server::start().await;
    let film = get(&server, "/media/cup.mp4").await;
    assert_eq!((film.status, film.header("content-type")), (200, "video/mp4"));
    assert_eq!(film.header("accept-ranges"), "bytes");
    let part = get_with(&server, "/media/cup.mp4", "range: bytes=100-199").await;
    assert_eq!(part.status, 206);
    assert_eq!(part.body, film.body[100..200]);
    let is = format!("bytes 100-199/{}", film.body.len());
    assert_eq!((part.header("content-range"), part.header("content-length")), (is.as_str(), "100"));
    let other = "range: bytes=100-199\r\nif-range: \"another\"";
    assert_eq!(get_with(&server, "/media/cup.mp4", other).await.body, film.body);
    let beyond = get_with(&server, "/media/cup.mp4", "range: bytes=9999999-").await;
    assert_eq!((beyond.status, beyond.body.len()), (416, 0));
}

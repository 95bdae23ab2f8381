use std::fs;

use super::*;

/// Pages of a person who writes HTML wherever words may stand.
fn wild() -> Pages {
    const WILD: &str = "</title><script>alert('\\\"&')</script>";
    let folder = tempfile::tempdir().expect("a folder");
    let put = |file: &str, text: String| fs::write(folder.path().join(file), text).expect("a file");
    let (site, name) = ("https://a.example", format!("name = \"{WILD}\""));
    let links = format!("[[links]]\n{name}\nhref = \"https://a.example/\\\"><script>\"\n");
    put(
        "profile.toml",
        format!("{name}\ntagline = \"{WILD}\"\nsite = \"{site}\"\nabout = [\"{WILD}\"]\n{links}"),
    );
    let station =
        format!("title = \"{WILD}\"\nplace = \"{WILD}\"\nwhen = \"{WILD}\"\ndid = [\"{WILD}\"]\n");
    put("resume.toml", format!("summary = \"{WILD}\"\n[[experience]]\n{station}"));
    let front = format!("title = \"{WILD}\"\ndate = 2026-01-31\nsummary = \"{WILD}\"\n");
    let film = format!(
        "[video]\nfile = \"/media/cup.mp4\"\nstill = \"/media/cup.webp\"\nsays = \"{WILD}\"\n"
    );
    for (sub, article) in [("posts", &film), ("projects", &String::new())] {
        fs::create_dir(folder.path().join(sub)).expect("a folder");
        put(&format!("{sub}/a.md"), format!("+++\n{front}{article}+++\n## {WILD}\n\n{WILD}\n"));
    }
    Pages::new(&Content::from_folder(folder.path()).unwrap_or_else(|error| panic!("{error}")), true)
}

#[test]
fn words_stay_words() {
    let pages = wild();
    let all: Vec<(&str, &[u8])> = pages
        .pages
        .iter()
        .map(|(path, page)| (path.as_str(), &*page.body))
        .chain([("missing", &*pages.missing)])
        .collect();
    for (path, body) in all {
        let text = std::str::from_utf8(body).expect("text");
        // Scripts that are ours.
        let ours = ["ask", "calls", "status"]
            .map(|name| format!("<script type=\"module\" src=\"/js/{name}/main.js\"></script>"));
        let others = ours.iter().fold(text.to_owned(), |text, ours| text.replace(ours, ""));
        assert!(!others.contains("<script"), "{path}: {text}");
        if path.ends_with("xml") || path.ends_with("txt") {
            continue;
        }
        assert!(text.contains("&lt;script&gt;"), "{path} says it: {text}");
        assert_eq!(text.matches("</title>").count(), 1, "{path}: {text}");
        assert!(!text.contains(" style=") && !text.contains(" onclick"), "{path}: {text}");
    }
}

#[test]
fn the_menu_says_where_one_is() {
    let pages = wild();
    let body = |path: &str| {
        let page = pages.pages.get(path).unwrap_or_else(|| panic!("{path}"));
        String::from_utf8(page.body.to_vec()).expect("text")
    };
    assert!(body("/blog").contains("<a href=\"/blog\" aria-current=\"page\">Blog</a>"));
    assert!(body("/blog/a").contains("<a href=\"/blog\" aria-current=\"true\">Blog</a>"));
    assert_eq!(body("/about").matches("aria-current").count(), 1);
}

#[test]
fn what_is_behind_a_log_in_is_nothing_for_search_engines() {
    let pages = wild();
    let body = |path: &str| {
        let page = pages.pages.get(path).unwrap_or_else(|| panic!("{path}"));
        String::from_utf8(page.body.to_vec()).expect("text")
    };
    let robots = "<meta name=\"robots\" content=\"noindex\">";
    assert!(body("/calls").contains(robots) && !body("/ask").contains(robots));
    assert!(!body("/sitemap.xml").contains("/calls<") && body("/sitemap.xml").contains("/ask<"));
}

#[test]
fn a_page_is_sent_once_and_known_by_its_tag() {
    let pages = wild();
    let first = pages.answer("/about", &HeaderMap::new()).expect("a page");
    assert_eq!(first.status(), 200);
    let tag = first.headers()["etag"].clone();
    let mut headers = HeaderMap::new();
    headers.insert("if-none-match", tag);
    assert_eq!(pages.answer("/about", &headers).expect("a page").status(), 304);
    assert_eq!(pages.answer("/resume", &headers).expect("a page").status(), 200);
    assert!(pages.answer("/nothing", &headers).is_none());
}

#[test]
fn the_colours_are_those_of_the_play_page() {
    let colours = |file: &str| {
        let bytes = site::embedded(file).unwrap_or_else(|| panic!("{file}"));
        let text = String::from_utf8(bytes.into_owned()).expect("text");
        let all = text.lines().map(str::trim).filter(|line| line.starts_with("--"));
        all.take(4).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(colours("style.css"), colours("pages.css"));
    assert_eq!(colours("pages.css").len(), 4, "light and dark, two lines each");
}

#[test]
fn the_menu_of_the_play_page_is_the_same() {
    let bytes = site::embedded("index.html").expect("a page");
    let text = String::from_utf8(bytes.into_owned()).expect("text");
    for (href, words) in layout::MENU {
        let current = if href == "/" { " aria-current=\"page\"" } else { "" };
        let link = format!("<a href=\"{href}\"{current}>{words}</a>");
        assert!(text.contains(&link), "{link}");
    }
}

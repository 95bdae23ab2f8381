//! What all pages have in common.

use maud::{DOCTYPE, Markup, html};

use crate::content::{Article, Content, Figure, Picture, Video};

/// The pages of the menu. `web/index.html`, which is not written here, has the same.
pub const MENU: [(&str, &str); 8] = [
    ("/", "Play"),
    ("/?watch=gallery", "Gallery"),
    ("/ask", "Ask"),
    ("/how", "How it works"),
    ("/projects", "Projects"),
    ("/blog", "Blog"),
    ("/about", "About"),
    ("/resume", "Résumé"),
];
/// What others show of a page that has no picture of its own.
const SHARED: &str = "/media/share.jpg";

/// What kind of page it is.
pub enum Kind<'a> {
    /// One of the menu.
    Page,
    /// A post or a project.
    Article(&'a Article),
    /// One behind a log-in, which no search engine is to find.
    Inside,
    /// That there is none.
    Missing,
}

/// What a page says about itself.
pub struct Head<'a> {
    /// Where it is.
    pub path: &'a str,
    /// Its title.
    pub title: &'a str,
    /// A sentence about it.
    pub says: &'a str,
    /// What kind of page it is.
    pub kind: Kind<'a>,
    /// What runs on it, if anything does: a style and a script of this name.
    pub runs: Option<&'static str>,
}

/// A whole page around `main`.
pub fn page(content: &Content, head: &Head<'_>, main: &Markup) -> Markup {
    let profile = &content.profile;
    let name = profile.name.as_str();
    let title = match head.title {
        title if title == name => format!("{name} — {}", head.says),
        title => format!("{title} — {name}"),
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                title { (title) }
                @match &head.kind {
                    Kind::Missing | Kind::Inside => meta name="robots" content="noindex";,
                    kind => (about(content, head, kind)),
                }
                link rel="stylesheet" href="/nav.css";
                link rel="stylesheet" href="/pages.css";
                @if let Some(runs) = head.runs {
                    link rel="stylesheet" href="/controls.css";
                    link rel="stylesheet" href={ "/" (runs) ".css" };
                    script type="module" src={ "/js/" (runs) "/main.js" } {}
                }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="alternate" href="/feed.xml" type="application/atom+xml" title=(name);
            }
            body {
                a.skip href="#main" { "To the text" }
                header {
                    a.name href="/" { "weir" }
                    nav.pages aria-label="Pages" {
                        @for (href, words) in MENU {
                            a href=(href) aria-current=[current(head.path, href)] { (words) }
                        }
                    }
                }
                main #main { (main) }
                footer {
                    p { (name) ", " (profile.tagline.as_str()) }
                    ul.links {
                        @for link in &profile.links {
                            li { a href=(link.href.as_str()) { (link.name.as_str()) } }
                        }
                        li { a href="/feed.xml" { "Feed" } }
                        li { a href="/calls" rel="nofollow" { "Live calls" } }
                        li { a href="/status" { "Status" } }
                    }
                }
            }
        }
    }
}

/// The page itself, or one below it.
fn current(path: &str, href: &str) -> Option<&'static str> {
    let below = path.strip_prefix(href)?;
    match below {
        "" => Some("page"),
        below if below.starts_with('/') => Some("true"),
        _ => None,
    }
}

/// What search engines and those who show a link are told.
fn about(content: &Content, head: &Head<'_>, kind: &Kind<'_>) -> Markup {
    let profile = &content.profile;
    let address = profile.site.of(head.path);
    let article = if let Kind::Article(article) = kind { Some(article) } else { None };
    let picture = article.and_then(|article| {
        let own = article.picture.as_ref().map(|figure| &figure.picture);
        own.or(article.video.as_ref().map(|video| &video.still))
    });
    let image = profile.site.of(picture.map_or(SHARED, |picture| picture.src.as_str()));
    html! {
        meta name="description" content=(head.says);
        meta name="author" content=(profile.name.as_str());
        link rel="canonical" href=(address);
        meta property="og:site_name" content=(profile.name.as_str());
        meta property="og:title" content=(head.title);
        meta property="og:description" content=(head.says);
        meta property="og:url" content=(address);
        meta property="og:image" content=(image);
        meta name="twitter:card" content="summary_large_image";
        @if let Some(article) = article {
            meta property="og:type" content="article";
            meta property="article:published_time" content=(article.date.as_moment());
        } @else {
            meta property="og:type" content="website";
        }
    }
}

/// A picture that waits until it is near.
pub fn picture(picture: &Picture, says: &str) -> Markup {
    html! {
        img src=(picture.src) alt=(says) width=(picture.width) height=(picture.height)
            loading="lazy" decoding="async";
    }
}

/// A picture with its words below.
pub fn figure(figure: &Figure) -> Markup {
    html! {
        figure {
            (picture(&figure.picture, figure.says.as_str()))
            figcaption aria-hidden="true" { (figure.says.as_str()) }
        }
    }
}

/// A film with its words below. Nothing of it is fetched before somebody wants to see it.
pub fn film(video: &Video) -> Markup {
    let Video { src, still, says } = video;
    html! {
        figure {
            video controls preload="none" playsinline loop poster=(still.src) width=(still.width)
                height=(still.height) aria-label=(says.as_str()) {
                source src=(src) type=[mime_guess::from_path(src).first_raw()];
                a href=(src) { "The film, as a file" }
            }
            figcaption aria-hidden="true" { (says.as_str()) }
        }
    }
}

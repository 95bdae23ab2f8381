//! Posts and projects, and lists of them.

use maud::{Markup, html};

use super::layout::{figure, film, picture};
use crate::content::{Article, Content};

/// Title and description of the list of projects.
pub const PROJECTS: (&str, &str) = ("Projects", "What was made, and what is there to try.");
/// Title and description of the list of posts.
pub const POSTS: (&str, &str) =
    ("Blog", "Notes on what was tried, what came out, and what did not.");

/// The page of projects.
pub fn projects(content: &Content) -> Markup {
    html! {
        h1 { (PROJECTS.0) }
        p.lead { (PROJECTS.1) }
        (cards(&content.projects, 2))
    }
}

/// The page of posts.
pub fn posts(content: &Content) -> Markup {
    html! {
        h1 { (POSTS.0) }
        p.lead { (POSTS.1) }
        (list(&content.posts, 2))
    }
}

/// Projects side by side, with headings of `level`.
pub fn cards(projects: &[Article], level: u8) -> Markup {
    html! {
        ul.cards {
            @for project in projects {
                li {
                    @if let Some(figure) = &project.picture {
                        (picture(&figure.picture, figure.says.as_str()))
                    }
                    (linked("projects", project, level))
                    p { (project.summary.as_str()) }
                }
            }
        }
        @if projects.is_empty() { p.soft { "There is none yet." } }
    }
}

/// Posts one below the other.
pub fn list(posts: &[Article], level: u8) -> Markup {
    html! {
        ul.posts {
            @for post in posts {
                li {
                    (linked("blog", post, level))
                    (day(post))
                    p { (post.summary.as_str()) }
                }
            }
        }
        @if posts.is_empty() { p.soft { "There is none yet." } }
    }
}

fn linked(folder: &str, article: &Article, level: u8) -> Markup {
    let link = html! { a href={ "/" (folder) "/" (article.slug) } { (article.title.as_str()) } };
    html! {
        @if level == 2 { h2 { (link) } } @else { h3 { (link) } }
    }
}

fn day(article: &Article) -> Markup {
    html! { p.day { time datetime=(article.date) { (article.date.in_words()) } } }
}

/// The page of one.
pub fn main(article: &Article) -> Markup {
    html! {
        article {
            h1 { (article.title.as_str()) }
            (day(article))
            p.lead { (article.summary.as_str()) }
            @if let Some(link) = &article.link {
                p { a.button href=(link.as_str()) { "Open it" } }
            }
            @if let Some(shown) = &article.picture { (figure(shown)) }
            @if let Some(video) = &article.video { (film(video)) }
            (article.body)
        }
    }
}

//! Who made it: the home of a person.

use maud::{Markup, html};

use super::articles;
use crate::content::Content;

/// Posts that are shown.
const LATEST: usize = 3;

/// What the page says.
pub fn main(content: &Content) -> Markup {
    let profile = &content.profile;
    let latest = &content.posts[..content.posts.len().min(LATEST)];
    html! {
        h1 { (profile.name.as_str()) }
        p.lead { (profile.tagline.as_str()) }
        @for paragraph in &profile.about { p { (paragraph.as_str()) } }
        ul.links {
            @for link in &profile.links {
                li { a href=(link.href.as_str()) { (link.name.as_str()) } }
            }
            li { a href="/resume" { "Résumé" } }
        }
        section aria-labelledby="projects" {
            h2 #projects { "Projects" }
            (articles::cards(&content.projects, 3))
        }
        section aria-labelledby="latest" {
            h2 #latest { "Latest posts" }
            (articles::list(latest, 3))
            p { a href="/blog" { "All posts" } }
        }
    }
}

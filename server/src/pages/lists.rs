//! What programs read about the pages.

use maud::{PreEscaped, html};

use crate::content::Content;

const XML: PreEscaped<&str> = PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");

/// The posts as an Atom feed (RFC 4287).
pub fn feed(content: &Content) -> String {
    let (profile, posts) = (&content.profile, &content.posts);
    let of = |path: &str| profile.site.of(path);
    // A feed has to say when it changed; one without posts never did.
    let updated = posts.first().map(|post| post.date.as_moment());
    let updated = updated.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned());
    let markup = html! {
        (XML)
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" {
            id { (of("/feed.xml")) }
            title { (profile.name.as_str()) }
            updated { (updated) }
            author { name { (profile.name.as_str()) } }
            (PreEscaped(format!("<link rel=\"self\" href=\"{}\"/>", of("/feed.xml"))))
            (PreEscaped(format!("<link rel=\"alternate\" href=\"{}\"/>", of("/blog"))))
            @for post in posts {
                @let address = of(&format!("/blog/{}", post.slug));
                entry {
                    id { (address) }
                    title { (post.title.as_str()) }
                    (PreEscaped(format!("<link rel=\"alternate\" href=\"{address}\"/>")))
                    published { (post.date.as_moment()) }
                    updated { (post.date.as_moment()) }
                    summary { (post.summary.as_str()) }
                }
            }
        }
    };
    markup.into_string()
}

/// Pages for search engines.
pub fn sitemap(content: &Content, paths: &[String]) -> String {
    let markup = html! {
        (XML)
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for path in paths { url { loc { (content.profile.site.of(path)) } } }
        }
    };
    markup.into_string()
}

/// What robots may read.
pub fn robots(content: &Content) -> String {
    let sitemap = content.profile.site.of("/sitemap.xml");
    format!("User-agent: *\nDisallow: /api/\nDisallow: /ws\n\nSitemap: {sitemap}\n")
}

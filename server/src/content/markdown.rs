//! Markdown to HTML that is safe under the strictest policy: no HTML of the writer's, no styles,
//! no address that could run code.

use std::collections::BTreeSet;
use std::ops::Range;

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Alignment, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::error::{ContentError, Place};
use super::media::Media;
use super::value::Href;

/// Renders the text of `place` from the byte `begins` on.
///
/// # Errors
/// An address that no link takes, a picture that is not there or has no description, or a heading
/// as high as the title.
pub fn render(place: Place<'_>, begins: usize, media: &Media) -> Result<Markup, ContentError> {
    let parser = Parser::new_ext(&place.text[begins..], Options::ENABLE_TABLES);
    let events: Vec<_> = parser.into_offset_iter().collect();
    let mut page = Page {
        place,
        begins,
        media,
        out: Vec::new(),
        anchors: BTreeSet::new(),
        heading: String::new(),
        columns: Vec::new(),
        column: 0,
        is_head: false,
    };
    let mut rest = &events[..];
    while !rest.is_empty() {
        rest = page.take(rest)?;
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, page.out.into_iter());
    Ok(PreEscaped(html))
}

type Placed<'a> = (Event<'a>, Range<usize>);

/// What has been written so far.
struct Page<'a> {
    place: Place<'a>,
    begins: usize,
    media: &'a Media,
    out: Vec<Event<'a>>,
    anchors: BTreeSet<String>,
    /// The anchor of the heading that is being written.
    heading: String,
    /// How the columns of a table stand, in which one we are, and whether in its head.
    columns: Vec<Alignment>,
    column: usize,
    is_head: bool,
}

impl<'a> Page<'a> {
    /// Writes the first of `events`, or some, and returns what is left.
    fn take<'e>(&mut self, events: &'e [Placed<'a>]) -> Result<&'e [Placed<'a>], ContentError> {
        if let Some(image) = alone(events) {
            self.picture(image, true)?;
            return Ok(&events[image.len() + 2..]);
        }
        let (event, range) = &events[0];
        let wrong = |why| self.place.wrong(self.begins + range.start, why);
        let written = match event {
            Event::Start(Tag::Image { .. }) => {
                let image = &events[..=end(events)];
                self.picture(image, false)?;
                return Ok(&events[image.len()..]);
            }
            Event::Start(Tag::Link { link_type, dest_url, .. })
                if *link_type != LinkType::Email && Href::new(dest_url).is_none() =>
            {
                return Err(wrong(Href::TAKES));
            }
            // HTML is shown as it was written.
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text.clone()),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                return Err(wrong("takes headings from ## on; the title stands above the text"));
            }
            Event::Start(Tag::Heading { level, .. }) => {
                self.heading = self.anchor(&words(&events[..end(events)]));
                raw(format!("<{level} id=\"{}\">", self.heading))
            }
            Event::End(TagEnd::Heading(level)) => {
                let link = html! {
                    " " a.anchor href={ "#" (self.heading) } aria-label="Link to this section" { "#" }
                };
                raw(link.into_string() + &format!("</{level}>\n"))
            }
            // What may be wider than the page scrolls, and keys have to reach it.
            Event::Start(Tag::CodeBlock(_)) => raw("<pre tabindex=\"0\"><code>"),
            Event::End(TagEnd::CodeBlock) => raw("</code></pre>\n"),
            Event::Start(Tag::Table(columns)) => {
                self.columns.clone_from(columns);
                raw(
                    "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>",
                )
            }
            Event::End(TagEnd::Table) => raw("</tbody></table></div>\n"),
            Event::Start(Tag::TableHead) => {
                (self.is_head, self.column) = (true, 0);
                raw("<thead><tr>")
            }
            Event::End(TagEnd::TableHead) => {
                self.is_head = false;
                raw("</tr></thead><tbody>\n")
            }
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                raw("<tr>")
            }
            Event::End(TagEnd::TableRow) => raw("</tr>\n"),
            Event::Start(Tag::TableCell) => raw(self.cell()),
            Event::End(TagEnd::TableCell) => raw(if self.is_head { "</th>" } else { "</td>" }),
            other => other.clone(),
        };
        self.out.push(written);
        Ok(&events[1..])
    }

    /// The tag that begins the next cell; a style would be against the policy, a class is not.
    fn cell(&mut self) -> &'static str {
        let is_right = self.columns.get(self.column) == Some(&Alignment::Right);
        self.column += 1;
        match (self.is_head, is_right) {
            (true, true) => "<th scope=\"col\" class=\"number\">",
            (true, false) => "<th scope=\"col\">",
            (false, true) => "<td class=\"number\">",
            (false, false) => "<td>",
        }
    }

    /// A picture of all of `image`; with its title below it where it is `alone`.
    fn picture(&mut self, image: &[Placed<'a>], alone: bool) -> Result<(), ContentError> {
        let (Event::Start(Tag::Image { dest_url, title, .. }), range) = &image[0] else {
            return Ok(());
        };
        let wrong = |why: String| self.place.wrong(self.begins + range.start, why);
        let says = words(image);
        if says.trim().is_empty() {
            return Err(wrong("takes what is to be seen, in the brackets".to_owned()));
        }
        let picture = self.media.picture(dest_url).map_err(wrong)?;
        let img = html! {
            img src=(picture.src) alt=(says) width=(picture.width) height=(picture.height)
                loading="lazy" decoding="async";
        };
        let markup = html! {
            @if alone {
                figure { (img) @if !title.is_empty() { figcaption { (title) } } }
            } @else {
                (img)
            }
        };
        self.out.push(if alone { raw(markup.into_string()) } else { inline(markup) });
        Ok(())
    }

    /// A name for a heading that no other has.
    fn anchor(&mut self, words: &str) -> String {
        let mut name = String::new();
        for c in words.chars().flat_map(char::to_lowercase) {
            if c.is_alphanumeric() {
                name.push(c);
            } else if !name.is_empty() && !name.ends_with('-') {
                name.push('-');
            }
        }
        let name = name.trim_end_matches('-');
        let name = if name.is_empty() { "section" } else { name };
        let mut unique = name.to_owned();
        let mut number = 2;
        while !self.anchors.insert(unique.clone()) {
            unique = format!("{name}-{number}");
            number += 1;
        }
        unique
    }
}

fn raw<'a>(html: impl Into<String>) -> Event<'a> {
    Event::Html(html.into().into())
}

fn inline<'a>(markup: Markup) -> Event<'a> {
    Event::InlineHtml(markup.into_string().into())
}

/// The picture of a paragraph that consists of nothing else.
fn alone<'e, 'a>(events: &'e [Placed<'a>]) -> Option<&'e [Placed<'a>]> {
    let is = |k: usize, is: fn(&Event<'_>) -> bool| events.get(k).is_some_and(|(e, _)| is(e));
    let begins = is(0, |event| matches!(event, Event::Start(Tag::Paragraph)))
        && is(1, |event| matches!(event, Event::Start(Tag::Image { .. })));
    let end = if begins { 1 + end(&events[1..]) } else { return None };
    let ends = is(end + 1, |event| matches!(event, Event::End(TagEnd::Paragraph)));
    ends.then(|| &events[1..=end])
}

/// Where what begins with the first of `events` ends.
fn end(events: &[Placed<'_>]) -> usize {
    let mut depth = 0_usize;
    for (k, (event, _)) in events.iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 1 => return k,
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    events.len() - 1
}

/// The words in `events`.
fn words(events: &[Placed<'_>]) -> String {
    let mut all = String::new();
    for (event, _) in events {
        match event {
            Event::Text(text) | Event::Code(text) => all.push_str(text),
            Event::SoftBreak | Event::HardBreak => all.push(' '),
            _ => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn try_html(text: &str) -> Result<String, ContentError> {
        let media = Media::new(BTreeMap::new());
        render(Place { file: "posts/a.md", text }, 0, &media).map(PreEscaped::into_string)
    }

    fn html(text: &str) -> String {
        try_html(text).expect("it is right")
    }

    #[test]
    fn html_of_the_writer_stays_text() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div>\n\n<script>\nalert(1)\n</script>\n\n</div>",
            "## <script>x</script>",
            "`<script>`",
            "    <script>",
            "| <script> |\n|---|\n| <script> |",
            "<!-- <script> -->",
            "&lt;script&gt;",
        ] {
            let html = html(text);
            assert!(!html.contains("<script") && !html.contains("<img"), "{text}: {html}");
            assert!(!html.contains("<!--"), "{text}: {html}");
        }
        assert_eq!(html("<b>x</b>"), "<p>&lt;b&gt;x&lt;/b&gt;</p>\n");
    }

    #[test]
    fn links_that_could_do_harm_are_refused_where_they_stand() {
        for link in ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example", "about"] {
            let error = try_html(&format!("fine\n\nnot [so]({link}) fine")).expect_err(link);
            let error = error.to_string();
            assert!(error.starts_with("posts/a.md, line 3: "), "{error}");
            assert!(error.contains("a link takes https://"), "{error}");
        }
        assert!(try_html("<javascript:alert(1)>").is_err(), "an address in brackets");
        assert!(try_html("[a][b]\n\n[b]: javascript:x").is_err(), "an address elsewhere");
        let good = html("[a](/blog) [b](https://a.b?c&d) <you@example.com> [c](mailto:a@b.c)");
        for href in ["/blog", "https://a.b?c&amp;d", "mailto:you@example.com", "mailto:a@b.c"] {
            assert!(good.contains(&format!("href=\"{href}\"")), "{href}: {good}");
        }
    }

    #[test]
    fn headings_have_anchors_of_their_own() {
        let html = html("## Why *not*?\n\n### Why not\n\n## ?");
        for part in ["<h2 id=\"why-not\">", "<h3 id=\"why-not-2\">", "<h2 id=\"section\">"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("href=\"#why-not-2\""), "{html}");
        assert!(try_html("# A title").is_err());
    }

    #[test]
    fn pictures_have_a_size_and_a_description() {
        let html = html("![A \"funnel\"](/media/funnel-network.webp \"It <flows>\")");
        assert!(html.starts_with("<figure><img src=\"/media/funnel-network.webp\""), "{html}");
        for part in [
            "alt=\"A &quot;funnel&quot;\"",
            "width=\"960\" height=\"650\"",
            "loading=\"lazy\"",
            "<figcaption>It &lt;flows&gt;</figcaption></figure>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        for (wrong, why) in [
            ("![](/media/funnel-network.webp)", "in the brackets"),
            ("![a](/media/none.webp)", "there is no such file"),
            ("![a](https://elsewhere.example/a.png)", "/media/"),
            ("![a](/media/../index.html)", "no such file"),
            ("![a](/media/cup.mp4)", "takes a PNG"),
        ] {
            let error = try_html(wrong).expect_err(wrong).to_string();
            assert!(error.contains(why), "{wrong}: {error}");
        }
    }

    #[test]
    fn tables_need_no_styles() {
        let html = html("| a | b |\n|---|--:|\n| 1 | 2 |");
        assert!(!html.contains("style"), "{html}");
        assert!(html.contains("<td>1</td><td class=\"number\">2</td>"), "{html}");
        assert!(html.contains("<th scope=\"col\" class=\"number\">b</th>"), "{html}");
    }
}

//! Reports as pages that a browser shows as they are.

use crate::figure;

/// A part of a report.
pub enum Part {
    Heading(&'static str),
    Words(String),
    List(Vec<String>),
    /// Its head, and its rows.
    Table(Vec<String>, Vec<Vec<String>>),
    /// A file beside the report, and its title.
    Figure(String, String),
    /// A figure that the report carries with it, as SVG.
    Drawing(String),
}

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;color:#262b33;max-width:70rem;margin:2rem auto;padding:0 1rem}\
div{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}td,th{padding:.3rem .6rem;\
border-bottom:1px solid #e6e9ed;text-align:right;vertical-align:top;white-space:nowrap}\
td:first-child,th:first-child{text-align:left}img,svg{max-width:100%;height:auto}figure{margin:1.5rem 0}\
small{color:#6b727d}";

/// The page of a report.
pub fn html(title: &str, parts: &[Part]) -> String {
    let heading = escaped(title);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{heading}</title>\n<style>{STYLE}</style>\n<h1>{heading}</h1>\n"
    );
    for part in parts {
        match part {
            Part::Heading(words) => text += &format!("<h2>{}</h2>\n", escaped(words)),
            Part::Words(words) => text += &format!("<p>{}\n", escaped(words)),
            Part::List(items) => {
                let items: Vec<String> =
                    items.iter().map(|item| format!("<li>{}\n", escaped(item))).collect();
                text += &format!("<ul>\n{}</ul>\n", items.concat());
            }
            Part::Table(head, rows) => {
                let line = |cells: &[String], tag: &str| {
                    let cells: Vec<String> =
                        cells.iter().map(|c| format!("<{tag}>{}", escaped(c))).collect();
                    format!("<tr>{}\n", cells.concat())
                };
                text += &format!("<div><table>\n{}", line(head, "th"));
                rows.iter().for_each(|row| text += &line(row, "td"));
                text += "</table></div>\n";
            }
            Part::Figure(file, title) => {
                let (file, title) = (escaped(file), escaped(title));
                text += &format!("<figure><img src=\"{file}\" alt=\"{title}\"></figure>\n");
            }
            Part::Drawing(svg) => text += &format!("<figure>{}</figure>\n", scalable(svg)),
        }
    }
    text.push_str("</html>\n");
    text
}

/// A figure without its size in pixels, so that the page decides on that.
pub fn scalable(svg: &str) -> String {
    let [width, height] = figure::SIZE.map(|side| 2 * side);
    svg.replacen(&format!("width=\"{width}\" height=\"{height}\" "), "", 1)
}

/// Text that a page shows as it is. Names and reasons come from strangers' files.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_words_are_words_and_no_markup() {
        assert_eq!(escaped("<b a=\"&\">"), "&lt;b a=&quot;&amp;&quot;&gt;");
        let words = || "<script>".to_owned();
        let parts = [
            Part::Words(words()),
            Part::List(vec![words()]),
            Part::Table(vec![words()], vec![vec![words()]]),
            Part::Figure(words(), words()),
        ];
        let page = html("<script>", &parts);
        assert!(!page.contains("<script>") && page.matches("&lt;script&gt;").count() == 8);
        assert!(html("", &[Part::Drawing("<svg/>".to_owned())]).contains("<svg/>"));
    }
}

//! The report as a page that needs nothing beside it.

use std::fmt::Write;

use anyhow::Result;
use weir_datasets::Quality;
use weir_datasets::check::{Check, Finding};
use weir_sim::validation::FigureData;

use crate::figure;
use crate::page::{escaped, scalable};

/// Findings of a check that the page shows; `qa.json` has all.
const SHOWN: usize = 50;

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;color:#262b33;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;border-bottom:1px solid #e6e9ed;\
text-align:left;vertical-align:top}.pass{color:#00795a}.fail{color:#b34700;font-weight:700}\
svg{width:100%;height:auto}figure{margin:1.5rem 0}summary{cursor:pointer}";

/// The page.
///
/// # Errors
/// A figure cannot be drawn.
pub fn html(quality: &Quality, figures: &[FigureData]) -> Result<String> {
    let Quality { name, scenes, frames, pass, .. } = quality;
    let name = escaped(name);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Quality of {name}</title>\n<style>{STYLE}</style>\n\
         <h1>Quality of {name}</h1>\n<p>{scenes} scenes, {frames} frames: {}</p>\n\
         <table>\n<tr><th>check<th><th>measured<th>gate<th>what\n",
        verdict(*pass)
    );
    for check in &quality.checks {
        row(&mut page, check);
    }
    page.push_str("</table>\n");
    for data in figures {
        let _ = writeln!(page, "<figure>{}</figure>", scalable(&figure::svg(data)?));
    }
    page.push_str("</html>\n");
    Ok(page)
}

fn row(page: &mut String, check: &Check) {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.4}"));
    let Check { name, about, measured, gate, pass, findings } = check;
    let _ = write!(
        page,
        "<tr><td>{name}<td>{}<td>{}<td>{}<td>{}",
        verdict(*pass),
        number(*measured),
        number(*gate),
        escaped(about)
    );
    if !findings.is_empty() {
        let _ = write!(page, "<details><summary>{} findings</summary><ul>", findings.len());
        for Finding { scene, what } in findings.iter().take(SHOWN) {
            let place = scene.map_or(String::new(), |scene| format!("scene {scene}: "));
            let _ = write!(page, "<li>{place}{}", escaped(what));
        }
        page.push_str("</ul></details>");
    }
    page.push('\n');
}

fn verdict(pass: bool) -> &'static str {
    if pass { "<span class=\"pass\">pass</span>" } else { "<span class=\"fail\">FAIL</span>" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_words_are_words_and_no_markup() {
        let check = Check {
            name: "files",
            about: "whole",
            measured: None,
            gate: None,
            pass: false,
            findings: vec![Finding { scene: Some(3), what: "<script>".to_owned() }],
        };
        let mut page = String::new();
        row(&mut page, &check);
        assert!(page.contains("scene 3: &lt;script&gt;") && page.contains("FAIL"), "{page}");
    }
}

//! The numbers in the documentation are written by the command, never by hand:
//! what stands between the two comments
//!
//! ```text
//! <!-- weir validate dam-break -->
//! <!-- end -->
//! ```
//!
//! of a Markdown page is replaced by that case's set-up, table and figures.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use weir_sim::validation::{CaseReport, Check, significant};

const END: &str = "<!-- end -->";

/// Replaces the section of case `name` in the page at `path`.
///
/// # Errors
/// The page cannot be read or written, or has no such section.
pub fn update(path: &Path, name: &str, report: &CaseReport, figures: Option<&Path>) -> Result<()> {
    let page =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let folder = figures.map(|folder| folder.strip_prefix(beside).unwrap_or(folder));
    let page = replace(&page, name, &section(report, folder))
        .with_context(|| format!("{} has no section for {name}", path.display()))?;
    std::fs::write(path, page).with_context(|| format!("writing {}", path.display()))
}

/// The page with the text between a case's comments replaced; `None` without them.
fn replace(page: &str, name: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- weir validate {name} -->\n");
    let start = page.find(&begin)? + begin.len();
    let end = start + page[start..].find(END)?;
    Some(format!("{}{text}{}", &page[..start], &page[end..]))
}

fn section(report: &CaseReport, figures: Option<&Path>) -> String {
    let mut text = String::from("\n");
    for setup in &report.setups {
        let _ = writeln!(text, "* {setup}");
    }
    text.push_str("\n| | measured | reference | error | gate | |\n|---|--:|--:|--:|--:|---|\n");
    for check in &report.checks {
        text.push_str(&row(check));
    }
    for figure in &report.figures {
        let Some(folder) = figures else { break };
        let _ = write!(text, "\n![{}]({}/{}.png)\n", figure.title, folder.display(), figure.slug);
    }
    text.push('\n');
    text
}

fn row(check: &Check) -> String {
    let reference = match check.reference {
        Some(reference) if reference != 0.0 => significant(reference),
        _ => String::new(),
    };
    let (error, gate, verdict) = match check.gate {
        Some(gate) => (
            check.deviation_text(check.error),
            check.deviation_text(gate),
            if check.pass { "pass" } else { "**fail**" },
        ),
        None => (String::new(), String::new(), "reported"),
    };
    let Check { name, .. } = check;
    format!("| {name} | {} | {reference} | {error} | {gate} | {verdict} |\n", check.measured_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_section_changes() {
        let page = "a\n<!-- weir validate one -->\nold\n<!-- end -->\nb\n<!-- weir validate two -->\n<!-- end -->\n";
        let once = replace(page, "two", "new\n").expect("a section");
        assert!(once.contains("old") && once.ends_with("two -->\nnew\n<!-- end -->\n"));
        assert_eq!(replace(&once, "two", "new\n").as_deref(), Some(once.as_str()), "twice is once");
        assert_eq!(replace(page, "three", "new"), None);
    }

    #[test]
    fn rows_say_what_failed() {
        let row = row(&Check::relative("period", "s", 1.8, 1.6713, 0.01));
        assert_eq!(row, "| period | 1.8 s | 1.67 | 7.7 % | 1 % | **fail** |\n");
    }
}

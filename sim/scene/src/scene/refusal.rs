//! Serde's refusals in the words of [`SceneError`].
//!
//! Serde hands formats nothing but a message; its wordings, fixed in
//! `serde::de::Error`, are taken apart here. A wording that this module does not
//! know is passed on as it is.

use serde_path_to_error::{Path, Segment};

use super::{Scene, SceneError};
use crate::spelling::nearest;

/// A notation that a scene may be written in.
#[derive(Clone, Copy)]
pub(super) enum Syntax {
    Toml,
    Json,
}

/// Refuses any version but the known one.
pub(crate) fn version(version: u32) -> Result<(), SceneError> {
    if version == Scene::VERSION {
        return Ok(());
    }
    Err(SceneError::new("version", version, format!("{}, the one known version", Scene::VERSION)))
}

/// Text that its notation does not allow, at a line and column that count from 1.
pub(super) fn syntax(
    notation: Syntax,
    (line, column): (usize, usize),
    message: &str,
) -> SceneError {
    let notation = match notation {
        Syntax::Toml => "TOML",
        Syntax::Json => "JSON",
    };
    let got = format!("a syntax error ({})", message.trim().replace('\n', ", "));
    SceneError::new(format!("line {line}, column {column}"), got, notation)
}

/// A value that does not fit the scene's types.
pub(super) fn data(path: &Path, message: &str) -> SceneError {
    let key = key_from_path(path);
    let message = message.trim();
    if let Some(rest) = message.strip_prefix("missing field ") {
        let field = in_backticks(rest).next().unwrap_or(rest);
        return SceneError::new(join(&key, field), "nothing", "a value, it has no default");
    }
    if let Some(rest) = message.strip_prefix("duplicate field ") {
        let field = in_backticks(rest).next().unwrap_or(rest);
        return SceneError::new(join(&key, field), "the key twice", "it once");
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return unknown(&key, rest);
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let mut words = in_backticks(rest);
        let got = words.next().unwrap_or(rest);
        let known: Vec<&str> = words.collect();
        return SceneError::new(named(key), format!("\"{got}\""), choice(got, &known, "\""));
    }
    let value = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .find_map(|wording| message.strip_prefix(wording))
        .and_then(|rest| rest.rsplit_once(", expected "));
    match value {
        Some((got, expected)) => SceneError::new(named(key), value_got(got), plain(expected)),
        None => SceneError::new(named(key), message, "a value of another form"),
    }
}

/// `rest` is `` `thicknes_m`, expected one of `points_m`, `thickness_m` ``.
fn unknown(key: &str, rest: &str) -> SceneError {
    // The format may or may not have put the unknown key on the path already;
    // the key itself may contain backticks, but what is expected does not.
    let (field, expected) = rest.rsplit_once(", expected ").unwrap_or((rest, ""));
    let field = visible(field.trim_matches('`'));
    let known: Vec<&str> = in_backticks(expected).collect();
    let whole = if ends_with_key(key, field) { key.to_owned() } else { join(key, field) };
    SceneError::new(whole, "an unknown key", choice(field, &known, ""))
}

/// `a, b or c`, and which of them was meant.
fn choice(got: &str, known: &[&str], quote: &str) -> String {
    let quoted: Vec<String> = known.iter().map(|word| format!("{quote}{word}{quote}")).collect();
    let list = match quoted.split_last() {
        None => "no key here".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    };
    match nearest(got, known) {
        Some(meant) => format!("{list}; did you mean {quote}{meant}{quote}?"),
        None => list,
    }
}

/// ``string "wide"`` and ``floating point `1.5` `` without serde's backticks;
/// a bare length becomes a list's.
fn value_got(got: &str) -> String {
    let got = got.replace('`', "");
    match got.as_str() {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        _ if got.bytes().all(|byte| byte.is_ascii_digit()) => format!("a list of {got}"),
        _ => got,
    }
}

/// What serde expects, for people who do not write Rust.
fn plain(expected: &str) -> &str {
    match expected {
        "f64" => "a number",
        "u32" | "usize" => "a whole number, 0 or more",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        "variant identifier" => "a word in quotes",
        other if other.starts_with("enum ") => "a word in quotes",
        other => other,
    }
}

/// The path in the notation of [`SceneError::key`]; empty for the whole text.
fn key_from_path(path: &Path) -> String {
    path.iter().fold(String::new(), |key, segment| match segment {
        Segment::Seq { index } => format!("{key}[{index}]"),
        Segment::Map { key: name } => join(&key, visible(name)),
        Segment::Enum { .. } | Segment::Unknown => key,
    })
}

fn join(key: &str, field: &str) -> String {
    if key.is_empty() { field.to_owned() } else { format!("{key}.{field}") }
}

/// A key of no letters, which both notations allow, as it stands in them.
fn visible(key: &str) -> &str {
    if key.is_empty() { "\"\"" } else { key }
}

fn ends_with_key(key: &str, field: &str) -> bool {
    key.strip_suffix(field).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn named(key: String) -> String {
    if key.is_empty() { "the whole text".to_owned() } else { key }
}

/// The words that stand in backticks.
fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

//! Scenes as text: TOML and JSON, in and out.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::refusal::{self, Syntax};
use super::table::Table;
use super::{Scene, SceneError};
use crate::Limits;

impl Scene {
    /// Reads a scene from TOML and checks it against the default [`Limits`].
    ///
    /// # Errors
    /// The text is not TOML, or has a key that a scene does not, or lacks one
    /// that it needs, or a value cannot be; the error names the key.
    pub fn from_toml(text: &str) -> Result<Self, SceneError> {
        Self::from_toml_within(text, &Limits::default())
    }

    /// Reads a scene from JSON and checks it against the default [`Limits`].
    ///
    /// # Errors
    /// As [`Scene::from_toml`].
    pub fn from_json(text: &str) -> Result<Self, SceneError> {
        Self::from_json_within(text, &Limits::default())
    }

    /// Reads a scene from the text of a file, in the format that its name ends in.
    ///
    /// # Errors
    /// As [`Scene::from_toml`], or a name that ends in neither `.toml` nor `.json`.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, SceneError> {
        Self::parse_within(file_name, text, &Limits::default())
    }

    /// [`Scene::from_toml`] with limits of one's own.
    ///
    /// # Errors
    /// As [`Scene::from_toml`].
    pub fn from_toml_within(text: &str, limits: &Limits) -> Result<Self, SceneError> {
        check_size(text, limits)?;
        check_marks(text, limits)?;
        read(text, limits, toml_value::<Self>, |text| toml_value::<Versioned>(text).ok())
    }

    /// [`Scene::from_json`] with limits of one's own.
    ///
    /// # Errors
    /// As [`Scene::from_toml`].
    pub fn from_json_within(text: &str, limits: &Limits) -> Result<Self, SceneError> {
        check_size(text, limits)?;
        read(text, limits, json_value::<Self>, |text| json_value::<Versioned>(text).ok())
    }

    /// [`Scene::parse`] with limits of one's own.
    ///
    /// # Errors
    /// As [`Scene::parse`].
    pub fn parse_within(file_name: &str, text: &str, limits: &Limits) -> Result<Self, SceneError> {
        let extension = file_name.rsplit_once('.').map(|(_, extension)| extension);
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("toml") => Self::from_toml_within(text, limits),
            Some("json") => Self::from_json_within(text, limits),
            _ => Err(SceneError::new("file name", file_name, "a name that ends in .toml or .json")),
        }
    }

    /// The scene as TOML; reading a valid scene's gives the same scene, bit for bit.
    ///
    /// # Errors
    /// TOML cannot hold a value; it can hold any that a valid scene has.
    pub fn to_toml(&self) -> Result<String, SceneError> {
        toml::to_string(self).map_err(|error| SceneError::new("scene", error, "TOML"))
    }

    /// The scene as JSON; reading a valid scene's gives the same scene, bit for bit.
    /// A number that is not finite becomes `null`, which no scene takes.
    ///
    /// # Errors
    /// As [`Scene::to_toml`].
    pub fn to_json(&self) -> Result<String, SceneError> {
        serde_json::to_string(self).map_err(|error| SceneError::new("scene", error, "JSON"))
    }
}

/// What every version of the format has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

fn read(
    text: &str,
    limits: &Limits,
    parse: impl Fn(&str) -> Result<Scene, SceneError>,
    parse_version: impl Fn(&str) -> Option<Versioned>,
) -> Result<Scene, SceneError> {
    let scene = parse(text).map_err(|error| {
        // In a scene of another version an unknown key is a symptom, not the fault.
        let version = parse_version(text).and_then(|file| refusal::version(file.version).err());
        version.unwrap_or(error)
    })?;
    scene.validate(limits)?;
    Ok(scene)
}

/// Refuses by length before anything is allocated for the text's contents.
fn check_size(text: &str, limits: &Limits) -> Result<(), SceneError> {
    if text.len() > limits.text_bytes {
        let takes = format!("at most {} bytes", limits.text_bytes);
        return Err(SceneError::new("text", format!("{} bytes", text.len()), takes));
    }
    Ok(())
}

/// Marks that a point may take in TOML, with each number on a line of its own.
const MARKS_A_POINT: usize = 16;
/// Marks for everything in a scene that is not a point.
const MARKS_BESIDE: usize = 1 << 16;

/// Refuses TOML that is all brackets and line ends. Its parser holds every token
/// at once, in some fifty times the memory of a text made of nothing else.
fn check_marks(text: &str, limits: &Limits) -> Result<(), SceneError> {
    let marks = text.bytes().filter(|byte| b"[]{},=.\n".contains(byte)).count();
    if marks <= MARKS_A_POINT.saturating_mul(limits.points).saturating_add(MARKS_BESIDE) {
        return Ok(());
    }
    let got = format!("{marks} brackets, commas and the like");
    let takes = format!("a scene of at most {} points in all strokes", limits.points);
    Err(SceneError::new("text", got, takes))
}

fn toml_value<T: DeserializeOwned>(text: &str) -> Result<T, SceneError> {
    let syntax = |error: &toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        refusal::syntax(Syntax::Toml, line_and_column(text, at), error.message())
    };
    let document = toml::Deserializer::parse(text).map_err(|error| syntax(&error))?;
    serde_path_to_error::deserialize(document)
        .map(|Table(value)| value)
        .map_err(|error| refusal::data(error.path(), error.inner().message()))
}

fn json_value<T: DeserializeOwned>(text: &str) -> Result<T, SceneError> {
    let syntax = |error: &serde_json::Error| {
        let at = (error.line(), error.column());
        refusal::syntax(Syntax::Json, at, without_place(&error.to_string()))
    };
    let mut document = serde_json::Deserializer::from_str(text);
    let Table(value) = serde_path_to_error::deserialize(&mut document).map_err(|error| {
        if error.inner().is_data() {
            refusal::data(error.path(), without_place(&error.inner().to_string()))
        } else {
            syntax(error.inner())
        }
    })?;
    document.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

/// serde_json ends its messages with a place that the key says better.
fn without_place(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message)
}

/// Line and column of byte `at`, both from 1, the column in characters.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

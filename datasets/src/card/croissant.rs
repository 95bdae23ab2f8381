//! Croissant 1.0: what data-set searches and loaders read
//! (Akhtar et al., "Croissant: A Metadata Format for ML-Ready Datasets", 2024).
//!
//! Each scene is a file with its checksum, and a record that says what it is
//! for. The arrays inside are HDF5, which Croissant has no words for yet.

use serde_json::{Map, Value, json};

use crate::manifest::{MANIFEST, METADATA};
use crate::{Dataset, Entry, Fault, FileError, Split, digest::sha256};

/// The contents of `croissant.json`.
///
/// # Errors
/// The manifest or the metadata cannot be read.
pub fn croissant(data: &Dataset) -> Result<Value, FileError> {
    let manifest = data.manifest();
    let card = &manifest.card;
    let mut about = Map::new();
    let mut set = |key: &str, value: Value| about.insert(key.to_owned(), value);
    set("@context", context());
    set("@type", json!("sc:Dataset"));
    set("conformsTo", json!("http://mlcommons.org/croissant/1.0"));
    set("name", json!(manifest.name));
    set("description", json!(card.description));
    set("alternateName", json!(card.title));
    set("version", json!(manifest.weir_version));
    set("isLiveDataset", json!(false));
    set("keywords", json!(["physics", "fluid", "simulation", "particles"]));
    if let Some(license) = &card.license {
        set("license", json!(format!("https://spdx.org/licenses/{license}.html")));
    }
    if let Some(published) = &card.published {
        set("datePublished", json!(published));
    }
    let url = card.url.clone().unwrap_or_else(|| "https://example.invalid/".to_owned());
    set("url", json!(url));
    if !card.creators.is_empty() {
        let person = |name: &String| json!({"@type": "sc:Organization", "name": name});
        set("creator", card.creators.iter().map(person).collect());
        set(
            "citeAs",
            json!(format!(
                "{}: {}. weir {}.",
                card.creators.join(", "),
                card.title,
                manifest.weir_version
            )),
        );
    }
    let mut files = vec![plain(data, MANIFEST)?, plain(data, METADATA)?];
    files.extend(manifest.scenes.iter().map(scene_file));
    set("distribution", Value::Array(files));
    set("recordSet", json!([splits(), scenes(&manifest.scenes)]));
    Ok(Value::Object(about))
}

/// A JSON file beside the card.
fn plain(data: &Dataset, name: &str) -> Result<Value, FileError> {
    let path = data.folder().join(name);
    let bytes = std::fs::read(&path).map_err(|error| Fault::io("read")(error).of(&path))?;
    Ok(file(name, bytes.len() as u64, &sha256(&bytes), "application/json"))
}

fn scene_file(entry: &Entry) -> Value {
    file(&entry.file, entry.bytes, &entry.sha256, "application/x-hdf5")
}

fn file(name: &str, bytes: u64, sha256: &str, format: &str) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": format!("{bytes} B"),
        "encodingFormat": format,
        "sha256": sha256,
    })
}

/// The splits, in Croissant's own words.
fn splits() -> Value {
    let meant = [
        (Split::Train, "cr:TrainingSplit"),
        (Split::Valid, "cr:ValidationSplit"),
        (Split::Test, "cr:TestSplit"),
    ];
    let rows: Vec<Value> = meant
        .into_iter()
        .map(|(split, url)| json!({"splits/name": split.name(), "splits/url": url}))
        .collect();
    json!({
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "What scenes are for.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            field("splits", "name", "sc:Text", "Name of the split."),
            field("splits", "url", "sc:URL", "What Croissant calls it."),
        ],
        "data": rows,
    })
}

/// A record for each scene.
fn scenes(entries: &[Entry]) -> Value {
    let rows: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "scenes/index": entry.index,
                "scenes/file": entry.file,
                "scenes/split": entry.split.name(),
                "scenes/frames": entry.frames,
                "scenes/particles": entry.particles,
                "scenes/bodies": entry.bodies,
            })
        })
        .collect();
    let mut split = field("scenes", "split", "sc:Text", "What the scene is for.");
    split["references"] = json!({"field": {"@id": "splits/name"}});
    json!({
        "@type": "cr:RecordSet",
        "@id": "scenes",
        "name": "scenes",
        "description": "The scenes, one file each.",
        "key": {"@id": "scenes/index"},
        "field": [
            field("scenes", "index", "sc:Integer", "Number of the scene in its recipe."),
            field("scenes", "file", "sc:Text", "Its HDF5 file."),
            split,
            field("scenes", "frames", "sc:Integer", "Frames, the initial state included."),
            field("scenes", "particles", "sc:Integer", "Particles that ever live."),
            field("scenes", "bodies", "sc:Integer", "Rigid bodies."),
        ],
        "data": rows,
    })
}

fn field(set: &str, name: &str, data_type: &str, about: &str) -> Value {
    json!({
        "@type": "cr:Field",
        "@id": format!("{set}/{name}"),
        "name": name,
        "description": about,
        "dataType": data_type,
    })
}

/// The context that the specification prescribes.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}

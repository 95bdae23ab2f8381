//! From LagrangeBench's files to ours.
//!
//! Their runs have positions alone: velocities are ways from frame to frame over
//! the time between. Their solids are particles, and stay particles of another
//! type; there are no lines.

use std::path::Path;

use hdf5_pure::{DType, File};
use serde::Deserialize;
use weir_scene::{Domain, Frame, Scene, Trajectory};

use crate::digest::sha256;
use crate::manifest::{Entry, MANIFEST_VERSION, Manifest};
use crate::motion::Motion;
use crate::plane::Point;
use crate::recipe::{Card, Scenes};
use crate::storage::Storage;
use crate::{Fault, FileError, Split, trajectory};

/// What is needed of LagrangeBench's `metadata.json`.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    case: Option<String>,
    dim: usize,
    dx: Option<f64>,
    dt: f64,
    #[serde(default = "one")]
    write_every: f64,
    bounds: Vec<[f64; 2]>,
    default_connectivity_radius: f64,
    #[serde(default)]
    periodic_boundary_conditions: Vec<bool>,
}

fn one() -> f64 {
    1.0
}

/// Reads `metadata.json`, `train.h5`, `valid.h5` and `test.h5` of a folder in
/// LagrangeBench's form and writes them as a data set. The card has no licence,
/// since the files name none: whoever publishes the set adds it.
///
/// # Errors
/// A file is missing or of another form, is not of two dimensions, or cannot be
/// written.
pub fn lagrangebench(
    from: &Path,
    storage: &dyn Storage,
    producer: &str,
) -> Result<Manifest, FileError> {
    let path = from.join("metadata.json");
    let metadata = metadata(&path).map_err(|fault| fault.of(&path))?;
    let mut entries = Vec::new();
    let mut counts = [0; 3];
    let mut frames = 0;
    for (split, count) in Split::ALL.into_iter().zip(&mut counts) {
        let path = from.join(format!("{}.h5", split.name()));
        let file = open(&path).map_err(|fault| fault.of(&path))?;
        let mut names =
            file.root().groups().map_err(|error| damaged("groups", &error).of(&path))?;
        names.sort();
        for name in names {
            let run = run(&file, &name, &metadata).map_err(|fault| fault.of(&path))?;
            frames = frames.max(run.trajectory.frames.len());
            entries.push(keep(&run, entries.len(), split, storage, producer)?);
            *count += 1;
        }
    }
    let [train, valid, test] = counts;
    let name = metadata.case.clone().unwrap_or_else(|| "imported".to_owned()).to_lowercase();
    let manifest = Manifest {
        schema_version: MANIFEST_VERSION,
        weir_version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: None,
        card: Card {
            title: name.clone(),
            description: "Brought here from a data set in LagrangeBench's form.".to_owned(),
            license: None,
            creators: Vec::new(),
            url: None,
            published: None,
        },
        name,
        expected: Scenes { train, valid, test },
        fps: 1.0 / metadata.frame_s(),
        sequence_length: frames.saturating_sub(1),
        bounds_m: [metadata.bounds[0], metadata.bounds[1]],
        cell_m: metadata.cell_m(),
        recipe: None,
        complete: true,
        scenes: entries,
    };
    manifest.write(storage)?;
    Ok(manifest)
}

impl Metadata {
    fn frame_s(&self) -> f64 {
        self.dt * self.write_every
    }

    /// Two distances of particles.
    fn cell_m(&self) -> f64 {
        self.dx.map_or(self.default_connectivity_radius / 1.5, |dx| 2.0 * dx)
    }

    /// The way from `was` to `is`, the short way round where the domain has no ends.
    fn way(&self, was: [f32; 2], is: [f32; 2]) -> Point {
        [0, 1].map(|axis| {
            let way = f64::from(is[axis]) - f64::from(was[axis]);
            let length = self.bounds[axis][1] - self.bounds[axis][0];
            match self.periodic_boundary_conditions.get(axis) {
                Some(true) => way - length * (way / length).round(),
                _ => way,
            }
        })
    }
}

fn metadata(path: &Path) -> Result<Metadata, Fault> {
    let text = std::fs::read(path).map_err(Fault::io("read"))?;
    let unreadable =
        |error: serde_json::Error| Fault::Text { kind: "metadata file", reason: error.to_string() };
    let metadata: Metadata = serde_json::from_slice(&text).map_err(unreadable)?;
    if metadata.dim != 2 || metadata.bounds.len() != 2 {
        return Err(Fault::form("`dim`".to_owned(), metadata.dim, 2));
    }
    let above_zero = |name: &str, value: f64| {
        if value.is_finite() && value > 0.0 {
            return Ok(());
        }
        Err(Fault::form(format!("`{name}`"), value, "a number above 0"))
    };
    above_zero("dt", metadata.frame_s())?;
    above_zero("dx", metadata.cell_m())?;
    metadata.bounds.iter().try_for_each(|[low, high]| above_zero("bounds", high - low))?;
    Ok(metadata)
}

/// A run of another's file.
struct Run {
    trajectory: Trajectory,
    types: Vec<i64>,
    scene_json: String,
}

fn open(path: &Path) -> Result<File, Fault> {
    File::open(path).map_err(|error| match error {
        hdf5_pure::Error::Io(error) => Fault::io("open")(error),
        other => Fault::NotHdf5 { reason: other.to_string() },
    })
}

fn run(file: &File, name: &str, metadata: &Metadata) -> Result<Run, Fault> {
    let item = format!("dataset `{name}/position`");
    let failed = |error: hdf5_pure::Error| damaged(&item, &error);
    let dataset = file.dataset(&format!("{name}/position")).map_err(failed)?;
    let got = dataset.dtype().map_err(failed)?;
    if got != DType::F32 && got != DType::F64 {
        return Err(Fault::form(item, got, "f32 or f64"));
    }
    let shape = dataset.shape().map_err(failed)?;
    let &[frames, particles, 2] = shape.as_slice() else {
        return Err(Fault::form(item, format!("shape {shape:?}"), "frames × particles × 2"));
    };
    let positions: Vec<f32> = dataset.read_f32().map_err(failed)?;
    let positions = positions.as_chunks::<2>().0;
    let types = file.dataset(&format!("{name}/particle_type")).and_then(|kinds| kinds.read_i64());
    let types =
        types.map_err(|error| damaged(&format!("dataset `{name}/particle_type`"), &error))?;
    let expected = frames.checked_mul(particles);
    if expected != Some(positions.len() as u64) || types.len() as u64 != particles {
        let got = format!("{} positions and {} types", positions.len(), types.len());
        return Err(Fault::form(format!("group `{name}`"), got, format!("{frames} × {particles}")));
    }
    let particles = types.len();
    let mut trajectory = Trajectory::new(metadata.frame_s());
    let rows: Vec<&[[f32; 2]]> = positions.chunks(particles.max(1)).collect();
    for (t, row) in rows.iter().enumerate() {
        // The first frame moves as it will; all others as they have.
        let (was, is) = if t == 0 { (0, 1.min(rows.len() - 1)) } else { (t - 1, t) };
        let velocity = |id: usize| {
            let way = metadata.way(rows[was][id], rows[is][id]);
            way.map(|way| (way / metadata.frame_s()) as f32)
        };
        trajectory.frames.push(Frame {
            time_s: t as f64 * metadata.frame_s(),
            positions_m: row.to_vec(),
            velocities_m_s: (0..particles).map(velocity).collect(),
            ids: (0..particles as u32).collect(),
            ..Frame::default()
        });
    }
    let scene = scene(name, metadata, rows.len());
    let scene_json = scene
        .to_json()
        .map_err(|error| Fault::Text { kind: "scene", reason: error.to_string() })?;
    Ok(Run { trajectory, types, scene_json })
}

/// A rectangle about the bounds: there is nothing else to know.
fn scene(name: &str, metadata: &Metadata, frames: usize) -> Scene {
    let cell_m = metadata.cell_m();
    let side = |axis: usize| (metadata.bounds[axis][1] / cell_m).ceil().max(1.0) * cell_m;
    let domain = Domain { width_m: side(0), height_m: side(1), cell_m, ..Domain::default() };
    let duration_s = frames.saturating_sub(1) as f64 * metadata.frame_s();
    Scene { name: name.to_owned(), duration_s, domain, ..Scene::default() }
}

fn keep(
    run: &Run,
    index: usize,
    split: Split,
    storage: &dyn Storage,
    producer: &str,
) -> Result<Entry, FileError> {
    let file = Entry::file_name(index);
    let bytes = trajectory::encode_typed(&run.trajectory, &run.types, &run.scene_json, producer)
        .map_err(|fault| fault.of(file.as_ref()))?;
    let entry = Entry {
        index,
        split,
        seed: 0,
        producer: producer.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
        scene_sha256: sha256(run.scene_json.as_bytes()),
        frames: run.trajectory.frames.len(),
        particles: run.types.len(),
        bodies: 0,
        motion: Motion::of(&run.trajectory),
        file,
    };
    storage.put(&entry.file, bytes)?;
    Ok(entry)
}

fn damaged(item: &str, error: &hdf5_pure::Error) -> Fault {
    Fault::Damaged { item: item.to_owned(), reason: error.to_string() }
}

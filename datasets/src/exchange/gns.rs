//! geoelements/gns: `train.npz`, `valid.npz` and `test.npz`, each an archive with
//! an array `simulation_trajectory_0` and so on for each run, and `metadata.json`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Exported, Fixed, pickle};
use crate::atomic;
use crate::{Dataset, Fault, FileError, Split};

/// GNS's numbers for what a particle is.
const WATER: i64 = 5;
const BOUNDARY: i64 = 3;

/// Writes a data set to a folder in the form that geoelements/gns reads.
///
/// # Errors
/// A scene cannot be read, or a file cannot be written.
pub fn export(data: &Dataset, folder: &Path) -> Result<Exported, FileError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Fault::io("make the folder")(error).of(folder))?;
    let mut exported = Exported::default();
    for split in Split::ALL {
        let name = format!("{}.npz", split.name());
        let path = folder.join(&name);
        let mut inner = Ok(());
        let written =
            atomic::write(&path, |file| match archive(data, split, file, &mut exported) {
                Ok(()) => Ok(()),
                Err(Stopped::Writing(fault)) => Err(fault),
                Err(Stopped::Reading(error)) => {
                    inner = Err(error);
                    Err(Fault::Absent)
                }
            });
        inner?;
        written.map_err(|fault| fault.of(&path))?;
        exported.files.push(name);
    }
    let numbers = data.metadata();
    let text = json!({
        "bounds": numbers.bounds,
        "sequence_length": numbers.sequence_length + 1,
        "default_connectivity_radius": numbers.default_connectivity_radius,
        "boundary_augment": 1.0,
        "dim": numbers.dim,
        "dt": numbers.dt,
        "vel_mean": numbers.vel_mean,
        "vel_std": numbers.vel_std,
        "acc_mean": numbers.acc_mean,
        "acc_std": numbers.acc_std,
    });
    let path = folder.join("metadata.json");
    atomic::write_whole(&path, text.to_string().as_bytes())?;
    exported.files.push("metadata.json".to_owned());
    Ok(exported)
}

/// What stopped an archive: the file that is read, or the one that is written.
enum Stopped {
    Reading(FileError),
    Writing(Fault),
}

fn archive(
    data: &Dataset,
    split: Split,
    file: &mut File,
    exported: &mut Exported,
) -> Result<(), Stopped> {
    let writing = |error: std::io::Error| Stopped::Writing(Fault::io("write")(error));
    let mut archive = ZipWriter::new(BufWriter::new(file));
    let stored =
        SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    let mut runs = 0;
    for scene in data.scenes(split) {
        let Some(run) = Fixed::read(&scene).map_err(Stopped::Reading)? else {
            exported.left_out.push(scene.entry().index);
            continue;
        };
        archive
            .start_file(format!("simulation_trajectory_{runs}.npy"), stored)
            .map_err(|error| writing(error.into()))?;
        let positions = pickle::Array {
            shape: vec![run.frames, run.particles, 2],
            kind: "<f4",
            bytes: run.positions_m.as_flattened().iter().flat_map(|x| x.to_le_bytes()).collect(),
        };
        let types = pickle::Array {
            shape: vec![run.particles],
            kind: "<i8",
            bytes: run.types(WATER, BOUNDARY).iter().flat_map(|kind| kind.to_le_bytes()).collect(),
        };
        pickle::write(&mut archive, &[positions, types]).map_err(writing)?;
        runs += 1;
    }
    exported.scenes += runs;
    let mut inner = archive.finish().map_err(|error| writing(error.into()))?;
    inner.flush().map_err(writing)
}

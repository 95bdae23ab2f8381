//! LagrangeBench (Toshev et al. 2023): `train.h5`, `valid.h5` and `test.h5`, with
//! a group `00000` for each run, and `metadata.json`.

use std::path::Path;

use hdf5_pure::File;
use serde_json::json;

use super::{Exported, Fixed};
use crate::atomic;
use crate::{Dataset, Fault, FileError, Split};

/// LagrangeBench's numbers for what a particle is.
const FLUID: i64 = 0;
const SOLID_WALL: i64 = 1;

/// Writes a data set to a folder in LagrangeBench's form.
///
/// # Errors
/// A scene cannot be read, or a file cannot be written.
pub fn export(data: &Dataset, folder: &Path) -> Result<Exported, FileError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Fault::io("make the folder")(error).of(folder))?;
    let mut exported = Exported::default();
    let mut most_particles = 0;
    let mut runs = [0; 3];
    for (split, runs) in Split::ALL.into_iter().zip(&mut runs) {
        let name = format!("{}.h5", split.name());
        // Scene by scene: a split need not fit the memory.
        let partial = folder.join(format!(".{name}.partial"));
        let failed = |error: hdf5_pure::Error| match error {
            hdf5_pure::Error::Io(error) => Fault::io("write")(error).of(&partial),
            other => Fault::Damaged { item: name.clone(), reason: other.to_string() }.of(&partial),
        };
        let file = File::create(&partial).map_err(failed)?;
        for scene in data.scenes(split) {
            let Some(run) = Fixed::read(&scene)? else {
                exported.left_out.push(scene.entry().index);
                continue;
            };
            let shape = [run.frames as u64, run.particles as u64, 2];
            let positions: Vec<f32> = run.positions_m.as_flattened().to_vec();
            let group = file.root().create_group(&format!("{runs:05}")).map_err(failed)?;
            let dataset = group.create_dataset("position", |dataset| {
                dataset.with_f32_data(&positions).with_shape(&shape);
            });
            dataset.map_err(failed)?;
            let types = group.create_dataset("particle_type", |dataset| {
                dataset.with_i64_data(&run.types(FLUID, SOLID_WALL));
            });
            types.map_err(failed)?;
            file.commit().map_err(failed)?;
            most_particles = most_particles.max(run.particles);
            *runs += 1;
        }
        file.close().map_err(failed)?;
        let path = folder.join(&name);
        std::fs::rename(&partial, &path)
            .map_err(|error| Fault::io("rename the finished file")(error).of(&path))?;
        exported.scenes += *runs;
        exported.files.push(name);
    }
    let text = metadata(data, most_particles, runs).to_string();
    let path = folder.join("metadata.json");
    atomic::write_whole(&path, text.as_bytes())?;
    exported.files.push("metadata.json".to_owned());
    Ok(exported)
}

/// What LagrangeBench's loaders ask for.
fn metadata(data: &Dataset, most_particles: usize, runs: [usize; 3]) -> serde_json::Value {
    let manifest = data.manifest();
    let numbers = data.metadata();
    json!({
        "case": manifest.name,
        "solver": "weir",
        "dim": numbers.dim,
        "dx": 0.5 * manifest.cell_m,
        "dt": numbers.dt,
        "write_every": 1,
        "t_end": numbers.sequence_length as f64 * numbers.dt,
        "viscosity": 1.0e-6,
        "g_ext_magnitude": 9.81,
        "periodic_boundary_conditions": [false, false],
        "bounds": numbers.bounds,
        "default_connectivity_radius": numbers.default_connectivity_radius,
        "num_particles_max": most_particles,
        "sequence_length_train": numbers.sequence_length + 1,
        "sequence_length_test": numbers.sequence_length + 1,
        "num_trajs_train": runs[0],
        "num_trajs_valid": runs[1],
        "num_trajs_test": runs[2],
        "vel_mean": numbers.vel_mean,
        "vel_std": numbers.vel_std,
        "acc_mean": numbers.acc_mean,
        "acc_std": numbers.acc_std,
    })
}

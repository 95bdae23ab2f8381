//! What is written is what is read, here and in Python.

mod common;

use std::io::Write;
use std::process::Command;

use common::{SCENE_JSON, run};
use weir_datasets::{SCHEMA_VERSION, read, write};
use weir_scene::{Frame, Trajectory};

#[test]
fn a_run_comes_back_with_its_births_and_drainages() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.h5");
    write(&path, &run(), SCENE_JSON, "test").expect("written");
    let stored = read(&path).expect("read");

    assert_eq!((stored.frames, stored.particles, stored.bodies), (3, 3, 2));
    assert_eq!((stored.scene_json.as_str(), stored.producer.as_str()), (SCENE_JSON, "test"));
    assert_eq!(stored.particle_types, [0, 0, 0]);
    let alive = |t| stored.positions_m(t).iter().map(|p| !p[0].is_nan()).collect::<Vec<_>>();
    assert_eq!(alive(0), [true, true, false]);
    assert_eq!(alive(1), [true, true, true]);
    assert_eq!(alive(2), [false, true, true]);
    assert!(stored.velocities_m_s(2)[0].iter().all(|v| v.is_nan()));
    assert_eq!(stored.body_poses(2)[1].angle_rad, -3.0);

    // As frames, but for the order within a frame, it is the same run.
    let back = stored.to_trajectory();
    assert_eq!(back.dt_s, run().dt_s);
    for (t, frame) in back.frames.iter().enumerate() {
        assert!(frame.ids.is_sorted());
        assert_eq!(frame.body_poses, run().frames[t].body_poses);
        let bits =
            |rows: Vec<[f32; 2]>| rows.into_iter().flatten().map(f32::to_bits).collect::<Vec<_>>();
        // A drained particle that was the last would shorten a table of its own.
        assert_eq!(bits(back.positions_by_id(t)), bits(run().positions_by_id(t)));
        assert_eq!(bits(back.velocities_by_id(t)), bits(run().velocities_by_id(t)));
    }
}

#[test]
fn a_run_without_water_or_bodies_is_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dry.h5");
    let mut dry = Trajectory::new(0.5);
    dry.push(&Frame::default());
    write(&path, &dry, SCENE_JSON, "test").expect("written");
    let stored = read(&path).expect("read");
    assert_eq!((stored.frames, stored.particles, stored.bodies), (1, 0, 0));
    assert_eq!(stored.to_trajectory(), dry);
}

#[test]
fn a_scene_longer_than_an_hdf5_attribute_fits() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.h5");
    let scene_json = format!("{{\"name\":\"{}\"}}", "x".repeat(3_000_000));
    write(&path, &run(), &scene_json, "test").expect("written");
    assert_eq!(read(&path).expect("read").scene_json, scene_json);
}

#[test]
fn a_failed_write_leaves_the_old_file_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.h5");
    write(&path, &run(), SCENE_JSON, "first").expect("written");

    let mut uneven = run();
    uneven.frames[1].body_poses.pop();
    let error = write(&path, &uneven, SCENE_JSON, "second").expect_err("uneven");
    assert!(error.to_string().ends_with("run.h5: frame 1: got 1 bodies, takes 2"), "{error}");
    assert_eq!(read(&path).expect("read").producer, "first");

    let nowhere = folder.path().join("no such folder").join("run.h5");
    let error = write(&nowhere, &run(), SCENE_JSON, "third").expect_err("no folder");
    assert!(error.to_string().contains("run.h5: cannot create a file in its folder"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_has_the_rights_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let [ours, plain] = ["run.h5", "plain"].map(|name| folder.path().join(name));
    write(&ours, &run(), SCENE_JSON, "test").expect("written");
    std::fs::write(&plain, "").expect("written");
    let mode = |path| std::fs::metadata(path).expect("there").permissions().mode();
    assert_eq!(mode(&ours), mode(&plain));
}

/// The reference implementation agrees on every number.
#[test]
fn python_reads_the_same_file() {
    let python = |script: &str, argument: &std::path::Path| {
        Command::new("python3").args(["-c", script]).arg(argument).output()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.h5");
    match python("import h5py", &path) {
        Ok(output) if output.status.success() => {}
        _ => {
            // Not `eprintln!`, which the test harness keeps to itself.
            let _ = writeln!(std::io::stderr(), "skipped: h5py is not installed");
            return;
        }
    }
    write(&path, &run(), SCENE_JSON, "test").expect("written");
    let output = python(
        r#"
import json, sys
import h5py, numpy as np
with h5py.File(sys.argv[1]) as run:
    position, velocity, pose = (run[name][:] for name in ("position", "velocity", "body_pose"))
    assert position.shape == velocity.shape == (3, 3, 2) and pose.shape == (3, 2, 3)
    assert position.dtype == velocity.dtype == pose.dtype == np.float32
    assert run["particle_type"].dtype == np.int64 and not run["particle_type"][:].any()
    alive = ~np.isnan(position).any(axis=2)
    assert alive.tolist() == [[True, True, False], [True, True, True], [False, True, True]]
    assert position[1, 2].tolist() == [2.25, -0.5] and velocity[0, 1].tolist() == [1.0, -3.0]
    assert pose[2, 1].tolist() == [1.0, 0.5, -3.0]
    assert abs(run.attrs["dt_s"] - 1 / 60) < 1e-15
    assert json.loads(run.attrs["scene"])["name"] == "Überlauf"
    assert run.attrs["producer"] == "test"
    print(run.attrs["schema_version"])
"#,
        &path,
    )
    .expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), SCHEMA_VERSION.to_string());
}

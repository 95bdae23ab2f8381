//! What a trainer reads: windows, and errors for everything that is not right.

#[path = "common/water.rs"]
mod water;

use std::ops::ControlFlow;
use std::path::Path;

use hdf5_pure::{AttrValue, FileBuilder};
use water::falling;
use weir_datasets::storage::Folder;
use weir_datasets::{Dataset, Fault, FileError, Job, Recipe, Split, generate};

fn make(folder: &Path) -> Dataset {
    let recipe = Recipe::shipped("tiny").expect("shipped").expect("a recipe");
    let storage = Folder::create(folder).expect("made");
    let job = Job { recipe: &recipe, scenes: 0..6, threads: 2, producer: "test", commit: None };
    generate(&job, &storage, falling, |_| ControlFlow::Continue(())).expect("made");
    Dataset::open(folder).expect("opened")
}

/// The error of a window in scene 0.
fn refused(data: &Dataset) -> FileError {
    let scene = data.all_scenes().next().expect("a scene");
    let error = data.window(&scene, 3, 4).expect_err("refused");
    assert!(error.to_string().contains("00000.h5: "), "{error}");
    error
}

#[test]
fn a_window_is_a_part_of_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = make(folder.path());
    assert_eq!(data.scenes(Split::Train).count(), 4);
    assert_eq!(data.all_scenes().count(), 6);
    let scene = data.scenes(Split::Test).next().expect("a scene");
    let whole = scene.read().expect("read");
    assert_eq!(scene.scene().expect("drawn").to_json().expect("JSON"), whole.scene_json);
    for (first, frames) in [(0, 61), (0, 1), (7, 16), (60, 1)] {
        let window = data.window(&scene, first, frames).expect("a window");
        assert_eq!((window.first_frame, window.frames), (first, frames));
        for t in 0..frames {
            assert_eq!(window.positions_m(t), whole.positions_m(first + t));
            assert_eq!(window.velocities_m_s(t), whole.velocities_m_s(first + t));
            assert_eq!(window.body_poses(t), whole.body_poses(first + t));
        }
    }
    for (first, frames) in [(0, 62), (61, 1), (5, 0), (usize::MAX, 2)] {
        let error = data.window(&scene, first, frames).expect_err("outside");
        assert!(error.to_string().contains("takes a part of 0..61"), "{error}");
    }
}

#[test]
fn what_happened_to_a_file_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = make(folder.path());
    let path = folder.path().join("scenes/00000.h5");
    let whole = std::fs::read(&path).expect("read");

    std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    let error = Dataset::open(folder.path()).expect_err("cut off");
    assert!(matches!(error.fault, Fault::Size { .. }), "{error}");
    assert!(error.to_string().contains("00000.h5: got "), "{error}");
    refused(&data);

    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x10;
    std::fs::write(&path, &flipped).expect("written");
    let error = Dataset::open(folder.path()).expect("the size is right").verify();
    assert!(matches!(error.expect_err("changed").fault, Fault::Checksum { .. }));

    std::fs::remove_file(&path).expect("removed");
    let error = Dataset::open(folder.path()).expect_err("gone");
    assert_eq!(error.to_string(), format!("{}: is not there", path.display()));
    assert!(matches!(refused(&data).fault, Fault::Absent));
}

#[test]
fn scenes_that_were_never_made_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path());
    for index in [1, 2, 4] {
        std::fs::remove_file(folder.path().join(format!("receipts/0000{index}.json")))
            .expect("removed");
    }
    let recipe = Recipe::shipped("tiny").expect("shipped").expect("a recipe");
    let storage = Folder::create(folder.path()).expect("made");
    let job = Job { recipe: &recipe, scenes: 0..0, threads: 1, producer: "test", commit: None };
    generate(&job, &storage, falling, |_| ControlFlow::Continue(())).expect("published");
    let error = Dataset::open(folder.path()).expect_err("incomplete");
    assert!(error.to_string().ends_with("3 of 6 scenes are missing: 1–2, 4"), "{error}");
    assert_eq!(Dataset::open_part(folder.path()).expect("a part").all_scenes().count(), 3);
}

#[test]
fn a_manifest_of_another_version_or_kind_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path());
    let path = folder.path().join("manifest.json");
    let text = std::fs::read_to_string(&path).expect("read");
    let newer = text.replacen("\"schema_version\": 1", "\"schema_version\": 2", 1);
    for (text, told) in [
        (newer.as_str(), "manifest.json: `schema_version`: got 2, takes 1"),
        (&text[..text.len() / 2], "manifest.json: not a readable manifest: EOF"),
        ("[]", "manifest.json: not a readable manifest: "),
    ] {
        std::fs::write(&path, text).expect("written");
        let error = Dataset::open(folder.path()).expect_err("refused").to_string();
        assert!(error.contains(told), "{error}");
    }
    std::fs::remove_file(&path).expect("removed");
    let error = Dataset::open(folder.path()).expect_err("no manifest");
    assert!(error.to_string().ends_with("manifest.json: is not there"), "{error}");
}

/// A file with these arrays in the place of scene 0, seen through a manifest
/// that was written for another.
fn foreign(fill: impl FnOnce(&mut FileBuilder, [u64; 3], Vec<f32>)) -> FileError {
    let folder = tempfile::tempdir().expect("a folder");
    let data = make(folder.path());
    let scene = data.all_scenes().next().expect("a scene");
    let [frames, particles] = [scene.entry().frames, scene.entry().particles];
    let mut file = FileBuilder::new();
    file.set_attr("schema_version", AttrValue::I32(1));
    let shape = [frames as u64, particles as u64, 2];
    fill(&mut file, shape, vec![0.5; frames * particles * 2]);
    let poses = [frames as u64, 0, 3];
    file.create_dataset("body_pose").with_f32_data(&[]).with_shape(&poses);
    file.write(scene.path()).expect("written");
    refused(&data)
}

#[test]
fn a_number_that_is_missing_where_a_particle_lives_is_found() {
    let at =
        |shape: [u64; 3], frame: u64, particle: u64| ((frame * shape[1] + particle) * 2) as usize;
    let mut place = 0;
    let error = foreign(|file, shape, mut values| {
        file.create_dataset("position").with_f32_data(&values).with_shape(&shape);
        place = at(shape, 5, 7);
        values[place] = f32::NAN;
        file.create_dataset("velocity").with_f32_data(&values).with_shape(&shape);
    });
    let told = "dataset `velocity`: not a finite number at frame 5, particle 7";
    assert!(error.to_string().ends_with(told), "{error}");
    assert!(matches!(error.fault, Fault::NotFinite { frame: 5, particle: 7, .. }));
}

#[test]
fn arrays_that_are_absent_of_another_shape_or_in_pieces_are_refused() {
    let error = foreign(|file, shape, values| {
        file.create_dataset("position").with_f32_data(&values).with_shape(&shape);
    });
    assert!(error.to_string().ends_with("dataset `velocity` is missing"), "{error}");
    let error = foreign(|file, shape, values| {
        file.create_dataset("position").with_f32_data(&values).with_shape(&shape);
        let flat = [shape[0], shape[1] * 2];
        file.create_dataset("velocity").with_f32_data(&values).with_shape(&flat);
    });
    assert!(error.to_string().ends_with("takes 3 indices"), "{error}");
    let error = foreign(|file, shape, values| {
        for name in ["position", "velocity"] {
            let chunks = [1, shape[1], 2];
            file.create_dataset(name)
                .with_f32_data(&values)
                .with_shape(&shape)
                .with_chunks(&chunks);
        }
    });
    assert!(error.to_string().contains("takes one piece within a file"), "{error}");
    let error = foreign(|file, shape, values| {
        let shorter = [shape[0] / 2, shape[1], 2];
        for name in ["position", "velocity"] {
            let part = &values[..(shorter[0] * shorter[1] * 2) as usize];
            file.create_dataset(name).with_f32_data(part).with_shape(&shorter);
        }
        file.create_dataset("unused").with_f32_data(&[0.0]);
    });
    assert!(error.to_string().contains("got shape ["), "{error}");
}

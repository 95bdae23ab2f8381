//! Files that are cut off, damaged or not ours are errors, never panics.

mod common;

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use common::{SCENE_JSON, run};
use hdf5_pure::{AttrValue, FileBuilder};
use weir_datasets::{Fault, FileError, read, write};

fn whole_file(path: &Path) -> Vec<u8> {
    write(path, &run(), SCENE_JSON, "test").expect("written");
    std::fs::read(path).expect("read")
}

fn assert_helpful(error: &FileError, path: &Path) {
    let line = error.to_string();
    assert!(line.starts_with(&path.display().to_string()) && line.lines().count() == 1, "{line}");
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.h5");
    let whole = whole_file(&path).len();
    let file = OpenOptions::new().write(true).open(&path).expect("opened");
    for length in (0..whole).rev() {
        file.set_len(length as u64).expect("cut");
        match read(&path) {
            Err(error) => assert_helpful(&error, &path),
            Ok(_) => panic!("{length} bytes of {whole} were read as a run"),
        }
    }
}

#[test]
fn a_changed_byte_is_an_error_or_another_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.h5");
    let whole = whole_file(&path);
    let mut file = OpenOptions::new().write(true).open(&path).expect("opened");
    let mut put = |at: usize, byte: u8| {
        file.seek(SeekFrom::Start(at as u64)).expect("found");
        file.write_all(&[byte]).expect("written");
    };
    for (at, &byte) in whole.iter().enumerate() {
        for flip in [0x01, 0x10, 0x80, 0xff] {
            put(at, byte ^ flip);
            if let Err(error) = read(&path) {
                assert_helpful(&error, &path);
            }
        }
        put(at, byte);
    }
}

#[test]
fn what_is_no_hdf5_file_is_said_to_be_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.h5");
    for text in ["", "\u{89}HDF\r\n\u{1a}\n", "a note to self", &"\0".repeat(10_000)] {
        std::fs::write(&path, text).expect("written");
        let error = read(&path).expect_err("not a run");
        assert!(matches!(error.fault, Fault::NotHdf5 { .. }), "{error}");
    }
    let error = read(folder.path().join("absent.h5")).expect_err("absent");
    assert!(matches!(error.fault, Fault::Io { .. }), "{error}");
    let error = read(folder.path()).expect_err("a folder");
    assert_helpful(&error, folder.path());
}

/// Another's file: whole, but lacking what the schema asks for, item by item.
#[test]
fn a_foreign_file_is_told_what_it_lacks() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("foreign.h5");
    type Step = fn(&mut FileBuilder);
    let steps: [(&str, Step); 9] = [
        ("attribute `schema_version` is missing", |file| {
            file.set_attr("schema_version", AttrValue::I32(1));
        }),
        ("attribute `dt_s` is missing", |file| file.set_attr("dt_s", AttrValue::F64(0.1))),
        ("attribute `scene` is missing", |file| {
            file.set_attr("scene", AttrValue::String("{}".into()));
        }),
        ("attribute `producer` is missing", |file| {
            file.set_attr("producer", AttrValue::String("another".into()));
        }),
        ("dataset `position` is missing", |file| {
            file.create_dataset("position").with_f32_data(&[0.0; 12]).with_shape(&[2, 3, 2]);
        }),
        ("dataset `velocity` is missing", |file| {
            file.create_dataset("velocity").with_f32_data(&[0.0; 12]).with_shape(&[2, 3, 2]);
        }),
        ("dataset `particle_type` is missing", |file| {
            file.create_dataset("particle_type").with_i64_data(&[0; 3]);
        }),
        ("dataset `body_pose` is missing", |file| {
            file.create_dataset("body_pose").with_f32_data(&[0.0; 3]).with_shape(&[1, 1, 3]);
        }),
        ("dataset `body_pose`: got shape [1, 1, 3], takes shape [2, 1, 3]", |_| ()),
    ];
    for told in 0..steps.len() {
        let mut file = FileBuilder::new();
        steps[..told].iter().for_each(|(_, step)| step(&mut file));
        file.write(&path).expect("written");
        let error = read(&path).expect_err("foreign");
        assert!(error.to_string().ends_with(steps[told].0), "{error}");
    }
}

#[test]
fn another_type_shape_or_version_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("foreign.h5");
    let told = |version: AttrValue, fill: fn(&mut FileBuilder)| {
        let mut file = FileBuilder::new();
        file.set_attr("schema_version", version);
        file.set_attr("dt_s", AttrValue::F64(0.1));
        file.set_attr("scene", AttrValue::String("{}".into()));
        file.set_attr("producer", AttrValue::String("another".into()));
        fill(&mut file);
        file.write(&path).expect("written");
        read(&path).expect_err("foreign").to_string()
    };
    let one = AttrValue::I64(1);
    let line = told(AttrValue::I64(2), |_| ());
    assert!(line.ends_with("attribute `schema_version`: got 2, takes 1"), "{line}");
    let line = told(AttrValue::String("1".into()), |_| ());
    assert!(line.contains("attribute `schema_version`: got "), "{line}");
    let line = told(one.clone(), |file| {
        file.create_dataset("position").with_f64_data(&[0.0; 12]).with_shape(&[2, 3, 2]);
    });
    assert!(line.ends_with("dataset `position`: got f64, takes f32"), "{line}");
    let line = told(one.clone(), |file| {
        file.create_dataset("position").with_f32_data(&[0.0; 12]).with_shape(&[3, 4]);
    });
    assert!(line.ends_with("dataset `position`: got shape [3, 4], takes 3 indices"), "{line}");
    let line = told(one, |file| {
        file.create_dataset("position").with_f32_data(&[0.0; 12]).with_shape(&[2, 2, 3]);
    });
    assert!(line.contains("got shape [2, 2, 3], takes shape [2, 2, 2]"), "{line}");
}

//! `check`: what is wrong is found, and named with its scene.

#[path = "common/water.rs"]
mod water;

use std::ops::ControlFlow;
use std::path::Path;

use weir_datasets::check::{Check, Quality, check};
use weir_datasets::storage::Folder;
use weir_datasets::{Job, Recipe, SolverError, generate};
use weir_scene::{Advance, AdvanceError, Frame, Scene};

fn tiny() -> Recipe {
    Recipe::shipped("tiny").expect("shipped").expect("a recipe")
}

fn make<S>(folder: &Path, recipe: &Recipe, solver: S)
where
    S: Fn(&Scene) -> Result<Box<dyn Advance>, SolverError> + Sync,
{
    let storage = Folder::create(folder).expect("made");
    let job = Job { recipe, scenes: 0..6, threads: 2, producer: "test", commit: None };
    generate(&job, &storage, solver, |_| ControlFlow::Continue(())).expect("made");
}

fn named<'a>(quality: &'a Quality, name: &str) -> &'a Check {
    quality.checks.iter().find(|check| check.name == name).expect("a check")
}

/// Water that stays where it is: nothing wrong with that.
struct Resting(Frame);

impl Advance for Resting {
    fn frame_dt_s(&self) -> f64 {
        water::DT_S
    }

    fn snapshot(&self, frame: &mut Frame) {
        frame.clone_from(&self.0);
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        self.0.time_s += water::DT_S;
        frame.clone_from(&self.0);
        Ok(())
    }
}

fn resting(scene: &Scene) -> Result<Box<dyn Advance>, SolverError> {
    let mut frame = Frame::default();
    water::falling(scene)?.snapshot(&mut frame);
    Ok(Box::new(Resting(frame)))
}

#[test]
fn files_splits_and_licence_of_a_new_set_are_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path(), &tiny(), resting);
    let quality = check(folder.path(), |_| ()).expect("checked");
    for check in quality.checks.iter().filter(|check| check.name != "dry") {
        assert!(check.pass, "{check:?}");
    }
    assert_eq!((quality.scenes, quality.frames, quality.per_scene.len()), (6, 6 * 61, 6));
    assert_eq!(quality.lines.strokes.counts.iter().sum::<usize>(), 6);
    let shares: f64 = quality.lines.directions.iter().sum();
    assert!((shares - 1.0).abs() < 1e-9);
    // Water that rests where it was put reaches nothing.
    assert!(!named(&quality, "dry").pass && !quality.pass);
}

#[test]
fn water_that_falls_through_lines_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path(), &tiny(), water::falling);
    let quality = check(folder.path(), |_| ()).expect("checked");
    let crossings = named(&quality, "crossings");
    assert!(!crossings.pass && crossings.measured > Some(10.0), "{crossings:?}");
    assert!(!quality.pass);
}

#[test]
fn every_kind_of_damage_is_a_finding_of_its_scene() {
    type Damage = fn(&mut Vec<u8>);
    let damage: [(&str, Damage); 3] = [
        ("bytes, takes", |bytes| bytes.truncate(5_000)),
        ("sha256", |bytes| bytes[5_000] ^= 4),
        ("bytes, takes", |bytes| bytes.clear()),
    ];
    for (told, damage) in damage {
        let folder = tempfile::tempdir().expect("a folder");
        make(folder.path(), &tiny(), resting);
        let path = folder.path().join("scenes/00003.h5");
        let mut bytes = std::fs::read(&path).expect("read");
        damage(&mut bytes);
        std::fs::write(&path, bytes).expect("written");
        let quality = check(folder.path(), |_| ()).expect("checked");
        let files = named(&quality, "files");
        assert!(!files.pass && files.findings.len() == 1, "{files:?}");
        assert_eq!(files.findings[0].scene, Some(3));
        assert!(files.findings[0].what.contains(told), "{files:?}");
        assert_eq!(quality.per_scene.len(), 5);
    }
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path(), &tiny(), resting);
    std::fs::remove_file(folder.path().join("scenes/00001.h5")).expect("removed");
    let quality = check(folder.path(), |_| ()).expect("checked");
    assert_eq!(named(&quality, "files").findings[0].scene, Some(1));
}

#[test]
fn a_missing_licence_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recipe = tiny();
    recipe.card.license = None;
    make(folder.path(), &recipe, resting);
    let quality = check(folder.path(), |_| ()).expect("checked");
    assert!(!named(&quality, "licence").pass && !quality.pass);
}

/// A solver that forgets a number of particle 5 in frame 9.
#[test]
fn a_particle_without_a_number_is_found() {
    struct Forgetful(Box<dyn Advance>, usize);
    impl Advance for Forgetful {
        fn frame_dt_s(&self) -> f64 {
            self.0.frame_dt_s()
        }
        fn snapshot(&self, frame: &mut Frame) {
            self.0.snapshot(frame);
        }
        fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
            self.0.advance(frame)?;
            self.1 += 1;
            if self.1 == 9 {
                frame.velocities_m_s[5][1] = f32::NAN;
            }
            Ok(())
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path(), &tiny(), |scene| Ok(Box::new(Forgetful(resting(scene)?, 0))));
    let quality = check(folder.path(), |_| ()).expect("checked");
    let told = &named(&quality, "files").findings[0].what;
    assert_eq!(told, "dataset `velocity`: not a finite number at frame 9, particle 5");
}

#[test]
fn a_scene_in_two_splits_leaks() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path(), &tiny(), resting);
    // Scene 0 once more, as if it were for testing.
    let path = folder.path().join("manifest.json");
    let text = std::fs::read_to_string(&path).expect("read");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut copy = manifest["scenes"][0].clone();
    copy["index"] = 5.into();
    copy["split"] = "test".into();
    manifest["scenes"][5] = copy;
    std::fs::write(&path, manifest.to_string()).expect("written");
    let quality = check(folder.path(), |_| ()).expect("checked");
    let leakage = named(&quality, "leakage");
    assert!(!leakage.pass && named(&quality, "duplicates").pass);
    assert_eq!(leakage.findings[0].what, "is the same as scene 0 of train");
    assert_eq!(leakage.findings[0].scene, Some(5));
}

#[test]
fn what_is_no_data_set_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = check(folder.path(), |_| ()).expect_err("empty").to_string();
    assert!(error.ends_with("manifest.json: is not there"), "{error}");
    assert!(check(&folder.path().join("nowhere"), |_| ()).is_err());
}

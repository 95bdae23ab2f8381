//! There and back again through others' forms.

#[path = "common/water.rs"]
mod water;

use std::ops::ControlFlow;
use std::path::Path;

use weir_datasets::check::check;
use weir_datasets::exchange::{import_lagrangebench, lagrangebench};
use weir_datasets::storage::Folder;
use weir_datasets::{Dataset, Job, Recipe, Split, generate};

fn make(folder: &Path) -> Dataset {
    let recipe = Recipe::shipped("tiny").expect("shipped").expect("a recipe");
    let storage = Folder::create(folder).expect("made");
    let job = Job { recipe: &recipe, scenes: 0..6, threads: 2, producer: "test", commit: None };
    generate(&job, &storage, water::falling, |_| ControlFlow::Continue(())).expect("made");
    Dataset::open(folder).expect("opened")
}

#[test]
fn lagrangebench_and_back_is_the_same_water() {
    let folder = tempfile::tempdir().expect("a folder");
    let [ours, theirs, back] = ["ours", "theirs", "back"].map(|name| folder.path().join(name));
    let data = make(&ours);
    lagrangebench(&data, &theirs).expect("exported");
    let storage = Folder::create(&back).expect("made");
    let manifest = import_lagrangebench(&theirs, &storage, "test").expect("imported");
    assert_eq!((manifest.name.as_str(), manifest.recipe.is_none()), ("tiny", true));

    let back = Dataset::open(&back).expect("opened");
    for split in Split::ALL {
        assert_eq!(back.scenes(split).count(), data.scenes(split).count());
        for (was, is) in data.scenes(split).zip(back.scenes(split)) {
            let (was, is) = (was.read().expect("read"), is.read().expect("read"));
            assert_eq!((was.frames, was.dt_s), (is.frames, is.dt_s));
            for t in 0..was.frames {
                assert_eq!(was.positions_m(t), &is.positions_m(t)[..was.particles]);
                // What stands follows the water.
                assert!(is.velocities_m_s(t)[was.particles..].iter().all(|v| *v == [0.0; 2]));
            }
            assert!(is.particle_types[..was.particles].iter().all(|&kind| kind == 0));
            assert!(is.particle_types[was.particles..].iter().all(|&kind| kind == 1));
            // Falling, a way over a frame is the velocity that it was made with.
            let (v, way) = (was.velocities_m_s(7)[0][1], is.velocities_m_s(7)[0][1]);
            assert!((v - way).abs() < 1e-4, "{v} {way}");
        }
    }
    let (was, is) = (data.metadata(), back.metadata());
    assert_eq!((was.bounds, was.dt, was.sequence_length), (is.bounds, is.dt, is.sequence_length));
    assert_eq!(was.default_connectivity_radius, is.default_connectivity_radius);

    let quality = check(back.folder(), |_| ()).expect("checked");
    let failed: Vec<&str> =
        quality.checks.iter().filter(|check| !check.pass).map(|check| check.name).collect();
    assert!(failed.contains(&"licence") && !failed.contains(&"files"), "{failed:?}");
}

#[test]
fn what_is_not_in_their_form_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let theirs = folder.path().join("theirs");
    lagrangebench(&make(&folder.path().join("ours")), &theirs).expect("exported");
    let storage = Folder::create(folder.path().join("back")).expect("made");
    let told = |storage: &Folder| {
        import_lagrangebench(&theirs, storage, "test").expect_err("refused").to_string()
    };
    let path = theirs.join("metadata.json");
    let text = std::fs::read_to_string(&path).expect("read");
    std::fs::write(&path, text.replace("\"dim\":2", "\"dim\":3")).expect("written");
    assert!(told(&storage).ends_with("metadata.json: `dim`: got 3, takes 2"));
    std::fs::write(&path, "{").expect("written");
    assert!(told(&storage).contains("metadata.json: not a readable metadata file"));
    std::fs::write(&path, text).expect("written");
    std::fs::write(theirs.join("valid.h5"), "no file of that kind").expect("written");
    assert!(told(&storage).contains("valid.h5: not a readable HDF5 file"));
    std::fs::remove_file(theirs.join("train.h5")).expect("removed");
    assert!(told(&storage).contains("train.h5: cannot open"));
}

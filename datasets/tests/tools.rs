//! The real tools of others, from PyPI. `WEIR_PYTHON` names the Python that has them.

#[path = "common/water.rs"]
mod water;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use weir_datasets::storage::Folder;
use weir_datasets::{Dataset, Job, Recipe, card, dvc, exchange, generate};

fn make(folder: &Path) -> Dataset {
    let mut recipe = Recipe::shipped("tiny").expect("shipped").expect("a recipe");
    recipe.card.published = Some("2026-01-31".to_owned());
    recipe.card.url = Some("https://example.org/tiny".to_owned());
    let storage = Folder::create(folder).expect("made");
    let job = Job { recipe: &recipe, scenes: 0..6, threads: 2, producer: "test", commit: None };
    generate(&job, &storage, water::falling, |_| ControlFlow::Continue(())).expect("made");
    Dataset::open(folder).expect("opened")
}

/// Runs Python in a folder and returns what it printed.
fn python(folder: &Path, arguments: &[&str]) -> String {
    let python = std::env::var("WEIR_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).args(arguments).current_dir(folder).output().expect("Python");
    let [out, err] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{arguments:?}\n{out}\n{err}");
    out
}

#[test]
#[ignore = "needs mlcroissant from PyPI; .ci/run installs it and runs this"]
fn mlcroissant_takes_the_card_and_reads_the_records() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = make(folder.path());
    let text = card::croissant(&data).expect("a card").to_string();
    std::fs::write(folder.path().join("croissant.json"), text).expect("written");
    let script = r#"
import mlcroissant as mlc
data = mlc.Dataset("croissant.json")
assert not data.metadata.ctx.issues.errors, data.metadata.ctx.issues.errors
assert not data.metadata.ctx.issues.warnings, data.metadata.ctx.issues.warnings
scenes = list(data.records("scenes"))
assert [scene["scenes/index"] for scene in scenes] == list(range(6))
assert sum(scene["scenes/split"] in ("train", b"train") for scene in scenes) == 4
files = {file.id for file in data.metadata.distribution}
assert all(f"scenes/0000{i}.h5" in files for i in range(6)) and "manifest.json" in files
print(data.metadata.name)
"#;
    assert_eq!(python(folder.path(), &["-c", script]).trim(), "tiny");
}

#[test]
#[ignore = "needs dvc from PyPI; .ci/run installs it and runs this"]
fn dvc_knows_pushes_and_pulls_the_folder() {
    let repository = tempfile::tempdir().expect("a folder");
    let root = repository.path();
    let dvc_command = |arguments: &[&str]| {
        let all = [&["-m", "dvc"], arguments].concat();
        python(root, &all)
    };
    dvc_command(&["init", "-q", "--no-scm"]);
    let data = make(&root.join("water"));
    let tracked = dvc::track(data.folder()).expect("tracked");
    assert_eq!(tracked.files, 6 + 6 + 2);
    assert!(dvc_command(&["status"]).contains("up to date"));
    // Tracked again by dvc itself, it is the same to the byte.
    let ours = std::fs::read_to_string(root.join("water.dvc")).expect("read");
    dvc_command(&["add", "-q", "water"]);
    let theirs = std::fs::read_to_string(root.join("water.dvc")).expect("read");
    assert_eq!(ours.replace('"', ""), theirs);

    let remote = tempfile::tempdir().expect("a folder");
    dvc_command(&["remote", "add", "-q", "-d", "away", &remote.path().to_string_lossy()]);
    dvc_command(&["push", "-q"]);
    std::fs::remove_dir_all(root.join("water")).expect("removed");
    std::fs::remove_dir_all(root.join(".dvc/cache")).expect("removed");
    dvc_command(&["pull", "-q"]);
    Dataset::open(root.join("water")).expect("back").verify().expect("whole");
}

#[test]
#[ignore = "needs h5py and numpy from PyPI; .ci/run installs them and runs this"]
fn numpy_and_h5py_read_what_graph_networks_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = make(&folder.path().join("water"));
    for (form, export) in
        [("lb", exchange::lagrangebench as fn(&_, &_) -> _), ("gns", exchange::gns)]
    {
        let done = export(&data, &folder.path().join(form)).expect("exported");
        assert_eq!((done.scenes, done.left_out.len(), done.files.len()), (6, 0, 4));
    }
    let script = r#"
import json
import h5py, numpy as np
for split, runs in (("train", 4), ("valid", 1), ("test", 1)):
    archive = np.load(f"gns/{split}.npz", allow_pickle=True)
    trajectories = [item for _, item in archive.items()]
    with h5py.File(f"lb/{split}.h5") as file:
        assert len(file) == len(trajectories) == runs
        for group, (position, kind) in zip(file.values(), trajectories):
            assert position.dtype == np.float32 and position.shape[::2] == (61, 2)
            assert np.array_equal(group["position"][:], position) and np.isfinite(position).all()
            assert set(kind) <= {3, 5} and position.flags.writeable
            assert np.array_equal(group["particle_type"][:] == 1, kind == 3)
            walls = position[:, kind == 3]
            assert walls.shape[1] > 0 and (walls == walls[0]).all(), "lines stand still"
            position[0] = 0.0
for form in ("lb", "gns"):
    numbers = json.load(open(f"{form}/metadata.json"))
    assert numbers["dim"] == 2 and numbers["vel_std"][1] > 0
with h5py.File("water/scenes/00000.h5") as run, h5py.File("lb/train.h5") as file:
    water = file["00000/particle_type"][:] == 0
    assert np.array_equal(file["00000/position"][:][:, water], run["position"][:])
print("read")
"#;
    assert_eq!(python(folder.path(), &["-c", script]).trim(), "read");
}

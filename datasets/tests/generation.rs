//! Laws of a data set: what it holds follows from its recipe alone.

#[path = "common/water.rs"]
mod water;

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use water::falling;
use weir_datasets::storage::{self, Folder, Storage};
use weir_datasets::{
    Dataset, Event, Fault, FileError, GenerateError, Job, Outcome, Recipe, Split, generate,
};

fn tiny() -> Recipe {
    Recipe::shipped("tiny").expect("shipped").expect("a recipe")
}

fn job(recipe: &Recipe, scenes: Range<usize>, threads: usize) -> Job<'_> {
    Job { recipe, scenes, threads, producer: "test", commit: None }
}

fn make(storage: &dyn Storage, scenes: Range<usize>, threads: usize) -> Outcome {
    generate(&job(&tiny(), scenes, threads), storage, falling, |_| ControlFlow::Continue(()))
        .expect("made")
}

/// Every file under a folder: name and contents.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            let inner = files(&path).into_iter();
            found.extend(inner.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            found.insert(name, std::fs::read(&path).expect("read"));
        }
    }
    found
}

fn whole() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    make(&Folder::create(folder.path()).expect("made"), 0..6, 1);
    files(folder.path())
}

#[test]
fn threads_and_shards_in_any_order_make_the_same_bytes() {
    let whole = whole();
    assert_eq!(whole.len(), 6 + 6 + 2);
    let cuts: [(&[Range<usize>], usize); 3] =
        [(&[0..3, 3..6], 4), (&[4..6, 1..4, 0..1], 2), (&[2..6, 0..3], 3)];
    for (shards, threads) in cuts {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Folder::create(folder.path()).expect("made");
        for shard in shards {
            make(&storage, shard.clone(), threads);
        }
        Dataset::open(folder.path()).expect("complete");
        assert!(files(folder.path()) == whole);
    }
}

#[test]
fn a_run_cut_off_anywhere_and_resumed_is_one_that_was_not() {
    let whole = whole();
    for cut_after in [0, 1, 17, 40, 100, 160] {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Folder::create(folder.path()).expect("made");
        let events = AtomicUsize::new(0);
        let stopped = generate(&job(&tiny(), 0..6, 2), &storage, falling, |_| {
            let stop = events.fetch_add(1, Ordering::Relaxed) >= cut_after;
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .expect("stopped");
        assert!(stopped.interrupted && !stopped.manifest.complete, "{cut_after}");
        // What is there is whole.
        Dataset::open_part(folder.path()).expect("a part").verify().expect("whole");
        let resumed = make(&storage, 0..6, 2);
        assert_eq!(resumed.kept, stopped.made, "{cut_after}");
        assert!(files(folder.path()) == whole, "{cut_after}");
    }
}

#[test]
fn only_what_is_not_whole_is_made_again() {
    let whole = whole();
    type Damage = fn(&Path);
    let damage: [(&str, Damage); 4] = [
        ("removed", |file| std::fs::remove_file(file).expect("removed")),
        ("cut off", |file| std::fs::write(file, b"\x89HDF").expect("written")),
        ("changed", |file| {
            let mut bytes = std::fs::read(file).expect("read");
            bytes[3_000] ^= 1;
            std::fs::write(file, bytes).expect("written");
        }),
        ("without receipt", |file| {
            let receipt =
                file.with_extension("json").to_string_lossy().replace("scenes", "receipts");
            std::fs::write(receipt, "{").expect("written");
        }),
    ];
    for (what, damage) in damage {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Folder::create(folder.path()).expect("made");
        make(&storage, 0..6, 2);
        damage(&folder.path().join("scenes/00002.h5"));
        let mended = make(&storage, 0..6, 2);
        assert_eq!((mended.made, mended.kept), (1, 5), "{what}");
        assert!(files(folder.path()) == whole, "{what}");
    }
}

#[test]
fn another_producer_or_seed_makes_all_of_it_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Folder::create(folder.path()).expect("made");
    make(&storage, 0..6, 2);
    let on = |_: Event| ControlFlow::Continue(());
    let recipe = tiny();
    let newer = Job { producer: "newer", ..job(&recipe, 0..6, 2) };
    assert_eq!(generate(&newer, &storage, falling, on).expect("made").made, 6);
    let other = Recipe { seed: 8, ..tiny() };
    assert_eq!(generate(&job(&other, 0..6, 2), &storage, falling, on).expect("made").made, 6);
}

#[test]
fn a_bucket_holds_what_a_folder_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", folder.path().display());
    make(&*storage::open(&url).expect("a bucket"), 0..6, 3);
    assert!(files(folder.path()) == whole());
    let memory = storage::open("memory:///water").expect("a bucket");
    make(&*memory, 0..6, 1);
    for (name, bytes) in whole() {
        assert!(memory.get(&name).expect("read") == Some(bytes), "{name}");
    }
    let error = storage::open("gopher://water").err().expect("unknown").to_string();
    assert!(error.starts_with("gopher://water: "), "{error}");
}

#[test]
fn splits_are_disjoint_and_leave_no_scene_out() {
    let recipe = tiny();
    let splits: Vec<Split> =
        (0..recipe.scene_count()).map(|index| recipe.split(index).expect("a split")).collect();
    for split in Split::ALL {
        let members = recipe.range(split);
        assert!(members.clone().all(|index| splits[index] == split));
        assert_eq!(splits.iter().filter(|&&of| of == split).count(), members.len());
    }
    assert_eq!(recipe.split(recipe.scene_count()), None);
}

/// A place that takes some files and is full then.
struct Small {
    folder: Folder,
    room: AtomicUsize,
}

impl Storage for Small {
    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        let had =
            self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        match had {
            Ok(_) => self.folder.put(name, bytes),
            Err(_) => {
                let fault = Fault::DiskFull { doing: "write" };
                Err(FileError { path: name.into(), fault })
            }
        }
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        self.folder.get(name)
    }
}

#[test]
fn a_full_disk_is_said_and_what_was_whole_stays_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Folder::create(folder.path()).expect("made");
    let small = Small { folder: storage.clone(), room: AtomicUsize::new(7) };
    let on = |_: Event| ControlFlow::Continue(());
    let error = generate(&job(&tiny(), 0..6, 1), &small, falling, on).expect_err("full");
    let GenerateError::File(error) = error else { panic!("{error}") };
    assert!(matches!(error.fault, Fault::DiskFull { .. }), "{error}");
    assert_eq!(error.to_string(), "receipts/00003.json: cannot write: the disk is full");
    // With room again, three scenes have their receipts and the others are made.
    let mended = make(&storage, 0..6, 1);
    assert_eq!((mended.kept, mended.made), (3, 3));
    assert!(files(folder.path()) == whole());
}

#[test]
fn a_place_that_takes_no_files_is_said_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a file");
    std::fs::write(&file, "").expect("written");
    let error = storage::open(&file.join("data").to_string_lossy()).err().expect("refused");
    assert!(error.to_string().contains("cannot make the folder"), "{error}");
}

#[test]
fn scenes_beyond_the_recipe_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Folder::create(folder.path()).expect("made");
    let on = |_: Event| ControlFlow::Continue(());
    let error = generate(&job(&tiny(), 3..7, 1), &storage, falling, on).expect_err("refused");
    assert_eq!(error.to_string(), "scenes: got 3..7, takes a part of 0..6");
}

#[test]
fn a_solver_that_refuses_is_quoted_with_the_scene() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Folder::create(folder.path()).expect("made");
    let on = |_: Event| ControlFlow::Continue(());
    let refuses = |_: &weir_scene::Scene| Err("no such pump".into());
    let error = generate(&job(&tiny(), 2..4, 1), &storage, refuses, on).expect_err("refused");
    assert_eq!(error.to_string(), "scene 2: no such pump");
}

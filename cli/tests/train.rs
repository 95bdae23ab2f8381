//! `weir train` as a script sees it.

mod common;

use common::Weir;

#[test]
fn a_run_trains_stops_is_not_overwritten_and_goes_on() {
    let weir = Weir::new();
    let made = weir.run(&["generate", "tiny", "--out", "data"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    weir.write("net.toml", "name = \"net\"\nsteps = 2\nbatch = 1\n");
    let train = ["train", "net.toml", "--data", "data", "--out", "run", "--json"];
    let ran = weir.run(&train);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["steps"], 2);
    assert!(json["loss"].as_f64() > Some(0.0));
    let losses = std::fs::read_to_string(weir.path("run/losses.csv")).expect("losses");
    assert_eq!(losses.lines().count(), 3, "{losses}");
    weir.run(&train).is_refused(2, &["--resume", "--out"]);
    let again = weir.run(&[&train[..], &["--resume"]].concat());
    assert_eq!((again.code, &again.json()["steps"]), (Some(0), &2.into()), "{again:?}");
    let water =
        weir.run(&["simulate", "dam-break", "--model", "run/model", "--frames", "4", "--json"]);
    assert_eq!(water.json()["model"], "net");
}

#[test]
fn bad_data_and_bad_configurations_are_refused_before_the_first_step() {
    let weir = Weir::new();
    weir.write("net.toml", "steps = 1\n");
    let train = ["train", "net.toml", "--data", "data", "--out", "run"];
    weir.run(&train).is_refused(2, &["data"]);
    let made = weir.run(&["generate", "tiny", "--out", "data"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let scene = weir.path("data/scenes/00000.h5");
    let mut bytes = std::fs::read(&scene).expect("a scene");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&scene, &bytes).expect("a damaged scene");
    weir.run(&train).is_refused(2, &["00000.h5"]);
    std::fs::remove_file(&scene).expect("a lost scene");
    weir.run(&train).is_refused(2, &["00000.h5"]);
    for (text, words) in [
        ("batch = 0", ["batch", "0"]),
        ("speed = 1", ["speed", "unknown"]),
        ("ema = 1.5", ["ema", "1.5"]),
    ] {
        weir.write("net.toml", text);
        weir.run(&train).is_refused(2, &words);
    }
    assert!(!weir.files().contains(&"run".to_owned()), "nothing was begun");
}

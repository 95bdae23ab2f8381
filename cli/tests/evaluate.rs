//! `weir evaluate` as a script sees it.

mod common;

use common::Weir;
use serde_json::Value;

const LOOK: [&str; 9] =
    ["--data", "tiny", "--quick", "--frames", "20", "--long", "30", "--scenes", "1"];

fn data(weir: &Weir) {
    let made = weir.run(&["generate", "tiny", "--out", "tiny"]);
    assert_eq!(made.code, Some(0), "{made:?}");
}

fn mean(json: &Value, contender: &str, number: &str) -> f64 {
    let interval = &json["metrics"][contender][number];
    let [mean, lo, hi] = ["mean", "lo", "hi"].map(|key| interval[key].as_f64());
    let mean = mean.unwrap_or_else(|| panic!("{contender}/{number} in {json}"));
    assert!(lo <= Some(mean) && Some(mean) <= hi && interval["n"] == 1, "{interval}");
    mean
}

#[test]
fn a_network_is_judged_beside_floors_and_solvers() {
    let weir = Weir::new();
    data(&weir);
    let command = ["evaluate", "default", "--json", "--report", "report"];
    let ran = weir.run(&[&command[..], &LOOK].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    for number in [
        "mse_1",
        "mse_20",
        "sinkhorn_20",
        "iou_20",
        "iou_fine_20",
        "kinetic_error_20",
        "momentum_error_20",
        "front_error_20",
        "surface_error_20",
        "followed",
        "crossings",
        "certain_crossings",
        "penetrations",
        "mass_faults",
    ] {
        for contender in ["default", "ballistic", "straight", "solver-1/2"] {
            assert!(mean(&json, contender, number) >= 0.0);
        }
    }
    assert_eq!(mean(&json, "reference", "mse_20"), 0.0);
    assert_eq!(mean(&json, "reference", "iou_20"), 1.0);
    // Whatever has been learned.
    for contender in ["default", "ballistic", "straight"] {
        for never in ["crossings", "certain_crossings", "penetrations", "mass_faults"] {
            assert_eq!(mean(&json, contender, never), 0.0, "{contender}: {never}");
        }
    }
    assert!(mean(&json, "straight", "mse_20") > mean(&json, "ballistic", "mse_20"));
    assert!(mean(&json, "ballistic", "mse_20") > mean(&json, "solver-1/2", "mse_20"));
    assert_eq!(json["long"]["default"]["frames"], 30);
    assert_eq!(json["references"]["recorded"], 1);
    assert!(json["ratios"]["ballistic"]["mse_20"]["mean"].is_number(), "{json}");
    assert_eq!(json["slices"]["tiny"]["scenes"], 1);
    let timed = json["speed"].as_array().expect("speeds");
    assert!(timed.iter().all(|cost| cost["ms_per_s"].as_f64() > Some(0.0)) && timed.len() == 4);
    assert_eq!(json["failures"].as_array().map(Vec::len), Some(0), "{json}");

    let folder = weir.path("report");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect(name);
    let (text, page) = (read("report.md"), read("report.html"));
    for words in ["mse_20", "ballistic", "0 blow-ups", "What it costs"] {
        assert!(text.contains(words) && page.contains(words), "{words}");
    }
    for figure in text.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')')) {
        assert!(folder.join(figure).is_file() && page.contains(figure), "{figure}");
    }
    let stored: Value = serde_json::from_str(&read("report.json")).expect("JSON");
    assert_eq!(stored["metrics"], json["metrics"]);
}

#[test]
fn a_reference_beyond_the_recording_is_solved_and_is_the_same_as_far_as_it_goes() {
    let weir = Weir::new();
    data(&weir);
    let frames = ["evaluate", "default", "--data", "tiny", "--quick", "--frames", "40"];
    let ran = weir.run(&[&frames[..], &["--long", "0", "--json"]].concat());
    let json = ran.json();
    assert_eq!(json["references"]["solved"], 1, "{ran:?}");
    assert_eq!(json["references"]["solved_otherwise"], 0);
    let table = weir.run(&[&frames[..], &["--long", "0"]].concat());
    assert!(table.out.contains("mse_20") && table.out.contains("solver-1/2"), "{table:?}");
}

#[test]
fn bad_input_is_refused_before_anything_runs() {
    let weir = Weir::new();
    let refused = |arguments: &[&str], words: &[&str]| {
        weir.run(&[&["evaluate"][..], arguments].concat()).is_refused(2, words);
    };
    refused(&["nobody", "--data", "tiny"], &["nobody", "default"]);
    refused(&["default", "--data", "tiny"], &["tiny"]);
    refused(&["default"], &["--data"]);
    data(&weir);
    refused(&["nobody", "--data", "tiny"], &["nobody", "default"]);
    refused(&["default", "--data", "tiny", "--scenes", "1,2"], &["--scenes", "2"]);
    refused(&["default", "--data", "tiny", "--scenes", "0"], &["--scenes", "0"]);
    refused(&["default", "--data", "tiny", "--split", "exam"], &["exam", "test"]);
    weir.write("file", "");
    refused(&["default", "--data", "tiny", "--report", "file/report"], &["file/report"]);
    refused(&["nobody", "--data", "tiny", "--report", "report"], &["nobody"]);
    assert_eq!(weir.files(), ["file", "tiny"], "nothing was begun");
    let part = weir.run(&["generate", "tiny", "--out", "part", "--scenes", "0..2"]);
    assert_eq!(part.code, Some(0), "{part:?}");
    refused(&["default", "--data", "part"], &["part"]);
    refused(&["default", "--data", "part", "--part"], &["--split", "test", "train"]);
    let scene = weir.path("tiny/scenes/00005.h5");
    let mut bytes = std::fs::read(&scene).expect("a scene");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&scene, &bytes).expect("a damaged scene");
    refused(&["default", "--data", "tiny"], &["00005.h5"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_before_any_scene_is_judged_leaves_no_empty_report() {
    let weir = Weir::new();
    data(&weir);
    let evaluate = ["evaluate", "default", "--data", "tiny", "--report", "report", "--json"];
    // The folder is made when all has been looked at and work begins.
    let long = ["--frames", "20000", "--scenes", "1"];
    let ran = weir.interrupted(&[&evaluate[..], &long].concat(), || weir.path("report").is_dir());
    assert_eq!((ran.code, ran.out.as_str()), (Some(130), ""), "{ran:?}");
    assert!(ran.err.contains("nothing to report"), "{ran:?}");
    let left = std::fs::read_dir(weir.path("report")).expect("the folder").count();
    assert_eq!(left, 0);
}

//! `weir simulate` as a script sees it: numbers, messages, exit codes, files.

mod common;
#[path = "common/images.rs"]
mod images;

use common::Weir;

#[test]
fn a_run_says_everything_that_the_contract_lists() {
    let weir = Weir::new();
    let ran = weir.run(&["simulate", "dam-break", "--frames", "12", "--fps", "48", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    for key in [
        "sim_s",
        "wall_s",
        "wall_total_s",
        "sim_s_per_wall_s",
        "steps",
        "density_mean_err",
        "density_p99_err",
        "max_divergence_dt",
    ] {
        assert!(json[key].is_number(), "{key} in {json}");
    }
    assert_eq!(json["scene"], "dam break");
    assert_eq!(json["backend"], "cpu");
    assert_eq!(json["frames"], 12);
    assert_eq!(json["fps"], 48.0);
    assert_eq!(json["sim_s"], 0.25);
    assert_eq!(json["line_crossings"], 0);
    assert_eq!(json["interrupted"], false);
    assert!(json["model"].is_null() && json.get("model").is_some());
    assert!(json.get("volume_drift").is_some());
    assert!(json["particles"].as_u64() > Some(1000));
    assert!(json["energy_j"]["first"].as_f64() > Some(0.0));
    assert!(json["energy_j"]["last"].is_number());
    assert!(json["digest"].is_string());
    assert!(json["wall_s"].as_f64() <= json["wall_total_s"].as_f64());
}

#[test]
fn people_get_a_table_and_progress_apart_from_it() {
    let weir = Weir::new();
    let ran = weir.run(&["simulate", "dam-break", "--frames", "20"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.lines().count() < 16 && ran.out.contains("crossed a line"), "{ran:?}");
    let progress: Vec<&str> = ran.err.lines().collect();
    assert_eq!(progress.len(), 10, "{ran:?}");
    assert!(progress[0].contains("10 %") && progress[9].contains("100 %"), "{ran:?}");
}

#[test]
fn the_same_water_with_one_thread_and_with_two() {
    let weir = Weir::new();
    let digest = |threads: &str| {
        let arguments = ["simulate", "two-ramps", "--frames", "30", "--json", "--threads", threads];
        let json = weir.run(&arguments).json();
        assert_eq!(json["threads"].to_string(), threads);
        json["digest"].as_str().map(str::to_owned)
    };
    let one = digest("1");
    assert!(one.is_some());
    assert_eq!(one, digest("2"));
}

#[test]
fn a_wrong_scene_is_refused_with_file_key_and_what_it_takes() {
    let weir = Weir::new();
    weir.write("bad.toml", "version = 1\n[domain]\nwidth_m = 1.0\nheight_m = 1.0\ncell_m = -0.1\n");
    let ran = weir.run(&["simulate", "bad.toml", "--json"]);
    ran.is_refused(2, &["bad.toml: domain.cell_m: got -0.1, takes "]);
    weir.write(
        "odd.toml",
        "version = 1\nwater_level = 3\n[domain]\nwidth_m = 1.0\nheight_m = 1.0\n",
    );
    weir.run(&["simulate", "odd.toml"]).is_refused(2, &["odd.toml: ", "water_level", "takes "]);
    weir.write("scene.txt", "");
    weir.run(&["simulate", "scene.txt"]).is_refused(2, &["scene.txt", "takes ", ".toml"]);
}

#[test]
fn an_unknown_scene_is_refused_with_the_likeliest() {
    let weir = Weir::new();
    let ran = weir.run(&["simulate", "dam-brake"]);
    ran.is_refused(2, &["got dam-brake", "takes ", "did you mean dam-break?"]);
    let far = weir.run(&["simulate", "no/such/file.toml"]);
    far.is_refused(2, &["got no/such/file.toml", "weir scenes"]);
    assert!(!far.err.contains("did you mean"), "{far:?}");
}

#[test]
fn places_that_take_no_file_are_refused_before_the_run() {
    let weir = Weir::new();
    // At this length the run itself would take hours.
    let endless = ["simulate", "dam-break", "--frames", "100000000"];
    for (flag, file, word) in [
        ("--out", "nowhere/a.h5", "nowhere"),
        ("--picture", "nowhere/a.png", "nowhere"),
        ("--picture", "a.bmp", ".png"),
        ("--video", "nowhere/a.gif", "nowhere"),
        ("--video", "a.avi", ".gif"),
        ("--out", ".", "folder"),
    ] {
        let ran = weir.run(&[&endless[..], &[flag, file]].concat());
        ran.is_refused(2, &[flag, &format!("got {file}"), "takes ", word]);
    }
    assert!(weir.files().is_empty(), "{:?}", weir.files());
}

#[test]
fn flags_out_of_range_are_refused() {
    let weir = Weir::new();
    for flags in [
        ["--threads", "0"],
        ["--fps", "0"],
        ["--fps", "nan"],
        ["--width", "10"],
        ["--frames", "-1"],
    ] {
        let ran = weir.run(&[&["simulate", "dam-break"], &flags[..]].concat());
        ran.is_refused(2, &[flags[0]]);
    }
}

#[test]
fn what_is_not_built_is_named() {
    let weir = Weir::new();
    let refused = weir.run(&["simulate", "dam-break", "--model", "nobody"]);
    refused.is_refused(2, &["nobody", "model.safetensors", "default"]);
    let network = ["simulate", "dam-break", "--model", "default", "--backend", "gpu"];
    weir.run(&network).is_refused(2, &["--backend gpu", "--device"]);
    let refused = weir.run(&["simulate", "dam-break", "--model", "default", "--fps", "50"]);
    refused.is_refused(2, &["--fps", "50", "60"]);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_card_one_line_says_what_to_install() {
    let weir = Weir::new();
    for command in [&["simulate", "dam-break"][..], &["validate", "torricelli", "--quick"]] {
        let ran = weir.run_without_a_card(&[command, &["--backend", "gpu"]].concat());
        ran.is_refused(3, &["no graphics card", "mesa-vulkan-drivers", "--backend cpu"]);
    }
    let network = ["simulate", "dam-break", "--model", "default", "--device", "wgpu"];
    weir.run_without_a_card(&network).is_refused(3, &["no graphics card", "mesa-vulkan-drivers"]);
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_water_is_the_same_but_for_its_bits() {
    let weir = Weir::new();
    let run = |backend| {
        let ran =
            weir.run(&["simulate", "still-pool", "--frames", "4", "--json", "--backend", backend]);
        ran.json()
    };
    let (cpu, gpu) = (run("cpu"), run("gpu"));
    assert_eq!(cpu["particles"], gpu["particles"]);
    assert_eq!([&cpu["backend"], &gpu["backend"]], ["cpu", "gpu"]);
    let drift = |of: &serde_json::Value| of["volume_drift"].as_f64().expect("a number");
    assert!((drift(&cpu) - drift(&gpu)).abs() < 1e-4, "{} and {}", drift(&cpu), drift(&gpu));
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_a_network_moves_water_as_on_the_processor() {
    let weir = Weir::new();
    let run = |device| {
        let network = ["--model", "default", "--device", device];
        let ran = weir
            .run(&[&["simulate", "fountain", "--frames", "12", "--json"], &network[..]].concat());
        ran.json()
    };
    let (flex, wgpu) = (run("flex"), run("wgpu"));
    assert_eq!(flex["particles"], wgpu["particles"]);
    assert_eq!([&flex["steps"], &wgpu["steps"]], [6, 6]);
    assert!(flex["card"].is_null() && wgpu["card"].is_string(), "{wgpu}");
    let energy = |of: &serde_json::Value| of["energy_j"]["last"].as_f64().expect("a number");
    assert!((energy(&flex) / energy(&wgpu) - 1.0).abs() < 0.01, "{flex} and {wgpu}");
}

#[test]
fn scenes_lists_each_on_a_line_and_prints_one_that_runs() {
    let weir = Weir::new();
    let list = weir.run(&["scenes"]);
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(list.out.lines().count() >= 12, "{list:?}");
    for line in list.out.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let printed = weir.run(&["scenes", name]);
        weir.write("copy.toml", &printed.out);
        let ran = weir.run(&["simulate", "copy.toml", "--frames", "0", "--json"]);
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
    }
    weir.run(&["scenes", "mil"]).is_refused(2, &["did you mean mill?"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_frames_until_then() {
    let weir = Weir::new();
    // The GIF grows under its temporary name once frames come.
    let frames_come = || {
        weir.files().iter().any(|name| {
            name.starts_with(".weir-")
                && std::fs::metadata(weir.path(name)).is_ok_and(|file| file.len() > 10_000)
        })
    };
    let simulate = ["simulate", "dam-break", "--frames", "1000000", "--json"];
    let files = ["--out", "a.h5", "--picture", "a.png", "--video", "a.gif", "--width", "160"];
    let ran = weir.interrupted(&[&simulate[..], &files].concat(), frames_come);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["interrupted"], true);
    let frames = json["frames"].as_u64().unwrap_or_default();
    assert!(frames > 0 && frames < 1_000_000, "{json}");
    assert_eq!(weir.files(), ["a.gif", "a.h5", "a.png"]);
    images::read_png(&weir.path("a.png"));
    // Frames 0 to `frames` at 60 a second, seen at 25.
    assert_eq!(images::gif_pictures(&weir.path("a.gif")).len() as u64, frames * 25 / 60 + 1);
}

#[test]
fn the_shipped_network_makes_water_in_place_of_the_solver() {
    let weir = Weir::new();
    let answer =
        weir.run(&["simulate", "dam-break", "--model", "default", "--frames", "30", "--json"]);
    let json = answer.json();
    assert_eq!(json["model"], "default");
    assert_eq!(json["line_crossings"], 0);
    assert_eq!(json["frames"], 30);
    // Falling water: what was height has become speed, and some is lost.
    let energy = |when: &str| json["energy_j"][when].as_f64().expect("a number");
    assert!(energy("last") < energy("first") && energy("last") > 0.5 * energy("first"));
}

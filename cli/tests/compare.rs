//! `weir compare` as a script sees it: films, sheets, refusals.

mod common;
#[path = "common/images.rs"]
mod images;

use common::Weir;

/// A scene of its own: a block of water above a line, for so long.
fn scene(duration_s: f64) -> String {
    format!(
        "version = 1\nduration_s = {duration_s}\n\
         domain = {{ width_m = 0.5, height_m = 0.5 }}\n\
         stroke = [{{ points_m = [[0.1, 0.2], [0.4, 0.15]] }}]\n\
         water = [{{ kind = \"block\", min_m = [0.2, 0.25], max_m = [0.3, 0.45] }}]\n"
    )
}

#[test]
fn each_scene_gets_a_sheet_and_a_film_of_both() {
    let weir = Weir::new();
    weir.write("mine.toml", &scene(0.2));
    let arguments = ["compare", "mine.toml", "dam-break", "--seconds", "0.2", "--width", "96"];
    let ran = weir.run(&[&arguments[..], &["--out", "films", "--json"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["model"], &json["interrupted"]), (&"default".into(), &false.into()));
    let lines = ran.err.lines().filter(|line| line.contains('%')).count();
    assert_eq!(lines, 10, "a line each time a tenth is done: {ran:?}");
    let rows = json["scenes"].as_array().expect("scenes");
    for (row, name) in rows.iter().zip(["mine", "dam-break"]) {
        assert!((row["lasted_s"].as_f64().expect("seconds") - 0.2).abs() < 1e-9, "{row}");
        assert_eq!(row["line_crossings"], 0);
        let off = row["centre_off_m"].as_f64().expect("metres");
        assert!(off > 0.0 && off < 0.05, "near the solver, and not a copy of it: {row}");
        let film = weir.path(row["film"].as_str().expect("a film"));
        assert!(std::fs::metadata(film).is_ok_and(|film| film.len() > 1_000), "{row}");
        let picture = format!("films/{name}.png");
        assert_eq!(row["picture"], picture.as_str());
        let (width, pixels) = images::read_png(&weir.path(&picture));
        assert_eq!(width, 6 * 96);
        let is_blue = |[r, g, b]: &[u8; 3]| b > r && b > g && r.abs_diff(*b) > 60;
        // The network's water above, the solver's below, in each column.
        let rows = pixels.len() / width;
        for (k, part) in pixels.chunks(rows / 2 * width).take(2).enumerate() {
            for column in 0..6 {
                let tile = part.chunks(width).flat_map(|row| &row[column * 96..][..96]);
                let wet = tile.filter(|p| is_blue(p)).count();
                assert!(wet > 100, "{name}, row {k}, column {column}: {wet} pixels of water");
            }
        }
    }
    assert_eq!(rows.len(), 2);
}

#[test]
fn all_examples_are_those_that_come_with_weir_whatever_lies_around() {
    let weir = Weir::new();
    weir.write("funnel", "no scene");
    let ran = weir.run(&["compare", "--seconds", "0.02", "--width", "64", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let listed = weir.run(&["scenes"]).out.lines().count();
    assert_eq!(ran.json()["scenes"].as_array().map(Vec::len), Some(listed));
    assert!(ran.err.contains("bodies are walls"), "{ran:?}");
    let ran = weir.run(&["simulate", "funnel", "--frames", "1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    weir.run(&["simulate", "./funnel"]).is_refused(2, &["funnel", "takes "]);
}

#[test]
fn what_one_of_the_two_does_not_take_is_refused_before_anything_runs() {
    let weir = Weir::new();
    std::fs::create_dir(weir.path("other")).expect("a folder");
    ["mine.toml", "other/mine.toml"].iter().for_each(|name| weir.write(name, &scene(3600.0)));
    weir.write("round.toml", &scene(3600.0).replace("domain = {", "domain = { periodic_x = true,"));
    let before = weir.files();
    let run = |arguments: &[&str]| weir.run(&[&["compare"], arguments].concat());
    run(&["mine.toml", "other/mine.toml"])
        .is_refused(2, &["mine.toml and other/mine.toml", "mine"]);
    run(&["mine.toml", "round.toml"]).is_refused(2, &["round.toml: ", "periodic_x", "takes"]);
    run(&["mine.toml", "funel"]).is_refused(2, &["did you mean funnel?"]);
    run(&["mine.toml", "--seconds", "0"]).is_refused(2, &["--seconds"]);
    run(&["mine.toml", "--model", "defalt"]).is_refused(2, &["defalt", "default"]);
    assert_eq!(weir.files(), before, "nothing is left");
}

/// A build without them names what it lacks, before it reads anything else.
#[cfg(not(any(feature = "wgpu", feature = "cuda")))]
#[test]
fn a_device_that_is_not_built_in_is_named() {
    let weir = Weir::new();
    for command in [
        &["compare", "dam-break"][..],
        &["simulate", "dam-break", "--model", "default"],
        &["evaluate", "default", "--data", "nowhere"],
    ] {
        for device in ["wgpu", "cuda"] {
            let ran = weir.run(&[command, &["--device", device]].concat());
            ran.is_refused(3, &[device, "flex"]);
        }
        weir.run(&[command, &["--device", "abacus"]].concat()).is_refused(3, &["abacus", "flex"]);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_films_of_whole_scenes() {
    let weir = Weir::new();
    weir.write("short.toml", &scene(0.1));
    weir.write("long.toml", &scene(3600.0));
    let compare = ["compare", "short.toml", "long.toml", "--width", "64", "--json"];
    let ran = weir.interrupted(&compare, || weir.path("compare/short.png").exists());
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["interrupted"], true);
    assert_eq!(json["scenes"].as_array().map(Vec::len), Some(1), "{json}");
    let left = std::fs::read_dir(weir.path("compare")).expect("the folder");
    let names = left.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned());
    assert!(names.into_iter().all(|name| name.starts_with("short.")), "only what is whole");
}

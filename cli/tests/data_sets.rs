//! `weir generate`, `check` and `export` as a script sees them.

mod common;

use common::Weir;

#[test]
fn a_small_data_set_is_made_kept_checked_and_described() {
    let weir = Weir::new();
    let ran = weir.run(&["generate", "tiny", "--out", "tiny", "--threads", "2", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["made"], &json["kept"]), (&6.into(), &0.into()));
    assert_eq!((&json["frames"], &json["complete"]), (&(6 * 61).into(), &true.into()));
    for key in ["frames_per_s", "particles_mean", "wall_s", "threads", "missing", "scenes"] {
        assert!(json[key].is_number(), "{key} in {json}");
    }
    assert_eq!(ran.err.lines().count(), 6, "a line for each scene: {ran:?}");

    let again = weir.run(&["generate", "tiny", "--out", "tiny", "--json"]).json();
    assert_eq!((&again["made"], &again["kept"]), (&0.into(), &6.into()));

    let ran = weir.run(&["check", "tiny", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["pass"], true);
    let page = std::fs::read_to_string(weir.path("tiny/qa.html")).expect("a page");
    assert!(page.contains("<svg") && page.contains("Quality of tiny") && !page.contains("FAIL"));
    let report = std::fs::read_to_string(weir.path("tiny/qa.json")).expect("a report");
    assert_eq!(report, ran.out);

    let ran = weir.run(&["export", "tiny", "--as", "card"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let card = std::fs::read_to_string(weir.path("tiny/README.md")).expect("a card");
    assert!(card.starts_with("---\n") && card.contains("CC-BY-4.0") && card.contains("passes"));
    for figure in card.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')')) {
        assert!(weir.path("tiny").join(figure).is_file(), "{figure}");
    }
    for (form, file) in [("lagrangebench", "train.h5"), ("gns", "train.npz")] {
        let ran = weir.run(&["export", "tiny", "--as", form]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(weir.path(&format!("tiny-{form}")).join(file).is_file());
    }
}

#[test]
fn a_damaged_file_fails_the_check_and_is_made_again() {
    let weir = Weir::new();
    weir.run(&["generate", "tiny", "--out", "tiny"]);
    let path = weir.path("tiny/scenes/00001.h5");
    let mut bytes = std::fs::read(&path).expect("read");
    bytes[4_000] ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let ran = weir.run(&["check", "tiny"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("FAIL") && ran.out.contains("scene 1: sha256"), "{ran:?}");
    let mended = weir.run(&["generate", "tiny", "--out", "tiny", "--json"]).json();
    assert_eq!((&mended["made"], &mended["kept"]), (&1.into(), &5.into()));
    assert_eq!(weir.run(&["check", "tiny"]).code, Some(0));
}

#[test]
fn parts_make_up_the_whole() {
    let weir = Weir::new();
    let part = weir.run(&["generate", "tiny", "--out", "tiny", "--scenes", "2..6", "--json"]);
    assert_eq!(part.json()["missing"], 2);
    let ran = weir.run(&["check", "tiny"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("scene 0: is not there"), "{ran:?}");
    let rest = weir.run(&["generate", "tiny", "--out", "tiny", "--scenes", "0..2", "--json"]);
    assert_eq!(rest.json()["complete"], true);
}

#[test]
fn wrong_input_is_refused_with_what_it_takes() {
    let weir = Weir::new();
    weir.run(&["generate", "tinny", "--out", "a"])
        .is_refused(2, &["got tinny", "tiny, ramps, drawn, heldout"]);
    weir.write("bad.toml", "version = 1\nname = 3\n");
    weir.run(&["generate", "bad.toml", "--out", "a"]).is_refused(2, &["bad.toml: name: "]);
    weir.run(&["generate", "tiny", "--out", "a", "--scenes", "0..7"])
        .is_refused(2, &["--scenes: got 0..7, takes a part of 0..6"]);
    weir.run(&["generate", "tiny", "--out", "a", "--scenes", "7"]).is_refused(2, &["0..100"]);
    weir.run(&["generate", "tiny", "--out", "gopher://a"]).is_refused(3, &["gopher://a"]);
    assert_eq!(weir.files(), ["bad.toml"], "nothing is made for what is refused");
    weir.run(&["check", "nowhere"]).is_refused(2, &["nowhere"]);
    weir.run(&["export", "nowhere", "--as", "gns"]).is_refused(2, &["nowhere"]);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_card_nothing_is_begun_on_one() {
    let weir = Weir::new();
    weir.run_without_a_card(&["generate", "tiny", "--out", "a", "--backend", "gpu"])
        .is_refused(3, &["no graphics card", "mesa-vulkan-drivers", "--backend cpu"]);
    assert!(weir.files().is_empty(), "{:?}", weir.files());
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_a_data_set_is_made_kept_and_passes() {
    let weir = Weir::new();
    let generate =
        ["generate", "tiny", "--out", "a", "--backend", "gpu", "--at-once", "4", "--json"];
    let made = weir.run(&generate).json();
    assert_eq!((&made["made"], &made["complete"]), (&6.into(), &true.into()));
    let kept = weir.run(&generate).json();
    assert_eq!((&kept["made"], &kept["kept"]), (&0.into(), &6.into()));
    assert_eq!(weir.run(&["check", "a"]).code, Some(0));
    // What the processor makes has other bits, and takes the place of what is there.
    let again = weir.run(&["generate", "tiny", "--out", "a", "--json"]).json();
    assert_eq!(again["made"], 6);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_scenes_that_are_whole() {
    let weir = Weir::new();
    let receipts = || std::fs::read_dir(weir.path("drawn/receipts")).map_or(0, Iterator::count);
    let generate = ["generate", "drawn", "--out", "drawn", "--threads", "2", "--json"];
    let ran = weir.interrupted(&generate, || receipts() > 0);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["interrupted"], &json["complete"]), (&true.into(), &false.into()));
    let made = json["made"].as_u64().unwrap_or_default() as usize;
    assert!(made >= 1 && receipts() == made, "{json}");
    let scenes: Vec<_> = std::fs::read_dir(weir.path("drawn/scenes")).expect("scenes").collect();
    assert_eq!(scenes.len(), made, "whole files and no others");
}

//! Pictures and videos that the command leaves.

mod common;
#[path = "common/images.rs"]
mod images;

use std::path::Path;
use std::process::Command;

use common::Weir;
use images::read_png;

/// A closed cup of lines without thickness, full to the brim, and air around it.
const CUP: &str = r#"
version = 1
gravity_m_s2 = [0.0, 0.0]
[domain]
width_m = 1.0
height_m = 1.0
[[water]]
kind = "block"
min_m = [0.25, 0.25]
max_m = [0.75, 0.75]
[[stroke]]
points_m = [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]]
closed = true
"#;

/// Water is blue-green; paper, ink and shadows are warm or grey.
fn is_water([r, g, b]: [u8; 3]) -> bool {
    i32::from(b) - i32::from(r) > 24 && i32::from(g) - i32::from(r) > 12
}

/// Metres from the middle of the picture, in the larger of x and y: the cup is a square.
fn distance_from_middle_m(pixel: usize, width: usize) -> f64 {
    let metres = |i: usize| {
        let margin = (width / 60) as f64;
        (i as f64 + 0.5 - margin) / (width as f64 - 2.0 * margin) - 0.5
    };
    metres(pixel % width).abs().max(metres(pixel / width).abs())
}

#[test]
fn no_water_shows_beyond_a_line_without_thickness() {
    let weir = Weir::new();
    weir.write("cup.toml", CUP);
    for (style, least) in [("water", 0.99), ("speed", 0.0)] {
        let arguments =
            ["simulate", "cup.toml", "--frames", "0", "--picture", "cup.png", "--style", style];
        assert_eq!(weir.run(&arguments).code, Some(0));
        let (width, pixels) = read_png(&weir.path("cup.png"));
        assert_eq!(width, 1200);
        let (mut inside, mut wet) = (0.0, 0.0);
        for (i, &colour) in pixels.iter().enumerate() {
            let distance_m = distance_from_middle_m(i, width);
            // The legend of this style is in the upper right corner, far from the cup.
            if distance_m > 0.25 && distance_m < 0.3 {
                assert!(!is_water(colour), "{style}: {colour:?} {distance_m} m from the middle");
            } else if distance_m < 0.245 {
                inside += 1.0;
                wet += f64::from(u8::from(is_water(colour)));
            }
        }
        assert!(wet / inside >= least, "{style}: {wet} of {inside} pixels in the cup are water");
    }
}

#[test]
fn a_gif_has_a_picture_for_each_25th_of_a_second() {
    let weir = Weir::new();
    let arguments =
        ["simulate", "dam-break", "--frames", "60", "--video", "a.gif", "--width", "240", "--json"];
    let json = weir.run(&arguments).json();
    assert_eq!(json["files"][0], "a.gif");
    let delays = images::gif_pictures(&weir.path("a.gif"));
    assert_eq!(delays, [4; 26]);
}

#[test]
fn an_mp4_plays_for_as_long_as_the_water_flows() {
    let installed = |program: &str| Command::new(program).arg("-version").output().is_ok();
    if !installed("ffmpeg") || !installed("ffprobe") {
        skipped("ffmpeg is not installed");
        return;
    }
    let weir = Weir::new();
    let arguments =
        ["simulate", "dam-break", "--frames", "30", "--video", "a.mp4", "--width", "240"];
    let ran = weir.run(&arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(probe(&weir.path("a.mp4")), "h264,yuv420p,60/1,31");
}

#[test]
fn without_ffmpeg_an_mp4_is_refused_by_name() {
    let weir = Weir::new();
    let ran = weir
        .command(&["simulate", "dam-break", "--frames", "1", "--video", "a.mp4"])
        .env("PATH", "")
        .output()
        .expect("weir starts");
    common::Ran::from(ran).is_refused(3, &["ffmpeg", ".gif works without"]);
    assert!(weir.files().is_empty(), "{:?}", weir.files());
}

fn probe(path: &Path) -> String {
    let entries = "stream=codec_name,pix_fmt,r_frame_rate,nb_frames";
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", entries, "-of", "csv=p=0"])
        .arg(path)
        .output()
        .expect("ffprobe runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Says so where even a captured test run shows it.
fn skipped(why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "skipped: {why}");
}

//! `weir view` where there is no window to be had; one that opens is seen to by `.ci/window`.

mod common;

use common::Weir;

#[test]
fn what_cannot_be_shown_is_refused_before_a_window_is_looked_for() {
    let weir = Weir::new();
    weir.write("a.h5", "no trajectory");
    weir.write("b.toml", "version = 1\nwind = 3");
    for (given, words) in [("nothing-here", "nothing-here"), ("a.h5", "a.h5"), ("b.toml", "wind")] {
        weir.run_without_a_display(&["view", given]).is_refused(2, &[words]);
    }
    for (given, words) in [
        (&["--connect", "ftp://a.example"][..], "ftp"),
        (&["--connect", "a.example", "--watch", "7"], "16 hexadecimal digits"),
        (&["--watch", "0123456789abcdef"], "--connect"),
        (&["--watch", "http://a.example/"], "?watch="),
    ] {
        weir.run_without_a_display(&[&["view"], given].concat()).is_refused(2, &[words]);
    }
    let network = ["view", "funnel", "--model", "nobody"];
    weir.run_without_a_display(&network).is_refused(2, &["nobody", "default"]);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_it_says_what_is_lacking() {
    let weir = Weir::new();
    weir.run_without_a_display(&["view"]).is_refused(3, &["no display", "DISPLAY", "weir serve"]);
}

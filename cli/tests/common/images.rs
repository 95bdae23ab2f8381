//! Pictures and films, read back.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::path::Path;

/// The pixels of a PNG: width, and three bytes a pixel.
pub fn read_png(path: &Path) -> (usize, Vec<[u8; 3]>) {
    let picture = image::open(path).expect("a PNG").into_rgb8();
    (picture.width() as usize, picture.pixels().map(|pixel| pixel.0).collect())
}

/// The delays of a GIF's pictures, hundredths of a second; every picture is decoded.
pub fn gif_pictures(path: &Path) -> Vec<u16> {
    let file = std::fs::File::open(path).expect("a GIF");
    let mut decoder = gif::DecodeOptions::new().read_info(file).expect("a GIF's header");
    let mut delays = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("a whole picture") {
        delays.push(frame.delay);
    }
    delays
}

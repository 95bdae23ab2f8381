//! Digits and the few letters that a legend needs, drawn with a round pen.
//!
//! Some fifteen glyphs do not warrant a font file, its licence and its parser.

use super::canvas::Canvas;
use super::colour::Rgb;

/// Columns that a glyph takes, with the gap to the next, in sixths of its height.
const ADVANCE: f32 = 6.0;

/// Pen strokes of a glyph. Two digits are a point, x `0..=4` to the right and
/// y `0..=6` down; a bar lifts the pen.
fn strokes(glyph: char) -> &'static str {
    match glyph {
        '0' => "10 30 41 45 36 16 05 01 10",
        '1' => "11 20 26 | 16 36",
        '2' => "01 10 30 41 42 06 46",
        '3' => "01 10 30 41 42 33 44 45 36 16 05 | 33 23",
        '4' => "36 30 04 44",
        '5' => "40 00 03 33 44 45 36 16 05",
        '6' => "41 30 10 01 05 16 36 45 44 33 13 04",
        '7' => "00 40 16",
        '8' => "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
        '9' => "42 33 13 02 01 10 30 41 45 36 16 05",
        '.' => "26 26",
        '/' => "06 40",
        'm' => "06 02 | 03 12 23 26 | 23 32 43 46",
        's' => "43 32 12 03 14 34 45 36 16 05",
        _ => "",
    }
}

/// Width of `text` in letters `height_px` high.
pub fn width_px(text: &str, height_px: f32) -> f32 {
    (text.chars().count() as f32 * ADVANCE - 2.0) * height_px / 6.0
}

/// Writes `text` with its upper left corner at `at`. Characters without a glyph leave a blank.
pub fn write(canvas: &mut Canvas, text: &str, at: [f32; 2], height_px: f32, colour: Rgb) {
    let unit = height_px / 6.0;
    for (i, glyph) in text.chars().enumerate() {
        let left = at[0] + i as f32 * ADVANCE * unit;
        for stroke in strokes(glyph).split('|') {
            let points: Vec<[f32; 2]> = stroke
                .split_whitespace()
                .map(|point| {
                    let xy = point.as_bytes();
                    let [x, y] = [0, 1].map(|k| f32::from(xy[k] - b'0') * unit);
                    [left + x, at[1] + y]
                })
                .collect();
            canvas.pen(&points, (0.9 * unit).max(1.3), colour, 1.0);
        }
    }
}

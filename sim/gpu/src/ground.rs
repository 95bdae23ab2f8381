//! Lines as tables of words.
//!
//! The processor finds them, in double precision, after every edit; the card reads them.
//! Segments are written relative to the cell or square that lists them and cut to its
//! surroundings, so that single precision says where they are to some 1e-7 cells, however long
//! they are.

use weir_ground::{Obstacles, Point, Segment, Sink};

use crate::Words;

/// What stands near a cell, and which points see each other. Needs [`GRID`](crate::GRID).
pub const LINES: &str = include_str!("../shaders/lines.wgsl");

/// Flag of a cell that no line is near.
pub const CELL_IS_CLEAR: u32 = 1;

/// Cells around a cell or square to which segments are cut; questions concern one.
const AROUND: f64 = 2.0;

/// Lower left corner of a cell in a grid of so many columns.
pub fn corner(cell: usize, columns: usize) -> Point {
    [(cell % columns) as f64, (cell / columns) as f64]
}

/// Appends the lines near each of `cells` cells, in `columns` columns, and says where this
/// `line_table` begins.
pub fn lines(words: &mut Words, obstacles: &Obstacles, cells: usize, columns: usize) -> u32 {
    lists(words, cells, |cell| {
        (corner(cell, columns), obstacles.lines_near(cell).copied().collect(), 0)
    })
}

/// Appends what swallows water, how many and the corners of each, and says where that begins.
pub fn sinks(words: &mut Words, sinks: &[Sink]) -> u32 {
    let first = words.end() as u32;
    words.push(sinks.len() as u32);
    for sink in sinks {
        let [min, max] = sink.corners();
        words.extend([min, max].concat().into_iter().map(f32::to_bits));
    }
    first
}

/// Appends lists of segments: for each of `count` boxes where its list begins, and how long it
/// is together with flags. `of` gives a box's corner, its segments and its flags.
pub fn lists(
    words: &mut Words,
    count: usize,
    of: impl Fn(usize) -> (Point, Vec<Segment>, u32),
) -> u32 {
    let first = words.end();
    words.fill_to(first + 2 * count, 0);
    for number in 0..count {
        let (corner, segments, flags) = of(number);
        let at = words.end() as u32;
        let mut listed = 0;
        for segment in segments {
            let low = corner.map(|c| c - AROUND);
            let high = corner.map(|c| c + 1.0 + AROUND);
            // A dot has no part with a length.
            let Some(part) =
                segment.clipped(low, high).or((segment.a == segment.b).then_some(segment))
            else {
                continue;
            };
            let ends = [part.a, part.b].map(|p| [p[0] - corner[0], p[1] - corner[1]]);
            words.extend(ends.concat().into_iter().map(|c| (c as f32).to_bits()));
            listed += 1;
        }
        [words[first + 2 * number], words[first + 2 * number + 1]] = [at, listed | flags];
    }
    first as u32
}

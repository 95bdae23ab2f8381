//! Maps with a border of zeros.
//!
//! With one column of zeros on either side of each row and one row of zeros above
//! and below, the value that a tap of a 3 × 3 filter needs stands at a fixed
//! distance from the place that it is for, all over the map. So rows need not be
//! told apart: a map is one long line, on which the few places between rows are
//! computed too, and thrown away.

use std::ops::Range;

/// Rows and columns of a map.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub height: usize,
    pub width: usize,
}

/// Values beyond the last place that a kernel may touch, since it takes many at once.
const SLACK: usize = 64;

impl Size {
    /// Places of a map.
    pub fn area(&self) -> usize {
        self.height * self.width
    }

    /// From one row to the next, border included.
    pub fn stride(&self) -> usize {
        self.width + 2
    }

    /// Places on the line that are computed: rows with what lies between them.
    pub fn line(&self) -> usize {
        self.height * self.stride()
    }

    /// How far the taps of a filter of this side stand from the place on the line
    /// that they are for, in the map with its border.
    pub fn taps(&self, side: usize) -> Vec<usize> {
        match side {
            1 => vec![self.stride() + 1],
            _ => (0..9).map(|tap| tap / 3 * self.stride() + tap % 3).collect(),
        }
    }
}

/// A band of rows of the maps of one sample.
pub struct Planes {
    pub size: Size,
    pub channels: usize,
    values: Vec<f32>,
}

impl Planes {
    /// The `rows` of the maps `channels × height × width`. Beyond the band stand the
    /// rows beside it, and zeros where there are none.
    pub fn new(of: Size, channels: usize, maps: &[f32], rows: Range<usize>) -> Self {
        let size = Size { height: rows.len(), width: of.width };
        let mut planes = Self { size, channels, values: Vec::new() };
        planes.values.reserve_exact(channels * planes.one());
        let first = rows.start.saturating_sub(1);
        let shown = first * of.width..(rows.end + 1).min(of.height) * of.width;
        let before = (first + 1 - rows.start) * size.stride();
        for (k, map) in maps.chunks(of.area()).enumerate() {
            let values = &mut planes.values;
            values.resize(values.len() + before, 0.0);
            for row in map[shown.clone()].chunks(of.width) {
                values.push(0.0);
                values.extend_from_slice(row);
                values.push(0.0);
            }
            planes.values.resize((k + 1) * planes.one(), 0.0);
        }
        planes
    }

    /// Values of one map with its border.
    fn one(&self) -> usize {
        (self.size.height + 2) * self.size.stride() + SLACK
    }

    /// One map with its border.
    pub fn channel(&self, channel: usize) -> &[f32] {
        &self.values[channel * self.one()..][..self.one()]
    }
}

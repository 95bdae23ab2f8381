//! Maps with a border of zeros.
//!
//! With one column of zeros on either side of each row and one row of zeros above
//! and below, the value that a tap of a 3 × 3 filter needs stands at a fixed
//! distance from the place that it is for, all over the map. So rows need not be
//! told apart: a map is one long line, on which the few places between rows are
//! computed too, and thrown away.

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

/// Maps of one sample.
pub struct Planes {
    pub size: Size,
    pub channels: usize,
    values: Vec<f32>,
}

impl Planes {
    /// The maps `channels × height × width`.
    pub fn new(size: Size, channels: usize, maps: &[f32]) -> Self {
        let planes = Self { size, channels, values: Vec::new() };
        let one = planes.one();
        let mut values = vec![0.0; channels * one];
        for (map, plane) in maps.chunks(size.area()).zip(values.chunks_mut(one)) {
            let rows = plane[size.stride()..].chunks_mut(size.stride());
            for (from, to) in map.chunks(size.width).zip(rows) {
                to[1..=size.width].copy_from_slice(from);
            }
        }
        Self { values, ..planes }
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

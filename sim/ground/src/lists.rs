//! Which segments touch which boxes, as one list for each box.

use std::ops::Range;

use crate::Segment;

/// Unit boxes in rows, each widened on all sides.
#[derive(Clone, Copy, Debug)]
pub struct Boxes {
    /// How many in a row, and rows.
    pub shape: [usize; 2],
    /// Lower left corner of the first.
    pub corner: [f64; 2],
    /// By how much each is wider to the left and right, and below and above.
    pub reach: [f64; 2],
}

impl Boxes {
    fn for_touched(&self, segment: &Segment, mut visit: impl FnMut(usize)) {
        let Self { shape, corner, reach } = *self;
        let range = |k: usize| {
            let low = (segment.a[k].min(segment.b[k]) - corner[k] - reach[k]).floor() as i64 - 1;
            let high = (segment.a[k].max(segment.b[k]) - corner[k] + reach[k]).floor() as i64 + 1;
            low.clamp(0, shape[k] as i64) as usize..(high + 1).clamp(0, shape[k] as i64) as usize
        };
        for j in range(1) {
            for i in range(0) {
                let (x, y) = (corner[0] + i as f64, corner[1] + j as f64);
                let min = [x - reach[0], y - reach[1]];
                let max = [x + 1.0 + reach[0], y + 1.0 + reach[1]];
                if segment.touches_box(min, max) {
                    visit(j * shape[0] + i);
                }
            }
        }
    }
}

/// Segments by index, in ascending order, for each of some boxes.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    start: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// The segments that touch one box.
    #[inline]
    pub fn of(&self, number: usize) -> &[u32] {
        &self.items[self.range(number)]
    }

    #[inline]
    fn range(&self, number: usize) -> Range<usize> {
        match (self.start.get(number), self.start.get(number + 1)) {
            (Some(&a), Some(&b)) => a as usize..b as usize,
            _ => 0..0,
        }
    }

    /// Lists them anew.
    pub fn rebuild(&mut self, boxes: &Boxes, segments: &[Segment]) {
        self.start.clear();
        self.items.clear();
        if segments.is_empty() {
            return;
        }
        let count = boxes.shape[0] * boxes.shape[1];
        self.start.resize(count + 1, 0);
        for segment in segments {
            boxes.for_touched(segment, |number| self.start[number + 1] += 1);
        }
        for number in 0..count {
            self.start[number + 1] += self.start[number];
        }
        self.items.resize(self.start[count] as usize, 0);
        // Fill from the back so that `start` ends where it began and each list
        // is in ascending order.
        let mut end: Vec<u32> = self.start[1..].to_vec();
        for (index, segment) in segments.iter().enumerate().rev() {
            boxes.for_touched(segment, |number| {
                end[number] -= 1;
                self.items[end[number] as usize] = index as u32;
            });
        }
    }
}

/// The segments themselves for each of some boxes: for whoever asks often.
#[derive(Clone, Debug, Default)]
pub struct SegmentLists {
    lists: Lists,
    segments: Vec<Segment>,
}

impl SegmentLists {
    /// The segments that touch one box.
    #[inline]
    pub fn of(&self, number: usize) -> &[Segment] {
        &self.segments[self.lists.range(number)]
    }

    /// Lists them anew.
    pub fn rebuild(&mut self, boxes: &Boxes, segments: &[Segment]) {
        self.lists.rebuild(boxes, segments);
        self.segments.clear();
        self.segments.extend(self.lists.items.iter().map(|&index| segments[index as usize]));
    }
}

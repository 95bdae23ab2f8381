//! What stands where, so that nothing is put into anything else.

use weir_scene::{Domain, Stroke};

use crate::plane::{Point, Rect, segment_distance};

/// Room around water in which no line starts, cells.
const WATER_CLEARANCE_CELLS: f64 = 1.0;
/// Room between lines that are not meant to meet, cells: water fits through.
const LINE_CLEARANCE_CELLS: f64 = 3.0;
/// Room around a body, cells.
const BODY_CLEARANCE_CELLS: f64 = 1.0;

/// The rectangle while it is furnished.
pub(super) struct Site {
    pub(super) width_m: f64,
    pub(super) height_m: f64,
    pub(super) cell_m: f64,
    /// Where water is, comes in or leaves.
    wet: Vec<Rect>,
    /// Where water starts from: the centre and the direction it is sent in.
    pub(super) sources: Vec<Source>,
    segments: Vec<[Point; 2]>,
    outlines: Vec<Rect>,
}

/// A block or an emitter, as seen by who looks for a place that gets wet.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) rect: Rect,
    /// Where its water goes first, a length of 1 or none: straight down.
    pub(super) towards_x: f64,
}

impl Site {
    pub(super) fn new(domain: &Domain) -> Self {
        Self {
            width_m: domain.width_m,
            height_m: domain.height_m,
            cell_m: domain.cell_m,
            wet: Vec::new(),
            sources: Vec::new(),
            segments: Vec::new(),
            outlines: Vec::new(),
        }
    }

    /// Whether a rectangle of water has its own room.
    pub(super) fn takes_water(&self, rect: Rect) -> bool {
        let near = rect.grown(2.0 * self.cell_m);
        !self.wet.iter().any(|wet| near.meets(*wet))
    }

    /// Keeps a rectangle free for water.
    pub(super) fn add_water(&mut self, rect: Rect) {
        self.wet.push(rect);
    }

    /// Whether a line is clear of water and bodies and, unless it is meant to
    /// meet other lines, of those too.
    pub(super) fn takes_line(&self, line: &Stroke, may_meet: bool) -> bool {
        let half_m = 0.5 * line.thickness_m;
        let dry_m = WATER_CLEARANCE_CELLS * self.cell_m + half_m;
        let apart_m = LINE_CLEARANCE_CELLS * self.cell_m + half_m;
        line.segments().all(|segment| {
            let keeps_off = |rect: &Rect| !rect.grown(dry_m).meets_segment(segment);
            let apart = |other: &[Point; 2]| segment_distance(segment, *other) >= apart_m;
            self.wet.iter().chain(&self.outlines).all(keeps_off)
                && (may_meet || self.segments.iter().all(apart))
        })
    }

    pub(super) fn add_line(&mut self, line: &Stroke) {
        self.segments.extend(line.segments());
    }

    /// A point of a line that is already there; `None` as long as there is none.
    pub(super) fn point_on_a_line(&self, which: usize, share: f64) -> Option<Point> {
        let [from, to] = *self.segments.get(which)?;
        Some([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])])
    }

    pub(super) fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// Whether a body with these bounds touches nothing.
    pub(super) fn takes_body(&self, bounds: Rect) -> bool {
        let near = bounds.grown(BODY_CLEARANCE_CELLS * self.cell_m);
        let inside = near.min.iter().all(|&low| low >= 0.0)
            && near.max[0] <= self.width_m
            && near.max[1] <= self.height_m;
        inside
            && !self.wet.iter().chain(&self.outlines).any(|rect| near.meets(*rect))
            && !self.segments.iter().any(|&segment| near.meets_segment(segment))
    }

    pub(super) fn add_body(&mut self, bounds: Rect) {
        self.outlines.push(bounds);
    }
}

//! What light and water cannot pass on the picture: drawn lines and outlines of bodies.
//!
//! A blurred particle is wider than a line, so without a test its colour would
//! show on the far side. Segments are binned, and a particle or pixel asks only
//! for those within its reach, which for most is none.

/// A segment of a line or an outline, in inner pixels.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// One end.
    pub from: [f32; 2],
    /// The other end.
    pub to: [f32; 2],
    /// Half of what the scene says it is thick.
    pub half_thickness: f32,
}

/// Segments in square bins.
#[derive(Clone, Debug)]
pub struct Barrier {
    segments: Vec<Segment>,
    bins: Vec<Vec<u32>>,
    columns: usize,
    rows: usize,
    bin_px: f32,
}

impl Barrier {
    /// An empty barrier for a picture of `size_px`; bins are `bin_px` wide.
    pub fn new(size_px: [usize; 2], bin_px: f32) -> Self {
        let bin_px = bin_px.max(4.0);
        let [columns, rows] = size_px.map(|n| (n as f32 / bin_px) as usize + 1);
        Self { segments: Vec::new(), bins: vec![Vec::new(); columns * rows], columns, rows, bin_px }
    }

    /// Adds a segment.
    pub fn push(&mut self, segment: Segment) {
        let id = self.segments.len() as u32;
        let (low, high) = (
            [0, 1].map(|k| segment.from[k].min(segment.to[k]) - segment.half_thickness),
            [0, 1].map(|k| segment.from[k].max(segment.to[k]) + segment.half_thickness),
        );
        for bin in self.bins_between(low, high) {
            self.bins[bin].push(id);
        }
        self.segments.push(segment);
    }

    /// Adds the sides of a chain of points; `closed` joins the last to the first.
    pub fn push_chain(&mut self, points: &[[f32; 2]], half_thickness: f32, closed: bool) {
        let sides = if closed { points.len() } else { points.len().saturating_sub(1) };
        for i in 0..sides {
            let (from, to) = (points[i], points[(i + 1) % points.len()]);
            self.push(Segment { from, to, half_thickness });
        }
    }

    /// Fills `found` with the segments that come within `reach` of `at`, seen from there.
    pub fn near(&self, at: [f32; 2], reach: f32, found: &mut Vec<Occluder>) {
        found.clear();
        if self.segments.is_empty() {
            return;
        }
        let mut seen: Vec<u32> = Vec::new();
        for bin in self.bins_between(at.map(|c| c - reach), at.map(|c| c + reach)) {
            for &id in &self.bins[bin] {
                let segment = &self.segments[id as usize];
                let (distance, _) = super::canvas::segment_distance(at, segment.from, segment.to);
                if distance <= reach + segment.half_thickness && !seen.contains(&id) {
                    seen.push(id);
                    found.push(Occluder::new(segment, at));
                }
            }
        }
    }

    fn bins_between(&self, low: [f32; 2], high: [f32; 2]) -> impl Iterator<Item = usize> + use<> {
        let limit = [self.columns - 1, self.rows - 1];
        let bin = |c: f32, k: usize| ((c / self.bin_px).max(0.0) as usize).min(limit[k]);
        let (x0, x1, y0, y1) = (bin(low[0], 0), bin(high[0], 0), bin(low[1], 1), bin(high[1], 1));
        let columns = self.columns;
        (y0..=y1).flat_map(move |y| (x0..=x1).map(move |x| y * columns + x))
    }
}

/// A segment as seen from one point: tells which other points it hides.
#[derive(Clone, Copy, Debug)]
pub struct Occluder {
    at: [f32; 2],
    from: [f32; 2],
    tangent: [f32; 2],
    length: f32,
    side: f32,
    half_thickness: f32,
}

impl Occluder {
    /// Slack at the ends, pixels: two segments that share an end leave no gap.
    const END_SLACK: f32 = 0.02;

    fn new(segment: &Segment, at: [f32; 2]) -> Self {
        let d = [segment.to[0] - segment.from[0], segment.to[1] - segment.from[1]];
        let length = d[0].hypot(d[1]);
        let tangent = if length > 0.0 { d.map(|c| c / length) } else { [1.0, 0.0] };
        let mut occluder = Self {
            at,
            from: segment.from,
            tangent,
            length,
            side: 0.0,
            half_thickness: segment.half_thickness,
        };
        occluder.side = occluder.side_of(at);
        occluder
    }

    /// Whether the segment stands between its viewpoint and `point`.
    #[inline]
    pub fn hides(&self, point: [f32; 2]) -> bool {
        let side = self.side_of(point);
        if side * self.side >= 0.0 {
            return false;
        }
        let t = self.side / (self.side - side);
        let cut =
            [self.at[0] + (point[0] - self.at[0]) * t, self.at[1] + (point[1] - self.at[1]) * t];
        let along = self.along(cut);
        along >= -Self::END_SLACK && along <= self.length + Self::END_SLACK
    }

    /// Whether `point` lies in the thickness of the segment.
    #[inline]
    pub fn contains(&self, point: [f32; 2]) -> bool {
        let along = self.along(point).clamp(0.0, self.length);
        let foot = [self.from[0] + self.tangent[0] * along, self.from[1] + self.tangent[1] * along];
        (point[0] - foot[0]).hypot(point[1] - foot[1]) < self.half_thickness
    }

    #[inline]
    fn side_of(&self, p: [f32; 2]) -> f32 {
        self.tangent[0] * (p[1] - self.from[1]) - self.tangent[1] * (p[0] - self.from[0])
    }

    #[inline]
    fn along(&self, p: [f32; 2]) -> f32 {
        self.tangent[0] * (p[0] - self.from[0]) + self.tangent[1] * (p[1] - self.from[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner() -> Barrier {
        let mut barrier = Barrier::new([200, 100], 16.0);
        barrier.push_chain(&[[50.0, 10.0], [50.0, 50.0], [120.0, 50.0]], 0.0, false);
        barrier
    }

    fn hidden(barrier: &Barrier, from: [f32; 2], to: [f32; 2]) -> bool {
        let mut found = Vec::new();
        barrier.near(from, 100.0, &mut found);
        found.iter().any(|o| o.hides(to))
    }

    #[test]
    fn a_corner_hides_what_is_behind_it_and_nothing_else() {
        let barrier = corner();
        assert!(hidden(&barrier, [49.0, 30.0], [51.0, 30.0]));
        assert!(hidden(&barrier, [80.0, 49.0], [80.0, 51.0]));
        assert!(hidden(&barrier, [51.0, 49.0], [49.0, 51.0]), "through the joint itself");
        assert!(!hidden(&barrier, [51.0, 49.0], [60.0, 20.0]));
        assert!(!hidden(&barrier, [49.0, 5.0], [51.0, 5.0]), "past the tip");
    }

    #[test]
    fn only_segments_in_reach_are_found() {
        let mut found = Vec::new();
        corner().near([150.0, 50.0], 20.0, &mut found);
        assert!(found.is_empty());
        corner().near([130.0, 50.0], 20.0, &mut found);
        assert_eq!(found.len(), 1);
    }
}

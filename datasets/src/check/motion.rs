//! Energy, density and bodies, frame by frame.

use weir_scene::{Grid, Pose, Scene};

use crate::plane::{Point, distance_to_segment, turned};

/// Particles of a full cell.
const FULL: f64 = 4.0;
/// Frames between two looks at the density.
const EVERY: usize = 8;
/// More than these in a full cell are a crowd.
const CROWD: u16 = 9;

/// Energy of the water, per unit of a particle's mass.
pub(super) struct Energy {
    gravity: Point,
    floor: Point,
    /// Nothing adds water, takes it, or pushes it.
    closed: bool,
    first: Option<f64>,
    last: f64,
    most: f64,
    squares: f64,
    states: usize,
}

impl Energy {
    pub(super) fn new(scene: &Scene) -> Self {
        let emits =
            scene.water.iter().any(|water| matches!(water, weir_scene::Water::Emitter { .. }));
        // Heights count from the corner that gravity pulls to.
        let sizes = [scene.domain.width_m, scene.domain.height_m];
        let floor =
            [0, 1].map(|axis| if scene.gravity_m_s2[axis] > 0.0 { sizes[axis] } else { 0.0 });
        Self {
            gravity: scene.gravity_m_s2,
            floor,
            closed: !emits && scene.drains.is_empty() && scene.bodies.is_empty(),
            first: None,
            last: 0.0,
            most: 0.0,
            squares: 0.0,
            states: 0,
        }
    }

    pub(super) fn see(&mut self, positions_m: &[[f32; 2]], velocities_m_s: &[[f32; 2]]) {
        let mut sum = 0.0;
        let states = positions_m.iter().zip(velocities_m_s).filter(|(p, _)| !p[0].is_nan());
        for (position, velocity) in states {
            let ([x, y], [u, v]) = (position.map(f64::from), velocity.map(f64::from));
            let kinetic = 0.5 * (u * u + v * v);
            let [gx, gy] = self.gravity;
            sum += kinetic - gx * (x - self.floor[0]) - gy * (y - self.floor[1]);
            self.squares += 2.0 * kinetic;
            self.states += 1;
        }
        self.first.get_or_insert(sum);
        self.last = sum;
        self.most = self.most.max(sum);
    }

    pub(super) fn rise(&self) -> Option<f64> {
        self.start().map(|first| self.most / first - 1.0)
    }

    pub(super) fn left(&self) -> Option<f64> {
        self.start().map(|first| self.last / first)
    }

    fn start(&self) -> Option<f64> {
        self.first.filter(|&first| self.closed && first > 0.0)
    }

    pub(super) fn speed_m_s(&self) -> f64 {
        (self.squares / self.states.max(1) as f64).sqrt()
    }
}

/// How many particles there are in full cells: those with water in all
/// neighbours, so that neither the surface nor spray counts.
pub(super) struct Density {
    grid: Grid,
    counts: Vec<u16>,
    frame: usize,
    particles: u64,
    cells: u64,
    crowds: u64,
}

impl Density {
    pub(super) fn new(grid: Grid) -> Self {
        let counts = vec![0; grid.nx * grid.ny];
        Self { grid, counts, frame: 0, particles: 0, cells: 0, crowds: 0 }
    }

    pub(super) fn see(&mut self, positions_m: &[[f32; 2]]) {
        self.frame += 1;
        if self.frame % EVERY != 1 {
            return;
        }
        self.counts.fill(0);
        let (nx, ny) = (self.grid.nx, self.grid.ny);
        for position in positions_m.iter().filter(|p| !p[0].is_nan()) {
            let [i, j] = position.map(|x| (f64::from(x) / self.grid.cell_m) as usize);
            let count = &mut self.counts[self.grid.cell(i.min(nx - 1), j.min(ny - 1))];
            *count = count.saturating_add(1);
        }
        for j in 1..ny.saturating_sub(1) {
            for i in 1..nx.saturating_sub(1) {
                let around = (j - 1..=j + 1).flat_map(|b| (i - 1..=i + 1).map(move |a| (a, b)));
                if around.into_iter().all(|(a, b)| self.counts[self.grid.cell(a, b)] >= 2) {
                    let count = self.counts[self.grid.cell(i, j)];
                    self.cells += 1;
                    self.particles += u64::from(count);
                    self.crowds += u64::from(count > CROWD);
                }
            }
        }
    }

    pub(super) fn mean(&self) -> Option<f64> {
        (self.cells > 0).then(|| self.particles as f64 / FULL / self.cells as f64)
    }

    pub(super) fn crowded(&self) -> Option<f64> {
        (self.cells > 0).then(|| self.crowds as f64 / self.cells as f64)
    }
}

/// Particles that are in bodies.
pub(super) struct Bodies {
    /// Outlines about their origins, with the radius that holds each.
    outlines: Vec<(Vec<Point>, f64)>,
    depth_m: f64,
    inside: usize,
    seen: usize,
}

impl Bodies {
    pub(super) fn new(scene: &Scene) -> Self {
        let outline = |body: &weir_scene::Body| {
            let local = |p: Point| {
                let off = [p[0] - body.position_m[0], p[1] - body.position_m[1]];
                turned(off, -body.angle_rad)
            };
            let points: Vec<Point> = body.outline_m().into_iter().map(local).collect();
            let radius = points.iter().map(|p| p[0].hypot(p[1])).fold(0.0, f64::max);
            (points, radius)
        };
        let outlines = scene.bodies.iter().map(outline).collect();
        Self { outlines, depth_m: 0.5 * scene.domain.cell_m, inside: 0, seen: 0 }
    }

    pub(super) fn see(&mut self, positions_m: &[[f32; 2]], poses: &[Pose]) {
        for ((outline, radius), pose) in self.outlines.iter().zip(poses) {
            let [x, y] = pose.position_m.map(f64::from);
            for position in positions_m.iter().filter(|p| !p[0].is_nan()) {
                let off = [f64::from(position[0]) - x, f64::from(position[1]) - y];
                let near = off[0].hypot(off[1]) < *radius;
                let local = turned(off, -f64::from(pose.angle_rad));
                self.inside += usize::from(near && depth(outline, local) > self.depth_m);
            }
        }
        self.seen += positions_m.iter().filter(|p| !p[0].is_nan()).count();
    }

    pub(super) fn share(&self) -> Option<f64> {
        let any = !self.outlines.is_empty() && self.seen > 0;
        any.then(|| self.inside as f64 / self.seen as f64)
    }
}

/// How far inside a polygon a point is; 0 outside.
fn depth(outline: &[Point], p: Point) -> f64 {
    let sides = || (0..outline.len()).map(|k| [outline[k], outline[(k + 1) % outline.len()]]);
    let crossed = |[a, b]: [Point; 2]| {
        (a[1] > p[1]) != (b[1] > p[1])
            && p[0] < a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
    };
    if sides().filter(|&side| crossed(side)).count() % 2 == 0 {
        return 0.0;
    }
    sides().map(|side| distance_to_segment(p, side)).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_square_has_density_one_and_a_heap_is_a_crowd() {
        let grid = Grid { nx: 10, ny: 10, cell_m: 0.1 };
        let at = |k: usize| [0.025 + 0.05 * (k % 20) as f32, 0.025 + 0.05 * (k / 20) as f32];
        let mut positions: Vec<[f32; 2]> = (0..400).map(at).collect();
        let mut even = Density::new(grid);
        even.see(&positions);
        assert_eq!((even.mean(), even.crowded()), (Some(1.0), Some(0.0)));
        positions.extend([[0.55, 0.55]; 20]);
        let mut heap = Density::new(grid);
        heap.see(&positions);
        assert_eq!(heap.crowded(), Some(1.0 / 64.0));
        assert_eq!(Density::new(grid).mean(), None);
    }

    #[test]
    fn depth_is_how_far_inside() {
        let square = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
        assert_eq!(depth(&square, [0.25, 0.0]), 0.75);
        assert_eq!(depth(&square, [1.25, 0.0]), 0.0);
    }

    #[test]
    fn energy_that_appears_is_seen() {
        let scene = Scene::default();
        let mut energy = Energy::new(&scene);
        energy.see(&[[0.5, 0.5]], &[[0.0, 0.0]]);
        energy.see(&[[0.5, 0.5]], &[[1.0, 0.0]]);
        energy.see(&[[0.5, 0.25]], &[[0.0, 0.0]]);
        let rise = energy.rise().expect("closed");
        assert!((rise - 0.5 / (9.81 * 0.5)).abs() < 1e-12);
        assert_eq!(energy.left(), Some(0.5));
    }
}

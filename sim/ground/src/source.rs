//! Water that is there from the start, that comes in, and that leaves.

use weir_scene::{Grid, Scene, Water};

use crate::{Obstacles, Point};

/// Particles beyond which an emitter adds no more to a cell: it is drowned.
const CROWDED: usize = 6;
/// Distance between the rows of particles that an emitter lets out, cells.
const SPACING: f64 = 0.5;

/// A segment that water comes out of.
#[derive(Clone, Debug)]
pub struct Emitter {
    from: Point,
    to: Point,
    normal: Point,
    speed: f64,
    start_s: f64,
    stop_s: f64,
    /// Length of water column let out since the last row of particles, cells.
    due: f64,
}

/// A rectangle that swallows water, in cells.
#[derive(Clone, Copy, Debug)]
pub struct Sink {
    min: [f32; 2],
    max: [f32; 2],
}

impl Sink {
    /// Its lower left and its upper right corner, cells.
    pub fn corners(&self) -> [[f32; 2]; 2] {
        [self.min, self.max]
    }

    /// Whether the point is inside.
    #[inline]
    pub fn swallows(&self, p: [f32; 2]) -> bool {
        (0..2).all(|k| p[k] >= self.min[k] && p[k] <= self.max[k])
    }
}

/// The drains of a scene, in cells.
pub fn sinks(scene: &Scene) -> Vec<Sink> {
    let cells = |p: [f64; 2]| p.map(|c| (c / scene.domain.cell_m) as f32);
    scene.drains.iter().map(|d| Sink { min: cells(d.min_m), max: cells(d.max_m) }).collect()
}

/// The emitters of a scene, in cells.
pub fn emitters(scene: &Scene) -> Vec<Emitter> {
    let dx = scene.domain.cell_m;
    let emitter = |water: &Water| match *water {
        Water::Block { .. } => None,
        Water::Emitter { from_m, to_m, speed_m_s, start_s, stop_s } => {
            let (from, to) = (from_m.map(|c| c / dx), to_m.map(|c| c / dx));
            let (ex, ey) = (to[0] - from[0], to[1] - from[1]);
            let length = ex.hypot(ey);
            let normal = [ey / length, -ex / length];
            Some(Emitter { from, to, normal, speed: speed_m_s / dx, start_s, stop_s, due: 0.0 })
        }
    };
    scene.water.iter().filter_map(emitter).collect()
}

/// Calls `add` with position (cells) and velocity (cells/s) of each particle that
/// fills the scene's blocks, on a lattice of half a cell, where `free` says that
/// there is room.
pub fn fill(scene: &Scene, free: impl Fn(Point) -> bool, mut add: impl FnMut([f32; 2], [f32; 2])) {
    let dx = scene.domain.cell_m;
    let grid = scene.domain.grid();
    let mut taken = vec![false; 4 * grid.nx * grid.ny];
    for water in &scene.water {
        let Water::Block { min_m, max_m, velocity_m_s } = water else { continue };
        let lattice = |p: [f64; 2]| p.map(|c| (2.0 * c / dx - 0.5 - 1e-9).ceil().max(0.0) as usize);
        let (low, high) = (lattice(*min_m), lattice(*max_m));
        let velocity = velocity_m_s.map(|v| (v / dx) as f32);
        for row in low[1]..high[1].min(2 * grid.ny) {
            for column in low[0]..high[0].min(2 * grid.nx) {
                let p = [(column as f64 + 0.5) / 2.0, (row as f64 + 0.5) / 2.0];
                let place = &mut taken[row * 2 * grid.nx + column];
                if !*place && free(p) {
                    *place = true;
                    add(p.map(|c| c as f32), velocity);
                }
            }
        }
    }
}

impl Emitter {
    /// Speed while open, cells/s.
    pub fn speed_at(&self, time_s: f64) -> f64 {
        if time_s >= self.start_s && time_s < self.stop_s { self.speed } else { 0.0 }
    }

    /// Where its water comes out, cells: a place for each particle of a row.
    pub fn mouth(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        let before = move |p: Point| [0, 1].map(|k| p[k] + 0.5 * SPACING * self.normal[k]);
        self.sources().map(move |p| before(p).map(|c| c as f32))
    }

    /// The middles of as many equal parts as a row has particles.
    fn sources(&self) -> impl Iterator<Item = Point> + use<> {
        let (from, way) = (self.from, [0, 1].map(|k| self.to[k] - self.from[k]));
        let count = ((way[0].hypot(way[1]) / SPACING).round() as usize).max(1);
        let part = move |k: usize| (k as f64 + 0.5) / count as f64;
        (0..count).map(move |n| [0, 1].map(|k| from[k] + part(n) * way[k]))
    }

    /// Lets out the water of a step that begins at `time_s`: writes the position
    /// (cells) and velocity (cells/s) of each new particle to `births`.
    pub fn emit(
        &mut self,
        time_s: f64,
        dt_s: f64,
        grid: &Grid,
        obstacles: &Obstacles,
        occupied: impl Fn(usize) -> usize,
        births: &mut Vec<([f32; 2], [f32; 2])>,
    ) {
        self.due += self.speed_at(time_s) * dt_s;
        while self.due >= SPACING {
            self.due -= SPACING;
            // The row that was let out first has gone farthest.
            let out = self.due + 0.5 * SPACING;
            for source in self.sources() {
                let born = [0, 1].map(|k| (source[k] + out * self.normal[k]) as f32);
                let p = born.map(f64::from);
                if p[0] <= 0.0 || p[1] <= 0.0 || p[0] >= grid.nx as f64 || p[1] >= grid.ny as f64 {
                    continue;
                }
                let cell = grid.cell(p[0] as usize, p[1] as usize);
                if occupied(cell) < CROWDED && obstacles.sees(cell, p, source) {
                    births.push((born, self.normal.map(|n| (n * self.speed) as f32)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Segment;

    const GRID: Grid = Grid { nx: 10, ny: 10, cell_m: 0.1 };

    /// From x = 0.2 m to 0.5 m at a height of 0.8 m, downwards at 0.3 m/s, for 1.05 s.
    fn emitter() -> Emitter {
        let scene = Scene::from_toml(
            "version = 1
            domain = { width_m = 1.0, height_m = 1.0, cell_m = 0.1 }
            [[water]]
            kind = \"emitter\"
            from_m = [0.2, 0.8]
            to_m = [0.5, 0.8]
            speed_m_s = 0.3
            stop_s = 1.05",
        );
        emitters(&scene.expect("a scene")).remove(0)
    }

    fn births(occupied: usize, line: Option<Segment>) -> Vec<([f32; 2], [f32; 2])> {
        let mut obstacles = Obstacles::default();
        obstacles.set_lines(&GRID, line);
        obstacles.set_outlines(&GRID, []);
        let (mut emitter, mut births) = (emitter(), Vec::new());
        for step in 0..200 {
            let time_s = f64::from(step) * 0.01;
            emitter.emit(time_s, 0.01, &GRID, &obstacles, |_| occupied, &mut births);
        }
        births
    }

    #[test]
    fn as_much_comes_out_as_speed_and_length_say() {
        let births = births(0, None);
        // 3.15 cells are six whole rows of half a cell, three cells long.
        assert_eq!(births.len(), 6 * 6);
        assert!(births.iter().all(|(_, v)| v[0].abs() < 1e-6 && (v[1] + 3.0).abs() < 1e-6));
    }

    #[test]
    fn a_row_comes_out_of_the_mouth() {
        let (births, mouth) = (births(0, None), emitter().mouth().collect::<Vec<_>>());
        assert_eq!(mouth.len(), 6);
        for (birth, place) in births.iter().zip(mouth) {
            // How far a row is when it is let out depends on the step: 0.03 cells.
            assert!((0..2).all(|k| (birth.0[k] - place[k]).abs() < 0.031), "{birth:?} {place:?}");
        }
    }

    #[test]
    fn nothing_comes_out_where_it_is_full_or_through_a_line() {
        assert_eq!(births(CROWDED, None), []);
        let line = Segment { a: [0.0, 7.9], b: [3.5, 7.9] };
        assert_eq!(births(0, Some(line)).len(), 6 * 3, "the right half is open");
    }
}

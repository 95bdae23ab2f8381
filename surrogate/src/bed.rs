//! What the drawn lines look like from the network's grid.
//!
//! Nodes are the centres of cells. A line thinner than a cell has no inside, so
//! two things stand for it: how open the sides of the cells are that it cuts
//! (*apertures*), and which particles and nodes see each other. Distance and its
//! gradient tell the network early what is coming.

use rayon::prelude::*;
use weir_ground::{Audit, Axis, Obstacles, Outline, Point, Polygon, Segment, Sweep, Topology};
use weir_scene::{Grid, Scene, Stroke};

use crate::transfer::{Shares, gather, shares_at};

/// Farthest distance from a line that the network is told, cells.
pub const REACH: f32 = 3.0;
/// Distance from the sides of the rectangle that particles keep, cells.
const WALL_CLEARANCE: f64 = 1e-3;
/// Points along each side of a cell by which its room is measured.
const MICRO: usize = 4;
/// Least room that a node can have: less is a sliver that no particle fits in.
const LEAST_ROOM: f32 = 0.05;

/// Names of the maps in [`Bed::maps`], in order.
pub const MAPS: [&str; 6] =
    ["distance", "away-x", "away-y", "aperture-right", "aperture-up", "solid"];

/// What is seen of the lines, and of what they will do to the water: all of it, but
/// where an experiment asks what a part is worth. Water stops at lines in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sight {
    /// Whether the network is shown how open the sides of cells are.
    pub apertures: bool,
    /// Whether particles and nodes on two sides of a line are hidden from each other.
    pub line_aware: bool,
    /// Whether the network is shown how particles would fare alone.
    pub flights: bool,
}

impl Default for Sight {
    fn default() -> Self {
        Self { apertures: true, line_aware: true, flights: true }
    }
}

/// Lines and walls of a scene on the network's grid.
#[derive(Clone, Debug)]
pub struct Bed {
    grid: Grid,
    sight: Sight,
    obstacles: Obstacles,
    audit: Audit,
    solids: Vec<Polygon>,
    /// `MAPS.len() × ny × nx`: unsigned distance to the nearest line or wall and
    /// the unit vector away from it (both fade to 1 and 0 at [`REACH`]), how open
    /// the right and the upper side of each cell are, and whether it is solid.
    pub maps: Vec<f32>,
    /// What a node weighs in water at rest, particles' shares in cells: one in the
    /// open, less where a wall or a line hides a part of what it would see.
    pub room: Vec<f32>,
}

impl Bed {
    /// The bed of a scene. Bodies are taken as they lie at the start.
    pub fn new(scene: &Scene, strokes: &[Stroke], sight: Sight) -> Self {
        let grid = scene.domain.grid();
        let cell_m = scene.domain.cell_m;
        let strokes = strokes.iter().map(|stroke| weir_ground::of_stroke(stroke, cell_m));
        let bodies = scene.bodies.iter().map(|body| weir_ground::of_body(body, cell_m));
        let outlines: Vec<Outline> = strokes.chain(bodies).collect();
        let mut obstacles = Obstacles::default();
        obstacles.set_lines(&grid, outlines.iter().flat_map(|o| o.segments.iter().copied()));
        obstacles.set_outlines(&grid, []);
        let solids: Vec<Polygon> = outlines.into_iter().flat_map(|o| o.insides).collect();
        let mut topology = Topology::new(grid, scene.domain.periodic_x);
        topology.rebuild(&obstacles, solids.iter());
        let audit = Audit::new(grid.nx, obstacles.lines());
        let (maps, room) = (Vec::new(), Vec::new());
        let mut bed = Self { grid, sight, obstacles, audit, solids, maps, room };
        bed.maps = bed.draw(&topology);
        bed.room = bed.measure();
        bed
    }

    /// The grid whose cell centres are the nodes.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// What of the lines is seen.
    pub fn sight(&self) -> Sight {
        self.sight
    }

    /// Lines, by cell.
    pub fn obstacles(&self) -> &Obstacles {
        &self.obstacles
    }

    /// A second opinion on whether a move crosses a line.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// How full each node is of particles with these shares, ρ/ρ₀.
    pub fn density(&self, shares: &[Shares]) -> Vec<f32> {
        let held = gather::<0>(self.room.len(), shares, &[]);
        held.mass.iter().zip(&self.room).map(|(mass, room)| mass / room).collect()
    }

    /// The least of `map` in the four cells around the corner to the upper right of
    /// each, and nothing where a line or a wall passes between them.
    pub fn between(&self, map: &[f32]) -> Vec<f32> {
        let Grid { nx, ny, .. } = self.grid;
        let aperture = |name: &str, cell: usize| {
            let k = MAPS.iter().position(|n| *n == name).unwrap_or_default();
            self.maps[k * nx * ny + cell]
        };
        let corner = |cell: usize| {
            if (cell % nx) + 1 == nx || cell / nx + 1 == ny {
                return 0.0;
            }
            let open = aperture("aperture-right", cell) >= 1.0
                && aperture("aperture-right", cell + nx) >= 1.0
                && aperture("aperture-up", cell) >= 1.0
                && aperture("aperture-up", cell + 1) >= 1.0;
            let around = [cell, cell + 1, cell + nx, cell + nx + 1];
            if open {
                around.map(|c| map[c]).into_iter().fold(f32::INFINITY, f32::min)
            } else {
                0.0
            }
        };
        (0..nx * ny).map(corner).collect()
    }

    /// Whether a point (cells) lies where no water can be.
    pub fn is_solid(&self, p: Point) -> bool {
        self.solids.iter().any(|solid| solid.contains(p))
    }

    /// Moves that stop at the lines and at the sides of the rectangle.
    pub fn sweep(&self) -> Sweep<'_> {
        let size = [self.grid.nx as f64, self.grid.ny as f64];
        let [max_x, max_y] = size.map(|side| side - WALL_CLEARANCE);
        Sweep { obstacles: &self.obstacles, min: [WALL_CLEARANCE; 2], max: [max_x, max_y] }
    }

    fn draw(&self, topology: &Topology) -> Vec<f32> {
        let Grid { nx, ny, .. } = self.grid;
        let cells = nx * ny;
        let mut maps = vec![0.0; MAPS.len() * cells];
        let aperture = |axis, i, j| -> f32 {
            if topology.cells_beside(axis, i, j).is_none() {
                return 0.0;
            }
            match topology.pieces(axis, topology.face(axis, i, j)) {
                None => 1.0,
                Some(pieces) => pieces.iter().map(|piece| piece.aperture).sum(),
            }
        };
        for j in 0..ny {
            for i in 0..nx {
                let cell = self.grid.cell(i, j);
                let (distance, away) = self.nearest([i as f64 + 0.5, j as f64 + 0.5]);
                let near = (1.0 - distance / REACH).clamp(0.0, 1.0);
                let solid = topology.components_of(cell).all(|c| !topology.exists(c));
                let values = [
                    1.0 - near,
                    near * away[0],
                    near * away[1],
                    aperture(Axis::X, i + 1, j),
                    aperture(Axis::Y, i, j + 1),
                    f32::from(u8::from(solid)),
                ];
                values.into_iter().enumerate().for_each(|(k, v)| maps[k * cells + cell] = v);
            }
        }
        maps
    }

    /// Distance (cells) from the nearest line or wall, and the way from it.
    fn nearest(&self, p: Point) -> (f32, [f32; 2]) {
        let (nx, ny) = (self.grid.nx as f64, self.grid.ny as f64);
        let walls = [[0.0, p[1]], [nx, p[1]], [p[0], 0.0], [p[0], ny]];
        let near = |s: &&Segment| {
            (0..2).all(|k| {
                s.a[k].min(s.b[k]) - f64::from(REACH) <= p[k]
                    && p[k] <= s.a[k].max(s.b[k]) + f64::from(REACH)
            })
        };
        let lines = self.obstacles.lines().iter().filter(near).map(|s| nearest_on(s, p));
        let (distance, on) = walls
            .into_iter()
            .chain(lines)
            .map(|on| ((p[0] - on[0]).hypot(p[1] - on[1]), on))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap_or((f64::INFINITY, p));
        let length = distance.max(1e-9);
        (distance as f32, [0, 1].map(|k| ((p[k] - on[k]) / length) as f32))
    }

    /// What each node would weigh if the rectangle were full.
    fn measure(&self) -> Vec<f32> {
        let Grid { nx, ny, .. } = self.grid;
        let share = 1.0 / (MICRO * MICRO) as f32;
        let shares: Vec<Shares> = (0..nx * ny)
            .into_par_iter()
            .flat_map_iter(|cell| {
                let (i, j) = (cell % nx, cell / nx);
                (0..MICRO * MICRO).filter_map(move |k| {
                    let offset = |k: usize| (k as f32 + 0.5) / MICRO as f32;
                    let p = [i as f32 + offset(k % MICRO), j as f32 + offset(k / MICRO)];
                    (!self.is_solid(p.map(f64::from))).then(|| shares_at(self, p))
                })
            })
            .collect();
        let mut room = vec![0.0; nx * ny];
        for shares in &shares {
            shares.each(|node, weight| room[node] += share * weight);
        }
        room.iter_mut().for_each(|room| *room = room.max(LEAST_ROOM));
        room
    }
}

fn nearest_on(s: &Segment, p: Point) -> Point {
    let d = [s.b[0] - s.a[0], s.b[1] - s.a[1]];
    let squared = (d[0] * d[0] + d[1] * d[1]).max(1e-18);
    let t = (((p[0] - s.a[0]) * d[0] + (p[1] - s.a[1]) * d[1]) / squared).clamp(0.0, 1.0);
    [s.a[0] + t * d[0], s.a[1] + t * d[1]]
}

/// A bed of ten by ten cells with these strokes, for tests.
#[cfg(test)]
pub(crate) fn ten_by_ten(strokes: &str) -> Bed {
    ten_by_ten_seen(strokes, Sight::default())
}

/// The same, of which this is seen.
#[cfg(test)]
pub(crate) fn ten_by_ten_seen(strokes: &str, sight: Sight) -> Bed {
    let text = format!(
        "version = 1\ndomain = {{ width_m = 1.0, height_m = 1.0, cell_m = 0.1 }}\n{strokes}"
    );
    let scene = Scene::from_toml(&text).expect("a scene");
    Bed::new(&scene, &scene.strokes, sight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(strokes: &str) -> Scene {
        let text = format!(
            "version = 1\ndomain = {{ width_m = 1.0, height_m = 0.5, cell_m = 0.0625 }}\n{strokes}"
        );
        Scene::from_toml(&text).expect("a scene")
    }

    #[test]
    fn a_line_between_two_rows_closes_their_common_side_and_nothing_else() {
        let scene = scene("stroke = [{ points_m = [[0.0, 0.25], [1.0, 0.25]] }]");
        let bed = Bed::new(&scene, &scene.strokes, Sight::default());
        let map = |name: &str, i: usize, j: usize| {
            let k = MAPS.iter().position(|n| *n == name).expect("a map");
            bed.maps[k * 128 + bed.grid.cell(i, j)]
        };
        // The line lies at 4 cells, on the side between rows 3 and 4.
        assert_eq!(map("aperture-up", 5, 3), 0.0);
        assert_eq!(map("aperture-up", 5, 2), 1.0);
        assert_eq!(map("aperture-right", 5, 3), 1.0);
        assert!((map("distance", 8, 3) - 0.5 / REACH).abs() < 1e-6);
        assert!(map("away-y", 8, 3) < 0.0 && map("away-y", 8, 4) > 0.0);
    }

    #[test]
    fn room_is_one_in_the_open_and_less_at_a_wall() {
        let scene = scene("");
        let bed = Bed::new(&scene, &scene.strokes, Sight::default());
        assert!((bed.room[bed.grid.cell(8, 4)] - 1.0).abs() < 1e-5);
        // Beyond the wall nothing pulls: particles there give all to what they see.
        let total: f32 = bed.room.iter().sum();
        assert!((total - 128.0).abs() < 1e-2, "all water is somewhere: {total}");
    }

    #[test]
    fn a_corner_is_as_full_as_the_least_of_its_cells_and_closed_by_a_line() {
        // The line lies between rows 4 and 5, from the left side to the middle of cell 4.
        let bed = ten_by_ten("stroke = [{ points_m = [[0.0, 0.5], [0.45, 0.5]] }]");
        let mut map = vec![1.0; 100];
        map[bed.grid.cell(7, 7)] = 0.25;
        let corners = bed.between(&map);
        let corner = |i, j| corners[bed.grid.cell(i, j)];
        assert_eq!((corner(7, 7), corner(6, 6), corner(7, 6)), (0.25, 0.25, 0.25));
        assert_eq!((corner(5, 7), corner(8, 8)), (1.0, 1.0));
        assert_eq!((corner(2, 4), corner(3, 4)), (0.0, 0.0), "the line passes between");
        assert_eq!((corner(2, 3), corner(2, 5), corner(6, 4)), (1.0, 1.0, 1.0));
        assert!((0..10).all(|k| corner(9, k) == 0.0 && corner(k, 9) == 0.0), "no cells beyond");
    }
}

//! What the network is shown, and how its answer is read.

use rayon::prelude::*;
use weir_scene::Grid;

use crate::bed::{Bed, MAPS};
use crate::flight::{Flight, flights};
use crate::transfer::{Shares, gather, shares_at};

/// Names of the maps that come from the water; those of [`MAPS`] follow.
///
/// `density` is ρ/ρ₀ now, `landing` if each particle flew through the call alone
/// ([`flight`](crate::flight)). The others are means over the water that is at a
/// node now: its velocity (`u`, `v`), what lines will have changed of it by the
/// middle of the call (`early-u`, `early-v`) and by its end (`late-u`, `late-v`),
/// how dense it will be where it lands (`crowd`), and how fast the water it finds
/// there is, relative to it (`meet-u`, `meet-v`).
pub const WATER_MAPS: [&str; 11] = [
    "density", "landing", "u", "v", "early-u", "early-v", "late-u", "late-v", "crowd", "meet-u",
    "meet-v",
];
/// Maps that the network is shown.
pub const INPUTS: usize = WATER_MAPS.len() + MAPS.len();

/// Particles that one task covers.
const CHUNK: usize = 512;

/// Water, in cells and cells/s.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Water {
    /// Where each particle is.
    pub position: Vec<[f32; 2]>,
    /// How fast it goes.
    pub velocity: Vec<[f32; 2]>,
    /// Which it is.
    pub id: Vec<u32>,
}

impl Water {
    /// That of a frame, in cells of `cell_m` metres.
    pub fn of(frame: &weir_scene::Frame, cell_m: f32) -> Self {
        let cells = |all: &[[f32; 2]]| all.iter().map(|v| v.map(|c| c / cell_m)).collect();
        Self {
            position: cells(&frame.positions_m),
            velocity: cells(&frame.velocities_m_s),
            id: frame.ids.clone(),
        }
    }

    /// How many particles there are.
    pub fn len(&self) -> usize {
        self.position.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.position.is_empty()
    }

    /// Adds a particle.
    pub fn push(&mut self, id: u32, position: [f32; 2], velocity: [f32; 2]) {
        self.position.push(position);
        self.velocity.push(velocity);
        self.id.push(id);
    }

    /// Keeps the particles for whose id and position `keep` holds.
    pub fn retain(&mut self, keep: impl Fn(u32, [f32; 2]) -> bool) {
        let mut kept = 0;
        for k in 0..self.len() {
            if keep(self.id[k], self.position[k]) {
                self.position.swap(kept, k);
                self.velocity.swap(kept, k);
                self.id.swap(kept, k);
                kept += 1;
            }
        }
        self.position.truncate(kept);
        self.velocity.truncate(kept);
        self.id.truncate(kept);
    }
}

/// The grid as the network sees it: rows and columns filled up to a multiple of
/// what its coarsest level covers, with solid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canvas {
    nx: usize,
    ny: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Canvas {
    /// The canvas of `grid` in multiples of `coarsest` cells.
    pub fn new(grid: &Grid, coarsest: usize) -> Self {
        let up = |n: usize| n.next_multiple_of(coarsest);
        Self { nx: grid.nx, ny: grid.ny, width: up(grid.nx), height: up(grid.ny) }
    }

    /// Columns and rows.
    pub fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    /// Places on the canvas.
    pub fn area(&self) -> usize {
        self.width * self.height
    }

    /// Lays out a map of nodes; `outside` fills the rest.
    pub fn lay(&self, map: &[f32], outside: f32, onto: &mut Vec<f32>) {
        for row in map.chunks(self.nx) {
            onto.extend_from_slice(row);
            onto.extend(std::iter::repeat_n(outside, self.width - self.nx));
        }
        onto.extend(std::iter::repeat_n(outside, (self.height - self.ny) * self.width));
    }

    /// Takes a map of nodes off the canvas.
    pub fn lift(&self, canvas: &[f32]) -> Vec<f32> {
        let rows = canvas.chunks(self.width).take(self.ny);
        rows.flat_map(|row| &row[..self.nx]).copied().collect()
    }
}

/// Units of what goes in and comes out.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scales {
    /// Side of a cell that the network learned on, metres.
    pub cell_m: f64,
    /// Velocity that is shown as one, m/s.
    pub velocity_m_s: f64,
    /// Change of velocity in a sub-frame that is answered as one, m/s.
    pub change_m_s: f64,
}

/// What one call is given.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// `INPUTS × height × width`.
    pub input: Vec<f32>,
    /// The nodes of each particle.
    pub shares: Vec<Shares>,
    /// ρ/ρ₀ at each node.
    pub density: Vec<f32>,
    /// Mean velocity at each node along x and along y, cells/s.
    pub velocity: [Vec<f32>; 2],
}

/// Shows the network `water` in `bed`. `gravity` is in cells/s², `call_s` the time
/// that its answer will cover.
pub fn encode(
    bed: &Bed,
    canvas: &Canvas,
    scales: &Scales,
    water: &Water,
    gravity: [f64; 2],
    call_s: f64,
) -> Encoded {
    let nodes = bed.room.len();
    let positions = water.position.par_iter().with_min_len(CHUNK);
    let shares: Vec<Shares> = positions.map(|&p| shares_at(bed, p)).collect();
    let flights = flights(bed, water, gravity, call_s);
    let landed: Vec<Shares> =
        flights.par_iter().with_min_len(CHUNK).map(|flight| shares_at(bed, flight.end)).collect();
    let landing = bed.density(&landed);
    let arriving: Vec<[f32; 2]> = flights.iter().map(|flight| flight.velocity).collect();
    let there = gather(nodes, &landed, &arriving);
    let of_particle = |k: usize| {
        let (v, Flight { velocity, lost: [early, late], .. }) = (water.velocity[k], flights[k]);
        let meet = [0, 1].map(|a| landed[k].read(&there.mean[a]) - velocity[a]);
        let crowd = landed[k].read(&landing);
        [v[0], v[1], early[0], early[1], late[0], late[1], crowd, meet[0], meet[1]]
    };
    let particles = (0..water.len()).into_par_iter().with_min_len(CHUNK);
    let now = gather(nodes, &shares, &particles.map(of_particle).collect::<Vec<_>>());
    let density = bed.density(&shares);
    let shown = (scales.cell_m / scales.velocity_m_s) as f32;
    let mut input = Vec::with_capacity(INPUTS * canvas.area());
    canvas.lay(&density, 0.0, &mut input);
    canvas.lay(&landing, 0.0, &mut input);
    for (name, map) in WATER_MAPS[2..].iter().zip(&now.mean) {
        let unit = match *name {
            "u" | "v" => shown,
            _ if !bed.sight().flights => 0.0,
            "crowd" => 1.0,
            _ => shown,
        };
        let scaled: Vec<f32> = map.iter().map(|v| v * unit).collect();
        canvas.lay(&scaled, 0.0, &mut input);
    }
    let mut mean = now.mean.into_iter();
    let velocity = [0, 1].map(|_| mean.next().unwrap_or_default());
    let unseen = vec![1.0; nodes];
    for (name, map) in MAPS.iter().zip(bed.maps.chunks(nodes)) {
        let hidden = !bed.sight().apertures && name.starts_with("aperture");
        let map = if hidden { &unseen } else { map };
        canvas.lay(map, f32::from(u8::from(*name == "solid")), &mut input);
    }
    Encoded { input, shares, density, velocity }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::Sight;

    #[test]
    fn what_is_laid_out_can_be_lifted() {
        let canvas = Canvas::new(&Grid { nx: 5, ny: 3, cell_m: 0.1 }, 4);
        assert_eq!((canvas.width, canvas.height), (8, 4));
        let map: Vec<f32> = (0..15).map(|k| k as f32).collect();
        let mut laid = Vec::new();
        canvas.lay(&map, -1.0, &mut laid);
        assert_eq!(laid.len(), canvas.area());
        assert_eq!(laid[5], -1.0);
        assert_eq!(canvas.lift(&laid), map);
    }

    #[test]
    fn retaining_keeps_the_three_arrays_together() {
        let mut water = Water::default();
        (0..5).for_each(|k| water.push(k, [k as f32, 0.0], [0.0, k as f32]));
        water.retain(|id, p| p[0] != 1.0 && id != 3);
        assert_eq!(water.id, [0, 2, 4]);
        assert_eq!(water.velocity[1], [0.0, 2.0]);
    }

    /// The mean of map `name` over the three columns around the middle, in row `j`.
    fn shown(name: &str, bed: &Bed, water: &Water, j: usize) -> f32 {
        let scales = Scales { cell_m: 0.1, velocity_m_s: 1.0, change_m_s: 0.1 };
        let canvas = Canvas::new(bed.grid(), 1);
        let encoded = encode(bed, &canvas, &scales, water, [0.0; 2], 0.1);
        let map = WATER_MAPS.iter().position(|n| *n == name).expect("a map");
        let row = &encoded.input[(map * canvas.height + j) * canvas.width..][4..7];
        row.iter().sum::<f32>() / 3.0
    }

    /// Two rows of cells full of water, at these heights and vertical velocities.
    fn two(below: (f32, f32), above: (f32, f32)) -> Water {
        let mut water = Water::default();
        for (k, (y, v)) in [below, above].into_iter().enumerate() {
            for n in 0..40 {
                let p = [(n % 20) as f32 / 2.0 + 0.25, y + (n / 20) as f32 / 2.0 + 0.25];
                water.push((40 * k + n) as u32, p, [0.0, v]);
            }
        }
        water
    }

    #[test]
    fn a_collision_is_shown_before_it_comes() {
        let bed = crate::bed::ten_by_ten("");
        // What rests in row 3 will be met by what falls from row 6, 30 cells/s = 3 m/s.
        let falling = two((3.0, 0.0), (6.0, -30.0));
        assert_eq!(shown("density", &bed, &falling, 6), shown("density", &bed, &falling, 3));
        assert!((shown("v", &bed, &falling, 6) + 3.0).abs() < 1e-4);
        let passing = two((3.0, 0.0), (6.0, 30.0));
        let alone = shown("crowd", &bed, &passing, 3);
        for j in [3, 6] {
            let crowd = shown("crowd", &bed, &falling, j);
            assert!((crowd / alone - 2.0).abs() < 0.05, "both are on one place: {crowd} {alone}");
        }
        // Relative to the mean of both there: each is half of the difference off.
        assert!((shown("meet-v", &bed, &falling, 6) - 1.5).abs() < 0.1);
        assert!((shown("meet-v", &bed, &falling, 3) + 1.5).abs() < 0.1);
        assert_eq!(shown("late-v", &bed, &falling, 6), 0.0, "no line is in the way");
        assert_eq!(shown("meet-v", &bed, &passing, 3), 0.0);
    }

    #[test]
    fn what_a_line_will_take_is_shown_with_the_half_of_the_call_it_comes_in() {
        let bed = crate::bed::ten_by_ten("stroke = [{ points_m = [[0.0, 0.5], [1.0, 0.5]] }]");
        // 30 cells/s are three cells in a call: from row 6 the line is reached early, the
        // upper row of it late.
        let water = two((5.0, -30.0), (7.0, -30.0));
        assert!((shown("early-v", &bed, &water, 5) - 3.0).abs() < 0.1);
        assert!((shown("late-v", &bed, &water, 5) - 3.0).abs() < 0.1);
        assert_eq!(shown("early-v", &bed, &water, 7), 0.0);
        assert!((shown("late-v", &bed, &water, 7) - 3.0).abs() < 0.1);
    }

    #[test]
    fn flights_can_be_hidden() {
        let scene = "stroke = [{ points_m = [[0.0, 0.5], [1.0, 0.5]] }]";
        let bed = crate::bed::ten_by_ten_seen(scene, Sight { flights: false, ..Sight::default() });
        let water = two((5.0, -30.0), (7.0, -30.0));
        for name in &WATER_MAPS[4..] {
            assert_eq!(shown(name, &bed, &water, 5), 0.0, "{name}");
        }
        assert!(shown("v", &bed, &water, 5) < -2.0);
    }
}

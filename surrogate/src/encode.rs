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
    let there = gather(nodes, &landed, flights.iter().map(|flight| flight.velocity));
    let of_particle = |k: usize| {
        let (v, Flight { velocity, lost: [early, late], .. }) = (water.velocity[k], flights[k]);
        let meet = [0, 1].map(|a| landed[k].read(&there.mean[a]) - velocity[a]);
        let crowd = landed[k].read(&landing);
        [v[0], v[1], early[0], early[1], late[0], late[1], crowd, meet[0], meet[1]]
    };
    let now = gather(nodes, &shares, (0..water.len()).map(of_particle));
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
}

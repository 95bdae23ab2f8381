//! Particles that have come closer than water's do are moved apart.
//!
//! Relaxation ([`relax`](crate::relax)) looks at how full nodes are, and moves all
//! that is at one place alike. What lines have swept onto one point, in a corner of a
//! cup say, it could never part again: hundreds of particles would lie there, and the
//! cup would seem to empty. So particles keep a distance from each other, as in
//! Ando & Tsuruno 2011, and never through a line.

use rayon::prelude::*;

use crate::bed::Bed;
use crate::encode::Water;
use crate::transfer::cell_of;

/// Particles that one task covers.
const CHUNK: usize = 256;

/// How far each particle is to be moved, cells, so that two that are less than
/// `distance` (cells, at most one) apart part in the middle.
pub fn displacements(bed: &Bed, water: &Water, distance: f32) -> Vec<[f32; 2]> {
    let bins = Bins::new(bed, water);
    let particles = (0..water.len()).into_par_iter().with_min_len(CHUNK);
    particles.map(|k| bins.displacement(bed, water, k, distance)).collect()
}

/// Particles by cell.
struct Bins {
    start: Vec<u32>,
    order: Vec<u32>,
    /// Positions in that order.
    place: Vec<[f32; 2]>,
    cell: Vec<u32>,
}

impl Bins {
    fn new(bed: &Bed, water: &Water) -> Self {
        let grid = bed.grid();
        let cell: Vec<u32> = water.position.iter().map(|&p| cell_of(grid, p) as u32).collect();
        let mut start = vec![0_u32; grid.nx * grid.ny + 1];
        cell.iter().for_each(|&c| start[c as usize + 1] += 1);
        (1..start.len()).for_each(|c| start[c] += start[c - 1]);
        let mut next = start.clone();
        let mut order = vec![0; cell.len()];
        for (k, &c) in cell.iter().enumerate() {
            order[next[c as usize] as usize] = k as u32;
            next[c as usize] += 1;
        }
        let place = order.iter().map(|&k| water.position[k as usize]).collect();
        Self { start, order, place, cell }
    }

    fn displacement(&self, bed: &Bed, water: &Water, k: usize, distance: f32) -> [f32; 2] {
        let (grid, cell, p) = (bed.grid(), self.cell[k] as usize, water.position[k]);
        let clear = bed.obstacles().clear_near(cell);
        let (i, j) = (cell % grid.nx, cell / grid.nx);
        let mut push = [0.0_f32; 2];
        // Cells beside this one only where it is near enough to their side.
        let near = |k: usize, cell: usize| {
            let inside = p[k] - cell as f32;
            let before = usize::from(inside < distance && cell > 0);
            let after = usize::from(1.0 - inside < distance);
            cell - before..cell + after + 1
        };
        let columns = near(0, i);
        for row in near(1, j).filter(|&row| row < grid.ny) {
            let [from, to] = [columns.start, columns.end.min(grid.nx)]
                .map(|i| self.start[row * grid.nx + i] as usize);
            for (&other, &q) in self.order[from..to].iter().zip(&self.place[from..to]) {
                let other = other as usize;
                let way = [p[0] - q[0], p[1] - q[1]];
                let squared = way[0] * way[0] + way[1] * way[1];
                // Also false for what is not a number, which is reported elsewhere.
                let near = other != k && squared < distance * distance;
                if !near {
                    continue;
                }
                if !clear && !bed.obstacles().sees(cell, p.map(f64::from), q.map(f64::from)) {
                    continue;
                }
                let length = squared.sqrt();
                let along = if length > 1e-3 * distance {
                    way.map(|c| c / length)
                } else {
                    any_way(water.id[k], water.id[other])
                };
                let share = 0.5 * (distance - length);
                (0..2).for_each(|a| push[a] += share * along[a]);
            }
        }
        let (length, most) = (push[0].hypot(push[1]), 0.5 * distance);
        if length > most { push.map(|c| c * most / length) } else { push }
    }
}

/// A direction for two that lie on one point: opposite for the other of the two, and
/// the same in every run.
fn any_way(id: u32, other: u32) -> [f32; 2] {
    let (low, high) = (id.min(other), id.max(other));
    let mixed = (low.wrapping_mul(0x9e37_79b9) ^ high).wrapping_mul(0x85eb_ca6b);
    let angle = std::f32::consts::TAU * (mixed >> 8) as f32 / (1 << 24) as f32;
    let sign = if id < other { 1.0 } else { -1.0 };
    [sign * angle.cos(), sign * angle.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::ten_by_ten as bed;

    fn water(positions: &[[f32; 2]]) -> Water {
        let mut water = Water::default();
        positions.iter().enumerate().for_each(|(k, &p)| water.push(k as u32, p, [0.0; 2]));
        water
    }

    #[test]
    fn two_that_are_close_part_in_the_middle_and_others_stay() {
        let water = water(&[[5.0, 5.0], [5.2, 5.0], [5.0, 6.0]]);
        let way = displacements(&bed(""), &water, 0.4);
        assert!((way[0][0] + 0.1).abs() < 1e-6 && (way[1][0] - 0.1).abs() < 1e-6, "{way:?}");
        assert_eq!((way[0][1], way[1][1], way[2]), (0.0, 0.0, [0.0; 2]));
    }

    #[test]
    fn two_on_one_point_part_too_and_the_middle_of_all_stays() {
        let water = water(&[[5.0, 5.0]; 2]);
        let way = displacements(&bed(""), &water, 0.4);
        let length = way[0][0].hypot(way[0][1]);
        assert!((length - 0.2).abs() < 1e-6, "{way:?}");
        assert_eq!(way[0], way[1].map(|c| -c));
    }

    #[test]
    fn nothing_is_pushed_through_a_line() {
        let bed = bed("stroke = [{ points_m = [[0.0, 0.5], [1.0, 0.5]] }]");
        let way = displacements(&bed, &water(&[[5.0, 4.95], [5.0, 5.05]]), 0.4);
        assert_eq!(way, [[0.0; 2]; 2]);
    }
}

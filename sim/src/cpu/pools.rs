//! Connected bodies of water, and which of them nothing relieves.
//!
//! Where water touches air, the air sets its pressure. Water that fills a closed
//! space has a pressure that is free by a constant, and a right-hand side that no
//! pressure can meet unless its mean is zero.

use super::linear_system::LinearSystem;
use weir_ground::NONE;

/// Least width, in cells, with which a body closes a pool off and gives way to it.
/// One that is all inside has none, but for what it loses where it leans on a
/// line; taken for a piston, that sliver would have to make up for every rounding
/// of the flow, with a pressure to match.
const PISTON: f64 = 0.5;

/// What is known of each body of water, by the rows of the pressure matrix.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    /// For each row: the number of its pool.
    pub of_row: Vec<u32>,
    /// For each pool: whether it touches no air.
    pub airless: Vec<bool>,
    /// For each pool: whether no body that yields relieves it either.
    pub enclosed: Vec<bool>,
    /// For each row: whether water surrounds it, and its neighbours too.
    pub deep: Vec<bool>,
    stack: Vec<u32>,
    net: Vec<[f64; 3]>,
}

impl Pools {
    /// Finds the pools. `interior` tells for each row whether it borders water
    /// only; `held` gives row, mover and flux of what borders a body that yields,
    /// and `radii` the size of each mover, in cells.
    pub fn find(
        &mut self,
        system: &LinearSystem,
        interior: &[bool],
        held: impl Iterator<Item = (usize, usize, [f64; 3])>,
        radii: &[f64],
    ) {
        let movers = radii.len();
        let Self { of_row, airless, enclosed, deep, stack, net } = self;
        let all_interior = |row| system.row(row).all(|(other, _)| interior[other]);
        deep.clear();
        deep.extend((0..system.len()).map(|row| interior[row] && all_interior(row)));

        of_row.clear();
        of_row.resize(system.len(), NONE);
        airless.clear();
        for first in 0..system.len() {
            if of_row[first] != NONE {
                continue;
            }
            let pool = airless.len() as u32;
            let mut no_air = true;
            of_row[first] = pool;
            stack.push(first as u32);
            while let Some(row) = stack.pop() {
                no_air &= interior[row as usize];
                for (next, _) in system.row(row as usize) {
                    if of_row[next] == NONE {
                        of_row[next] = pool;
                        stack.push(next as u32);
                    }
                }
            }
            airless.push(no_air);
        }

        // A body that yields and is only partly in a pool gives way to it.
        enclosed.clone_from(airless);
        net.clear();
        net.resize(movers * airless.len(), [0.0; 3]);
        for (row, mover, flux) in held {
            let sum = &mut net[of_row[row] as usize * movers + mover];
            (0..3).for_each(|k| sum[k] += flux[k]);
        }
        for (index, sum) in net.iter().enumerate() {
            let [x, y, turn] = sum.map(f64::abs);
            if x.max(y).max(turn / radii[index % movers].max(1.0)) > PISTON {
                enclosed[index / movers] = false;
            }
        }
    }

    /// Takes the mean off `rhs` in each of the `chosen` pools.
    pub fn drop_means(&self, rhs: &mut [f32], chosen: &[bool]) {
        if !chosen.contains(&true) {
            return;
        }
        let mut sums = vec![(0.0_f64, 0_u32); chosen.len()];
        for (&value, &pool) in rhs.iter().zip(&self.of_row) {
            let sum = &mut sums[pool as usize];
            *sum = (sum.0 + f64::from(value), sum.1 + 1);
        }
        for (value, &pool) in rhs.iter_mut().zip(&self.of_row) {
            let (sum, count) = sums[pool as usize];
            if chosen[pool as usize] {
                *value -= (sum / f64::from(count)) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of four cells that touches no air.
    fn chamber(held: [f64; 3]) -> Pools {
        let mut system = LinearSystem::default();
        system.clear();
        for row in 0..4_u32 {
            let neighbours = [row.checked_sub(1), (row < 3).then_some(row + 1)];
            neighbours.into_iter().flatten().for_each(|other| system.push(other, -1.0));
            system.end_row(2.0);
        }
        let mut pools = Pools::default();
        pools.find(&system, &[true; 4], [(1, 0, held)].into_iter(), &[3.0]);
        pools
    }

    #[test]
    fn a_piston_relieves_a_chamber_and_a_sliver_of_a_body_does_not() {
        assert_eq!(chamber([2.0, 0.0, 0.0]).enclosed, [false]);
        assert_eq!(chamber([0.0, 0.0, 4.5]).enclosed, [false], "one that turns");
        assert_eq!(chamber([0.3, -0.2, 0.6]).enclosed, [true]);
        assert_eq!(chamber([2.0, 0.0, 0.0]).airless, [true]);
    }

    #[test]
    fn a_right_hand_side_loses_its_mean_where_chosen_and_nowhere_else() {
        let pools = chamber([0.0; 3]);
        let mut rhs = [1.0, 2.0, 3.0, 6.0];
        pools.drop_means(&mut rhs, &[false]);
        assert_eq!(rhs, [1.0, 2.0, 3.0, 6.0]);
        pools.drop_means(&mut rhs, &[true]);
        assert_eq!(rhs, [-2.0, -1.0, 0.0, 3.0]);
    }
}

//! A sparse symmetric system and the preconditioned conjugate gradients that
//! solve it.
//!
//! The preconditioner is a modified incomplete Cholesky factorisation that keeps
//! only the diagonal (MIC(0), Gustafsson 1978; parameters from Bridson 2015,
//! §5.5). It runs down fixed blocks of rows, whose number follows from the size
//! alone; sums run over the same blocks in `f64`. So the answer has the same bits
//! for any number of threads.
//!
//! With the rows scaled by the factor's diagonal the preconditioner is
//! (I + L)(I + Lᵀ), where L are the matrix's own entries below the diagonal. The
//! product with the matrix then falls out of the two triangular solves (Eisenstat
//! 1981, "Efficient implementation of a class of preconditioned conjugate
//! gradient methods"):
//!
//! (I + L)⁻¹ A (I + Lᵀ)⁻¹ p = t + (I + L)⁻¹ (p − (2 − D) t),  t = (I + Lᵀ)⁻¹ p

use rayon::prelude::*;

/// Rows that one pass of the preconditioner runs through.
const BLOCK: usize = 8192;
/// Rows above which a pass is worth sharing between threads.
const SHARED: usize = 12_288;

/// A symmetric positive (semi-)definite matrix by rows, diagonal first.
#[derive(Clone, Debug, Default)]
pub struct LinearSystem {
    start: Vec<u32>,
    /// Column and value of each entry off the diagonal.
    entries: Vec<(u32, f32)>,
    diagonal: Vec<f32>,
}

/// The factorisation of a [`LinearSystem`], and all that its solves need.
#[derive(Clone, Debug, Default)]
pub struct Factor {
    above: Vec<f32>,
    /// What scales each row and column: 1/√ of the factor's diagonal.
    root: Vec<f32>,
    /// 2 − D, with D the scaled diagonal.
    excess: Vec<f32>,
    /// Scaled entries that the preconditioner keeps, before the diagonal.
    before: Couplings,
    /// Those after it.
    after: Couplings,
    /// Scaled entries between blocks, which it does not: row, later column, value.
    across: Vec<(u32, u32, f32)>,
    /// Entries of the row being scaled, on either side of the diagonal.
    sides: [Vec<(u32, f32)>; 2],
}

/// The entries of each row on one side of the diagonal, nearest last. Most rows
/// have two at most, which lie in place.
#[derive(Clone, Debug, Default)]
struct Couplings {
    two: Vec<([u32; 2], [f32; 2])>,
    /// The further ones of rows that have more, and where each row's begin.
    more: Vec<(u32, f32)>,
    more_start: Vec<u32>,
}

/// Marks a second column whose row has more than two, whose number it then holds.
const MORE: u32 = 1 << 31;

impl Couplings {
    fn clear(&mut self) {
        self.two.clear();
        self.more.clear();
        self.more_start.clear();
        self.more_start.push(0);
    }

    /// Adds a row.
    fn push(&mut self, entries: &[(u32, f32)]) {
        let row = self.two.len() as u32;
        self.two.push(match *entries {
            [] => ([row; 2], [0.0; 2]),
            [(a, x)] => ([row, a], [0.0, x]),
            [(a, x), (b, y)] => ([a, b], [x, y]),
            _ => {
                let number = self.more_start.len() as u32 - 1;
                self.more.extend_from_slice(entries);
                self.more_start.push(self.more.len() as u32);
                ([row, number | MORE], [0.0; 2])
            }
        });
    }

    /// `sum` less the row's entries times `x`, which begins at row `first`.
    #[inline(always)]
    fn subtract(&self, row: usize, first: usize, x: &[f32], mut sum: f32) -> f32 {
        let ([a, b], [u, v]) = self.two[row];
        if b & MORE != 0 {
            let number = (b & !MORE) as usize;
            let range = self.more_start[number] as usize..self.more_start[number + 1] as usize;
            for &(column, value) in &self.more[range] {
                sum -= value * x[column as usize - first];
            }
            return sum;
        }
        sum - u * x[a as usize - first] - v * x[b as usize - first]
    }
}

/// Vectors of a solve, kept between steps.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    residual: Vec<f32>,
    direction: Vec<f32>,
    /// (I + Lᵀ)⁻¹ of the direction.
    back: Vec<f32>,
    /// What the forward solve adds to it.
    forth: Vec<f32>,
    /// What is to be added to the start, scaled.
    gain: Vec<f32>,
    partial: Vec<f64>,
}

/// How a solve ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Iterations taken.
    pub iterations: usize,
    /// Norm of the last residual over that of the right-hand side.
    pub residual: f64,
}

impl LinearSystem {
    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.start.clear();
        self.start.push(0);
        self.entries.clear();
        self.diagonal.clear();
    }

    /// Adds an entry off the diagonal to the row being built.
    #[inline]
    pub fn push(&mut self, column: u32, value: f32) {
        self.entries.push((column, value));
    }

    /// Ends the row being built.
    #[inline]
    pub fn end_row(&mut self, diagonal: f32) {
        self.diagonal.push(diagonal);
        self.start.push(self.entries.len() as u32);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.diagonal.len()
    }

    /// Columns and values off the diagonal of one row.
    #[inline]
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = self.start[row] as usize..self.start[row + 1] as usize;
        self.entries[range].iter().map(|&(column, value)| (column as usize, value))
    }
}

impl Factor {
    /// Computes the preconditioner for the rows as they are.
    pub fn factorise(&mut self, system: &LinearSystem) {
        const TAU: f32 = 0.97;
        const SIGMA: f32 = 0.25;
        let count = system.len();
        self.root.resize(count, 0.0);
        self.excess.resize(count, 0.0);
        self.above.resize(count, 0.0);
        for row in 0..count {
            let end = block_end(row, count);
            let (mut pivot, mut above) = (system.diagonal[row], 0.0);
            for (column, value) in system.row(row) {
                if column > row && column < end {
                    above += value;
                } else if column < row && block_end(column, count) == end {
                    let rest = TAU * (self.above[column] - value);
                    pivot -= value * self.root[column] * self.root[column] * (value + rest);
                }
            }
            self.above[row] = above;
            let safe =
                if pivot < SIGMA * system.diagonal[row] { system.diagonal[row] } else { pivot };
            self.root[row] = if safe > 0.0 { 1.0 / safe.sqrt() } else { 0.0 };
            self.excess[row] = 2.0 - system.diagonal[row] * self.root[row] * self.root[row];
        }
        self.scale(system);
    }

    /// Sorts the entries, scaled, by where the preconditioner needs them.
    fn scale(&mut self, system: &LinearSystem) {
        let Self { root, before, after, across, sides: [low, high], .. } = self;
        before.clear();
        after.clear();
        across.clear();
        let count = root.len();
        for row in 0..count {
            low.clear();
            high.clear();
            for (other, value) in system.row(row) {
                let (column, value) = (other as u32, value * root[row] * root[other]);
                if block_end(other, count) != block_end(row, count) {
                    if other > row {
                        across.push((row as u32, column, value));
                    }
                } else if other < row {
                    low.push((column, value));
                } else {
                    high.push((column, value));
                }
            }
            // The nearest row comes last.
            in_order(low, |a, b| a < b);
            in_order(high, |a, b| a > b);
            before.push(low);
            after.push(high);
        }
    }

    /// direction ← residual + β direction; back ← (I + Lᵀ)⁻¹ direction.
    fn go_back(&self, beta: f32, work: &mut Workspace) {
        work.for_blocks(|first, rows| {
            for k in (0..rows.back.len()).rev() {
                rows.direction[k] = rows.residual[k] + beta * rows.direction[k];
                rows.back[k] = self.after.subtract(first + k, first, rows.back, rows.direction[k]);
            }
            0.0
        });
    }

    /// forth ← (I + L)⁻¹ (direction − (2 − D) back + forth); returns
    /// direction · (back + forth).
    fn go_forth(&self, work: &mut Workspace) -> f64 {
        work.for_blocks(|first, rows| {
            let (direction, back, forth) = (&*rows.direction, &*rows.back, rows.forth);
            let excess = &self.excess[first..];
            let mut product = 0.0;
            for k in 0..forth.len() {
                let sum = direction[k] - excess[k] * back[k] + forth[k];
                forth[k] = self.before.subtract(first + k, first, forth, sum);
                product += f64::from(direction[k]) * f64::from(back[k] + forth[k]);
            }
            product
        })
    }

    /// gain += α back, residual −= α (back + forth); returns residual².
    fn advance(&self, alpha: f32, work: &mut Workspace) -> f64 {
        work.for_blocks(|_, rows| {
            let steps = rows.back.iter().zip(&*rows.forth);
            let both = rows.residual.iter_mut().zip(rows.gain).zip(steps);
            both.for_each(|((residual, gain), (back, forth))| {
                *gain += alpha * back;
                *residual -= alpha * (back + forth);
            });
            square(rows.residual)
        })
    }

    /// residual ← (I + L)⁻¹ of the scaled `b − (A + extra) x`; returns residual².
    fn start_residual(
        &self,
        system: &LinearSystem,
        b: &[f32],
        x: Option<&[f32]>,
        extra: &impl Fn(&dyn Fn(usize) -> f32, &mut dyn FnMut(usize, f32)),
        residual: &mut [f32],
    ) -> f64 {
        residual.copy_from_slice(b);
        if let Some(x) = x {
            for (row, residual) in residual.iter_mut().enumerate() {
                *residual -= system.diagonal[row] * x[row];
                for (column, value) in system.row(row) {
                    *residual -= value * x[column];
                }
            }
            extra(&|row| x[row], &mut |row, value| residual[row] -= value);
        }
        let mut sum = 0.0;
        for (block, residual) in residual.chunks_mut(BLOCK).enumerate() {
            let first = block * BLOCK;
            for k in 0..residual.len() {
                let scaled = self.root[first + k] * residual[k];
                residual[k] = self.before.subtract(first + k, first, residual, scaled);
            }
            sum += square(residual);
        }
        sum
    }

    /// Improves `x` until ‖b − (A + extra)x‖ ≤ `tolerance`·‖b‖, or for `most`
    /// iterations. The norm is the preconditioner's, ‖(I + L)⁻¹r‖ with scaled r:
    /// it weighs smooth residuals, which take the most of x to mend, as more than
    /// rough ones. `extra` is given x and adds its share of the product row by
    /// row; it must be symmetric and not negative.
    #[allow(clippy::too_many_arguments)]
    pub fn solve(
        &self,
        system: &LinearSystem,
        b: &[f32],
        x: &mut [f32],
        tolerance: f64,
        most: usize,
        extra: impl Fn(&dyn Fn(usize) -> f32, &mut dyn FnMut(usize, f32)),
        work: &mut Workspace,
    ) -> Outcome {
        work.clear(self.root.len());
        let scale = self.start_residual(system, b, None, &extra, &mut work.residual);
        if scale == 0.0 {
            x.fill(0.0);
            return Outcome::default();
        }
        let mut rho = scale;
        if x.iter().any(|x| *x != 0.0) {
            rho = self.start_residual(system, b, Some(x), &extra, &mut work.residual);
            // A start from the last step that is worse than no start is dropped.
            if rho > scale || !rho.is_finite() {
                x.fill(0.0);
                rho = self.start_residual(system, b, None, &extra, &mut work.residual);
            }
        }
        let first = rho;
        let (mut beta, mut iterations) = (0.0, 0);
        while iterations < most && rho > tolerance * tolerance * scale {
            self.go_back(beta, work);
            let Workspace { back, forth, .. } = &mut *work;
            forth.fill(0.0);
            let root = &self.root;
            extra(&|row| root[row] * back[row], &mut |row, value| forth[row] += root[row] * value);
            for &(row, column, value) in &self.across {
                let (row, column) = (row as usize, column as usize);
                forth[row] += value * back[column];
                forth[column] += value * back[row];
            }
            let curvature = self.go_forth(work);
            if curvature <= 0.0 || !curvature.is_finite() {
                // Rounding, or a right-hand side that no x can meet.
                break;
            }
            let next = self.advance((rho / curvature) as f32, work);
            beta = (next / rho) as f32;
            rho = next;
            iterations += 1;
        }
        if rho > first || !rho.is_finite() {
            // Worse than the start, which stays.
            return Outcome { iterations, residual: (first / scale).sqrt() };
        }
        x.iter_mut()
            .zip(&work.gain)
            .zip(&self.root)
            .for_each(|((x, gain), root)| *x += root * gain);
        Outcome { iterations, residual: (rho / scale).sqrt() }
    }
}

/// One block of each vector.
struct Rows<'a> {
    residual: &'a mut [f32],
    direction: &'a mut [f32],
    back: &'a mut [f32],
    forth: &'a mut [f32],
    gain: &'a mut [f32],
}

impl Workspace {
    /// Does `work`, which is given the first row and the vectors, for all blocks;
    /// returns the sum of its results.
    fn for_blocks(&mut self, work: impl Fn(usize, Rows) -> f64 + Sync) -> f64 {
        let at_once = if self.residual.len() > SHARED { 1 } else { usize::MAX };
        let Self { residual, direction, back, forth, gain, partial } = self;
        let [residual, direction, back, forth, gain] =
            [residual, direction, back, forth, gain].map(|v| v.par_chunks_mut(BLOCK));
        let blocks = (residual, direction, back, forth, gain, partial).into_par_iter();
        blocks.enumerate().with_min_len(at_once).for_each(
            |(block, (residual, direction, back, forth, gain, partial))| {
                let rows = Rows { residual, direction, back, forth, gain };
                *partial = work(block * BLOCK, rows);
            },
        );
        self.partial.iter().sum()
    }

    fn clear(&mut self, count: usize) {
        let Self { residual, direction, back, forth, gain, partial, .. } = self;
        for vector in [residual, direction, back, forth, gain] {
            vector.clear();
            vector.resize(count, 0.0);
        }
        partial.clear();
        partial.resize(count.div_ceil(BLOCK), 0.0);
    }
}

/// Reorders what will be rows, given in the order of the grid: in each block one
/// from the front, one from the back, and so on to the middle. Each row of the
/// preconditioner waits for the one before it in the grid; this way the
/// processor has two to work on at a time (the "twisted" factorisation).
pub fn interleave<T: Copy>(rows: &mut [T], spare: &mut Vec<T>) {
    spare.clear();
    spare.extend_from_slice(rows);
    for (rows, spare) in rows.chunks_mut(BLOCK).zip(spare.chunks(BLOCK)) {
        let (mut front, mut back) = (spare.iter(), spare.iter().rev());
        for (turn, row) in rows.iter_mut().enumerate() {
            if let Some(&next) = if turn % 2 == 0 { front.next() } else { back.next() } {
                *row = next;
            }
        }
    }
}

/// Sorts a handful of entries by column; most are in order or one swap from it.
fn in_order(entries: &mut [(u32, f32)], before: impl Fn(u32, u32) -> bool) {
    for end in 1..entries.len() {
        let mut k = end;
        while k > 0 && before(entries[k].0, entries[k - 1].0) {
            entries.swap(k, k - 1);
            k -= 1;
        }
    }
}

fn block_end(row: usize, count: usize) -> usize {
    ((row / BLOCK + 1) * BLOCK).min(count)
}

/// Σ a² in `f64`.
fn square(a: &[f32]) -> f64 {
    // Four running sums let the processor overlap the additions.
    let mut sums = [0.0_f64; 4];
    let fours = a.chunks_exact(4);
    let tail: f64 = fours.remainder().iter().map(|a| f64::from(*a).powi(2)).sum();
    for four in fours {
        for k in 0..4 {
            sums[k] += f64::from(four[k]).powi(2);
        }
    }
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −∇² on a square with zero around it.
    fn laplacian(side: usize) -> (LinearSystem, Factor) {
        let mut system = LinearSystem::default();
        system.clear();
        for k in 0..side * side {
            let (i, j) = (k % side, k / side);
            let neighbours = [
                (j > 0).then(|| k - side),
                (i > 0).then(|| k - 1),
                (i + 1 < side).then(|| k + 1),
                (j + 1 < side).then(|| k + side),
            ];
            neighbours.into_iter().flatten().for_each(|n| system.push(n as u32, -1.0));
            system.end_row(4.0);
        }
        let mut factor = Factor::default();
        factor.factorise(&system);
        (system, factor)
    }

    #[test]
    fn it_finds_the_solution_that_made_the_right_hand_side() {
        for side in [10, 130] {
            let (system, factor) = laplacian(side);
            let truth: Vec<f32> =
                (0..side * side).map(|k| ((k * 37) % 101) as f32 / 101.0).collect();
            let mut b = vec![0.0; side * side];
            for (row, b) in b.iter_mut().enumerate() {
                let others: f32 = system.row(row).map(|(column, v)| v * truth[column]).sum();
                *b = 4.0 * truth[row] + others;
            }
            let mut x = vec![0.0; side * side];
            let outcome =
                factor.solve(&system, &b, &mut x, 1e-6, 500, |_, _| (), &mut Workspace::default());
            let worst = x.iter().zip(&truth).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-3, "side {side}: off by {worst} after {outcome:?}");
        }
    }

    #[test]
    fn interleaving_keeps_every_row() {
        for count in [0, 1, 3, 7, 8, 101, 9000] {
            let mut rows: Vec<usize> = (0..count).collect();
            interleave(&mut rows, &mut Vec::new());
            rows.sort_unstable();
            assert!(rows.iter().copied().eq(0..count));
        }
    }

    #[test]
    fn iterations_stay_far_below_the_number_that_plain_gradients_need() {
        let (system, factor) = laplacian(64);
        let b: Vec<f32> = (0..64 * 64).map(|k| f32::from(u8::from(k == 1000))).collect();
        let mut x = vec![0.0; b.len()];
        let outcome =
            factor.solve(&system, &b, &mut x, 1e-5, 1000, |_, _| (), &mut Workspace::default());
        assert!(outcome.iterations < 40, "{outcome:?}");
    }

    #[test]
    fn threads_change_no_bit() {
        let (system, factor) = laplacian(130);
        let b: Vec<f32> = (0..130 * 130).map(|k| ((k * 7919) % 1000) as f32).collect();
        let solve = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
            let mut x = vec![0.0; b.len()];
            pool.install(|| {
                factor.solve(&system, &b, &mut x, 1e-5, 200, |_, _| (), &mut Workspace::default())
            });
            x
        };
        assert_eq!(solve(1), solve(3));
    }
}

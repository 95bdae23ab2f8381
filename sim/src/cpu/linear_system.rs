//! A sparse symmetric system and the preconditioned conjugate gradients that
//! solve it.
//!
//! The preconditioner is a modified incomplete Cholesky factorisation that keeps
//! only the diagonal (MIC(0), Gustafsson 1978; parameters from Bridson 2015,
//! §5.5). It runs down fixed blocks of rows, whose number follows from the size
//! alone; sums run over fixed chunks in `f64`. So the answer has the same bits
//! for any number of threads.

use rayon::prelude::*;

/// Rows that one pass of the preconditioner runs through.
const BLOCK: usize = 8192;
/// Rows that one partial sum covers.
const CHUNK: usize = 2048;
/// Rows above which a product or a sum is worth sharing between threads.
const SHARED: usize = 12_288;

/// A symmetric positive (semi-)definite matrix by rows, diagonal first.
#[derive(Clone, Debug, Default)]
pub struct LinearSystem {
    start: Vec<u32>,
    /// Where the columns of each row pass the diagonal.
    split: Vec<u32>,
    /// Column and value of each entry off the diagonal.
    entries: Vec<(u32, f32)>,
    diagonal: Vec<f32>,
    /// Reciprocal of the factor's diagonal.
    factor: Vec<f32>,
    /// The entries, with values times `factor` of their row.
    scaled: Vec<(u32, f32)>,
    above: Vec<f32>,
}

/// Vectors of a solve, kept between steps.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    residual: Vec<f32>,
    direction: Vec<f32>,
    image: Vec<f32>,
    conditioned: Vec<f32>,
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
        self.split.clear();
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
        let (row, first) = (self.diagonal.len() as u32, self.start[self.diagonal.len()] as usize);
        let mut split = first;
        for k in first..self.entries.len() {
            if self.entries[k].0 < row {
                self.entries[split..=k].rotate_right(1);
                split += 1;
            }
        }
        self.split.push(split as u32);
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

    /// Computes the preconditioner for the rows as they are.
    pub fn factorise(&mut self) {
        const TAU: f32 = 0.97;
        const SIGMA: f32 = 0.25;
        let count = self.len();
        self.factor.resize(count, 0.0);
        self.above.resize(count, 0.0);
        for row in 0..count {
            let end = block_end(row, count);
            let (mut pivot, mut above) = (self.diagonal[row], 0.0);
            for (column, value) in self.row(row) {
                if column > row && column < end {
                    above += value;
                } else if column < row && block_end(column, count) == end {
                    let rest = TAU * (self.above[column] - value);
                    pivot -= value * self.factor[column] * (value + rest);
                }
            }
            self.above[row] = above;
            let safe = if pivot < SIGMA * self.diagonal[row] { self.diagonal[row] } else { pivot };
            self.factor[row] = if safe > 0.0 { 1.0 / safe } else { 0.0 };
        }
        self.scaled.clear();
        for row in 0..count {
            let range = self.start[row] as usize..self.start[row + 1] as usize;
            let factor = self.factor[row];
            self.scaled.extend(self.entries[range].iter().map(|&(column, v)| (column, v * factor)));
        }
    }

    /// Scaled entries of one row on one side of the diagonal.
    #[inline]
    fn side(&self, from: u32, to: u32) -> impl DoubleEndedIterator<Item = (usize, f32)> + '_ {
        let entries = self.scaled[from as usize..to as usize].iter();
        entries.map(|&(column, value)| (column as usize, value))
    }

    fn condition(&self, residual: &[f32], out: &mut [f32]) {
        let count = self.len();
        let pass = |(block, out): (usize, &mut [f32])| {
            let first = block * BLOCK;
            for k in 0..out.len() {
                let row = first + k;
                let mut sum = residual[row] * self.factor[row];
                for (column, value) in self.side(self.start[row], self.split[row]) {
                    if column >= first {
                        sum -= value * out[column - first];
                    }
                }
                out[k] = sum;
            }
            for k in (0..out.len()).rev() {
                let row = first + k;
                let mut sum = out[k];
                // The neighbour that was solved last comes last: less to wait for.
                for (column, value) in self.side(self.split[row], self.start[row + 1]).rev() {
                    if let Some(x) = out.get(column - first) {
                        sum -= value * x;
                    }
                }
                out[k] = sum;
            }
        };
        if count > SHARED {
            out.par_chunks_mut(BLOCK).enumerate().for_each(pass);
        } else {
            out.chunks_mut(BLOCK).enumerate().for_each(pass);
        }
    }

    fn multiply(&self, x: &[f32], out: &mut [f32]) {
        let one = |(row, out): (usize, &mut f32)| {
            let mut sum = self.diagonal[row] * x[row];
            for (column, value) in self.row(row) {
                sum += value * x[column];
            }
            *out = sum;
        };
        if self.len() > SHARED {
            out.par_iter_mut().enumerate().with_min_len(CHUNK).for_each(one);
        } else {
            out.iter_mut().enumerate().for_each(one);
        }
    }

    /// Improves `x` until ‖b − (A + extra)x‖ ≤ `tolerance`·‖b‖, or for
    /// `most` iterations. `extra` adds its share of the product to its second
    /// argument, and must be symmetric and not negative.
    pub fn solve(
        &self,
        b: &[f32],
        x: &mut [f32],
        tolerance: f64,
        most: usize,
        extra: impl Fn(&[f32], &mut [f32]),
        work: &mut Workspace,
    ) -> Outcome {
        let count = self.len();
        for vector in
            [&mut work.residual, &mut work.direction, &mut work.image, &mut work.conditioned]
        {
            vector.resize(count, 0.0);
        }
        let Workspace { residual, direction, image, conditioned } = work;
        let scale = dot(b, b).sqrt();
        if scale == 0.0 {
            x.fill(0.0);
            return Outcome::default();
        }
        let apply = |x: &[f32], out: &mut [f32]| {
            self.multiply(x, out);
            extra(x, out);
        };
        apply(x, image);
        residual.iter_mut().zip(b).zip(image.iter()).for_each(|((r, b), ax)| *r = b - ax);
        // A start from the last step that is worse than no start is dropped.
        if dot(residual, residual).sqrt() > scale {
            x.fill(0.0);
            residual.copy_from_slice(b);
        }
        let mut size = dot(residual, residual).sqrt() / scale;
        let (mut rho, mut iterations) = (0.0, 0);
        while iterations < most && size > tolerance {
            self.condition(residual, conditioned);
            let next = dot(residual, conditioned);
            let beta = if rho == 0.0 { 0.0 } else { (next / rho) as f32 };
            rho = next;
            direction.iter_mut().zip(conditioned.iter()).for_each(|(d, z)| *d = z + beta * *d);
            apply(direction, image);
            let curvature = dot(direction, image);
            if curvature <= 0.0 || !curvature.is_finite() {
                // Rounding, or a right-hand side that no x can meet.
                break;
            }
            let alpha = (rho / curvature) as f32;
            x.iter_mut().zip(direction.iter()).for_each(|(x, d)| *x += alpha * d);
            residual.iter_mut().zip(image.iter()).for_each(|(r, q)| *r -= alpha * q);
            size = dot(residual, residual).sqrt() / scale;
            iterations += 1;
        }
        if size > 1.0 || !size.is_finite() {
            // Worse than nothing.
            x.fill(0.0);
            size = 1.0;
        }
        Outcome { iterations, residual: size }
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

fn block_end(row: usize, count: usize) -> usize {
    ((row / BLOCK + 1) * BLOCK).min(count)
}

/// Σ a·b in `f64`, by halves down to [`CHUNK`]: a fixed tree.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    if a.len() > CHUNK {
        let middle = a.len() / 2;
        let ((a, a2), (b, b2)) = (a.split_at(middle), b.split_at(middle));
        let (low, high) = if a.len() > SHARED {
            rayon::join(|| dot(a, b), || dot(a2, b2))
        } else {
            (dot(a, b), dot(a2, b2))
        };
        return low + high;
    }
    // Four running sums let the processor overlap the additions.
    let mut sums = [0.0_f64; 4];
    let (fours_a, fours_b) = (a.chunks_exact(4), b.chunks_exact(4));
    let ends = fours_a.remainder().iter().zip(fours_b.remainder());
    let tail: f64 = ends.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    for (a, b) in fours_a.zip(fours_b) {
        for k in 0..4 {
            sums[k] += f64::from(a[k]) * f64::from(b[k]);
        }
    }
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −∇² on a square with zero around it.
    fn laplacian(side: usize) -> LinearSystem {
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
        system.factorise();
        system
    }

    #[test]
    fn it_finds_the_solution_that_made_the_right_hand_side() {
        for side in [10, 130] {
            let system = laplacian(side);
            let truth: Vec<f32> =
                (0..side * side).map(|k| ((k * 37) % 101) as f32 / 101.0).collect();
            let mut b = vec![0.0; side * side];
            system.multiply(&truth, &mut b);
            let mut x = vec![0.0; side * side];
            let outcome = system.solve(&b, &mut x, 1e-6, 500, |_, _| {}, &mut Workspace::default());
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
        let system = laplacian(64);
        let b: Vec<f32> = (0..64 * 64).map(|k| f32::from(u8::from(k == 1000))).collect();
        let mut x = vec![0.0; b.len()];
        let outcome = system.solve(&b, &mut x, 1e-5, 1000, |_, _| {}, &mut Workspace::default());
        assert!(outcome.iterations < 40, "{outcome:?}");
    }

    #[test]
    fn threads_change_no_bit() {
        let system = laplacian(130);
        let b: Vec<f32> = (0..130 * 130).map(|k| ((k * 7919) % 1000) as f32).collect();
        let solve = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
            let mut x = vec![0.0; b.len()];
            pool.install(|| {
                system.solve(&b, &mut x, 1e-5, 200, |_, _| {}, &mut Workspace::default())
            });
            x
        };
        assert_eq!(solve(1), solve(3));
    }
}

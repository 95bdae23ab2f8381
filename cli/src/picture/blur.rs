//! Wide blurs on coarse pixels.

use rayon::prelude::*;

/// Numbers on pixels `factor` times as wide as the picture's.
#[derive(Clone, Debug, Default)]
pub struct Coarse {
    /// Side of a coarse pixel, picture pixels.
    pub factor: usize,
    /// Columns and rows.
    pub size: [usize; 2],
    /// One number a coarse pixel.
    pub values: Vec<f32>,
    scratch: Vec<f32>,
}

impl Coarse {
    /// Replaces the values by means over `factor × factor` of `fine`, `size` wide and high.
    pub fn shrink(&mut self, fine: &[f32], size: [usize; 2], factor: usize) {
        self.factor = factor;
        self.size = size.map(|n| n.div_ceil(factor));
        let columns = self.size[0];
        self.values.resize(columns * self.size[1], 0.0);
        self.values.par_chunks_mut(columns).enumerate().for_each(|(j, row)| {
            row.fill(0.0);
            let rows = j * factor..((j + 1) * factor).min(size[1]);
            let height = rows.len();
            for y in rows {
                let line = &fine[y * size[0]..(y + 1) * size[0]];
                for (sum, group) in row.iter_mut().zip(line.chunks(factor)) {
                    *sum += group.iter().sum::<f32>() / group.len() as f32;
                }
            }
            for sum in row {
                *sum /= height as f32;
            }
        });
    }

    /// Blurs by three box filters in a row, close to a Gaussian of `sigma` coarse
    /// pixels (Wells 1986). The outermost values go on for ever beyond the edges.
    pub fn blur(&mut self, sigma: f32) {
        let radius = (((4.0 * sigma * sigma + 1.0).sqrt() - 1.0) / 2.0).round().max(1.0) as usize;
        self.scratch.resize(self.values.len(), 0.0);
        for _ in 0..3 {
            self.blur_rows(radius);
            self.blur_columns(radius);
        }
    }

    /// The value of the coarse pixel at a picture position.
    #[inline]
    pub fn nearest(&self, x: usize, y: usize) -> f32 {
        self.values[(y / self.factor) * self.size[0] + x / self.factor]
    }

    /// How much the values fall towards the right and downwards, over one coarse pixel.
    #[inline]
    pub fn fall(&self, x: usize, y: usize) -> [f32; 2] {
        let (i, j) = (x / self.factor, y / self.factor);
        let [columns, rows] = self.size;
        let value = |i: usize, j: usize| self.values[j * columns + i];
        let [left, right] = [value(i.saturating_sub(1), j), value((i + 1).min(columns - 1), j)];
        let [above, below] = [value(i, j.saturating_sub(1)), value(i, (j + 1).min(rows - 1))];
        [0.5 * (left - right), 0.5 * (above - below)]
    }

    /// The value at a picture position, interpolated linearly.
    #[inline]
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let scale = 1.0 / self.factor as f32;
        let place = |c: f32, n: usize| {
            let c = (c * scale - 0.5).clamp(0.0, (n - 1) as f32);
            // Through i32, which the processor converts to in one instruction.
            let i = c as i32 as usize;
            (i, (i + 1).min(n - 1), c - i as f32)
        };
        let (x0, x1, s) = place(x, self.size[0]);
        let (y0, y1, t) = place(y, self.size[1]);
        let (top, bottom) = (y0 * self.size[0], y1 * self.size[0]);
        let v = &self.values;
        let high = v[top + x0] + (v[top + x1] - v[top + x0]) * s;
        let low = v[bottom + x0] + (v[bottom + x1] - v[bottom + x0]) * s;
        high + (low - high) * t
    }

    fn blur_rows(&mut self, radius: usize) {
        let n = self.size[0];
        let share = 1.0 / (2 * radius + 1) as f32;
        self.scratch.par_chunks_mut(n).zip(self.values.par_chunks(n)).for_each(|(out, row)| {
            let value = |i: isize| row[i.clamp(0, n as isize - 1) as usize];
            let r = radius as isize;
            let mut sum: f32 = (-r..=r).map(value).sum();
            for (i, out) in (0..).zip(out) {
                *out = sum * share;
                sum += value(i + r + 1) - value(i - r);
            }
        });
    }

    /// Like `blur_rows`, from `scratch` back into `values`. Each block of rows
    /// carries a running sum for all columns at once, which reads memory in order.
    fn blur_columns(&mut self, radius: usize) {
        const BLOCK: usize = 64;
        let [n, rows] = self.size;
        let share = 1.0 / (2 * radius + 1) as f32;
        let source = &self.scratch;
        let line = |j: isize| {
            let j = j.clamp(0, rows as isize - 1) as usize;
            &source[j * n..(j + 1) * n]
        };
        let r = radius as isize;
        self.values.par_chunks_mut(n * BLOCK).enumerate().for_each(|(block, out)| {
            let first = (block * BLOCK) as isize;
            let mut sum = vec![0.0; n];
            for j in first - r..=first + r {
                for (sum, value) in sum.iter_mut().zip(line(j)) {
                    *sum += value;
                }
            }
            for (j, out) in (first..).zip(out.chunks_mut(n)) {
                let (entering, leaving) = (line(j + r + 1), line(j - r));
                for i in 0..n {
                    out[i] = sum[i] * share;
                    sum[i] += entering[i] - leaving[i];
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_a_step_becomes_a_ramp_of_the_given_width() {
        let size = [200, 120];
        let step: Vec<f32> =
            (0..size[0] * size[1]).map(|i| if i / size[0] < 60 { 0.0 } else { 1.0 }).collect();
        let mut coarse = Coarse::default();
        coarse.shrink(&step, size, 2);
        // Boxes are whole pixels wide; this width needs no rounding.
        coarse.blur(30.0_f32.sqrt());
        assert!((coarse.at(100.0, 60.0) - 0.5).abs() < 0.01);
        // One standard deviation (11 picture pixels) into the step: 84 %.
        assert!((coarse.at(100.0, 71.0) - 0.84).abs() < 0.02);
        assert!(coarse.at(3.0, 2.0).abs() < 1e-4 && (coarse.at(197.0, 118.0) - 1.0).abs() < 1e-4);
    }
}

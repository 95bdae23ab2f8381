//! A picture in the making, and shapes with soft edges to put on it.
//!
//! A shape is a signed distance: negative inside, in pixels. Coverage of a pixel
//! is taken from the distance of its centre, which antialiases any shape at the
//! price of one evaluation.

use rayon::prelude::*;

use super::colour::{Rgb, SrgbTable, mix};

/// Linear colours, row by row from the upper left corner.
#[derive(Clone)]
pub struct Canvas {
    /// Columns and rows.
    pub size_px: [usize; 2],
    /// One colour a pixel.
    pub pixels: Vec<Rgb>,
}

/// A rectangle of pixels: first column, first row, one past the last of each.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// First column and row.
    pub min: [usize; 2],
    /// One past the last column and row.
    pub max: [usize; 2],
}

impl Bounds {
    /// What lies within `reach_px` of any of `points`, cut to a picture of `size_px`.
    pub fn around(points: &[[f32; 2]], reach_px: f32, size_px: [usize; 2]) -> Self {
        let axis = |k: usize| {
            let low = points.iter().map(|p| p[k]).fold(f32::INFINITY, f32::min);
            let high = points.iter().map(|p| p[k]).fold(f32::NEG_INFINITY, f32::max);
            // `as usize` saturates, so shapes off the picture give an empty range.
            let end = ((high + reach_px + 1.0).ceil() as usize).min(size_px[k]);
            (((low - reach_px - 1.0).floor() as usize).min(end), end)
        };
        let (x, y) = (axis(0), axis(1));
        Self { min: [x.0, y.0], max: [x.1, y.1] }
    }
}

/// Share of a pixel inside a shape whose edge is `distance_px` from its centre.
#[inline]
pub fn coverage(distance_px: f32) -> f32 {
    (0.5 - distance_px).clamp(0.0, 1.0)
}

/// Centre of pixel `(x, y)`.
#[inline]
pub fn centre(x: usize, y: usize) -> [f32; 2] {
    [x as f32 + 0.5, y as f32 + 0.5]
}

/// Distance from `p` to the segment `a b`, and how far along it (`0..=1`) the nearest point lies.
#[inline]
pub fn segment_distance(p: [f32; 2], a: [f32; 2], b: [f32; 2]) -> (f32, f32) {
    let (d, e) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let length2 = d[0] * d[0] + d[1] * d[1];
    let along =
        if length2 > 0.0 { ((d[0] * e[0] + d[1] * e[1]) / length2).clamp(0.0, 1.0) } else { 0.0 };
    ((e[0] - d[0] * along).hypot(e[1] - d[1] * along), along)
}

impl Canvas {
    /// A canvas of one colour.
    pub fn new(size_px: [usize; 2], colour: Rgb) -> Self {
        Self { size_px, pixels: vec![colour; size_px[0] * size_px[1]] }
    }

    /// Lays `colour` over pixel `index` with the given opacity.
    #[inline]
    pub fn blend(&mut self, index: usize, colour: Rgb, opacity: f32) {
        self.pixels[index] = mix(self.pixels[index], colour, opacity);
    }

    /// Calls `paint` with the centre of each pixel in `bounds` and lays what it
    /// returns, a colour and an opacity, over that pixel.
    pub fn paint(&mut self, bounds: Bounds, mut paint: impl FnMut([f32; 2]) -> (Rgb, f32)) {
        for y in bounds.min[1]..bounds.max[1] {
            for x in bounds.min[0]..bounds.max[0] {
                let (colour, opacity) = paint(centre(x, y));
                if opacity > 0.0 {
                    self.blend(y * self.size_px[0] + x, colour, opacity);
                }
            }
        }
    }

    /// A stroke of a round pen through `points`.
    pub fn pen(&mut self, points: &[[f32; 2]], width_px: f32, colour: Rgb, opacity: f32) {
        let size_px = self.size_px;
        self.paint(Bounds::around(points, width_px, size_px), |p| {
            let nearest = points
                .windows(2)
                .map(|pair| segment_distance(p, pair[0], pair[1]).0)
                .fold(f32::INFINITY, f32::min);
            (colour, opacity * coverage(nearest - width_px / 2.0))
        });
    }

    /// A disc.
    pub fn disc(&mut self, at: [f32; 2], radius_px: f32, colour: Rgb, opacity: f32) {
        let size_px = self.size_px;
        self.paint(Bounds::around(&[at], radius_px, size_px), |p| {
            let distance = (p[0] - at[0]).hypot(p[1] - at[1]) - radius_px;
            (colour, opacity * coverage(distance))
        });
    }

    /// Replaces the picture by another of the same size.
    pub fn copy_from(&mut self, other: &Self) {
        let row = self.size_px[0];
        self.pixels
            .par_chunks_mut(row)
            .zip(other.pixels.par_chunks(row))
            .for_each(|(to, from)| to.copy_from_slice(from));
    }

    /// Writes the picture as sRGB bytes, three a pixel.
    pub fn write_srgb(&self, table: &SrgbTable, bytes: &mut Vec<u8>) {
        bytes.resize(self.pixels.len() * 3, 0);
        let row = self.size_px[0];
        bytes.par_chunks_mut(row * 3).zip(self.pixels.par_chunks(row)).for_each(
            |(out, colours)| {
                for (out, &colour) in out.chunks_exact_mut(3).zip(colours) {
                    out.copy_from_slice(&table.bytes(colour));
                }
            },
        );
    }
}

//! Light on the water: from a flat shape to something wet.
//!
//! A narrow blur bends the shape's edge into a rounded rim, whose slope stands
//! for the surface normal: the rim glints towards the light and bends what is
//! seen through it. On a coarse copy light sinks from above, and the water that
//! it has passed tints a pixel from aqua to teal.

use rayon::prelude::*;

use super::blur::Coarse;
use super::canvas::Canvas;
use super::colour::{Rgb, hex, mix, smoothstep};
use super::coverage::Coverage;

/// Where the light comes from on the picture: above, a little from the left.
const LIGHT: [f32; 2] = [-0.42, -0.91];

/// Side of a coarse pixel for the rim, pixels.
const RIM_FACTOR: usize = 2;
/// Side of a coarse pixel for the depth, pixels.
const DEPTH_FACTOR: usize = 8;

struct Palette {
    by_depth: Vec<Rgb>,
    shallow: Rgb,
    deep: Rgb,
    outline: Rgb,
    glint: Rgb,
    foam: Rgb,
}

/// Shades water; keeps its buffers from frame to frame.
pub struct WaterLight {
    palette: Palette,
    rim: Coarse,
    depth: Coarse,
    pen_px: f32,
}

impl WaterLight {
    /// `pen_px` is the length that is one pixel on a picture 1200 pixels wide.
    pub fn new(pen_px: f32) -> Self {
        Self { palette: Palette::new(), rim: Coarse::default(), depth: Coarse::default(), pen_px }
    }

    /// Lays the water over `canvas`, whose upper left `margin_px` is not water.
    /// `solid` is the share of each coarse pixel inside a body: water goes on
    /// behind it as far as light is concerned.
    pub fn shade(
        &mut self,
        canvas: &mut Canvas,
        backdrop: &Canvas,
        margin_px: usize,
        shape: &Coverage,
        solid: &Coarse,
    ) {
        let size = shape.size_px();
        self.measure(shape, size, solid);
        let (this, columns, stride) = (&*self, size[0], canvas.size_px[0]);
        canvas.pixels.par_chunks_mut(stride).skip(margin_px).take(size[1]).enumerate().for_each(
            |(y, row)| {
                let from = y * columns;
                for (x, pixel) in row[margin_px..margin_px + columns].iter_mut().enumerate() {
                    let water = shape.water[from + x];
                    if water <= 0.0 {
                        continue;
                    }
                    let bent = |offset: [f32; 2]| {
                        let limit = backdrop.size_px.map(|n| n as f32 - 1.0);
                        let px = (x as f32 + margin_px as f32 + offset[0]).clamp(0.0, limit[0]);
                        let py = (y as f32 + margin_px as f32 + offset[1]).clamp(0.0, limit[1]);
                        backdrop.pixels[py as usize * stride + px as usize]
                    };
                    let (pace, foam) = (shape.pace[from + x], shape.foam[from + x]);
                    *pixel = mix(*pixel, this.colour([x, y], pace, foam, bent), water);
                }
            },
        );
    }

    fn measure(&mut self, shape: &Coverage, size: [usize; 2], solid: &Coarse) {
        self.rim.shrink(&shape.water, size, RIM_FACTOR);
        if !solid.values.is_empty() {
            let columns = self.rim.size[0];
            self.rim.values.par_chunks_mut(columns).enumerate().for_each(|(j, row)| {
                for (i, filled) in row.iter_mut().enumerate() {
                    *filled = filled.max(solid.nearest(RIM_FACTOR * i, RIM_FACTOR * j));
                }
            });
        }
        self.depth.shrink(&self.rim.values, self.rim.size, DEPTH_FACTOR / RIM_FACTOR);
        self.depth.factor = DEPTH_FACTOR;
        sink(&mut self.depth);
        self.depth.blur(2.5 * self.pen_px);
        self.rim.blur(2.6 * self.pen_px);
    }

    #[inline]
    fn colour(
        &self,
        [x, y]: [usize; 2],
        pace: f32,
        foam: f32,
        bent: impl Fn([f32; 2]) -> Rgb,
    ) -> Rgb {
        let palette = &self.palette;
        let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
        let mut colour = palette.at_depth(self.depth.at(px, py));
        // Fast water carries air, which scatters light.
        colour = mix(colour, palette.shallow, 0.45 * smoothstep(0.15, 0.9, pace));

        let rim = self.rim.at(px, py);
        let mut through = [0.0, 0.0];
        if rim < 0.995 {
            let slope = self.rim.fall(x, y);
            let steep = slope[0].hypot(slope[1]).max(1e-6);
            let normal = slope.map(|c| c / steep);
            let bend = smoothstep(0.0, 0.04, steep);
            let facing = (normal[0] * LIGHT[0] + normal[1] * LIGHT[1]) * bend;
            through = normal.map(|c| -14.0 * self.pen_px * c * bend * (1.0 - rim));

            let near = smoothstep(0.98, 0.5, rim);
            colour = mix(colour, palette.shallow, 0.55 * near * facing.max(0.0));
            colour = mix(colour, palette.deep, 0.35 * near * (-facing).max(0.0));
            // The drawn edge, then a line of light inside it.
            colour = mix(colour, palette.outline, 0.45 * smoothstep(0.66, 0.5, rim));
            let band = 1.0 - smoothstep(0.0, 0.15, (rim - 0.8).abs());
            colour = mix(colour, palette.glint, 0.75 * band * facing.max(0.0).powi(2));
        }
        let seen = bent(through);
        colour = mix([0, 1, 2].map(|k| colour[k] * seen[k]), colour, 0.72);
        mix(colour, palette.foam, (0.9 * foam).min(0.85))
    }
}

impl Palette {
    const DEPTHS: u16 = 256;

    fn new() -> Self {
        let (shallow, body, deep) = (hex(0x7fd3d8), hex(0x2f9fb8), hex(0x0f5f7f));
        let tint = |i: u16| {
            let depth = f32::from(i) / f32::from(Self::DEPTHS - 1);
            let colour = mix(shallow, body, smoothstep(-0.03, 0.14, depth));
            mix(colour, deep, 1.0 - (-3.2 * (depth - 0.04).max(0.0)).exp())
        };
        Self {
            by_depth: (0..Self::DEPTHS).map(tint).collect(),
            shallow,
            deep,
            outline: hex(0x0b6a8e),
            glint: hex(0xf4ffff),
            foam: hex(0xf2fbfb),
        }
    }

    /// The colour under `depth` of water, in heights of the picture.
    #[inline]
    fn at_depth(&self, depth: f32) -> Rgb {
        let place = depth.clamp(0.0, 1.0) * f32::from(Self::DEPTHS - 2);
        let i = place as i32 as usize;
        mix(self.by_depth[i], self.by_depth[i + 1], place - i as f32)
    }
}

/// Replaces the share of water in each coarse pixel by how much of it light has
/// passed on its way down, as a share of the picture's height. Air between lets
/// the count fade, so that water below a gap has a surface of its own.
fn sink(depth: &mut Coarse) {
    const KEPT_IN_AIR: f32 = 0.6;
    let [columns, rows] = depth.size;
    let step = 1.0 / rows as f32;
    let mut passed = vec![0.0; columns];
    for row in depth.values.chunks_mut(columns) {
        for (passed, water) in passed.iter_mut().zip(row) {
            *passed = (*passed + step * *water) * (KEPT_IN_AIR + (1.0 - KEPT_IN_AIR) * *water);
            *water = *passed;
        }
    }
}

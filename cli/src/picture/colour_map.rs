//! Viridis: equal steps of the quantity look like equal steps of colour, also in
//! grey and to colour-blind eyes (van der Walt & Smith 2015, CC0).

use super::colour::{Rgb, hex, mix};

const STOPS: [u32; 9] =
    [0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725];

/// The colour of `t` in `0..=1`; values outside are clamped.
pub fn viridis(t: f32) -> Rgb {
    let place = t.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let i = (place as usize).min(STOPS.len() - 2);
    mix(hex(STOPS[i]), hex(STOPS[i + 1]), place - i as f32)
}

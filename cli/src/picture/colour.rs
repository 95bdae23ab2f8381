//! Colours, mixed in linear light and stored as sRGB.
//!
//! Averages of light (antialiased edges, translucent layers) are only right on
//! linear values; on sRGB bytes a half-covered edge comes out too dark.

use std::sync::LazyLock;

/// Linear red, green and blue, each in `0..=1`.
pub type Rgb = [f32; 3];

/// The colour of a hexadecimal literal, `0xRRGGBB` in sRGB.
pub fn hex(srgb: u32) -> Rgb {
    [16, 8, 0].map(|shift| linear_from_srgb(((srgb >> shift) & 0xff) as f32 / 255.0))
}

/// `a` at `t = 0`, `b` at `t = 1`.
#[inline]
pub fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

/// `a` brightened or darkened by a factor.
#[inline]
pub fn scale(a: Rgb, factor: f32) -> Rgb {
    a.map(|c| c * factor)
}

/// Zero below `low`, one above `high`, and a cubic without kinks between.
#[inline]
pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The three sRGB bytes of a colour; values outside `0..=1` are clamped.
#[inline]
pub fn srgb_bytes(colour: Rgb) -> [u8; 3] {
    const STEPS: f32 = 4095.0;
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let byte = |i: u16| (srgb_from_linear(f32::from(i) / STEPS) * 255.0).round() as u8;
        (0..=4095).map(byte).collect()
    });
    let bytes = &*BYTES;
    colour.map(|c| bytes[(c.clamp(0.0, 1.0) * STEPS + 0.5) as usize])
}

fn linear_from_srgb(c: f32) -> f32 {
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn srgb_from_linear(c: f32) -> f32 {
    if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_the_way_to_linear_light_and_back() {
        // Below 8 the table's steps are coarser than a byte; nothing drawn is that dark.
        for byte in 8..=255_u32 {
            let grey = hex(byte << 16 | byte << 8 | byte);
            assert_eq!(srgb_bytes(grey), [byte as u8; 3]);
        }
    }
}

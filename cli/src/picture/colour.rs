//! Colours, mixed in linear light and stored as sRGB.
//!
//! Averages of light (antialiased edges, translucent layers) are only right on
//! linear values; on sRGB bytes a half-covered edge comes out too dark.

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

/// Zero below `low`, one above `high`, and a cubic without kinks between.
#[inline]
pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Turns colours into sRGB bytes through a table.
pub struct SrgbTable(Vec<u8>);

impl SrgbTable {
    const LAST: u16 = 4095;

    /// The bytes of `LAST + 1` evenly spaced levels of light.
    pub fn new() -> Self {
        let light = |i: u16| f32::from(i) / f32::from(Self::LAST);
        let byte = |i| (srgb_from_linear(light(i)) * 255.0).round() as u8;
        Self((0..=Self::LAST).map(byte).collect())
    }

    /// The three bytes of a colour; values outside `0..=1` are clamped.
    #[inline]
    pub fn bytes(&self, colour: Rgb) -> [u8; 3] {
        // In a float this large the last bits count ones: a rounding conversion
        // to an integer that is several times faster than `as`.
        const ONES: f32 = 8_388_608.0;
        colour.map(|c| {
            let level = c.clamp(0.0, 1.0) * f32::from(Self::LAST) + ONES;
            self.0[(level.to_bits() & u32::from(Self::LAST)) as usize]
        })
    }
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
        let table = SrgbTable::new();
        // Below 8 the table's steps are coarser than a byte; nothing drawn is that dark.
        for byte in 8..=255_u32 {
            let grey = hex(byte << 16 | byte << 8 | byte);
            assert_eq!(table.bytes(grey), [byte as u8; 3]);
        }
    }
}

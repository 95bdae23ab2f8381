//! Two hundred and fifty-five colours for a picture that has thousands.

use color_quant::NeuQuant;

/// The index that stands for "as in the picture before".
pub const TRANSPARENT: u8 = 255;

/// Bits of each channel by which nearest colours are remembered.
const BITS: u32 = 6;
/// Share of pixels that palettes are learned from and judged by: one in so many.
const SAMPLED: usize = 11;

/// Colours learned from a picture by a self-organising map (Dekker 1994).
///
/// A palette is kept from picture to picture, for a new one moves every colour a
/// little and the whole picture with it. Only when foam or a new body makes it
/// fit clearly worse than on the picture it was learned from is it replaced.
pub struct Palette {
    bytes: Vec<u8>,
    /// Index of the nearest colour plus one; zero where nobody has asked.
    remembered: Vec<u16>,
    error: f64,
}

impl Palette {
    /// `old` if it still fits the picture, else one learned from it.
    pub fn kept_or_learned(old: Option<Self>, srgb: &[u8]) -> Self {
        if let Some(mut old) = old
            && old.error_on(srgb) <= 1.5 * old.error + 1.0
        {
            return old;
        }
        Self::learned(srgb)
    }

    /// The colours, three bytes each, 256 of them; the last is never shown.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Index and value of the colour nearest to `wanted`.
    pub fn nearest(&mut self, wanted: [u8; 3]) -> (u8, [u8; 3]) {
        let [r, g, b] = wanted.map(|c| u32::from(c) >> (8 - BITS));
        let slot = (r << (2 * BITS) | g << BITS | b) as usize;
        if self.remembered[slot] == 0 {
            self.remembered[slot] = u16::from(self.search(wanted)) + 1;
        }
        let index = self.remembered[slot] - 1;
        (index as u8, self.colour(usize::from(index)))
    }

    fn learned(srgb: &[u8]) -> Self {
        let rgba: Vec<u8> = sample(srgb).flat_map(|[r, g, b]| [r, g, b, 255]).collect();
        let mut bytes = NeuQuant::new(1, usize::from(TRANSPARENT), &rgba).color_map_rgb();
        bytes.resize(256 * 3, 0);
        let remembered = vec![0; 1 << (3 * BITS)];
        let mut palette = Self { bytes, remembered, error: 0.0 };
        palette.error = palette.error_on(srgb);
        palette
    }

    /// Mean square distance between the picture and what the palette makes of it.
    fn error_on(&mut self, srgb: &[u8]) -> f64 {
        let (sum, count) = sample(srgb).fold((0.0, 0.0), |(sum, count), wanted| {
            (sum + f64::from(distance(wanted, self.nearest(wanted).1)), count + 1.0)
        });
        sum / f64::max(count, 1.0)
    }

    fn search(&self, wanted: [u8; 3]) -> u8 {
        let far = |index: &u8| distance(wanted, self.colour(usize::from(*index)));
        (0..TRANSPARENT).min_by_key(far).unwrap_or(0)
    }

    fn colour(&self, index: usize) -> [u8; 3] {
        [self.bytes[3 * index], self.bytes[3 * index + 1], self.bytes[3 * index + 2]]
    }
}

fn sample(srgb: &[u8]) -> impl Iterator<Item = [u8; 3]> {
    srgb.as_chunks::<3>().0.iter().step_by(SAMPLED).copied()
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    (0..3).map(|k| u32::from(a[k].abs_diff(b[k])).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(colours: &[[u8; 3]]) -> Vec<u8> {
        colours.iter().cycle().take(20_000).flatten().copied().collect()
    }

    #[test]
    fn a_palette_is_kept_until_it_no_longer_fits() {
        let paper_and_ink = picture(&[[250, 248, 240], [30, 30, 40]]);
        let mut first = Palette::kept_or_learned(None, &paper_and_ink);
        assert!(distance(first.nearest([30, 30, 40]).1, [30, 30, 40]) < 30);
        let colours = first.bytes().to_vec();
        let kept = Palette::kept_or_learned(Some(first), &paper_and_ink);
        assert_eq!(kept.bytes(), colours);
        let with_water = picture(&[[250, 248, 240], [30, 30, 40], [40, 160, 180]]);
        let mut replaced = Palette::kept_or_learned(Some(kept), &with_water);
        assert!(distance(replaced.nearest([40, 160, 180]).1, [40, 160, 180]) < 100);
    }
}

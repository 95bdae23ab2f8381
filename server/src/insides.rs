//! What goes on inside the network, as bytes for who looks.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use weir_surrogate::network::Map;
use weir_words::Wanted;

use crate::atlas::Atlas;

/// First byte of a message with maps that were looked at, after the streams of frames.
pub const MAPS: u8 = 2;
/// First byte of a message with a map that was asked for once.
pub const ANSWER: u8 = 3;
/// Version of the format.
const VERSION: u8 = 1;
/// Most maps that a visitor can look at together.
pub const MOST: usize = 96;

/// What the layers of the network answered in one call.
#[derive(Debug)]
pub struct Insides {
    /// Number of the first frame that came of the call.
    pub number: u32,
    /// Columns and rows of cells in the rectangle; maps may cover some more.
    pub grid: [usize; 2],
    /// By layer and channel, as in the atlas.
    layers: Vec<Vec<Map>>,
    atlas: Arc<Atlas>,
}

impl Insides {
    /// Sorts what was seen by the layers of `atlas`.
    pub fn new(number: u32, grid: [usize; 2], seen: Vec<Map>, atlas: Arc<Atlas>) -> Self {
        let mut layers: Vec<Vec<Map>> = atlas.layers.iter().map(|_| Vec::new()).collect();
        for map in seen {
            if let Some(layer) = atlas.layer(&map.layer) {
                layers[layer].push(map);
            }
        }
        Self { number, grid, layers, atlas }
    }

    /// The message with the maps of `wanted` that there are.
    pub fn message(&self, wanted: &[Wanted]) -> Bytes {
        let maps = wanted.iter().filter_map(|&(layer, channel)| {
            let map = self.layers.get(layer)?.get(channel)?;
            Some(((layer, channel), map, self.atlas.layers[layer].channels[channel].scale))
        });
        message(MAPS, self.number, self.grid, maps)
    }
}

/// A message with one map that stands for itself, in the scale of its largest number.
pub fn answer(number: u32, grid: [usize; 2], map: &Map) -> Bytes {
    let largest = map.values.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    message(ANSWER, number, grid, std::iter::once(((255, map.channel), map, largest)))
}

fn message<'a>(
    kind: u8,
    number: u32,
    grid: [usize; 2],
    maps: impl Iterator<Item = (Wanted, &'a Map, f32)>,
) -> Bytes {
    let mut out = vec![kind, VERSION];
    out.extend(number.to_le_bytes());
    grid.iter().for_each(|&n| out.extend((n as u16).to_le_bytes()));
    let mut body = DeflateEncoder::new(out, Compression::fast());
    let mut told = Vec::new();
    for ((layer, channel), map, scale) in maps {
        told.extend([layer as u8, channel as u8]);
        told.extend((map.width as u16).to_le_bytes());
        told.extend((map.height as u16).to_le_bytes());
        let unit = if scale > 0.0 { 127.0 / scale } else { 0.0 };
        told.extend(map.values.iter().map(|v| (v * unit).round().clamp(-127.0, 127.0) as i8 as u8));
    }
    // A vector takes all that is written to it.
    let written = body.write_all(&told).and_then(|()| body.finish());
    written.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::{Channel, Sheet};
    use std::io::Read;

    fn atlas() -> Atlas {
        let sheet = |name: &str, cells: usize, scale: f32| Sheet {
            name: name.to_owned(),
            cells,
            channels: vec![Channel { name: None, scale }; 2],
            lively: vec![0, 1],
        };
        Atlas {
            name: "it".to_owned(),
            sha256: String::new(),
            parameters: 1,
            call_s: 1.0,
            reach_cells: 1,
            layers: vec![sheet("fine", 1, 2.0), sheet("coarse", 2, 0.5)],
            skips: Vec::new(),
            checkpoints: Vec::new(),
            call_s_a_particle: 1.0,
        }
    }

    fn map(layer: &str, channel: usize, values: Vec<f32>) -> Map {
        Map { layer: layer.to_owned(), channel, width: 2, height: values.len() / 2, values }
    }

    #[test]
    fn what_is_wanted_comes_in_its_order_and_in_its_scale() {
        let seen = vec![
            map("fine", 0, vec![0.0; 8]),
            map("fine", 1, vec![2.0, -1.0, 0.0, 5.0]),
            map("unknown", 0, vec![1.0; 2]),
            map("coarse", 0, vec![0.25, -0.5]),
        ];
        let insides = Insides::new(7, [2, 2], seen, Arc::new(atlas()));
        let message = insides.message(&[(1, 0), (0, 1), (9, 0), (1, 1)]);
        assert_eq!(message[..10], [MAPS, VERSION, 7, 0, 0, 0, 2, 0, 2, 0]);
        let mut body = Vec::new();
        flate2::read::DeflateDecoder::new(&message[10..]).read_to_end(&mut body).expect("deflate");
        let coarse = [1, 0, 2, 0, 1, 0, 64, 0x81];
        let fine = [0, 1, 2, 0, 2, 0, 127, 0xc0, 0, 127];
        assert_eq!(body, [&coarse[..], &fine[..]].concat());
    }
}

//! What goes on inside a server's network: which of its maps are looked at, and what comes.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use serde::Deserialize;
use weir_surrogate::network::Map;
use weir_words::{Wanted, Wish};

/// First byte of a message with maps that are looked at.
pub const MAPS: u8 = 2;
/// Version of the format.
const VERSION: u8 = 1;
/// Most maps that a server sends together.
const MOST: usize = 96;
/// Bytes of a message's head less the first, and of that of a map in it.
const HEAD: usize = 9;
const MAP_HEAD: usize = 6;
/// Most messages that wait for their water.
const WAITING: usize = 64;
/// Longest that the maps of a message may be once they are unpacked, bytes.
const LONGEST: u64 = 16 << 20;

/// A layer of a server's network, as `GET /api/model` has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its maps.
    pub channels: Vec<Channel>,
}

/// A map of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Channel {
    /// What nearly all of its numbers are within, above and below zero.
    pub scale: f32,
}

/// The layers of a server's network, from what it answers to `GET /api/model`.
///
/// # Errors
/// It is no such answer.
pub fn atlas(json: &str) -> Result<Vec<Sheet>, String> {
    #[derive(Deserialize)]
    struct Atlas {
        layers: Vec<Sheet>,
    }
    let atlas: Atlas = serde_json::from_str(json).map_err(|e| format!("the atlas: {e}"))?;
    Ok(atlas.layers)
}

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    atlas: Vec<Sheet>,
    wanted: Vec<Wanted>,
    /// Maps of water that is still to be shown, with its times, seconds.
    waiting: VecDeque<(f64, Arc<Vec<Map>>)>,
}

impl Looks {
    /// At a network with these layers; none are known if there are none.
    pub fn new(atlas: Vec<Sheet>) -> Self {
        Self { atlas, ..Self::default() }
    }

    /// Looks at layers of these names from now on: at the first maps of each, as many as come
    /// together.
    pub fn look(&mut self, layers: &[String]) {
        let named = |name: &String| self.atlas.iter().position(|sheet| &sheet.name == name);
        let found: Vec<usize> = layers.iter().filter_map(named).collect();
        let each = MOST / found.len().max(1);
        let of = |&layer: &usize| {
            (0..self.atlas[layer].channels.len().min(each)).map(move |channel| (layer, channel))
        };
        self.wanted = found.iter().flat_map(of).take(MOST).collect();
    }

    /// What is said to the server about it; nothing if nothing was ever looked at.
    pub fn wish(&self) -> Option<Wish> {
        (!self.atlas.is_empty()).then(|| Wish::Look { maps: self.wanted.clone() })
    }

    /// Takes a message, less its first byte, with maps of the water of a time.
    ///
    /// # Errors
    /// It is none, in words.
    pub fn take(&mut self, message: &[u8], time_s: f64) -> Result<(), String> {
        let maps = self.read(message)?;
        if self.waiting.len() >= WAITING || self.waiting.back().is_some_and(|it| it.0 > time_s) {
            // Nobody looks any more, or the water began anew.
            self.waiting.clear();
        }
        self.waiting.push_back((time_s, Arc::new(maps)));
        Ok(())
    }

    /// The last maps that were taken of the water as it was up to a time.
    pub fn due(&mut self, time_s: f64) -> Option<Arc<Vec<Map>>> {
        let mut due = None;
        while self.waiting.front().is_some_and(|it| it.0 <= time_s) {
            due = self.waiting.pop_front().map(|it| it.1);
        }
        due
    }

    /// The maps of a message, less its first byte; of layers that are not known there are none.
    ///
    /// # Errors
    /// It is none, in words.
    fn read(&self, message: &[u8]) -> Result<Vec<Map>, String> {
        let (head, packed) = message.split_at_checked(HEAD).ok_or("it is too short")?;
        if head[0] != VERSION {
            return Err(format!("version {}, takes {VERSION}", head[0]));
        }
        let mut body = Vec::new();
        let mut packed = DeflateDecoder::new(packed).take(LONGEST + 1);
        packed.read_to_end(&mut body).map_err(|error| format!("it does not unpack: {error}"))?;
        if body.len() as u64 > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        let mut maps = Vec::new();
        let mut left = body.as_slice();
        while let Some((head, after)) = left.split_at_checked(MAP_HEAD) {
            let [layer, channel] = [head[0], head[1]].map(usize::from);
            let [width, height] =
                [2, 4].map(|k| usize::from(u16::from_le_bytes([head[k], head[k + 1]])));
            let (values, after) =
                after.split_at_checked(width * height).ok_or("a map of it is cut off")?;
            left = after;
            let Some(sheet) = self.atlas.get(layer) else { continue };
            let Some(Channel { scale }) = sheet.channels.get(channel) else { continue };
            let value = |&byte: &u8| f32::from(byte as i8) * scale / 127.0;
            let (layer, values) = (sheet.name.clone(), values.iter().map(value).collect());
            maps.push(Map { layer, channel, width, height, values });
        }
        Ok(maps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    const ATLAS: &str = r#"{"name": "it", "layers": [
        {"name": "fine", "cells": 1, "channels": [{"name": null, "scale": 2.0}, {"scale": 1.0}]},
        {"name": "coarse", "cells": 2, "channels": [{"scale": 0.5}], "lively": [0]}]}"#;

    fn looks() -> Looks {
        Looks::new(atlas(ATLAS).expect("an atlas"))
    }

    fn message(body: &[u8]) -> Vec<u8> {
        let head = vec![VERSION, 7, 0, 0, 0, 2, 0, 2, 0];
        let mut packed = DeflateEncoder::new(head, Compression::fast());
        packed.write_all(body).and_then(|()| packed.finish()).expect("bytes")
    }

    #[test]
    fn layers_are_asked_for_by_their_numbers() {
        let mut looks = looks();
        looks.look(&["coarse".to_owned(), "none".to_owned(), "fine".to_owned()]);
        assert_eq!(looks.wish(), Some(Wish::Look { maps: vec![(1, 0), (0, 0), (0, 1)] }));
        looks.look(&[]);
        assert_eq!(looks.wish(), Some(Wish::Look { maps: Vec::new() }));
        let mut unknown = Looks::default();
        unknown.look(&["fine".to_owned()]);
        assert_eq!(unknown.wish(), None, "without an atlas there are no numbers");
    }

    #[test]
    fn maps_come_in_their_units() {
        let body = [[1, 0, 2, 0, 1, 0, 127, 0x81].as_slice(), &[0, 0, 1, 0, 1, 0, 64]].concat();
        let maps = looks().read(&message(&body)).expect("maps");
        assert_eq!((maps[0].layer.as_str(), maps[0].width, maps[0].height), ("coarse", 2, 1));
        assert_eq!(maps[0].values, [0.5, -0.5]);
        assert!((maps[1].values[0] - 2.0 * 64.0 / 127.0).abs() < 1e-6);
        let unknown = looks().read(&message(&[9, 0, 1, 0, 1, 0, 127])).expect("none");
        assert!(unknown.is_empty());
    }

    #[test]
    fn maps_wait_for_their_water() {
        let (mut looks, map) = (looks(), message(&[0, 0, 1, 0, 1, 0, 127]));
        for time_s in [0.1, 0.2, 0.3] {
            looks.take(&map, time_s).expect("a map");
        }
        assert_eq!(looks.due(0.05), None);
        assert!(looks.due(0.2).is_some_and(|maps| maps.len() == 1));
        assert_eq!(looks.due(0.2), None, "they were seen");
        looks.take(&map, 0.0).expect("a map of water that began anew");
        assert!(looks.due(0.0).is_some() && looks.due(9.0).is_none());
    }

    #[test]
    fn what_is_cut_off_is_said_to_be() {
        let cut = looks().read(&message(&[1, 0, 2, 0, 1, 0, 127])).expect_err("cut");
        assert!(cut.contains("cut off"), "{cut}");
        assert!(looks().read(&[1, 2]).is_err());
        assert!(looks().read(&[9; 20]).expect_err("a version").contains("version 9"));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_wild(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = looks().read(&bytes);
            let _ = looks().read(&message(&bytes));
        }
    }
}

//! What a visitor is sent: frames of the network's water, as a server tells them.
//!
//! The peer is what one would do without a format of one's own: the same coordinates in
//! Morton's order, their differences as varints, deflated.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use weir_scene::{Advance, Frame, Scene};
use weir_surrogate::Surrogate;
use weir_wire::{Picture, Scale, Sender, speed_step};

use crate::network::model;

/// Frames of 1/60 s from one that is told to the next.
const EVERY: usize = 2;
/// Frames from one that begins a chain to the next, as the server has it.
const CHAIN: usize = 60;

/// What is told of a frame, and the ids of its particles.
pub type Shown = (Picture, Vec<u32>);

/// The first `frames` frames that are told of the example `name`, with the network that ships.
///
/// # Panics
/// There is no such example.
pub fn frames(name: &str, frames: usize) -> Vec<Shown> {
    let example = Scene::examples().iter().find(|example| example.name == name);
    let scene = Scene::from_toml(example.expect("an example").text).expect("a scene");
    let scale = Scale::new([scene.domain.width_m, scene.domain.height_m]);
    let mut water = Surrogate::new(model(), &scene).expect("water");
    let mut frame = Frame::default();
    let mut told = |number| {
        for _ in 0..EVERY {
            water.advance(&mut frame).expect("the water stays finite");
        }
        (shown(scale, number, &frame), frame.ids.clone())
    };
    (0..frames as u32).map(&mut told).collect()
}

fn shown(scale: Scale, number: u32, frame: &Frame) -> Picture {
    Picture {
        number,
        time_ms: (frame.time_s * 1000.0).round() as u32,
        places: frame.positions_m.iter().map(|&p| scale.place(p)).collect(),
        speeds: frame.velocities_m_s.iter().map(|v| speed_step(v[0].hypot(v[1]))).collect(),
        bodies: Vec::new(),
    }
}

/// Each frame by itself.
pub fn alone(frames: &[Shown]) -> Vec<Vec<u8>> {
    frames.iter().map(|(picture, _)| Sender::alone(picture)).collect()
}

/// A chain, with those that begin it.
pub fn chained(frames: &[Shown]) -> Vec<Vec<u8>> {
    let mut sender = Sender::default();
    let tell = |(k, (picture, ids)): (usize, &Shown)| {
        let next = if k.is_multiple_of(CHAIN) { None } else { sender.next(picture, ids) };
        next.unwrap_or_else(|| sender.first(picture, ids))
    };
    frames.iter().enumerate().map(tell).collect()
}

/// Of a chain, those frames that are told by what changed.
pub fn only_next<T>(chain: Vec<T>) -> Vec<T> {
    let frames = chain.into_iter().enumerate();
    frames.filter(|(k, _)| !k.is_multiple_of(CHAIN)).map(|(_, frame)| frame).collect()
}

/// The peer's frames.
pub fn plain(frames: &[Shown]) -> Vec<Vec<u8>> {
    frames.iter().map(|(picture, _)| deflated(picture)).collect()
}

fn deflated(picture: &Picture) -> Vec<u8> {
    let mut order: Vec<[u16; 2]> = picture.places.clone();
    order.sort_unstable_by_key(|&[x, y]| spread(x) | (spread(y) << 1));
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let mut last = [0_i32; 2];
    for place in order {
        for (axis, coordinate) in place.into_iter().enumerate() {
            let step = i32::from(coordinate) - last[axis];
            last[axis] = i32::from(coordinate);
            // Small steps of either sign are small numbers.
            let mut value = ((step << 1) ^ (step >> 31)) as u32;
            while value >= 128 {
                encoder.write_all(&[value as u8 | 128]).expect("memory");
                value >>= 7;
            }
            encoder.write_all(&[value as u8]).expect("memory");
        }
    }
    encoder.finish().expect("memory")
}

/// A zero between each two bits.
fn spread(bits: u16) -> u32 {
    (0..16).fold(0, |all, k| all | ((u32::from(bits) >> k & 1) << (2 * k)))
}

/// Mean of what frames are long, bytes.
pub fn mean_bytes(frames: &[Vec<u8>]) -> f64 {
    frames.iter().map(Vec::len).sum::<usize>() as f64 / frames.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_wire::Receiver;

    #[test]
    fn what_is_timed_is_what_a_visitor_can_read() {
        let frames = frames("funnel", 4);
        let mut receiver = Receiver::default();
        for (bytes, (picture, _)) in chained(&frames).iter().zip(&frames) {
            let mut got = receiver.take(bytes).expect("a frame").places;
            let mut sent = picture.places.clone();
            got.sort_unstable();
            sent.sort_unstable();
            assert_eq!(got, sent);
        }
        assert_eq!(only_next(chained(&frames)).len(), 3);
    }
}

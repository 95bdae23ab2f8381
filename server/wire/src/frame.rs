//! Frames as bytes: the head that all have, and how a frame is told that stands alone.

use crate::numbers::Digits;
use crate::range_coder::{Coder, Decoder, Encoder};
use crate::{BITS, LARGEST, MOST_BODIES, MOST_PARTICLES, VERSION, WireError, points};

/// Steps of speed, 0 among them.
const SPEEDS: usize = 1 << 4;
/// Speed of the last step, m/s: 5 m/s are a fall of 1.3 m.
const FASTEST_M_S: f32 = 5.0;
/// Bytes of a body.
const BODY: usize = 6;

/// From metres to coordinates on the wire and back: 2¹² of them along the longer side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    unit_m: f32,
}

impl Scale {
    /// For a rectangle of this size, metres.
    pub fn new(size_m: [f64; 2]) -> Self {
        Self { unit_m: (size_m[0].max(size_m[1]) / f64::from(1_u32 << BITS)) as f32 }
    }

    /// One step of a coordinate, metres.
    pub fn unit_m(self) -> f32 {
        self.unit_m
    }

    /// A place; what lies outside of the rectangle comes to its side.
    pub fn place(self, position_m: [f32; 2]) -> [u16; 2] {
        position_m.map(|c| (c / self.unit_m).clamp(0.0, f32::from(LARGEST)) as u16)
    }

    /// The middle of what is sent as this place, metres.
    pub fn position_m(self, place: [u16; 2]) -> [f32; 2] {
        place.map(|c| (f32::from(c) + 0.5) * self.unit_m)
    }
}

/// The step that a speed is sent as: finer where it is slow.
pub fn speed_step(speed_m_s: f32) -> u8 {
    let last = (SPEEDS - 1) as f32;
    ((speed_m_s / FASTEST_M_S).max(0.0).sqrt() * last).min(last).round() as u8
}

/// The speed of a step, m/s.
pub fn speed_m_s(step: u8) -> f32 {
    FASTEST_M_S * (f32::from(step) / (SPEEDS - 1) as f32).powi(2)
}

/// How a frame is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// By itself.
    Alone = 0,
    /// By itself, and the frame after it by what changes.
    First = 1,
    /// By what changed since the frame before.
    Next = 2,
}

/// A body: where, and how far it has turned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Place of its origin.
    pub place: [u16; 2],
    /// Counter-clockwise, in 2⁻¹⁶ of a turn.
    pub angle: u16,
}

/// What a frame shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Number of the frame.
    pub number: u32,
    /// Simulated time, milliseconds.
    pub time_ms: u32,
    /// Places of particles.
    pub places: Vec<[u16; 2]>,
    /// Steps of their speeds ([`speed_step`]); none in a frame that is told by what changed,
    /// where places say it.
    pub speeds: Vec<u8>,
    /// Bodies, in the order of the scene.
    pub bodies: Vec<Body>,
}

/// What stands before the particles.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub kind: Kind,
    /// The picture, without particles.
    pub picture: Picture,
    pub particles: u32,
    /// The bytes behind it.
    pub rest: &'a [u8],
}

pub(crate) fn write_head(kind: Kind, picture: &Picture) -> Vec<u8> {
    let mut out = vec![VERSION, kind as u8];
    let counts = [picture.places.len(), picture.bodies.len()].map(|n| n as u32);
    for value in [picture.number, picture.time_ms, counts[0], counts[1]] {
        write_varint(&mut out, value);
    }
    for Body { place: [x, y], angle } in &picture.bodies {
        [x, y, angle].into_iter().for_each(|v| out.extend(v.to_le_bytes()));
    }
    out
}

pub(crate) fn read_head(bytes: &[u8]) -> Result<Head<'_>, WireError> {
    let (&version, mut rest) = bytes.split_first().ok_or(WireError::Short)?;
    if version != VERSION {
        return Err(WireError::Version(version));
    }
    let (&kind, behind) = rest.split_first().ok_or(WireError::Short)?;
    let kind = match kind {
        0 => Kind::Alone,
        1 => Kind::First,
        2 => Kind::Next,
        _ => return Err(WireError::Wrong("kind")),
    };
    rest = behind;
    let mut value = || read_varint(&mut rest);
    let [number, time_ms, particles, bodies] = [value()?, value()?, value()?, value()?];
    if particles as usize > MOST_PARTICLES {
        return Err(WireError::Wrong("number of particles"));
    }
    if bodies as usize > MOST_BODIES {
        return Err(WireError::Wrong("number of bodies"));
    }
    let (poses, rest) = rest.split_at_checked(BODY * bodies as usize).ok_or(WireError::Short)?;
    let body = |b: &[u8]| {
        let value = |k: usize| u16::from_le_bytes([b[k], b[k + 1]]);
        Body { place: [value(0), value(2)], angle: value(4) }
    };
    let bodies = poses.chunks_exact(BODY).map(body).collect();
    let picture = Picture { number, time_ms, bodies, ..Picture::default() };
    Ok(Head { kind, picture, particles, rest })
}

/// Seven bits a byte, the lowest first.
fn write_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn read_varint(bytes: &mut &[u8]) -> Result<u32, WireError> {
    let mut value = 0_u64;
    for k in 0..5 {
        let (first, rest) = bytes.split_first().ok_or(WireError::Short)?;
        *bytes = rest;
        value |= u64::from(first & 127) << (7 * k);
        if first & 128 == 0 {
            return u32::try_from(value).map_err(|_| WireError::Wrong("number"));
        }
    }
    Err(WireError::Wrong("number"))
}

/// The order in which particles are told: along Morton's curve.
pub(crate) fn in_order(places: &[[u16; 2]]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..places.len() as u32).collect();
    order.sort_by_key(|&k| points::morton(places[k as usize]));
    order
}

/// A picture that stands alone, its particles in this order.
pub(crate) fn write_alone(kind: Kind, picture: &Picture, order: &[u32]) -> Vec<u8> {
    let mut coder = Encoder::new(write_head(kind, picture));
    let code = |&k: &u32| points::morton(picture.places[k as usize]);
    let codes: Vec<u32> = order.iter().map(code).collect();
    let mut speeds = Speeds::default();
    let steps = order.iter().map(|&k| picture.speeds.get(k as usize).copied().unwrap_or_default());
    // Only reading can fail.
    let _ = points::write(&mut coder, &codes);
    steps.for_each(|step| drop(speeds.code(&mut coder, step)));
    coder.finish()
}

/// The particles of a picture that stands alone.
pub(crate) fn read_alone(head: Head<'_>) -> Result<Picture, WireError> {
    let mut coder = Decoder::new(head.rest);
    let places = points::read(&mut coder, head.particles)?;
    let mut model = Speeds::default();
    let speeds = places.iter().map(|_| model.code(&mut coder, 0)).collect::<Result<_, _>>()?;
    coder.finish()?;
    Ok(Picture { places, speeds, ..head.picture })
}

/// Steps of speed, each by that of the particle before it.
struct Speeds {
    after: Vec<Digits<4>>,
    last: u8,
}

impl Default for Speeds {
    fn default() -> Self {
        Self { after: vec![Digits::default(); SPEEDS], last: 0 }
    }
}

impl Speeds {
    fn code(&mut self, coder: &mut impl Coder, step: u8) -> Result<u8, WireError> {
        let step = u32::from(step).min(SPEEDS as u32 - 1);
        self.last = self.after[usize::from(self.last)].code(coder, step)? as u8;
        Ok(self.last)
    }
}

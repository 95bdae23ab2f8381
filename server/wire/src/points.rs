//! A set of points, in no order: what is not said need not be sent.
//!
//! The points are sorted along Morton's curve, and the plane is halved again and again;
//! each time one number says how many of the points lie in the lower half. For n points
//! this saves the log₂ n! bits that an order would cost, and water, which keeps a distance,
//! makes the deeper numbers easy to guess.

use crate::numbers::Digits;
use crate::range_coder::{Bit, Coder};
use crate::{BITS, WireError};

/// Counts that are learned one by one.
const FEW: usize = 16;
const LEVELS: usize = 2 * BITS as usize;

/// Spreads twelve bits so that there is room between each two of them.
fn spread(v: u32) -> u32 {
    let v = (v | (v << 8)) & 0x00ff_00ff;
    let v = (v | (v << 4)) & 0x0f0f_0f0f;
    let v = (v | (v << 2)) & 0x3333_3333;
    (v | (v << 1)) & 0x5555_5555
}

fn gather(v: u32) -> u32 {
    let v = v & 0x5555_5555;
    let v = (v | (v >> 1)) & 0x3333_3333;
    let v = (v | (v >> 2)) & 0x0f0f_0f0f;
    let v = (v | (v >> 4)) & 0x00ff_00ff;
    (v | (v >> 8)) & 0xffff
}

/// Place of a point on Morton's curve.
pub fn morton([x, y]: [u16; 2]) -> u32 {
    spread(u32::from(x)) | (spread(u32::from(y)) << 1)
}

fn point(code: u32) -> [u16; 2] {
    [gather(code) as u16, gather(code >> 1) as u16]
}

/// What has been learned of how points lie.
struct Halves {
    /// By level and count, of few.
    few: Vec<Digits<4>>,
    one: [Bit; LEVELS + 1],
    many: Vec<Digits<4>>,
}

impl Halves {
    fn new() -> Self {
        Self {
            few: vec![Digits::default(); (LEVELS + 1) * FEW],
            one: [Bit::default(); LEVELS + 1],
            many: vec![Digits::default(); LEVELS + 1],
        }
    }

    /// Codes how many of `all` lie in the lower half.
    fn code(
        &mut self,
        coder: &mut impl Coder,
        level: usize,
        all: u32,
        lower: u32,
    ) -> Result<u32, WireError> {
        if all == 1 {
            return Ok(u32::from(!coder.bit(&mut self.one[level], lower == 0)?));
        }
        if all < FEW as u32 {
            let got = self.few[level * FEW + all as usize].code(coder, lower)?;
            return if got <= all { Ok(got) } else { Err(WireError::Wrong("points in a half")) };
        }
        // Sixteenths, and then what is left.
        let part = all / 16 + 1;
        let sixteenth = self.many[level].code(coder, lower / part)?;
        let rest = coder.even(32 - part.leading_zeros(), lower % part)?;
        let got = sixteenth * part + rest;
        if got <= all { Ok(got) } else { Err(WireError::Wrong("points in a half")) }
    }
}

/// Writes points that are sorted by [`morton`].
///
/// # Errors
/// None that writing can cause.
pub fn write(coder: &mut impl Coder, codes: &[u32]) -> Result<(), WireError> {
    fn go(
        coder: &mut impl Coder,
        halves: &mut Halves,
        level: usize,
        codes: &[u32],
    ) -> Result<(), WireError> {
        if codes.is_empty() || level == 0 {
            return Ok(());
        }
        let lower = codes.partition_point(|code| (code >> (level - 1)) & 1 == 0);
        halves.code(coder, level, codes.len() as u32, lower as u32)?;
        go(coder, halves, level - 1, &codes[..lower])?;
        go(coder, halves, level - 1, &codes[lower..])
    }
    go(coder, &mut Halves::new(), LEVELS, codes)
}

/// Reads `count` points, sorted by [`morton`].
///
/// # Errors
/// The bytes are not such a set.
pub fn read(coder: &mut impl Coder, count: u32) -> Result<Vec<[u16; 2]>, WireError> {
    fn go(
        coder: &mut impl Coder,
        halves: &mut Halves,
        level: usize,
        prefix: u32,
        count: u32,
        points: &mut Vec<[u16; 2]>,
    ) -> Result<(), WireError> {
        if count == 0 {
            return Ok(());
        }
        if level == 0 {
            points.extend((0..count).map(|_| point(prefix)));
            return Ok(());
        }
        let lower = halves.code(coder, level, count, 0)?;
        go(coder, halves, level - 1, prefix, lower, points)?;
        go(coder, halves, level - 1, prefix | (1 << (level - 1)), count - lower, points)
    }
    let mut points = Vec::new();
    go(coder, &mut Halves::new(), LEVELS, 0, count, &mut points)?;
    Ok(points)
}

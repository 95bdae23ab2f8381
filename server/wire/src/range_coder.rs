//! A binary adaptive range coder: bits in, bytes out, and each bit costs what it was
//! worth (Martin 1979; carries as in LZMA, Pavlov 1998).
//!
//! A model of a bit counts what it has seen: at first it learns fast, later slowly.
//! Everything is in 32 bits, so that a page can decode it with plain numbers.

use crate::WireError;

/// Bits of a probability.
const PRECISION: u32 = 16;
/// Bits that a model counts: the share of an error that it learns from goes no further down.
const COUNTED: usize = 120;
/// The share of an error that is learned after so many bits, in 1/2¹⁶: 1 / (count + 3/2).
const RATES: [u32; COUNTED] = {
    let mut rates = [0; COUNTED];
    let mut count = 0;
    while count < COUNTED {
        rates[count] = (2 << PRECISION) / (2 * count as u32 + 3);
        count += 1;
    }
    rates
};
/// Zeros that the end is spared at most.
const SPARED: usize = 4;
/// What is written last, as eight even bits: who reads past the end, or has lost the thread,
/// finds something else. Never zero, which is what lies beyond the end.
const END: u32 = 0xa5;
/// The range is never below this.
const LEAST: u32 = 1 << 24;

/// How likely the next bit is to be zero, learned from those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bit {
    zero: u16,
    seen: u8,
}

impl Default for Bit {
    fn default() -> Self {
        Self { zero: 1 << (PRECISION - 1), seen: 0 }
    }
}

impl Bit {
    /// Probability of a zero, in 1/2¹⁶, never certain.
    fn zero(self) -> u32 {
        u32::from(self.zero).clamp(32, (1 << PRECISION) - 32)
    }

    fn learn(&mut self, bit: bool) {
        let rate = RATES[usize::from(self.seen)];
        let share = |error: u16| ((u32::from(error) * rate) >> PRECISION) as u16;
        if bit {
            self.zero -= share(self.zero);
        } else {
            self.zero += share(u16::MAX - self.zero);
        }
        self.seen = (self.seen + 1).min(COUNTED as u8 - 1);
    }
}

/// What encoder and decoder do alike, so that a format is written down once.
pub trait Coder {
    /// Codes a bit: the encoder is given it, the decoder finds it.
    ///
    /// # Errors
    /// The bytes have ended.
    fn bit(&mut self, model: &mut Bit, bit: bool) -> Result<bool, WireError>;

    /// A number below 2^`bits` in which nothing can be foreseen.
    ///
    /// # Errors
    /// The bytes have ended.
    fn even(&mut self, bits: u32, value: u32) -> Result<u32, WireError>;
}

/// Writes.
#[derive(Debug)]
pub struct Encoder {
    low: u64,
    range: u32,
    held: u8,
    /// Bytes of 255 that a carry could still turn over, and the one before them.
    waiting: u64,
    out: Vec<u8>,
    /// Where the first byte is, which is always zero and is not sent.
    first: usize,
}

impl Encoder {
    /// Goes on behind the bytes in `out`.
    pub fn new(out: Vec<u8>) -> Self {
        let first = out.len();
        Self { low: 0, range: u32::MAX, held: 0, waiting: 1, out, first }
    }

    fn shift(&mut self) {
        if self.low < 0xff00_0000 || self.low > u64::from(u32::MAX) {
            let carry = (self.low >> 32) as u8;
            self.out.push(self.held.wrapping_add(carry));
            self.out.extend((1..self.waiting).map(|_| 0xff_u8.wrapping_add(carry)));
            self.held = (self.low >> 24) as u8;
            self.waiting = 0;
        }
        self.waiting += 1;
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    fn narrow(&mut self) {
        while self.range < LEAST {
            self.range <<= 8;
            self.shift();
        }
    }

    /// All bytes, but for zeros at the end that go without saying.
    pub fn finish(mut self) -> Vec<u8> {
        // Only reading can fail.
        let _ = self.even(8, END);
        // The number with the fewest digits that lies in the range.
        let top = self.low + u64::from(self.range) - 1;
        let mut mask = 0_u64;
        for bits in (0..32).rev() {
            mask = (1 << bits) - 1;
            if (top & !mask) >= self.low {
                break;
            }
        }
        self.low = top & !mask;
        (0..5).for_each(|_| self.shift());
        self.out.remove(self.first);
        let spared = self.out.iter().rev().take(SPARED).take_while(|byte| **byte == 0).count();
        self.out.truncate(self.out.len() - spared);
        self.out
    }
}

impl Coder for Encoder {
    fn bit(&mut self, model: &mut Bit, bit: bool) -> Result<bool, WireError> {
        let bound = (self.range >> PRECISION) * model.zero();
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        model.learn(bit);
        self.narrow();
        Ok(bit)
    }

    fn even(&mut self, bits: u32, value: u32) -> Result<u32, WireError> {
        let mut left = bits;
        while left > 0 {
            let some = left.min(8);
            left -= some;
            self.range >>= some;
            self.low += u64::from(self.range) * u64::from((value >> left) & ((1 << some) - 1));
            self.narrow();
        }
        Ok(value)
    }
}

/// Reads.
#[derive(Debug)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
    code: u32,
    range: u32,
    /// Bytes taken from beyond the end.
    beyond: usize,
}

impl<'a> Decoder<'a> {
    /// Reads all of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { bytes, code: 0, range: u32::MAX, beyond: 0 };
        (0..4).for_each(|_| decoder.take());
        decoder
    }

    /// Makes sure that this is the end.
    ///
    /// # Errors
    /// It is not.
    pub fn finish(mut self) -> Result<(), WireError> {
        if self.even(8, 0)? == END { Ok(()) } else { Err(WireError::Wrong("end")) }
    }

    fn take(&mut self) {
        let byte = match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => {
                self.beyond += 1;
                0
            }
        };
        self.code = (self.code << 8) | u32::from(byte);
    }

    fn narrow(&mut self) -> Result<(), WireError> {
        while self.range < LEAST {
            self.range <<= 8;
            self.take();
        }
        // A decoder is four bytes ahead.
        if self.beyond > SPARED + 4 { Err(WireError::Short) } else { Ok(()) }
    }
}

impl Coder for Decoder<'_> {
    fn bit(&mut self, model: &mut Bit, _: bool) -> Result<bool, WireError> {
        let bound = (self.range >> PRECISION) * model.zero();
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        model.learn(bit);
        self.narrow()?;
        Ok(bit)
    }

    fn even(&mut self, bits: u32, _: u32) -> Result<u32, WireError> {
        let (mut left, mut value) = (bits, 0);
        while left > 0 {
            let some = left.min(8);
            left -= some;
            self.range >>= some;
            let digit = (self.code / self.range).min((1 << some) - 1);
            self.code -= digit * self.range;
            value = (value << some) | digit;
            self.narrow()?;
        }
        Ok(value)
    }
}

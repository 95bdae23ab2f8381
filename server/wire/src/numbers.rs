//! Whole numbers as bits that a coder can learn.

use crate::WireError;
use crate::range_coder::{Bit, Coder};

/// Magnitudes that are learned one by one; those above it as digits.
const UNARY: usize = 18;

/// A number of at most `BITS` bits, highest first, each bit known by those before it.
#[derive(Clone, Debug)]
pub struct Digits<const BITS: usize>(Vec<Bit>);

impl<const BITS: usize> Default for Digits<BITS> {
    fn default() -> Self {
        Self(vec![Bit::default(); 1 << BITS])
    }
}

impl<const BITS: usize> Digits<BITS> {
    /// Codes `value`.
    ///
    /// # Errors
    /// The bytes have ended.
    pub fn code(&mut self, coder: &mut impl Coder, value: u32) -> Result<u32, WireError> {
        let mut node = 1;
        for k in (0..BITS).rev() {
            let bit = coder.bit(&mut self.0[node], (value >> k) & 1 == 1)?;
            node = 2 * node + usize::from(bit);
        }
        Ok(node as u32 - (1 << BITS))
    }
}

/// A number of any size that is likely to be small.
#[derive(Clone, Debug)]
pub struct Magnitude {
    unary: [Bit; UNARY],
    length: Digits<5>,
}

impl Default for Magnitude {
    fn default() -> Self {
        Self { unary: [Bit::default(); UNARY], length: Digits::default() }
    }
}

impl Magnitude {
    /// Codes `value`.
    ///
    /// # Errors
    /// The bytes have ended.
    pub fn code(&mut self, coder: &mut impl Coder, value: u32) -> Result<u32, WireError> {
        for (k, model) in self.unary.iter_mut().enumerate() {
            if !coder.bit(model, value as usize > k)? {
                return Ok(k as u32);
            }
        }
        // Elias γ of what is left.
        let left = value.wrapping_sub(UNARY as u32).wrapping_add(1);
        let length = self.length.code(coder, 31 - left.max(1).leading_zeros())?;
        let rest = coder.even(length, left & ((1 << length) - 1))?;
        Ok(((1 << length) | rest).wrapping_add(UNARY as u32 - 1))
    }
}

/// A number that is as likely to be below zero as above, and to be small.
#[derive(Clone, Debug, Default)]
pub struct Signed {
    magnitude: Magnitude,
    sign: Bit,
}

impl Signed {
    /// Codes `value`.
    ///
    /// # Errors
    /// The bytes have ended.
    pub fn code(&mut self, coder: &mut impl Coder, value: i32) -> Result<i32, WireError> {
        let magnitude = self.magnitude.code(coder, value.unsigned_abs())?;
        if magnitude == 0 {
            return Ok(0);
        }
        let below = coder.bit(&mut self.sign, value < 0)?;
        let value = magnitude.min(i32::MAX as u32) as i32;
        Ok(if below { -value } else { value })
    }
}

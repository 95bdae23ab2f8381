/**
 * Bits and numbers of frames: the range coder of docs/PROTOCOL.md, in whole numbers below 2³².
 */

/** Bytes that are no frame, or one that follows another that has not been seen. */
export class WireError extends Error {}

const LEAST = 2 ** 24;
const SPARED = 4;
const END = 0xa5;

/** Models of bits: of each the probability of a zero, and how many bits it has seen. */
export const bits = (count) => {
  const models = new Uint16Array(2 * count);
  for (let k = 0; k < models.length; k += 2) models[k] = 1 << 15;
  return models;
};
const COUNTED = 120;
/** The share of an error that is learned after so many bits, in 1/2¹⁶. */
const RATES = Uint32Array.from({ length: COUNTED }, (_, seen) => Math.floor(131072 / (2 * seen + 3)));

export class Decoder {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.code = 0;
    this.range = 0xffffffff;
    for (let k = 0; k < 4; k += 1) this.take();
  }

  take() {
    const byte = this.at < this.bytes.length ? this.bytes[this.at] : 0;
    this.at += 1;
    this.code = ((this.code << 8) | byte) >>> 0;
  }

  narrow() {
    while (this.range < LEAST) {
      this.range = (this.range << 8) >>> 0;
      this.take();
    }
    if (this.at > this.bytes.length + SPARED + 4) {
      throw new WireError("frame: the bytes end too early");
    }
  }

  /** The bit that `models` know under this index. */
  bit(models, index) {
    const k = 2 * index;
    const was = models[k];
    const seen = models[k + 1];
    const rate = RATES[seen];
    if (seen < COUNTED - 1) models[k + 1] = seen + 1;
    const zero = Math.max(32, Math.min(65504, was));
    const bound = (this.range >>> 16) * zero;
    const bit = this.code >= bound ? 1 : 0;
    if (bit) {
      this.code -= bound;
      this.range -= bound;
      models[k] = was - ((was * rate) >>> 16);
    } else {
      this.range = bound;
      models[k] = was + (((65535 - was) * rate) >>> 16);
    }
    this.narrow();
    return bit;
  }

  /** A number of so many bits in which nothing can be foreseen. */
  even(count) {
    let value = 0;
    for (let left = count; left > 0; ) {
      const some = Math.min(left, 8);
      left -= some;
      this.range >>>= some;
      const digit = Math.min(Math.floor(this.code / this.range), (1 << some) - 1);
      this.code -= digit * this.range;
      value = value * (1 << some) + digit;
      this.narrow();
    }
    return value;
  }

  /** Makes sure that this is the end. */
  finish() {
    if (this.even(8) !== END) throw new WireError("frame: end: out of range");
  }
}

// Numbers ------------------------------------------------------------------------------

/** `count` bits, highest first; `models` begin at `first` and are 2^count. */
export function digits(coder, models, first, count) {
  let node = 1;
  for (let k = 0; k < count; k += 1) node = 2 * node + coder.bit(models, first + node);
  return node - (1 << count);
}

const UNARY = 18;
/** Models of a magnitude: those of small ones, and 32 of a length. */
export const MAGNITUDE = UNARY + 32;
/** Models of a signed number: one more. */
export const SIGNED = MAGNITUDE + 1;

export function magnitude(coder, models, first) {
  for (let k = 0; k < UNARY; k += 1) if (!coder.bit(models, first + k)) return k;
  const length = digits(coder, models, first + UNARY, 5);
  return 2 ** length + coder.even(length) + UNARY - 1;
}

export function signed(coder, models, first) {
  const size = magnitude(coder, models, first);
  if (size === 0) return 0;
  const capped = Math.min(size, 0x7fffffff);
  return coder.bit(models, first + MAGNITUDE) ? -capped : capped;
}

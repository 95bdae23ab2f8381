/**
 * Frames from the server: docs/PROTOCOL.md, and `server/wire` for the other end.
 */

import { Chain, MOST_PARTICLES } from "./chain.js";
import { Decoder, WireError, bits, digits } from "./coder.js";
import { BITS } from "./surroundings.js";

export { WireError };

const VERSION = 2;
const MOST_BODIES = 1 << 10;

/** A frame is missing: the next that stands alone puts things right. */
export class WireGap extends WireError {
  /** Frame `number` has come, and the one that it needs has not. */
  constructor(number, needs) {
    super(`frame ${number}: is told by what changed since frame ${needs}, which has not been seen`);
    this.number = number;
  }
}

// Points in no order ---------------------------------------------------------------------

const LEVELS = 2 * BITS;
const FEW = 16;

function points(coder, count) {
  const few = bits((LEVELS + 1) * FEW * 16);
  const one = bits(LEVELS + 1);
  const many = bits((LEVELS + 1) * 16);
  const places = new Uint16Array(2 * count);
  let end = 0;
  const lower = (level, all) => {
    if (all === 1) return 1 - coder.bit(one, level);
    let got;
    if (all < FEW) {
      got = digits(coder, few, (level * FEW + all) * 16, 4);
    } else {
      const part = Math.floor(all / 16) + 1;
      const sixteenth = digits(coder, many, level * 16, 4);
      got = sixteenth * part + coder.even(32 - Math.clz32(part));
    }
    if (got > all) throw new WireError("frame: points in a half: out of range");
    return got;
  };
  // Even levels halve y, odd ones x.
  const go = (level, x, y, all) => {
    if (all === 0) return;
    if (level === 0) {
      for (let k = 0; k < all; k += 1) {
        places[end] = x;
        places[end + 1] = y;
        end += 2;
      }
      return;
    }
    const below = lower(level, all);
    const half = 1 << ((level - 1) >> 1);
    go(level - 1, x, y, below);
    if (level % 2 === 0) go(level - 1, x, y + half, all - below);
    else go(level - 1, x + half, y, all - below);
  };
  go(LEVELS, 0, 0, count);
  return places;
}

// Frames -------------------------------------------------------------------------------

function speeds(coder, count) {
  const models = bits(16 * 16);
  const steps = new Uint8Array(count);
  let last = 0;
  for (let k = 0; k < count; k += 1) {
    last = digits(coder, models, last * 16, 4);
    steps[k] = last;
  }
  return steps;
}

/** Metres a step of a coordinate, for a rectangle of this size in metres. */
export const unitM = (widthM, heightM) => Math.max(widthM, heightM) / (1 << BITS);

/** Metres a second of a step of speed. */
export const speedMS = (step) => 5 * (step / 15) ** 2;

/** Understands the frames of one run. */
export class Receiver {
  #chain = null;
  #last = -1;

  /**
   * @param {Uint8Array} bytes one frame
   * @returns {{number: number, timeS: number, places: Uint16Array, speeds: ?Uint8Array,
   *   steps: ?Int16Array, bodies: {x: number, y: number, angle: number}[]}} places are x, y of
   *   each particle; of a frame that stands alone there are steps of speed, of others how far
   *   each particle has come since the frame before, if that is known
   */
  take(bytes) {
    const head = readHead(bytes);
    const { kind, number, timeS, count, bodies } = head;
    const coder = new Decoder(head.rest);
    if (kind < 2) {
      if (kind === 1) this.#chain = null;
      const places = points(coder, count);
      const steps = speeds(coder, count);
      coder.finish();
      const picture = { number, timeS, places, speeds: steps, steps: null, bodies };
      if (kind === 1) {
        this.#chain = new Chain(places);
        this.#last = number;
      }
      return picture;
    }
    const takes = (number - 1) >>> 0;
    if (this.#chain === null || this.#last !== takes) {
      throw new WireGap(number, takes);
    }
    const chain = this.#chain;
    // A chain that breaks on the way is gone.
    this.#chain = null;
    chain.advance(coder);
    coder.finish();
    if (chain.count !== count) throw new WireError("frame: number of particles: out of range");
    const { places, steps } = chain.told();
    [this.#chain, this.#last] = [chain, number];
    return { number, timeS, places, speeds: null, steps, bodies };
  }
}

function readHead(bytes) {
  let at = 0;
  const byte = () => {
    if (at >= bytes.length) throw new WireError("frame: the bytes end too early");
    at += 1;
    return bytes[at - 1];
  };
  const version = byte();
  if (version !== VERSION) throw new WireError(`frame: version: got ${version}, takes ${VERSION}`);
  const kind = byte();
  if (kind > 2) throw new WireError("frame: kind: out of range");
  const varint = () => {
    let value = 0;
    for (let k = 0; k < 5; k += 1) {
      const next = byte();
      value += (next & 127) * 2 ** (7 * k);
      if (next < 128) {
        if (value > 0xffffffff) break;
        return value;
      }
    }
    throw new WireError("frame: number: out of range");
  };
  const [number, timeMs, count, bodyCount] = [varint(), varint(), varint(), varint()];
  if (count > MOST_PARTICLES) throw new WireError("frame: number of particles: out of range");
  if (bodyCount > MOST_BODIES) throw new WireError("frame: number of bodies: out of range");
  const u16 = () => byte() + 256 * byte();
  const bodies = [];
  for (let k = 0; k < bodyCount; k += 1) {
    bodies.push({ x: u16(), y: u16(), angle: (u16() * 2 * Math.PI) / 65536 });
  }
  return { kind, number, timeS: timeMs / 1000, count, bodies, rest: bytes.subarray(at) };
}

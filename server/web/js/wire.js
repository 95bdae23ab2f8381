/**
 * Frames from the server: docs/PROTOCOL.md, and `server/wire` for the other end.
 *
 * Everything is done in whole numbers below 2³² and in the four operations of doubles, in
 * the server's order, so that both ends learn the same.
 */

const VERSION = 1;
const BITS = 12;
const LARGEST = (1 << BITS) - 1;
const MOST_PARTICLES = 1 << 17;
const MOST_BODIES = 1 << 10;

/** Bytes that are no frame, or one that follows another that has not been seen. */
export class WireError extends Error {}

/** A frame is missing: the next that stands alone puts things right. */
export class WireGap extends WireError {}

// The range coder ------------------------------------------------------------------------

const LEAST = 2 ** 24;
const SPARED = 4;

/** Probabilities of zeros: two estimates for each bit, one fast and one good. */
const bits = (count) => new Uint16Array(2 * count).fill(1 << 15);

class Decoder {
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
    const [fast, good] = [models[k], models[k + 1]];
    let zero = (fast + good) >>> 1;
    if (zero < 32) zero = 32;
    else if (zero > 65504) zero = 65504;
    const bound = (this.range >>> 16) * zero;
    if (this.code >= bound) {
      this.code -= bound;
      this.range -= bound;
      models[k] = fast - (fast >>> 4);
      models[k + 1] = good - (good >>> 7);
      this.narrow();
      return 1;
    }
    this.range = bound;
    models[k] = fast + ((65535 - fast) >>> 4);
    models[k + 1] = good + ((65535 - good) >>> 7);
    this.narrow();
    return 0;
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
}

// Numbers ------------------------------------------------------------------------------

/** `count` bits, highest first; `models` begin at `first` and are 2^count. */
function digits(coder, models, first, count) {
  let node = 1;
  for (let k = 0; k < count; k += 1) node = 2 * node + coder.bit(models, first + node);
  return node - (1 << count);
}

const UNARY = 18;
/** Models of a magnitude: those of small ones, and 32 of a length. */
const MAGNITUDE = UNARY + 32;
/** Models of a signed number: one more. */
const SIGNED = MAGNITUDE + 1;

function magnitude(coder, models, first) {
  for (let k = 0; k < UNARY; k += 1) if (!coder.bit(models, first + k)) return k;
  const length = digits(coder, models, first + UNARY, 5);
  return 2 ** length + coder.even(length) + UNARY - 1;
}

function signed(coder, models, first) {
  const size = magnitude(coder, models, first);
  if (size === 0) return 0;
  const capped = Math.min(size, 0x7fffffff);
  return coder.bit(models, first + MAGNITUDE) ? -capped : capped;
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

function spread(v) {
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

const morton = (x, y) => spread(x) | (spread(y) << 1);

// Points known from the frames before -----------------------------------------------------

const KINDS = 20;
const NEIGHBOURS = 4;
const CUES = 2 + 2 * NEIGHBOURS;

/** Numbers of a particle: place, step, change of the step, what was missed, step known. */
const [X, Y, DX, DY, TX, TY, MISSED, GOING, SIZE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

class Chain {
  constructor(places) {
    this.count = places.length / 2;
    this.known = new Int32Array(SIZE * this.count);
    for (let k = 0; k < this.count; k += 1) {
      this.known[SIZE * k + X] = places[2 * k];
      this.known[SIZE * k + Y] = places[2 * k + 1];
    }
    this.gone = bits(2);
    this.errors = [bits(KINDS * SIGNED), bits(KINDS * SIGNED)];
    this.births = bits(MAGNITUDE);
    this.place = [bits(SIGNED), bits(SIGNED)];
    this.weights = [0, 1].map(() => {
      const weights = new Float64Array(CUES);
      weights[2] = 0.4;
      weights[4] = 0.2;
      weights[6] = 0.1;
      return weights;
    });
    this.cues = [new Float64Array(CUES), new Float64Array(CUES)];
    this.near = new Int32Array(SIZE * NEIGHBOURS);
  }

  sort() {
    const { known, count } = this;
    const keys = new Float64Array(count);
    // The key and where it was, in one number: the order of equals is kept.
    for (let k = 0; k < count; k += 1) {
      keys[k] = morton(known[SIZE * k + X], known[SIZE * k + Y]) * MOST_PARTICLES + k;
    }
    keys.sort();
    const sorted = new Int32Array(SIZE * count);
    for (let k = 0; k < count; k += 1) {
      const from = SIZE * (keys[k] % MOST_PARTICLES);
      sorted.set(known.subarray(from, from + SIZE), SIZE * k);
    }
    this.known = sorted;
  }

  expected(axis) {
    const [cues, weights] = [this.cues[axis], this.weights[axis]];
    let sum = 0;
    for (let k = 0; k < CUES; k += 1) sum += weights[k] * cues[k];
    return Math.max(-512, Math.min(512, sum));
  }

  learn(axis, came) {
    const [cues, weights] = [this.cues[axis], this.weights[axis]];
    const error = Math.max(-16, Math.min(16, came - this.expected(axis)));
    let squares = 64;
    for (let k = 0; k < CUES; k += 1) squares += cues[k] * cues[k];
    const step = (0.003 * error) / squares;
    for (let k = 0; k < CUES; k += 1) weights[k] += step * cues[k];
  }

  gather(at) {
    const { known, near } = this;
    for (let axis = 0; axis < 2; axis += 1) {
      const cues = this.cues[axis];
      const own = known[at + GOING] ? known[at + DX + axis] : 0;
      cues[0] = known[at + TX + axis];
      cues[1] = 4;
      for (let k = 0; k < NEIGHBOURS; k += 1) {
        const n = SIZE * k;
        cues[2 + 2 * k] = near[n + TX + axis];
        cues[3 + 2 * k] = near[n + GOING] ? near[n + DX + axis] - own : 0;
      }
    }
  }

  kind(at) {
    const { known, near } = this;
    if (!known[at + GOING]) return KINDS - 1;
    let around = 0;
    for (let k = 0; k < NEIGHBOURS; k += 1) around += near[SIZE * k + MISSED];
    const missed = 6 * around + 3 * near[MISSED] + 5 * known[at + MISSED] + 4;
    const octave = 31 - Math.clz32(missed);
    const half = (missed >>> (octave - 1)) & 1;
    return Math.min(2 * octave - 4 + half, KINDS - 2);
  }

  advance(coder) {
    const { near } = this;
    near.fill(0);
    let known = this.known;
    let [wasGone, kept] = [0, 0];
    for (let k = 0; k < this.count; k += 1) {
      const at = SIZE * k;
      wasGone = coder.bit(this.gone, wasGone);
      if (wasGone) continue;
      const kind = this.kind(at);
      this.gather(at);
      const going = known[at + GOING];
      const to = [0, 0];
      let missed = 0;
      for (let axis = 0; axis < 2; axis += 1) {
        const was = known[at + X + axis];
        let step;
        if (going) step = known[at + DX + axis] + Math.floor(this.expected(axis) + 0.5);
        else step = near[GOING] ? near[DX + axis] : 0;
        const expected = Math.max(0, Math.min(LARGEST, was + step));
        const error = signed(coder, this.errors[axis], kind * SIGNED);
        to[axis] = place(expected + error);
        missed += Math.abs(error);
      }
      const into = SIZE * kept;
      for (let axis = 0; axis < 2; axis += 1) {
        const went = to[axis] - known[at + X + axis];
        const turned = going ? went - known[at + DX + axis] : 0;
        known[into + X + axis] = to[axis];
        known[into + DX + axis] = went;
        known[into + TX + axis] = turned;
        if (going) this.learn(axis, turned);
      }
      known[into + MISSED] = missed;
      known[into + GOING] = 1;
      near.copyWithin(SIZE, 0, SIZE * (NEIGHBOURS - 1));
      for (let n = 0; n < SIZE; n += 1) near[n] = known[into + n];
      kept += 1;
    }
    const births = magnitude(coder, this.births, 0);
    if (kept + births > MOST_PARTICLES) {
      throw new WireError("frame: number of particles: out of range");
    }
    if (births > 0) {
      const larger = new Int32Array(SIZE * (kept + births));
      larger.set(known.subarray(0, SIZE * kept));
      known = larger;
      const last = [LARGEST >> 1, LARGEST >> 1];
      for (let k = kept; k < kept + births; k += 1) {
        for (let axis = 0; axis < 2; axis += 1) {
          last[axis] = place(last[axis] + signed(coder, this.place[axis], 0));
          known[SIZE * k + X + axis] = last[axis];
        }
      }
    }
    this.known = known;
    this.count = kept + births;
  }
}

function place(coordinate) {
  if (coordinate < 0 || coordinate > LARGEST) throw new WireError("frame: place: out of range");
  return coordinate;
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
      const picture = { number, timeS, places, speeds: speeds(coder, count), steps: null, bodies };
      if (kind === 1) {
        this.#chain = new Chain(places);
        this.#last = number;
      }
      return picture;
    }
    const takes = (number - 1) >>> 0;
    if (this.#chain === null || this.#last !== takes) {
      throw new WireGap(`frame ${number}: is told by what changed since frame ${takes}, which has not been seen`);
    }
    const chain = this.#chain;
    // A chain that breaks on the way is gone.
    this.#chain = null;
    chain.sort();
    chain.advance(coder);
    if (chain.count !== count) throw new WireError("frame: number of particles: out of range");
    const [places, steps] = [new Uint16Array(2 * count), new Int16Array(2 * count)];
    for (let k = 0; k < count; k += 1) {
      for (let axis = 0; axis < 2; axis += 1) {
        places[2 * k + axis] = chain.known[SIZE * k + X + axis];
        steps[2 * k + axis] = chain.known[SIZE * k + DX + axis];
      }
    }
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

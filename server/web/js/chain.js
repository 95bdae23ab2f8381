/**
 * Points that are known from the frames before: docs/PROTOCOL.md, and
 * `server/wire/src/chain.rs` for the other end.
 */

import { MAGNITUDE, SIGNED, WireError, bits, magnitude, signed } from "./coder.js";
import { BITS, CUES, DX, DY, GOING, GONE, MX, SIZE, Surroundings, TOLD, TX, X, Y, morton } from "./surroundings.js";

const LARGEST = (1 << BITS) - 1;
/** Most particles of a frame. */
export const MOST_PARTICLES = 1 << 17;
/** Half octaves of what is likely to be missed. */
const KINDS = 22;

/** How a step will change, as a weighted sum of cues: least squares over past frames. */
class Expectation {
  constructor() {
    this.weights = Float64Array.of(0.95, 0.2, 0.15, -0.25, 0.3, 0.4, 0.2, 0.45);
    this.squares = new Float64Array(CUES * CUES);
    this.products = new Float64Array(CUES);
    this.matrix = new Float64Array(CUES * CUES);
    this.right = new Float64Array(CUES);
  }

  of(cues) {
    const { weights } = this;
    let sum = 0;
    for (let k = 0; k < CUES; k += 1) sum += weights[k] * cues[k];
    return Math.max(-512, Math.min(512, sum));
  }

  note(cues, came, spread) {
    const { squares, products } = this;
    const expected = this.of(cues);
    const most = 2.5 * spread;
    const target = expected + Math.max(-most, Math.min(most, came - expected));
    const counts = 1 / (spread * spread);
    for (let k = 0; k < CUES; k += 1) {
      const cue = counts * cues[k];
      for (let l = 0; l <= k; l += 1) squares[CUES * k + l] += cue * cues[l];
      products[k] += cue * target;
    }
  }

  learn() {
    const { weights, squares, products, matrix: a, right: y } = this;
    a.set(squares);
    y.set(products);
    for (let k = 0; k < CUES; k += 1) {
      a[CUES * k + k] += 20;
      y[k] += 20 * weights[k];
    }
    // Elimination in a symmetric matrix, of which there is the lower half.
    for (let j = 0; j < CUES; j += 1) {
      for (let i = j + 1; i < CUES; i += 1) {
        const share = a[CUES * i + j] / a[CUES * j + j];
        for (let l = j + 1; l <= i; l += 1) a[CUES * i + l] -= share * a[CUES * l + j];
        y[i] -= share * y[j];
      }
    }
    for (let j = CUES - 1; j >= 0; j -= 1) {
      let left = y[j];
      for (let l = j + 1; l < CUES; l += 1) left -= a[CUES * l + j] * weights[l];
      weights[j] = left / a[CUES * j + j];
    }
    for (let k = 0; k < CUES * CUES; k += 1) squares[k] *= 0.8;
    for (let k = 0; k < CUES; k += 1) products[k] *= 0.8;
  }
}

/** What both ends know of the water, and have learned since a first frame. */
export class Chain {
  constructor(places) {
    this.count = places.length / 2;
    this.known = new Int32Array(SIZE * this.count);
    for (let k = 0; k < this.count; k += 1) {
      this.known[SIZE * k + X] = places[2 * k];
      this.known[SIZE * k + Y] = places[2 * k + 1];
    }
    this.surroundings = new Surroundings();
    this.gone = bits(2);
    // For particles without a step, and then for those with one.
    this.errors = [bits(2 * KINDS * SIGNED), bits(2 * KINDS * SIGNED)];
    this.births = bits(MAGNITUDE);
    this.place = [bits(SIGNED), bits(SIGNED)];
    this.expected = [new Expectation(), new Expectation()];
  }

  /** Places of the particles, and how far they have come since the frame before. */
  told() {
    const { known, count } = this;
    const places = new Uint16Array(2 * count);
    const steps = new Int16Array(2 * count);
    for (let k = 0; k < count; k += 1) {
      places[2 * k] = known[SIZE * k + X];
      places[2 * k + 1] = known[SIZE * k + Y];
      steps[2 * k] = known[SIZE * k + DX];
      steps[2 * k + 1] = known[SIZE * k + DY];
    }
    return { places, steps };
  }

  /** Puts the particles in order; their places on Morton's curve. */
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
    return Uint32Array.from(keys, (key) => Math.floor(key / MOST_PARTICLES));
  }

  advance(coder) {
    const codes = this.sort();
    const { surroundings } = this;
    surroundings.begin(this.known, codes);
    const { now, fate } = surroundings;
    let [wasGone, kept] = [0, 0];
    for (let k = 0; k < this.count; k += 1) {
      wasGone = coder.bit(this.gone, wasGone);
      if (!wasGone) this.step(coder, k);
      fate[k] = wasGone ? GONE : TOLD;
    }
    for (let k = 0; k < this.count; k += 1) {
      if (fate[k] === GONE) continue;
      now.copyWithin(SIZE * kept, SIZE * k, SIZE * (k + 1));
      kept += 1;
    }
    surroundings.end();
    for (const expectation of this.expected) expectation.learn();
    this.letIn(coder, now.subarray(0, SIZE * kept));
  }

  step(coder, index) {
    const { surroundings, known } = this;
    const { now, missedNow, missedBefore } = surroundings;
    const at = SIZE * index;
    const going = known[at + GOING];
    surroundings.opine(index);
    for (let axis = 0; axis < 2; axis += 1) {
      const cues = surroundings.cues[axis];
      const step = going
        ? known[at + DX + axis] + this.expected[axis].of(cues)
        : surroundings.step[axis];
      const was = known[at + X + axis];
      const expected = Math.max(0, Math.min(LARGEST, was + Math.floor(step + 0.5)));
      const spread =
        0.15 * Math.abs(known[at + MX + axis]) +
        0.3 * missedNow[axis] +
        0.3 * missedBefore[axis] +
        0.15 * missedNow[1 - axis] +
        0.1 * (axis === 1 ? Math.abs(now[at + MX]) : 0);
      const kind = kindOf(spread) + (going ? KINDS : 0);
      const error = signed(coder, this.errors[axis], kind * SIGNED);
      const to = place(expected + error);
      now[at + X + axis] = to;
      now[at + DX + axis] = to - was;
      now[at + TX + axis] = going ? to - was - known[at + DX + axis] : 0;
      now[at + MX + axis] = error;
      if (going) this.expected[axis].note(cues, now[at + TX + axis], spread + 1);
    }
    now[at + GOING] = 1;
  }

  letIn(coder, known) {
    const kept = known.length / SIZE;
    const births = magnitude(coder, this.births, 0);
    if (kept + births > MOST_PARTICLES) {
      throw new WireError("frame: number of particles: out of range");
    }
    this.count = kept + births;
    this.known = new Int32Array(SIZE * this.count);
    this.known.set(known);
    const last = [LARGEST >> 1, LARGEST >> 1];
    for (let k = kept; k < this.count; k += 1) {
      for (let axis = 0; axis < 2; axis += 1) {
        last[axis] = place(last[axis] + signed(coder, this.place[axis], 0));
        this.known[SIZE * k + X + axis] = last[axis];
      }
    }
  }
}

/** The half octave of what is likely to be missed. */
function kindOf(spread) {
  const missed = Math.floor(32 * spread) + 4;
  const octave = 31 - Math.clz32(missed);
  const half = (missed >>> (octave - 1)) & 1;
  return Math.min(2 * octave - 4 + half, KINDS - 1);
}

function place(coordinate) {
  if (coordinate < 0 || coordinate > LARGEST) throw new WireError("frame: place: out of range");
  return coordinate;
}

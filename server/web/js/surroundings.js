/**
 * What the neighbours of a particle say of where it will go: docs/PROTOCOL.md, and
 * `server/wire/src/surroundings.rs` for the theory.
 *
 * Everything is done in the four operations of doubles and square roots, in the server's
 * order, so that both ends find the same.
 */

/** Bits of a coordinate. */
export const BITS = 12;
/** Numbers that an expectation is made of. */
export const CUES = 8;
/** Particles of one bin that are looked at. */
const CROWD = 8;
/** Bins that are looked at. */
const BINS = 6;

/**
 * Numbers of a particle: place, step, change of the step and what was missed, along x and then
 * y each, and whether the step is known.
 */
export const X = 0;
export const Y = 1;
export const DX = 2;
export const DY = 3;
export const TX = 4;
export const MX = 6;
export const GOING = 8;
export const SIZE = 9;
/** Whether a particle has been told: not yet, gone, or told. */
export const GONE = 1;
export const TOLD = 2;

/** Room between each two of twelve bits. */
function spread(v) {
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

/** Place of a point on Morton's curve. */
export const morton = (x, y) => spread(x) | (spread(y) << 1);

/** Square bins over places that are sorted along Morton's curve: each is a run of the list. */
class Bins {
  constructor(codes) {
    const runs = (shift) => {
      let [count, last] = [0, -1];
      for (const code of codes) {
        const bin = code >>> (2 * shift);
        if (bin !== last) count += 1;
        last = bin;
      }
      return count;
    };
    this.shift = 4;
    while (this.shift < BITS - 1 && 2 * codes.length < 3 * runs(this.shift)) this.shift += 1;
    this.start = new Int32Array((1 << (2 * (BITS - this.shift))) + 1);
    for (const code of codes) this.start[(code >>> (2 * this.shift)) + 1] += 1;
    for (let k = 1; k < this.start.length; k += 1) this.start[k] += this.start[k - 1];
  }

  /**
   * Fills `found` with particles near a place, some of each bin: of the bin that it lies in, of
   * the four beside that, and of the nearest at its corners. How many.
   */
  around(x, y, found) {
    const { shift, start } = this;
    const last = (1 << (BITS - shift)) - 1;
    const column = x >> shift;
    const row = y >> shift;
    const cornerX = 2 * ((x >> (shift - 1)) & 1) - 1;
    const cornerY = 2 * ((y >> (shift - 1)) & 1) - 1;
    let count = 0;
    for (let up = -1; up <= 1; up += 1) {
      if (row + up < 0 || row + up > last) continue;
      for (let right = -1; right <= 1; right += 1) {
        if (column + right < 0 || column + right > last) continue;
        if (right !== 0 && up !== 0 && (right !== cornerX || up !== cornerY)) continue;
        const bin = morton(column + right, row + up);
        const end = Math.min(start[bin + 1], start[bin] + CROWD);
        for (let k = start[bin]; k < end; k += 1) {
          found[count] = k;
          count += 1;
        }
      }
    }
    return count;
  }
}

/** Ridges of a plane: against a height, and against a slope, that few speak for. */
const LEVEL = 0.04;
const SLOPE = 2;
/** Errors are as of nobody around until neighbours with this weight speak of them. */
const DOUBT = 0.3;

/**
 * Turns weights of neighbours into shares: what is summed with these is the height at the
 * particle of the plane that fits best. u and v are the ways to them.
 */
function level(count, u, v, weights, shares) {
  let one = LEVEL;
  let x = 0;
  let y = 0;
  let xx = SLOPE;
  let xy = 0;
  let yy = SLOPE;
  for (let k = 0; k < count; k += 1) {
    const weight = weights[k];
    if (weight === 0) continue;
    const wu = weight * u[k];
    const wv = weight * v[k];
    one += weight;
    x += wu;
    y += wv;
    xx += wu * u[k];
    xy += wu * v[k];
    yy += wv * v[k];
  }
  const a = xx * yy - xy * xy;
  const b = xy * y - x * yy;
  const c = x * xy - xx * y;
  const determinant = one * a + x * b + y * c;
  const p = a / determinant;
  const q = b / determinant;
  const r = c / determinant;
  for (let k = 0; k < count; k += 1) shares[k] = weights[k] * (p + q * u[k] + r * v[k]);
}

/** What the neighbours of one particle after the other say of where it will go. */
export class Surroundings {
  constructor() {
    this.spacing = 0;
    this.sum = 0;
    this.count = 0;
    this.begin(new Int32Array(0), new Uint32Array(0));
    const numbers = () => new Float64Array(BINS * CROWD);
    this.found = new Int32Array(BINS * CROWD);
    this.near = new Int32Array(BINS * CROWD);
    [this.u, this.v, this.told, this.all] = [numbers(), numbers(), numbers(), numbers()];
    [this.shareTold, this.shareAll] = [numbers(), numbers()];
    // Opinions, along x and y.
    this.cues = [new Float64Array(CUES), new Float64Array(CUES)];
    this.step = new Float64Array(2);
    this.missedNow = new Float64Array(2);
    this.missedBefore = new Float64Array(2);
  }

  begin(known, codes) {
    this.old = known;
    this.now = new Int32Array(known.length);
    this.fate = new Uint8Array(codes.length);
    this.bins = new Bins(codes);
    this.sum = 0;
    this.count = 0;
  }

  end() {
    if (this.count > 0) this.spacing = this.sum / this.count;
  }

  /** Finds the neighbours of a particle; how many. */
  look(index) {
    const { old, fate, bins, found, near, u, v, told, all } = this;
    const own = SIZE * index;
    const scale = 1 / (1 << bins.shift);
    const around = bins.around(old[own + X], old[own + Y], found);
    let count = 0;
    let nearest = Infinity;
    for (let k = 0; k < around; k += 1) {
      const other = found[k];
      if (other === index || fate[other] === GONE) continue;
      const at = SIZE * other;
      const x = (old[at + X] - old[own + X]) * scale;
      const y = (old[at + Y] - old[own + Y]) * scale;
      const squared = x * x + y * y;
      if (squared < nearest) nearest = squared;
      const weight = 1 / (squared + 0.1);
      near[count] = other;
      u[count] = x;
      v[count] = y;
      // Who has just been told for the first time has a step, but no turn.
      const speaks = fate[other] === TOLD && (old[at + GOING] || !old[own + GOING]);
      told[count] = speaks ? weight : 0;
      all[count] = old[at + GOING] ? weight : 0;
      count += 1;
    }
    if (count > 0) {
      this.sum += Math.sqrt(nearest) / scale;
      this.count += 1;
    }
    level(count, u, v, told, this.shareTold);
    level(count, u, v, all, this.shareAll);
    return count;
  }

  opine(index) {
    const count = this.look(index);
    const own = SIZE * index;
    this.sumUp(0, own, count);
    this.sumUp(1, own, count);
    if (this.old[own + GOING]) this.push(own, count);
  }

  sumUp(axis, own, count) {
    const { old, now, near, told, all, shareTold, shareAll } = this;
    const ownStep = old[own + DX + axis];
    let sumTold = DOUBT;
    let sumAll = DOUBT;
    let missedNow = 0;
    let missedBefore = 0;
    let nowTurn = 0;
    let aheadTold = 0;
    let aheadAll = 0;
    let turnTold = 0;
    let turnAll = 0;
    let missed = 0;
    let step = 0;
    for (let k = 0; k < count; k += 1) {
      const at = SIZE * near[k] + axis;
      const ahead = old[at + DX] - ownStep;
      const turn = old[at + TX];
      const share = shareAll[k];
      aheadAll += share * ahead;
      turnAll += share * turn;
      missed += share * old[at + MX];
      sumAll += all[k];
      missedBefore += all[k] * Math.abs(old[at + MX]);
      if (told[k] > 0) {
        const shareNow = shareTold[k];
        nowTurn += shareNow * now[at + TX];
        aheadTold += shareNow * ahead;
        turnTold += shareNow * turn;
        step += shareNow * now[at + DX];
        sumTold += told[k];
        missedNow += told[k] * Math.abs(now[at + MX]);
      }
    }
    const cues = this.cues[axis];
    cues[0] = nowTurn;
    cues[1] = aheadTold;
    cues[2] = aheadAll;
    cues[3] = turnTold;
    cues[4] = turnAll;
    cues[5] = 0;
    cues[6] = 0;
    cues[7] = missed;
    this.step[axis] = step;
    this.missedNow[axis] = missedNow / sumTold;
    this.missedBefore[axis] = missedBefore / sumAll;
  }

  push(own, count) {
    const { old, now, fate, near } = this;
    const cuesX = this.cues[0];
    const cuesY = this.cues[1];
    const apart = 1.1 * this.spacing;
    const turnX = cuesX[0];
    const turnY = cuesY[0];
    for (let k = 0; k < count; k += 1) {
      const at = SIZE * near[k];
      const isTold = fate[near[k]] === TOLD;
      const goesX = isTold ? now[at + DX] - turnX : old[at + DX];
      const goesY = isTold ? now[at + DY] - turnY : old[at + DY];
      const x = old[at + X] - old[own + X] + (goesX - old[own + DX]);
      const y = old[at + Y] - old[own + Y] + (goesY - old[own + DY]);
      const squared = x * x + y * y;
      if (squared < apart * apart) {
        const distance = Math.max(Math.sqrt(squared), 0.5);
        const push = (apart - distance) / distance;
        const cue = isTold ? 5 : 6;
        cuesX[cue] -= push * x;
        cuesY[cue] -= push * y;
      }
    }
  }
}

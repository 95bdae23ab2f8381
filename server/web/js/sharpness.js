/**
 * How sharp the water is drawn: as sharp as the screen where that is quick, less where frames
 * take long, as without a graphics card. Blurred water that flows is better than sharp water
 * that jerks.
 */

/** Time between two frames of the screen beyond which water is drawn less sharp, milliseconds. */
const SLOW_MS = 40;
/** And below which it may be sharper again. */
const QUICK_MS = 22;
/** What is aimed at. */
const WANTED_MS = 30;
/** Frames that are looked at together; of quick ones so many more in a row. */
const FRAMES = 6;
const PATIENCE = 20;
/** Pixels along a side are never fewer than this share of the screen's. */
const LEAST = 0.45;
/** A longer pause says nothing: nobody looked. */
const PAUSE_MS = 1000;

export class Sharpness {
  /** Share of the screen's pixels along a side. */
  share = 1;
  #last = null;
  #intervals = [];
  #quick = 0;
  #patience = PATIENCE;

  /** @param {function(number)} apply takes the share when it changes */
  constructor(apply) {
    this.apply = apply;
  }

  /** A frame of the screen begins, at this time in milliseconds. */
  note(now) {
    const interval = this.#last === null ? Infinity : now - this.#last;
    this.#last = now;
    if (interval > PAUSE_MS) return;
    this.#intervals.push(interval);
    if (this.#intervals.length < FRAMES) return;
    const median = this.#intervals.toSorted((a, b) => a - b)[FRAMES >> 1];
    this.#intervals = [];
    this.#quick = median < QUICK_MS ? this.#quick + 1 : 0;
    if (median > SLOW_MS && this.share > LEAST) {
      // Time goes with the number of pixels, more or less.
      this.#set(this.share * Math.max(0.5, Math.sqrt(WANTED_MS / median)));
      // What was too much once is tried again later and later.
      this.#patience *= 2;
    } else if (this.share < 1 && this.#quick >= this.#patience) {
      this.#quick = 0;
      this.#set(this.share * 1.4);
    }
  }

  #set(share) {
    this.share = Math.min(1, Math.max(LEAST, share));
    this.apply(this.share);
  }
}

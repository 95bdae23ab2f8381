/**
 * The network beside the solver: where their water differs, and how that grows.
 */

import { speedMS } from "./wire.js";

/** Points that a curve keeps: ten a second. */
const MOST = 300;
/** Frames that the server tells in a second. */
const HZ = 30;
const GRAVITY_M_S2 = 9.81;

export class Compare {
  #frames = [null, null];
  #curve = [];
  #last = -1;

  /** A new run, or another rectangle of water. */
  begin({ domain }) {
    this.grid = [Math.round(domain.width_m / domain.cell_m), Math.round(domain.height_m / domain.cell_m)];
    this.unitM = Math.max(domain.width_m, domain.height_m) / 4096;
    this.cellUnits = domain.cell_m / this.unitM;
    this.#frames = [null, null];
    this.#curve = [];
    this.#last = -1;
  }

  take(stream, frame) {
    if (this.#frames[stream]?.timeS > frame.timeS) {
      this.#curve = [];
      this.#last = -1;
    }
    this.#frames[stream] = frame;
  }

  /** Cells that are wet in one only: `[[column, row, isNetwork], …]`, and what is common. */
  measure() {
    const [network, solver] = this.#frames;
    if (!network || !solver || Math.abs(network.timeS - solver.timeS) > 0.02) return null;
    const [a, b] = [this.#wet(network), this.#wet(solver)];
    const differ = [];
    let [both, either] = [0, 0];
    for (let k = 0; k < a.length; k += 1) {
      if (a[k] || b[k]) either += 1;
      if (a[k] && b[k]) both += 1;
      else if (a[k] || b[k]) differ.push([k % this.grid[0], Math.floor(k / this.grid[0]), a[k] === 1]);
    }
    const now = { timeS: network.timeS, overlap: either ? both / either : 1, energies: [this.#energy(network), this.#energy(solver)] };
    if (now.timeS - this.#last >= 0.09) {
      this.#curve.push(now);
      if (this.#curve.length > MOST) this.#curve.shift();
      this.#last = now.timeS;
    }
    return { ...now, differ };
  }

  /** Draws the curves: the share of wet cells in common, and the energy of both waters. */
  paint(canvas, colours) {
    const ratio = Math.min(2, devicePixelRatio);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (this.#curve.length < 2) return;
    const from = this.#curve[0].timeS;
    const over = Math.max(2, this.#curve.at(-1).timeS - from);
    const most = Math.max(0.01, ...this.#curve.flatMap(({ energies }) => energies));
    const line = (colour, of, dash = []) => {
      pen.strokeStyle = colour;
      pen.lineWidth = 2;
      pen.setLineDash(dash);
      pen.beginPath();
      for (const point of this.#curve) {
        pen.lineTo(((point.timeS - from) / over) * width, height - 3 - of(point) * (height - 6));
      }
      pen.stroke();
    };
    line(colours.soft, ({ energies }) => energies[1] / most, [4, 4]);
    line(colours.water, ({ energies }) => energies[0] / most);
    line(colours.accent, ({ overlap }) => overlap);
  }

  #wet({ places }) {
    const [columns, rows] = this.grid;
    const wet = new Uint8Array(columns * rows);
    for (let k = 0; k < places.length; k += 2) {
      const x = Math.min(columns - 1, Math.floor((places[k] + 0.5) / this.cellUnits));
      const y = Math.min(rows - 1, Math.floor((places[k + 1] + 0.5) / this.cellUnits));
      wet[y * columns + x] = 1;
    }
    return wet;
  }

  /** Energy of the water, of place and of motion, J/kg. */
  #energy({ places, steps, speeds }) {
    const count = places.length / 2;
    if (count === 0) return 0;
    let [height, square] = [0, 0];
    for (let k = 0; k < count; k += 1) {
      height += (places[2 * k + 1] + 0.5) * this.unitM;
      const speed = steps ? Math.hypot(steps[2 * k], steps[2 * k + 1]) * this.unitM * HZ : speedMS(speeds[k]);
      square += speed * speed;
    }
    return (GRAVITY_M_S2 * height + square / 2) / count;
  }
}

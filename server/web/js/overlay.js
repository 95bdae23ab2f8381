/**
 * A map of the network over the water, aligned with the lines.
 */

import { cellsOf, paintMap } from "./insides.js";

/** How much of the water is seen through a map. */
const STRENGTH = 0.85;

export class Overlay {
  #canvas = document.createElement("canvas");
  #map = null;
  #marks = null;

  /** Shows a map of the insides, or none. */
  show(map, grid, theme) {
    this.#map = map && { cells: cellsOf(map, grid) };
    if (map) paintMap(this.#canvas, map, grid, theme);
  }

  /** Shows single cells, each with a colour, or none: `[[column, row, colour], …]`. */
  mark(cells) {
    this.#marks = cells;
  }

  get hasMap() {
    return this.#map !== null;
  }

  /** Paints with a pen of CSS pixels. `cellPx` is a cell's side, `heightPx` the rectangle's. */
  paint(pen, cellPx, heightPx) {
    if (this.#map) {
      const px = this.#map.cells * cellPx;
      const [width, height] = [this.#canvas.width * px, this.#canvas.height * px];
      pen.save();
      pen.globalAlpha = STRENGTH;
      pen.imageSmoothingEnabled = false;
      pen.drawImage(this.#canvas, 0, heightPx - height, width, height);
      pen.restore();
    }
    for (const [column, row, colour] of this.#marks ?? []) {
      pen.fillStyle = colour;
      pen.fillRect(column * cellPx, heightPx - (row + 1) * cellPx, cellPx + 0.5, cellPx + 0.5);
    }
  }
}

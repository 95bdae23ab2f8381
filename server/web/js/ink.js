/**
 * Lines as if a hand had drawn them: a soft pen whose width breathes, the same for the same
 * line each time, on a plain canvas that lies over the water.
 */

/** Width of a line, CSS pixels. */
const WIDTH_PX = 3.2;
/** How far from a corner a line begins to turn, CSS pixels. */
const CORNER_PX = 2.5;

/** A number from 0 to 1 that a line and a place along it decide. */
function grain(seed, k) {
  const mixed = Math.imul((seed * 0x9e3779b1) ^ (k * 0x85ebca6b), 0xc2b2ae35) >>> 0;
  return mixed / 2 ** 32;
}

/** Paints all lines; `toPx` turns metres into CSS pixels. */
export class Ink {
  constructor(canvas, toPx) {
    this.canvas = canvas;
    this.toPx = toPx;
  }

  /**
   * @param {{lines: {id: number, points: [number, number][]}[], wet: ?[number, number][],
   *   cursor: ?[number, number], colour: string, accent: string,
   *   tint: ?Map<number, string>, below: ?function(CanvasRenderingContext2D)}} what
   *   `below` paints what lies under the lines
   */
  paint({ lines, wet, cursor, colour, accent, tint, below }) {
    const pen = this.canvas.getContext("2d");
    const ratio = this.canvas.width / this.canvas.clientWidth || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    below?.(pen);
    pen.lineCap = "round";
    pen.lineJoin = "round";
    for (const { id, points } of lines) this.#line(pen, id, points, tint?.get(id) ?? colour);
    if (wet && wet.length > 0) this.#line(pen, 0, wet, accent);
    if (cursor) this.#cross(pen, cursor, accent);
  }

  #line(pen, seed, points, colour) {
    const px = points.map((p) => this.toPx(p));
    pen.strokeStyle = colour;
    pen.fillStyle = colour;
    if (px.length === 1) {
      pen.beginPath();
      pen.arc(...px[0], WIDTH_PX / 2, 0, 2 * Math.PI);
      pen.fill();
      return;
    }
    // Corners are a little round, as a pen makes them. No more: what is seen is what stops water.
    for (let k = 1; k < px.length; k += 1) {
      const [a, b, next] = [px[k - 1], px[k], px[k + 1]];
      pen.lineWidth = WIDTH_PX * (0.82 + 0.36 * grain(seed, k >> 2));
      pen.beginPath();
      pen.moveTo(...(k > 1 ? towards(a, b) : a));
      if (next) {
        pen.lineTo(...towards(b, a));
        pen.quadraticCurveTo(...b, ...towards(b, next));
      } else {
        pen.lineTo(...b);
      }
      pen.stroke();
    }
  }

  #cross(pen, at, colour) {
    const [x, y] = this.toPx(at);
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const [dx, dy] of [[1, 0], [0, 1]]) {
      pen.moveTo(x - 10 * dx, y - 10 * dy);
      pen.lineTo(x + 10 * dx, y + 10 * dy);
    }
    pen.stroke();
  }
}

/** From one point to another as far as a corner is round, but not beyond the middle. */
function towards(from, to) {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = far > 0 ? Math.min(0.5, CORNER_PX / far) : 0;
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

/**
 * One rectangle on the page: water below, lines above, bodies between them.
 */

import { Flat } from "./flat.js";
import { Ink } from "./ink.js";
import { Overlay } from "./overlay.js";
import { speedMS } from "./wire.js";
import { Water } from "./water.js";

/** Frames that the server tells in a second. */
const HZ = 30;
/** Pixels of a screen that are worth drawing, along one side of a CSS pixel. */
const SHARPEST = 2;
/** Pixels of water along the rectangle's width below which there are never fewer. */
const LEAST_PX = 600;

const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255);

/** Colours of the water in both themes. */
const THEMES = {
  light: { paper: "#fbf8f0", ruled: "#f1ecdf", shallow: "#6fbfce", deep: "#1f7c98", foam: "#ffffff", ink: "#2b2f33", accent: "#c2562f", body: "#d8a868", edge: "#8a6236" },
  dark: { paper: "#1b2126", ruled: "#222a30", shallow: "#3f9fb8", deep: "#0f5a78", foam: "#e8fbff", ink: "#ece7d9", accent: "#ff9a6b", body: "#8d6a3e", edge: "#d6b07a" },
};

export class View {
  #came = 0;
  /** How often anything has changed that the water is drawn from, and what was drawn last. */
  #changes = 0;
  #drawn = "";
  #sharpness = 1;
  #frame = null;

  /** @param {HTMLElement} figure with two canvases in a `.sheet` */
  constructor(figure) {
    this.figure = figure;
    this.sheet = figure.querySelector(".sheet");
    [this.waterCanvas, this.inkCanvas] = figure.querySelectorAll("canvas");
    // Without WebGL2 water is dots: less pretty, and the same water.
    this.water = Water.isSupported(this.waterCanvas) ? new Water(this.waterCanvas) : new Flat(this.waterCanvas);
    this.ink = new Ink(this.inkCanvas, (p) => this.toPx(p));
    this.overlay = new Overlay();
    this.sizeM = [1.5, 1];
    this.bodies = [];
    this.setTheme("light");
    new ResizeObserver(() => this.#resize()).observe(this.sheet);
  }

  setTheme(name) {
    this.themeName = name;
    this.theme = THEMES[name];
    const { paper, ruled, shallow, deep, foam } = this.theme;
    const all = { paper, ruled, shallow, deep, foam };
    this.#changes += 1;
    this.water.setTheme(Object.fromEntries(Object.entries(all).map(([k, v]) => [k, rgb(v)])));
  }

  /** Takes the rectangle and the bodies of a scene. */
  setScene({ domain, body = [] }) {
    this.sizeM = [domain.width_m, domain.height_m];
    this.cellM = domain.cell_m;
    this.unitM = Math.max(...this.sizeM) / 4096;
    this.bodies = body;
    const spacingM = domain.cell_m / 2;
    this.#changes += 1;
    this.water.setScene({ widthM: domain.width_m, heightM: domain.height_m, spacingM });
    this.#resize();
  }

  take(frame) {
    this.#frame = frame;
    this.#came = performance.now();
    this.#changes += 1;
    this.water.setFrame(frame, 1 / HZ, speedMS);
  }

  /** Water is drawn with this share of the screen's pixels along a side. */
  setSharpness(share) {
    this.#sharpness = share;
    this.#resize();
  }

  toPx([x, y]) {
    return [x * this.pxPerM, (this.sizeM[1] - y) * this.pxPerM];
  }

  toM(x, y) {
    return [x / this.pxPerM, this.sizeM[1] - y / this.pxPerM];
  }

  draw(now, lines) {
    // A map is read on paper; of the water only a hint stays.
    this.water.fade = this.overlay.hasMap ? 0.8 : 0;
    const back = Math.max(0, 1 - ((now - this.#came) * HZ) / 1000);
    // Water that rests is on the canvas already.
    const { fade, style } = this.water;
    const drawn = [this.#changes, back, fade, style].join();
    if (drawn !== this.#drawn) this.water.draw(back);
    this.#drawn = drawn;
    const below = (pen) => this.overlay.paint(pen, this.cellM * this.pxPerM, this.sizeM[1] * this.pxPerM);
    this.ink.paint({ colour: this.theme.ink, accent: this.theme.accent, below, ...lines });
    this.#paintBodies();
  }

  #resize() {
    const [width, height] = [this.sheet.clientWidth, this.sheet.clientHeight];
    this.pxPerM = Math.max(1, Math.min(width / this.sizeM[0], height / this.sizeM[1]));
    const sharp = Math.min(SHARPEST, devicePixelRatio);
    const [w, h] = this.sizeM.map((m) => Math.round(m * this.pxPerM));
    this.figure.style.setProperty("--wide", `${w}px`);
    this.figure.style.setProperty("--high", `${h}px`);
    this.#changes += 1;
    // A small rectangle is quick as it is.
    const least = Math.min(1, LEAST_PX / (w * sharp));
    for (const [canvas, share] of [[this.waterCanvas, Math.max(least, this.#sharpness)], [this.inkCanvas, 1]]) {
      canvas.width = Math.round(w * sharp * share);
      canvas.height = Math.round(h * sharp * share);
    }
  }

  #paintBodies() {
    const pen = this.inkCanvas.getContext("2d");
    const poses = this.#frame?.bodies ?? [];
    this.bodies.forEach(({ shape }, k) => {
      const pose = poses[k];
      if (!pose) return;
      const [x, y] = this.toPx([(pose.x + 0.5) * this.unitM, (pose.y + 0.5) * this.unitM]);
      pen.save();
      pen.translate(x, y);
      pen.rotate(-pose.angle);
      pen.scale(this.pxPerM, -this.pxPerM);
      pen.beginPath();
      outline(pen, shape);
      pen.fillStyle = this.theme.body;
      pen.strokeStyle = this.theme.edge;
      pen.lineWidth = 2 / this.pxPerM;
      pen.fill();
      pen.stroke();
      pen.restore();
    });
  }
}

function outline(pen, { kind, half_extents_m: half, radius_m: radius, points_m: points }) {
  if (kind === "ball") pen.arc(0, 0, radius, 0, 2 * Math.PI);
  else if (kind === "box") pen.rect(-half[0], -half[1], 2 * half[0], 2 * half[1]);
  else {
    points.forEach((p, k) => (k === 0 ? pen.moveTo(...p) : pen.lineTo(...p)));
    pen.closePath();
  }
}

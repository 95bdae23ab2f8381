/**
 * Water on a plain canvas, for browsers without WebGL2: each particle a dot, by its speed.
 *
 * It takes what `Water` takes; there is one style.
 */

/** Colours by speed in steps of 1 m/s, slow to fast. */
const STOPS = ["#21599e", "#2b99bf", "#73c28c", "#edbd4d", "#d64533"];
/** Radius of a dot, in spacings of particles. */
const DOT_RADIUS = 0.6;

const css = (rgb) => `rgb(${rgb.map((c) => Math.round(255 * c)).join(" ")})`;

/** Draws water as dots. */
export class Flat {
  style = "dots";
  fade = 0;
  #dots = STOPS.map(() => []);

  constructor(canvas) {
    this.canvas = canvas;
  }

  setScene({ widthM, heightM, spacingM }) {
    this.sizeM = [widthM, heightM];
    this.unitM = Math.max(widthM, heightM) / 4096;
    this.spacingM = spacingM;
  }

  setTheme({ paper }) {
    this.paper = css(paper);
  }

  setFrame({ places, steps, speeds }, frameS, speedMS) {
    this.#dots = STOPS.map(() => []);
    for (let k = 0; k < places.length / 2; k += 1) {
      const went = steps ? [steps[2 * k], steps[2 * k + 1]] : [0, 0];
      const speed = speeds ? speedMS(speeds[k]) : (Math.hypot(...went) * this.unitM) / frameS;
      this.#dots[Math.min(STOPS.length - 1, Math.floor(speed))].push([places[2 * k], places[2 * k + 1], ...went]);
    }
  }

  draw(back = 0) {
    const { canvas, unitM } = this;
    const pen = canvas.getContext("2d");
    const pxPerM = canvas.width / this.sizeM[0];
    const radius = DOT_RADIUS * this.spacingM * pxPerM;
    pen.globalAlpha = 1;
    pen.fillStyle = this.paper;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.globalAlpha = 1 - this.fade;
    this.#dots.forEach((dots, k) => {
      pen.fillStyle = STOPS[k];
      pen.beginPath();
      for (const [x, y, dx, dy] of dots) {
        const [px, py] = [(x + 0.5 - back * dx) * unitM * pxPerM, canvas.height - (y + 0.5 - back * dy) * unitM * pxPerM];
        pen.moveTo(px + radius, py);
        pen.arc(px, py, radius, 0, 2 * Math.PI);
      }
      pen.fill();
    });
  }
}

/**
 * The loop that paints, once for every frame of the screen.
 */

import { at } from "./dom.js";
import { Sharpness } from "./sharpness.js";

/** Frames of the screen from one look at how two waters differ to the next. */
const COMPARED_EVERY = 6;
/** Frames of the screen from one word on how long a picture takes to the next. */
const TOLD_EVERY = 30;
/** Share of the latest time in the mean that is told. */
const LATEST = 0.05;
/** Colours of cells that are wet in one water only. */
const ONLY = { true: "#c2562f66", false: "#6b6b6b66" };

/**
 * Begins to paint, and never ends.
 * @param {object} parts
 * @param {import("./stage.js").Stage} parts.stage
 * @param {import("./compare.js").Compare} parts.compare
 * @param {import("./pace.js").Pace} parts.pace
 * @param {import("./saving.js").Recorder} parts.recorder
 * @param {function(): object} parts.hand what the visitor has drawn, as `Ink.paint` takes it
 */
export function beginPainting({ stage, compare, pace, recorder, hand }) {
  let frames = 0;
  let drawMs = 0;
  const sharpness = new Sharpness((share) => stage.views.forEach((view) => view.setSharpness(share)));
  const paint = (now) => {
    frames += 1;
    sharpness.note(now);
    if (!stage.isTwo) stage.mark(null);
    else if (frames % COMPARED_EVERY === 0) showDifference(stage, compare);
    const begun = performance.now();
    stage.draw(now, hand());
    drawMs += LATEST * (performance.now() - begun - drawMs);
    if (frames % TOLD_EVERY === 0) pace.take({ draw_ms: drawMs });
    recorder.film(stage);
    requestAnimationFrame(paint);
  };
  requestAnimationFrame(paint);
}

function showDifference(stage, compare) {
  const measured = compare.measure();
  stage.mark(measured?.differ.map(([x, y, isNetwork]) => [x, y, ONLY[isNetwork]]) ?? null);
  if (!measured) return;
  const { overlap, energies } = measured;
  at("common").textContent = `${(100 * overlap).toFixed(0)} % of wet cells in common (orange line); energy ${energies[0].toFixed(2)} J/kg (blue), the solver's ${energies[1].toFixed(2)} (dashed). Cells that differ are marked.`;
  const style = getComputedStyle(document.documentElement);
  const [water, accent, soft] = ["--accent", "--warm", "--soft"].map((name) => style.getPropertyValue(name));
  compare.paint(at("curves"), { water, accent, soft });
}

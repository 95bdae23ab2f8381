/**
 * The stage: one rectangle of water, or two side by side.
 */

import { View } from "./view.js";

export class Stage {
  isTwo = false;

  /** @param {HTMLElement} element with a figure for each rectangle */
  constructor(element) {
    this.element = element;
    this.figures = [...element.querySelectorAll("figure")];
    this.views = this.figures.map((figure) => new View(figure));
  }

  /** The rectangle that is drawn into. */
  get view() {
    return this.views[0];
  }

  setScene(scene) {
    for (const view of this.views) view.setScene(scene);
  }

  /** Shows as many rectangles as there are waters, and says who moves them if it is not clear. */
  setEngine(engine) {
    this.isTwo = engine === "both";
    this.figures[1].hidden = !this.isTwo;
    this.element.classList.toggle("two", engine !== "network");
    this.figures[0].querySelector("figcaption").textContent = engine === "reference" ? "the solver" : "the network";
  }

  setTheme(name) {
    for (const view of this.views) view.setTheme(name);
  }

  /** How water looks: "water" or "dots". */
  setStyle(style) {
    for (const view of this.views) view.water.style = style;
  }

  take(stream, frame) {
    this.views[stream].take(frame);
  }

  /** Marks cells, as `Overlay.mark` takes them, or none. */
  mark(cells) {
    this.view.overlay.mark(cells);
  }

  /** Draws all waters; `hand` is what the visitor's pen has drawn, as `Ink.paint` takes it. */
  draw(now, hand) {
    this.view.draw(now, hand);
    if (this.isTwo) this.views[1].draw(now, { lines: hand.lines, wet: null, cursor: null });
  }
}

/**
 * The stage: one rectangle of water or two. Two are seen side by side, or lie over each other
 * and a divider splits them: the first is seen on its left, the second on its right.
 */

import { View } from "./view.js";

/** Where the divider stands at first, as a share of the width. */
const MIDDLE = 0.5;

export class Stage {
  isTwo = false;
  /** Whether two waters are to lie over each other. */
  #wantsSplit = false;
  #cut = MIDDLE;

  /**
   * @param {HTMLElement} element with a figure for each rectangle
   * @param {HTMLInputElement} divider a slider from 0 to 1
   */
  constructor(element, divider) {
    Object.assign(this, { element, divider });
    this.figures = [...element.querySelectorAll("figure")];
    this.views = this.figures.map((figure) => new View(figure));
    divider.addEventListener("input", () => this.setCut(Number(divider.value)));
    this.setCut(MIDDLE);
  }

  /** The rectangle that is drawn into. */
  get view() {
    return this.views[0];
  }

  get isSplit() {
    return this.isTwo && this.#wantsSplit;
  }

  /**
   * What is seen, from left to right: each view with its words, the share of it that is seen,
   * and the column that it stands in.
   * @returns {{view: View, words: string, from: number, to: number, column: number}[]}
   */
  get seen() {
    const shares = this.isSplit ? [[0, this.#cut], [this.#cut, 1]] : [[0, 1], [0, 1]];
    return this.views.slice(0, this.isTwo ? 2 : 1).map((view, k) => {
      const words = this.figures[k].querySelector("figcaption").textContent;
      const [from, to] = shares[k];
      return { view, words, from, to, column: this.isSplit ? 0 : k };
    });
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
    this.#showLayout();
  }

  /** Whether two waters lie over each other instead of side by side. */
  setSplit(wantsSplit) {
    this.#wantsSplit = wantsSplit;
    this.#showLayout();
  }

  /** Moves the divider to a share of the width. */
  setCut(share) {
    this.#cut = share;
    this.divider.value = share;
    const percent = Math.round(100 * share);
    this.divider.setAttribute("aria-valuetext", `${percent} % network, ${100 - percent} % solver`);
    this.element.style.setProperty("--cut", share);
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
    this.views[1].overlay.mark(this.isSplit ? cells : null);
  }

  /** Draws all waters; `hand` is what the visitor's pen has drawn, as `Ink.paint` takes it. */
  draw(now, hand) {
    this.view.draw(now, hand);
    if (!this.isTwo) return;
    // A pen is at work in the rectangle that it draws into; split, that is both.
    this.views[1].draw(now, this.isSplit ? hand : { lines: hand.lines, wet: null, cursor: null });
  }

  #showLayout() {
    this.element.classList.toggle("split", this.isSplit);
  }
}

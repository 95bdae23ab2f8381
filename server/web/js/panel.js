/**
 * The network's insides beside the water: which maps are looked at, what lies over the
 * water, and what the network is asked.
 */

import { at } from "./dom.js";
import { ASKED_FOR } from "./insides.js";
import { Ribbon, describe, nameOf } from "./ribbon.js";

const LESSON = at("lesson").textContent;

/** Colour of a line by its share of the largest effect. */
const tintOf = (share) => `hsl(${Math.round(200 - 185 * share)} 75% ${Math.round(46 - 4 * share)}%)`;

export class Panel {
  #isOpen = true;
  #isAsking = false;
  /** Tints of lines by their numbers, while somebody wants to know which matter. */
  tint = null;

  /**
   * @param {object} atlas as from `/api/model`
   * @param {object} parts
   * @param {import("./link.js").Link} parts.link
   * @param {import("./run.js").Run} parts.run
   * @param {import("./sketch.js").Sketch} parts.sketch
   * @param {import("./sketch.js").Pen} parts.pen that asks while places are asked about
   * @param {import("./view.js").View} parts.view that maps are laid over
   */
  constructor(atlas, { link, run, sketch, pen, view }) {
    Object.assign(this, { atlas, link, pen, view });
    this.ribbon = new Ribbon(at("ribbon"), atlas);
    this.ribbon.addEventListener("choose", ({ detail }) => this.#choose(detail));
    this.ribbon.addEventListener("silence", ({ detail }) => run.silence(detail));
    this.ribbon.setSilent(run.silent);
    run.addEventListener("state", () => this.ribbon.setSilent(run.silent));
    run.addEventListener("place", () => this.look());
    if (run.name) this.look();
    sketch.addEventListener("change", () => this.#forget());
    pen.addEventListener("probe", ({ detail: place }) => this.probe(place));
    pen.addEventListener("tool", () => {
      if (pen.tool !== "probe") this.ask(false);
    });
    link.addEventListener("maps", ({ detail }) => this.#take(detail));
    link.addEventListener("word", ({ detail: word }) => {
      if (word.is === "saliency") this.#takeSaliency(word.lines);
      if (word.is === "refused" && word.what === "look") this.#say(`There is nothing to see inside of the network: it ${word.why}.`);
    });
    at("field").addEventListener("click", () => this.ask(!this.#isAsking));
    at("saliency").addEventListener("click", () => {
      this.#say("Thinking: the network is asked once more for each line…");
      link.say({ do: "saliency" });
    });
  }

  set theme(name) {
    this.ribbon.theme = name;
  }

  get isOpen() {
    return this.#isOpen;
  }

  /** Opens or closes it; a closed one costs nobody anything. */
  setOpen(isOpen) {
    this.#isOpen = isOpen;
    at("panel").hidden = !isOpen;
    if (!isOpen) this.clear();
    this.look();
  }

  /** Tells the server which maps are looked at. */
  look() {
    this.link.say({ do: "look", maps: this.#isOpen ? this.ribbon.wanted : [] });
  }

  /** Nothing over the water any more. */
  clear() {
    if (this.ribbon.chosen) this.ribbon.choose(null);
    this.ask(false);
    this.#forget();
    this.view.overlay.show(null);
    this.#say(LESSON);
  }

  /** The lines have changed: what was said of them does not hold any more. */
  #forget() {
    if (this.tint) this.#say(LESSON);
    this.tint = null;
  }

  /** Whether the next click asks about a place. */
  ask(isAsking) {
    if (this.#isAsking === isAsking) return;
    this.#isAsking = isAsking;
    at("field").setAttribute("aria-pressed", String(isAsking));
    if (isAsking) {
      if (this.ribbon.chosen) this.ribbon.choose(null);
      this.#say("Click a place in the water: the map will show which places the answer there depends on.");
    } else {
      this.view.overlay.show(null);
      this.#say(LESSON);
    }
    if (isAsking !== (this.pen.tool === "probe")) this.pen.take(isAsking ? "probe" : "draw");
  }

  /** Asks about a place, metres. */
  probe(place) {
    this.#say("Thinking: the answer is followed back through the network…");
    this.link.say({ do: "field", at_m: place });
  }

  /** What each line does, as the server says it. */
  #takeSaliency(lines) {
    const most = lines[0]?.effect_m_s ?? 0;
    if (most <= 0) {
      this.#say("No line changes the answer now: the water is nowhere near them.");
      return;
    }
    this.tint = new Map(lines.map(({ line, effect_m_s: effect }) => [line, tintOf(effect / most)]));
    this.#say(`Red lines matter most: without the reddest, the water's motion would change by ${most.toPrecision(2)} m/s in a sub-frame. Blue ones hardly matter now.`);
  }

  #choose(chosen) {
    if (chosen) {
      this.ask(false);
      this.#say(`${nameOf(this.atlas, chosen)}: ${describe(this.atlas, chosen)}.`);
    } else {
      this.view.overlay.show(null);
      this.#say(LESSON);
    }
    this.look();
  }

  #take({ kind, grid, maps }) {
    const theme = this.ribbon.theme;
    if (kind === ASKED_FOR) {
      if (!this.#isAsking) return;
      this.view.overlay.show(maps[0], grid, theme);
      this.#say(`The darker a place, the more the answer at the chosen one depends on it. Nothing beyond ${this.atlas.reach_cells} cells can reach it.`);
      return;
    }
    this.ribbon.take({ grid, maps });
    const { chosen } = this.ribbon;
    const map = chosen && maps.find(({ layer, channel }) => layer === chosen.layer && channel === chosen.channel);
    if (map) this.view.overlay.show(map, grid, theme);
  }

  #say(words) {
    at("lesson").textContent = words;
  }
}

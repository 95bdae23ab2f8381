/**
 * The network as a ribbon: on the left what it is shown and how that shrinks, on the right
 * how its answer grows, and between them the skip connections, which can be switched off.
 */

import { paintMap } from "./insides.js";

/** Maps that are shown of each layer. */
const SHOWN = 4;
/** Those of the first and the last layer that say most, by their names. */
const TELLING = {
  input: ["density", "u", "v", "distance"],
  answer: ["change to the right, sub-frame 1", "change upwards, sub-frame 1",
    "change to the right, sub-frame 4", "change upwards, sub-frame 4"],
};

/** Maps whose own names are letters of formulas. */
const IN_WORDS = { u: "velocity to the right", v: "velocity upwards" };

/**
 * Says `look` with the maps that are to be sent, `choose` with `{layer, channel}` or null,
 * and `silence` with the names of skip connections.
 */
export class Ribbon extends EventTarget {
  #thumbs = new Map();
  #silent = new Set();
  #chosen = null;
  theme = "light";

  /**
   * @param {HTMLElement} element
   * @param {object} atlas as from `/api/model`
   */
  constructor(element, atlas) {
    super();
    this.element = element;
    this.atlas = atlas;
    const last = (prefix) => atlas.layers.findLastIndex(({ name }) => name.startsWith(`${prefix}.`));
    const levels = atlas.layers.filter(({ name }) => /^down\d+\.0$/.test(name)).length;
    this.#row("what it is shown", this.#layer(0), null, this.#layer(atlas.layers.length - 1), "what it answers");
    for (let level = 0; level < levels; level += 1) {
      const cells = atlas.layers[last(`down${level}`)].cells;
      const words = cells === 1 ? "each cell" : `${cells} × ${cells} cells`;
      const up = last(`up${level}`);
      this.#row(words, this.#layer(last(`down${level}`)), up < 0 ? null : `up${level}`, up < 0 ? null : this.#layer(up), "");
    }
  }

  /** The maps that the ribbon shows, and the chosen one. */
  get wanted() {
    const keys = new Set(this.#thumbs.keys());
    if (this.#chosen) keys.add(key(this.#chosen));
    return [...keys].map((text) => text.split(":").map(Number));
  }

  get chosen() {
    return this.#chosen;
  }

  /** Chooses a map, or none. */
  choose(chosen) {
    this.#chosen = chosen;
    for (const [text, { button }] of this.#thumbs) {
      button.setAttribute("aria-pressed", String(chosen !== null && text === key(chosen)));
    }
    this.dispatchEvent(new CustomEvent("choose", { detail: chosen }));
  }

  /** What the server says is silent. */
  setSilent(names) {
    this.#silent = new Set(names);
    for (const button of this.element.querySelectorAll("[data-skip]")) {
      const isSilent = this.#silent.has(button.dataset.skip);
      button.setAttribute("aria-pressed", String(!isSilent));
      button.title = isSilent ? "Silent: click to connect it again" : "Click to silence this skip connection";
    }
  }

  take({ grid, maps }) {
    for (const map of maps) {
      const thumb = this.#thumbs.get(key(map));
      if (thumb) paintMap(thumb.canvas, map, grid, this.theme);
    }
  }

  #layer(index) {
    const { name, channels, lively } = this.atlas.layers[index];
    const telling = (TELLING[name] ?? []).map((words) => channels.findIndex((channel) => channel.name === words));
    const few = [...telling.filter((k) => k >= 0), ...lively].filter((k, n, all) => all.indexOf(k) === n);
    return { index, few: few.slice(0, SHOWN) };
  }

  #row(left, first, skip, second, right) {
    const row = document.createElement("div");
    row.className = "level";
    row.append(this.#side(first, left), this.#bridge(skip), second ? this.#side(second, right) : document.createElement("span"));
    if (!second) row.classList.add("deepest");
    this.element.append(row);
  }

  #side({ index, few }, words) {
    const side = document.createElement("div");
    side.className = "side";
    for (const channel of few) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "thumb";
      const label = nameOf(this.atlas, { layer: index, channel });
      button.title = label;
      button.setAttribute("aria-label", label);
      button.setAttribute("aria-pressed", "false");
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [3, 2];
      button.append(canvas);
      const here = { layer: index, channel };
      button.addEventListener("click", () => {
        const isSame = this.#chosen !== null && key(this.#chosen) === key(here);
        this.choose(isSame ? null : here);
      });
      side.append(button);
      this.#thumbs.set(key(here), { button, canvas });
    }
    if (words) {
      const caption = document.createElement("p");
      caption.textContent = words;
      side.append(caption);
    }
    return side;
  }

  #bridge(skip) {
    if (!skip) return document.createElement("span");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "skip";
    button.dataset.skip = skip;
    button.setAttribute("aria-pressed", "true");
    button.setAttribute("aria-label", `Skip connection of ${skip}`);
    button.addEventListener("click", () => {
      const silent = new Set(this.#silent);
      if (!silent.delete(skip)) silent.add(skip);
      this.dispatchEvent(new CustomEvent("silence", { detail: [...silent] }));
    });
    return button;
  }
}

const key = ({ layer, channel }) => `${layer}:${channel}`;

/** What a map is called. */
export function nameOf(atlas, { layer, channel }) {
  const { name, channels } = atlas.layers[layer];
  const meaning = channels[channel].name;
  return meaning ? `${name}: ${IN_WORDS[meaning] ?? meaning}` : `${name}, map ${channel + 1} of ${channels.length}`;
}

/** What a map shows, in a sentence with its scale. */
export function describe(atlas, { layer, channel }) {
  const { cells, channels } = atlas.layers[layer];
  const size = cells === 1 ? "one value for each cell" : `one value for ${cells} × ${cells} cells`;
  const scale = channels[channel].scale.toPrecision(2);
  return `${size}; blue is above zero, orange below, full colour at ±${Number(scale)}`;
}

/**
 * Where the time goes from the network to the screen, as a bar.
 */

import { at } from "./dom.js";

/** Time between two asks how long the way is, milliseconds. */
const ASKED_EVERY_MS = 2000;
/** Shares of a beat at work beyond which water is visibly late. */
const LATE = 1.1;

/** Parts in their order, with what they are called and what they mean. */
const PARTS = [
  ["encode_ms", "maps", "particles onto maps"],
  ["network_ms", "network", "one pass of the network"],
  ["carry_ms", "particles", "its answer onto particles, which move and stop at lines"],
  ["tell_ms", "bytes", "frames into bytes"],
  ["transit_ms", "way", "half of the way there and back"],
  ["draw_ms", "draw", "a picture on this screen"],
];

export class Pace {
  #times = {};

  constructor(bar, words) {
    Object.assign(this, { bar, words });
    this.spans = PARTS.map(([key, name, title]) => {
      const span = document.createElement("span");
      span.className = key.replace("_ms", "");
      span.title = title;
      bar.append(span);
      return { key, name, span };
    });
  }

  /** Takes times in milliseconds, by their keys; other keys are nobody's business here. */
  take(times) {
    for (const { key } of this.spans) if (Number.isFinite(times[key])) this.#times[key] = times[key];
    const all = this.spans.map(({ key }) => this.#times[key] ?? 0);
    const sum = all.reduce((a, b) => a + b, 0);
    if (sum <= 0) return;
    this.spans.forEach(({ name, span }, k) => {
      span.style.setProperty("flex-grow", (all[k] / sum).toFixed(4));
      span.textContent = all[k] / sum > 0.12 ? name : "";
    });
    this.words.textContent = this.spans.map(({ name }, k) => `${name} ${all[k].toFixed(1)}`).join(" · ") + " ms";
  }
}

/** Shows the times that the server tells and those of the way to it, and says when water is late. */
export function followPace(pace, link, run) {
  link.addEventListener("word", ({ detail: word }) => {
    if (word.is === "pong") pace.take({ transit_ms: (performance.now() - word.at) / 2 });
    if (word.is !== "pace") return;
    pace.take(word);
    at("late").hidden = !run.isPlaying || word.share < LATE;
    at("late").textContent = `The server is busy: water flows at ${(1 / word.share).toFixed(1)} of its speed.`;
  });
  setInterval(() => link.say({ do: "ping", at: performance.now() }), ASKED_EVERY_MS);
}

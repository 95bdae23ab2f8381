/**
 * Where the time goes from the network to the screen, as a bar.
 */

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

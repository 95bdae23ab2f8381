/**
 * A slider from the untrained network to what it is now: the water goes on as it lies, and
 * flows as the network would have made it then.
 */

export class Learning {
  /**
   * @param {{section: HTMLElement, slider: HTMLInputElement, words: HTMLElement}} parts
   * @param {{steps: number, loss: ?number}[]} stops what the network was, as in `/api/model`
   * @param {import("./run.js").Run} run
   */
  constructor({ section, slider, words }, stops, run) {
    Object.assign(this, { slider, words, stops });
    section.hidden = stops.length === 0;
    slider.max = stops.length;
    slider.addEventListener("input", () => {
      const at = Number(slider.value);
      this.#show(at);
      run.setCheckpoint(at < stops.length ? at : null);
    });
    run.addEventListener("state", ({ detail: { checkpoint } }) => this.#show(checkpoint ?? stops.length));
    this.#show(stops.length);
  }

  #show(at) {
    const words = this.#describe(this.stops[at]);
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", words);
    this.words.textContent = words;
  }

  #describe(stop) {
    if (!stop) return "As it is now.";
    if (stop.steps === 0) return "Untrained: it has no answer yet, and each particle just falls.";
    const loss = stop.loss === null ? "" : `: ${(100 * stop.loss).toFixed(0)} % of the error of particles that just fall`;
    return `After ${stop.steps.toLocaleString("en")} steps of training${loss}.`;
  }
}

/**
 * Runs beside the page, where the sound comes in: gathers it into frames of 100 ms, as whole
 * numbers, with the loudest sample of each.
 */

const FRAME_S = 0.1;

class Capture extends AudioWorkletProcessor {
  #frame = new Int16Array(Math.round(sampleRate * FRAME_S));
  #filled = 0;
  #peak = 0;

  constructor() {
    super();
    // What is left when it stops is a shorter frame.
    this.port.onmessage = () => {
      this.#send();
      this.port.postMessage({ end: true });
    };
  }

  process([[channel]]) {
    for (const sample of channel ?? []) {
      const bounded = Math.max(-1, Math.min(1, sample));
      this.#peak = Math.max(this.#peak, Math.abs(bounded));
      this.#frame[this.#filled] = Math.round(bounded * 32767);
      this.#filled += 1;
      if (this.#filled === this.#frame.length) this.#send();
    }
    return true;
  }

  #send() {
    const samples = this.#frame.slice(0, this.#filled);
    if (samples.length > 0) this.port.postMessage({ samples, peak: this.#peak }, [samples.buffer]);
    [this.#filled, this.#peak] = [0, 0];
  }
}

registerProcessor("capture", Capture);

/**
 * The visitor's microphone: says `frame` with `{samples, peak}` ten times a second, 16,000
 * samples a second where the browser can, and keeps what it has heard for playing it back.
 */

import { wav } from "./wav.js";

const WANTED_HZ = 16_000;

export class Microphone extends EventTarget {
  #context;
  #stream;
  #node;
  #heard = [];

  /** Samples a second; may be others than wanted. */
  get rateHz() {
    return this.#context?.sampleRate ?? WANTED_HZ;
  }

  /** Whether a server can listen while it runs. */
  get isLive() {
    return this.rateHz === WANTED_HZ;
  }

  /** Asks the visitor, and begins. Throws what the browser says against it. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new Error("this page is not encrypted, and browsers give no microphone to such pages");
    const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
    try {
      await this.#listen(new AudioContext({ sampleRate: WANTED_HZ }));
    } catch {
      // Firefox connects a microphone to its own rate only.
      await this.#context?.close();
      await this.#listen(new AudioContext());
    }
  }

  async #listen(context) {
    this.#context = context;
    const source = context.createMediaStreamSource(this.#stream);
    await context.audioWorklet.addModule("/js/ask/capture.js");
    this.#node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.#node.port.onmessage = ({ data }) => this.#take(data);
    source.connect(this.#node);
  }

  #take({ samples, peak, end }) {
    if (end) {
      this.dispatchEvent(new Event("end"));
      return;
    }
    this.#heard.push(samples);
    this.dispatchEvent(new CustomEvent("frame", { detail: { samples, peak } }));
  }

  /** Ends; gives all that was heard as a WAV file. */
  async close() {
    if (this.#node) {
      const ended = new Promise((done) => this.addEventListener("end", done, { once: true }));
      this.#node.port.postMessage("end");
      await ended;
      this.#node.disconnect();
    }
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    const rateHz = this.rateHz;
    await this.#context?.close();
    const heard = this.#heard;
    [this.#context, this.#stream, this.#node, this.#heard] = [null, null, null, []];
    return wav(heard, rateHz);
  }
}

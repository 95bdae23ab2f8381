/**
 * The WebSocket to the server: words as events, frames as events, and another try when it
 * breaks. Says `up`, `down`, `word` with what the server said, `frame` with
 * `{stream, frame}`, and `maps` with what `readMaps` gives.
 */

import { LOOKED_AT, readMaps } from "./insides.js";
import { Receiver, WireGap } from "./wire.js";

/** Waits between two tries, milliseconds. */
const SOONEST_MS = 400;
const LATEST_MS = 8000;

export class Link extends EventTarget {
  #wait = SOONEST_MS;
  #receivers = [];
  /** Maps that wait to be unpacked, the latest of each kind. */
  #packed = new Map();
  #isUnpacking = false;

  constructor(url) {
    super();
    this.url = url;
    this.#connect();
  }

  get isUp() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Says something, if anybody hears it. */
  say(message) {
    if (this.isUp) this.socket.send(JSON.stringify(message));
  }

  #connect() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      this.#wait = SOONEST_MS;
      this.#receivers = [new Receiver(), new Receiver()];
      this.dispatchEvent(new Event("up"));
    });
    socket.addEventListener("message", ({ data }) => this.#hear(data));
    socket.addEventListener("close", () => {
      this.dispatchEvent(new Event("down"));
      // Not all at the same moment, when a server comes back.
      setTimeout(() => this.#connect(), this.#wait * (0.5 + Math.random()));
      this.#wait = Math.min(2 * this.#wait, LATEST_MS);
    });
  }

  #hear(data) {
    if (typeof data === "string") {
      const word = JSON.parse(data);
      if (word.is === "run") this.#receivers = [new Receiver(), new Receiver()];
      this.dispatchEvent(new CustomEvent("word", { detail: word }));
      return;
    }
    const bytes = new Uint8Array(data);
    const stream = bytes[0];
    if (stream >= LOOKED_AT) {
      this.#unpack(bytes);
      return;
    }
    try {
      const frame = this.#receivers[stream].take(bytes.subarray(1));
      this.say({ do: "seen", stream, number: frame.number });
      this.dispatchEvent(new CustomEvent("frame", { detail: { stream, frame } }));
    } catch (error) {
      // The next frame that stands alone puts a gap right. Unless the server hears that this one
      // has come, it soon sends none.
      if (!(error instanceof WireGap)) throw error;
      this.say({ do: "seen", stream, number: error.number });
    }
  }

  /** Unpacking takes a moment; maps that are followed by others meanwhile are left out. */
  async #unpack(bytes) {
    this.#packed.set(bytes[0], bytes);
    if (this.#isUnpacking) return;
    this.#isUnpacking = true;
    while (this.#packed.size > 0) {
      const [[kind, latest]] = this.#packed;
      this.#packed.delete(kind);
      try {
        this.dispatchEvent(new CustomEvent("maps", { detail: await readMaps(latest) }));
      } catch (error) {
        console.error(`maps that cannot be read: ${error.message}`);
      }
    }
    this.#isUnpacking = false;
  }
}

/**
 * What the server hears: sends sound over a WebSocket, and says `word` with each word of the
 * server. `ended` is the last one; a connection that breaks before it says so with an `error`.
 */

import { visitor } from "./visitor.js";

/** Bytes that may wait to be sent before sound is said to be late. */
const LATE_BYTES = 64_000;

export class Hearing extends EventTarget {
  #socket;
  #waiting = [];
  #isOver = false;

  constructor({ keep }) {
    super();
    this.#socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/voice`);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("open", () => {
      const hello = { do: "hello", consent: true, keep, rate: 16_000 };
      this.#socket.send(JSON.stringify(keep ? { ...hello, visitor: visitor() } : hello));
      for (const frame of this.#waiting) this.#socket.send(frame);
      this.#waiting = [];
    });
    this.#socket.addEventListener("message", ({ data }) => this.#tell(JSON.parse(data)));
    this.#socket.addEventListener("close", () => {
      this.#tell({ is: "error", why: "the connection was lost" });
    });
  }

  get isLate() {
    return this.#socket.bufferedAmount > LATE_BYTES;
  }

  /** Sends sound, or the word that it ends. What comes before the connection is up waits for it. */
  #send(message) {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#waiting.push(message);
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  hear(samples) {
    this.#send(samples.buffer);
  }

  end() {
    this.#send(JSON.stringify({ do: "end" }));
  }

  #tell(word) {
    if (this.#isOver) return;
    this.#isOver = word.is === "ended" || word.is === "error";
    this.dispatchEvent(new CustomEvent("word", { detail: word }));
    if (this.#isOver) this.#socket.close();
  }
}

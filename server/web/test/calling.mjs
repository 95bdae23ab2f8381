// Somebody who takes a call, and who hears it: a stand-in for AssemblyAI that hears what a test says.

import { once } from "node:events";
import net from "node:net";

import { WebSocket, WebSocketServer } from "ws";

import { until } from "./site.mjs";

/** Samples of a tenth of a second. */
const FRAME = 1_600;
const CHANNELS = ["agent", "customer"];

/** AssemblyAI's streaming protocol, version 3, as far as the server uses it. A call has two sessions. */
export class Ears {
  sessions = [];

  static async start() {
    const ears = new Ears();
    ears.server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    ears.server.on("connection", (socket) => ears.#listen(socket));
    await once(ears.server, "listening");
    return ears;
  }

  get settings() {
    const of = { by: "assemblyai", url: `ws://127.0.0.1:${this.server.address().port}/v3/ws`, key: "sixteen bytes or more", usd_micro_a_minute: 0 };
    return Object.entries(of).flatMap(([key, value]) => ["--set", `assistant.transcription.${key}=${value}`]);
  }

  #listen(socket) {
    const session = { socket, heardMs: 0, order: 0, beganMs: null };
    this.sessions.push(session);
    socket.send(JSON.stringify({ type: "Begin", id: "x", expires_at: 0 }));
    socket.on("message", (data, isBinary) => {
      if (isBinary) session.heardMs += data.length / 32;
      else if (JSON.parse(data).type === "Terminate") {
        socket.send(JSON.stringify({ type: "Termination", audio_duration_seconds: 1, session_duration_seconds: 1 }));
        socket.close(1000);
      }
    });
  }

  stop() {
    for (const { socket } of this.sessions) socket.terminate();
    this.server.close();
  }
}

/** A call: sends silence for both voices, and says what the ears are to hear in it. */
export class Caller {
  words = [];
  #frames = 0;
  #voices;

  static async begin(ears, port, hello) {
    const caller = new Caller();
    const before = ears.sessions.length;
    caller.socket = new WebSocket(`ws://127.0.0.1:${port}/calls/ws`);
    caller.socket.on("message", (text) => caller.words.push(JSON.parse(text)));
    await once(caller.socket, "open");
    caller.socket.send(JSON.stringify({ do: "hello", rate: 16_000, channels: CHANNELS, consent: true, ...hello }));
    const ready = await until("the call begins", () => caller.words[0]);
    if (ready.is !== "ready") throw new Error(ready.why);
    caller.id = ready.call_id;
    caller.#voices = ears.sessions.slice(before);
    caller.speaking = setInterval(() => caller.#send(), 100);
    return caller;
  }

  #send() {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    for (const channel of [0, 1]) {
      const frame = Buffer.alloc(5 + 2 * FRAME);
      frame.writeUInt8(channel);
      frame.writeUInt32LE(this.#frames, 1);
      this.socket.send(frame);
    }
    this.#frames += 1;
  }

  /** Somebody says this, or is saying it. */
  say(role, text, ends = true) {
    const voice = this.#voices[CHANNELS.indexOf(role)];
    voice.beganMs ??= voice.heardMs;
    const all = text.split(" ");
    const stepMs = Math.max(1, voice.heardMs - voice.beganMs) / all.length;
    const words = all.map((word, k) => ({ text: word, start: voice.beganMs + k * stepMs, end: voice.beganMs + (k + 1) * stepMs, confidence: 0.9, word_is_final: true }));
    voice.socket.send(JSON.stringify({ type: "Turn", turn_order: voice.order, turn_is_formatted: ends, end_of_turn: ends, transcript: text, words }));
    if (!ends) return;
    voice.order += 1;
    voice.beganMs = null;
  }

  /** Ends the call; its last words still come. */
  async bye() {
    this.socket.send(JSON.stringify({ do: "bye" }));
    await until("the call ends", () => this.words.find(({ is }) => is === "ended"));
    this.stop();
  }

  stop() {
    clearInterval(this.speaking);
    this.socket.terminate();
  }
}

/** A wire to a port, which can be cut. */
export class Wire {
  #sockets = new Set();

  static async to(port) {
    const wire = new Wire();
    wire.server = net.createServer((near) => {
      const far = net.connect(port, "127.0.0.1");
      for (const [socket, other] of [[near, far], [far, near]]) {
        wire.#sockets.add(socket);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          other.destroy();
          wire.#sockets.delete(socket);
        });
        socket.pipe(other);
      }
    });
    await wire.mend(0);
    return wire;
  }

  async mend(port = this.port) {
    this.server.listen(port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = this.server.address().port;
  }

  cut() {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/**
 * The run on the server, as the page knows it: what it is asked for, and what it answers.
 *
 * The sketch is the visitor's and lives on the page; a run is only as good as its connection.
 * After a short break the visitor comes back to it, after a long one it is opened anew from
 * the sketch.
 */

import { BLANK, linesOf } from "./scenes.js";

/**
 * Says `scene` with the scene that is to be seen, `place` when frames of another run begin,
 * `anew` when the water goes back to its beginning, `playing` when it starts or rests, `state`
 * with the server's word, and `status` with `{text, isWrong}` for the visitor.
 */
export class Run extends EventTarget {
  /** The scene without its lines, which are the sketch's. */
  scene = BLANK;
  /** What others watch it by. */
  name = null;
  isPlaying = false;
  isMine = false;
  /** Skip connections that the network does without. */
  silent = [];
  /** Whether it is somebody else's, who says which lines there are. */
  #isGuest = false;
  #isWaiting = false;
  /** What brings a visitor back after the connection was lost. */
  #key = null;

  /**
   * @param {import("./link.js").Link} link
   * @param {import("./sketch.js").Sketch} sketch
   * @param {?string} watched the run that is looked at, or `gallery`; null for one's own
   * @param {function(): {engine: string, speed: number}} wishes what a new run begins with
   */
  constructor(link, sketch, watched, wishes) {
    super();
    Object.assign(this, { link, sketch, watched, wishes });
    link.addEventListener("up", () => this.#up());
    link.addEventListener("down", () => {
      this.#setPlaying(false);
      this.#say("The connection is lost. Trying again…", true);
    });
    link.addEventListener("word", ({ detail: word }) => this.#hear[word.is]?.(word));
    sketch.addEventListener("change", ({ detail }) => this.#tell(detail));
  }

  /** Takes a scene with its lines; it is opened by `open`. */
  load(given) {
    const { stroke, ...rest } = given;
    this.#setScene(rest);
    this.sketch.load(linesOf(given), "watch");
  }

  /** A run of the scene with all lines of the sketch. */
  open() {
    const { link, scene, sketch } = this;
    const { engine, speed } = this.wishes();
    this.isMine = false;
    this.#isGuest = false;
    this.#key = null;
    link.say({ do: "open", scene, engine });
    for (const { id, points } of sketch.lines) link.say({ do: "add", line: id, points_m: points });
    link.say({ do: "speed", to: speed });
  }

  play(wanted) {
    this.link.say({ do: wanted ? "start" : "pause" });
  }

  /** Starts or rests; one that has ended is opened again. */
  toggle() {
    if (!this.isMine && !this.watched && this.link.isUp && !this.#key) this.open();
    this.play(!this.isPlaying);
  }

  step() {
    this.link.say({ do: "step" });
  }

  reset() {
    this.link.say({ do: "reset" });
    this.dispatchEvent(new Event("anew"));
  }

  setSpeed(to) {
    this.link.say({ do: "speed", to });
  }

  setEngine(to) {
    this.link.say({ do: "engine", to });
    this.dispatchEvent(new Event("anew"));
  }

  /** The network does without these skip connections, and with all others. */
  silence(skips) {
    this.link.say({ do: "silence", skips });
  }

  /** The network is as it was at this point of its training; null for as it is. */
  setCheckpoint(to) {
    this.link.say({ do: "checkpoint", to });
  }

  #up() {
    if (this.watched) this.link.say({ do: "watch", run: this.watched });
    else if (this.#key) this.link.say({ do: "resume", key: this.#key });
    else {
      this.#say("Ready: draw, then press start.");
      this.open();
    }
  }

  #tell({ added, erased, why }) {
    if (why === "watch") return;
    for (const { id } of erased) this.link.say({ do: "erase", line: id });
    for (const { id, points } of added) this.link.say({ do: "add", line: id, points_m: points });
  }

  #hear = {
    run: ({ run, mine, key }) => {
      if (key && key === this.#key) this.#say("Connected again: the water was kept.");
      Object.assign(this, { name: run, isMine: mine });
      this.#isGuest = !mine;
      this.#key = key ?? null;
      this.dispatchEvent(new Event("place"));
    },
    state: (word) => {
      this.silent = word.silent;
      this.#setPlaying(word.is_playing);
      this.dispatchEvent(new CustomEvent("state", { detail: word }));
      if (this.#isGuest) {
        this.load(word.scene);
        this.#say(this.watched === "gallery" ? `The gallery: ${word.scene.name}` : "You watch somebody's water.");
      }
      this.#sayHowItIs(word);
    },
    refused: ({ what, why }) => {
      // The panel says it: the water itself can be seen.
      if (what === "look" && this.#isGuest) return;
      if (what !== "resume") {
        this.#say(`Not possible: ${why}`, true);
        return;
      }
      this.#say("Connected again: the water begins anew.");
      this.open();
    },
    ended: ({ why }) => {
      if (this.watched === "gallery") {
        // The next picture hangs already.
        this.link.say({ do: "watch", run: this.watched });
        return;
      }
      this.#setPlaying(false);
      this.isMine = false;
      this.#key = null;
      if (this.watched) this.#say(why ? `This run has ended: ${why}.` : "This run has ended.", Boolean(why));
      else this.#say("This run has ended, since nobody touched it. Press start to begin again.");
    },
  };

  #sayHowItIs({ failure, notice, waits }) {
    if (failure) this.#say(`The water stopped: ${failure}`, true);
    else if (notice) this.#say(notice, true);
    else if (waits) {
      const { before, about_s: about } = waits;
      this.#say(`All places are taken: ${before === 0 ? "you are next" : `${before} before you`}, about ${about} s. Your water starts by itself; meanwhile there is the gallery.`);
    } else if (this.#isWaiting) this.#say("");
    this.#isWaiting = Boolean(waits);
  }

  #setScene(scene) {
    this.scene = scene;
    this.dispatchEvent(new CustomEvent("scene", { detail: scene }));
  }

  #setPlaying(isPlaying) {
    this.isPlaying = isPlaying;
    this.dispatchEvent(new Event("playing"));
  }

  #say(text, isWrong = false) {
    this.dispatchEvent(new CustomEvent("status", { detail: { text, isWrong } }));
  }
}

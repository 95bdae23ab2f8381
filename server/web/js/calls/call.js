/** One call: as it is kept, and word by word while it goes on. */

import { at } from "../dom.js";
import { showCards } from "./cards.js";
import { setText } from "./keyed.js";
import { showLandmarks } from "./landmarks.js";
import { follow } from "./live.js";
import { asked, pathOf } from "./server.js";
import { Story } from "./story.js";
import { showTranscript } from "./transcript.js";
import { dayOf, lengthOf, momentOf, stateOf } from "./wording.js";

/** Seconds that text may lie behind the sound before it is worth a word. */
const LATE_S = 1;

export class Call {
  /** The call that is shown; none if none is. */
  #id = null;
  #kept = null;
  #story = new Story();
  #live = null;
  #isLinked = true;
  #isDrawing = false;
  #failed;
  #gone;

  /** `failed(error)` is called when something fails, `gone()` when a call is no more. */
  constructor({ failed, gone }) {
    this.#failed = failed;
    this.#gone = gone;
    at("delete").addEventListener("click", () => {
      at("deleted").textContent = this.#kept.title;
      at("ends-it").hidden = !this.#goesOn;
      at("deletion").returnValue = "";
      at("deletion").showModal();
    });
    at("deletion").addEventListener("close", () => {
      if (at("deletion").returnValue === "yes") this.#delete();
    });
    setInterval(() => this.#goesOn && this.#draw(), 1_000);
  }

  get #goesOn() {
    return this.#kept !== null && this.#kept.reason === null;
  }

  async open(id) {
    this.close();
    this.#id = id;
    if (!(await this.#read()) || this.#id !== id) return;
    at("call").hidden = false;
    document.title = document.title.replace(/^.*?(?=Live calls)/, `${this.#kept.title} — `);
    at("title").focus();
    if (this.#goesOn) this.#follow();
  }

  close() {
    this.#live?.stop();
    [this.#id, this.#kept, this.#live, this.#isLinked] = [null, null, null, true];
    at("call").hidden = true;
    at("sound").hidden = true;
    at("sound").removeAttribute("src");
    at("deletion").close();
    for (const id of ["turns", "partials", "landmarks", "card", "earlier"]) at(id).replaceChildren();
    document.title = document.title.replace(/^.*?(?=Live calls)/, "");
  }

  /** Reads what is kept; whether there is such a call. */
  async #read() {
    const id = this.#id;
    try {
      const kept = await (await asked(pathOf(id))).json();
      if (this.#id !== id) return false;
      this.#kept = kept;
    } catch (error) {
      if (this.#id !== id) return false;
      if (error.status === 404) this.#gone(id);
      else this.#failed(error);
      return false;
    }
    // While it goes on, the live words are newer.
    if (!this.#goesOn || !this.#live) this.#story = new Story(this.#kept);
    if (!this.#goesOn) this.#findSound(id);
    this.#draw();
    return true;
  }

  /** The sound of a call that has ended can be listened to, where it is kept. */
  async #findSound(id) {
    const path = `${pathOf(id)}/sound`;
    const isThere = await asked(path, { method: "HEAD" }).then(() => true, () => false);
    if (this.#id !== id) return;
    if (isThere) at("sound").src = path;
    at("sound").hidden = !isThere;
  }

  #follow() {
    const id = this.#id;
    this.#live = follow(pathOf(id), {
      hear: (word) => {
        if (word.is === "ready") this.#story = Story.ready(word);
        else if (word.is === "ended") this.#end();
        else this.#story.hear(word);
        this.#draw();
      },
      link: (isLinked) => {
        this.#isLinked = isLinked;
        this.#draw();
      },
      refused: async () => {
        try {
          const { reason } = await (await asked(pathOf(id))).json();
          if (reason === null) return true;
        } catch ({ status }) {
          if (status === 0 || status === 429 || status >= 500) return true;
        }
        // It has ended, or is no more, or nobody is logged in: reading it says which.
        if (this.#id === id) await this.#end();
        return false;
      },
    });
  }

  /** The call has ended: what is kept takes the place of what was told. */
  async #end() {
    this.#live = null;
    this.#isLinked = true;
    await this.#read();
  }

  async #mark(landmark, state) {
    try {
      await asked(`${pathOf(this.#id)}/landmarks/${encodeURIComponent(landmark)}`, { method: "PUT", body: { state } });
      this.#failed(null);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #delete() {
    const id = this.#id;
    try {
      await asked(pathOf(id), { method: "DELETE" });
      if (this.#id === id) this.#gone(id, true);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Draws once for all words that come at once; also where nobody looks, and browsers draw nothing. */
  #draw() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    setTimeout(() => {
      this.#isDrawing = false;
      if (this.#kept) this.#show();
    });
  }

  #show() {
    const [kept, story, isLive] = [this.#kept, this.#story, this.#goesOn];
    at("call").dataset.state = isLive ? "live" : "ended";
    setText(at("title"), kept.title);
    setText(at("state"), stateOf(kept));
    const by = `by the playbook “${kept.playbook}”, heard by ${kept.transcriber}`;
    const what = isLive && story.keepsSound ? "kept with its sound" : "kept";
    setText(at("facts"), [kept.agent ?? "an agent without an account", momentOf(kept.began_s), lengthOf(kept), by, `${what} until ${dayOf(kept.expires_s)}`].join(" · "));
    setText(at("said-title"), isLive ? "What is said" : "What was said");
    setText(at("landmarks-title"), isLive ? "What is to be reached" : "What was to be reached");
    setText(at("link"), this.#linkWords(isLive));
    at("link").hidden = at("link").textContent === "";
    showTranscript(story, isLive);
    showLandmarks(story, isLive ? (landmark, state) => this.#mark(landmark, state) : null);
    showCards(story, isLive);
    for (const [form, end] of [["markdown", "md"], ["srt", "srt"], ["json", "json"]]) {
      const link = at(`as-${form}`);
      link.href = `${pathOf(kept.id)}?as=${form}`;
      link.download = `call-${kept.began.slice(0, 10)}-${kept.id.slice(0, 8)}.${end}`;
    }
  }

  /** What is to be known about the connection. */
  #linkWords(isLive) {
    if (!isLive) return "";
    if (!this.#isLinked) return "The connection to the server was lost; trying again…";
    const fault = this.#story.faults.at(-1);
    if (fault) return `A fault: ${fault}.`;
    const { behind_s } = this.#story;
    return behind_s > LATE_S ? `Text is ${behind_s.toFixed(0)} s behind the sound. Nothing is lost.` : "";
  }
}

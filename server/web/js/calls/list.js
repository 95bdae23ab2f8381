/** The list of calls: those that go on, and those that have ended, by pages; it renews itself. */

import { at } from "../dom.js";
import { made, renew, setText } from "./keyed.js";
import { asked } from "./server.js";
import { lengthOf, momentOf, reachedOf, stateOf } from "./wording.js";

/** Calls of a page. */
const PAGE = 20;
/** Time between two looks at the list. */
const EVERY_MS = 3_000;
/** Time after the last letter before it is searched for. */
const TYPING_MS = 250;

export class List {
  #page = 0;
  #asks = 0;
  #timer = 0;
  #isShown = false;
  #failed;
  /** Whether whoever looks sees calls of others. */
  seesAll = false;

  constructor({ failed }) {
    this.#failed = failed;
    let typing = 0;
    at("sought").addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.#turn(0, true), TYPING_MS);
    });
    at("newer").addEventListener("click", () => this.#turn(this.#page - 1));
    at("older").addEventListener("click", () => this.#turn(this.#page + 1));
    document.addEventListener("visibilitychange", () => this.#again(0));
  }

  show() {
    this.#isShown = true;
    at("list").hidden = false;
    this.#again(0);
  }

  hide() {
    this.#isShown = false;
    at("list").hidden = true;
    this.#again(0);
  }

  async #turn(page, isSearch = false) {
    this.#page = page;
    await this.#look();
    const found = at("live-calls").children.length + at("ended-calls").children.length;
    if (isSearch) at("found").textContent = found === 1 ? "1 call on this page" : `${found} calls on this page`;
    else at("list-title").scrollIntoView();
  }

  #again(after_ms = EVERY_MS) {
    clearTimeout(this.#timer);
    if (this.#isShown && !document.hidden) this.#timer = setTimeout(() => this.#look(), after_ms);
  }

  async #look() {
    const ask = ++this.#asks;
    const text = at("sought").value.trim();
    const of = async (state, skip, most) => {
      const which = new URLSearchParams({ state, skip, most, ...(text ? { text } : {}) });
      return (await asked(`/api/calls?${which}`)).json();
    };
    try {
      // One more than a page shows whether there is another.
      const [live, ended] = await Promise.all([of("live", 0, 100), of("ended", this.#page * PAGE, PAGE + 1)]);
      // What was asked for later may have come before.
      if (ask === this.#asks && this.#isShown) this.#fill(live, ended, text);
      this.#failed(null);
    } catch (error) {
      this.#failed(error);
    }
    this.#again();
  }

  #fill(live, ended, text) {
    // A page may have become empty since.
    if (ended.length === 0 && this.#page > 0) {
      this.#turn(this.#page - 1);
      return;
    }
    const focused = document.activeElement?.closest(".calls > li");
    const held = focused ?? document.querySelector(".calls > li:hover");
    const before = held?.getBoundingClientRect().top;
    at("going-on").hidden = live.length === 0;
    const fill = (row, call) => this.#fillRow(row, call);
    renew(at("live-calls"), live, ({ id }) => id, rowOf, fill);
    renew(at("ended-calls"), ended.slice(0, PAGE), ({ id }) => id, rowOf, fill);
    at("none").hidden = ended.length > 0;
    setText(at("none"), text ? "No call that has ended has these words." : "None yet.");
    at("paging").hidden = this.#page === 0 && ended.length <= PAGE;
    at("newer").disabled = this.#page === 0;
    at("older").disabled = ended.length <= PAGE;
    setText(at("page"), `page ${this.#page + 1}`);
    // What somebody is about to press does not move away.
    if (held?.isConnected) window.scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
    // A call that ends goes from one list to the other, and takes the focus along.
    if (focused && !focused.isConnected) linkTo(focused.dataset.key)?.focus();
  }

  #fillRow(row, call) {
    const [link, about] = row.children;
    row.dataset.state = call.reason === null ? "live" : "ended";
    setText(link.firstElementChild, call.title);
    setText(link.lastElementChild, stateOf(call));
    const agent = this.seesAll ? [call.agent ?? "an agent without an account"] : [];
    setText(about, [...agent, momentOf(call.began_s), lengthOf(call), reachedOf(call)].join(" · "));
  }
}

/** The link to a call, if the list has it. */
export const linkTo = (id) => document.querySelector(`.calls > [data-key="${CSS.escape(id)}"] a`);

function rowOf({ id }) {
  const row = made("li");
  const link = made("a");
  link.href = `#${id}`;
  link.append(made("strong"), " ", made("span", "badge"));
  row.append(link, made("p", "soft"));
  return row;
}

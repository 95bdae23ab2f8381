/** Who is logged in. */

import { at } from "../dom.js";
import { Refusal, asked } from "./server.js";

/** Kept while somebody is in. The cookie is hidden from scripts: without this, all who never log in would ask, too. */
const KEY = "weir-is-in";

const SEES = { agent: "agent: you see your own calls", supervisor: "supervisor: you see everybody's calls" };

/** Calls `enter` when somebody is in, `leave` when nobody is any more. */
export class Login {
  #enter;
  #leave;

  constructor({ enter, leave }) {
    this.#enter = enter;
    this.#leave = leave;
    at("login").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#logIn();
    });
    at("leave").addEventListener("click", () => this.#logOut());
  }

  /** Whether there are accounts at all. */
  set hasAccounts(has) {
    at("nobody").hidden = has;
  }

  /** Looks who is in by the cookie from before. */
  async look() {
    if (localStorage.getItem(KEY) === null) {
      this.out();
      return;
    }
    try {
      this.#show(await (await asked("/api/me")).json());
    } catch (error) {
      if (error.status !== 401) throw error;
      this.out();
    }
  }

  /** Nobody is in, for this reason. */
  out(why = "") {
    localStorage.removeItem(KEY);
    at("who").hidden = true;
    at("login").hidden = false;
    at("refused").textContent = why;
    this.#leave();
  }

  #show({ name, role }) {
    localStorage.setItem(KEY, "yes");
    at("login").hidden = true;
    at("who").hidden = false;
    at("me").textContent = name;
    at("role").textContent = SEES[role] ?? role;
    this.#enter({ name, role });
  }

  async #logIn() {
    at("refused").textContent = "";
    at("enter").disabled = true;
    try {
      const body = { name: at("name").value.trim(), password: at("password").value };
      this.#show(await (await asked("/api/login", { method: "POST", body })).json());
      at("password").value = "";
    } catch (error) {
      at("refused").textContent = whyNot(error);
      at("password").focus();
      at("password").select();
    }
    at("enter").disabled = false;
  }

  async #logOut() {
    at("leave").disabled = true;
    try {
      await asked("/api/logout", { method: "POST" });
      this.out("You are logged out, everywhere.");
      at("name").focus();
    } catch (error) {
      if (error.status === 401) this.out("You were logged out already.");
      else at("fault").textContent = `You are still logged in: ${error.message}.`;
    }
    at("leave").disabled = false;
  }
}

function whyNot(error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.status === 401) return "There is no account with this name and this password.";
  if (error.status === 429) return `Too many tries. Come again in ${error.wait_s ?? 60} seconds.`;
  return `Nobody can be let in: ${error.message}.`;
}

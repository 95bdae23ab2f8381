/** The page of live calls: who is in, the list, and one call (`/calls#ID`). */

import { at } from "../dom.js";
import { Call } from "./call.js";
import { List, linkTo } from "./list.js";
import { Login } from "./login.js";
import { asked } from "./server.js";

let isIn = false;

/** Says what failed; whoever is not logged in any more is asked to log in. */
function failed(error) {
  if (error?.status === 401) {
    if (isIn) login.out("Your log-in has ended. Log in again.");
    return;
  }
  at("fault").textContent = error === null ? "" : `That failed: ${error.message}.`;
}

/** A call is no more: because somebody here deleted it, or for another reason. */
function gone(id, isDeleted = false) {
  history.replaceState(null, "", location.pathname);
  show();
  linkTo(id)?.closest("li").remove();
  at("found").textContent = "";
  at("lost").textContent = isDeleted ? "The call is deleted." : "There is no such call that you may see, or no more.";
}

const list = new List({ failed });
const call = new Call({ failed, gone });
const login = new Login({
  enter: ({ role }) => {
    isIn = true;
    list.seesAll = role === "supervisor";
    show();
  },
  leave: () => {
    isIn = false;
    delete document.body.dataset.shows;
    call.close();
    list.hide();
  },
});

/** Where in the list somebody was. */
let place = { id: null, y: 0 };

/** Shows the list, or the call that the address names. */
function show() {
  if (!isIn) return;
  const id = location.hash.slice(1);
  at("lost").textContent = "";
  failed(null);
  document.body.dataset.shows = id ? "call" : "list";
  if (id) {
    list.hide();
    call.open(id);
    return;
  }
  call.close();
  list.show();
  window.scrollTo(0, place.y);
  if (place.id) linkTo(place.id)?.focus({ preventScroll: true });
  place = { id: null, y: 0 };
}

document.addEventListener("click", ({ target }) => {
  const row = target.closest?.(".calls > li");
  if (row) place = { id: row.dataset.key, y: window.scrollY };
});
addEventListener("hashchange", show);

try {
  const { has_accounts, transcription } = await (await asked("/api/assistant")).json();
  login.hasAccounts = has_accounts;
  at("deaf").hidden = transcription.is_ready;
  at("deaf").textContent = transcription.is_ready ? "" : `No call can be taken on this server: ${transcription.why}`;
} catch (error) {
  failed(error);
}
await login.look().catch(failed);

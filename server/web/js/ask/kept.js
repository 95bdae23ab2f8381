/** The visitor's recordings: a list with sound, and ways to delete them. */

import { at } from "../dom.js";
import { problem } from "../problem.js";
import { known } from "./visitor.js";

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

async function asked(path, method = "GET") {
  const answer = await fetch(`/api/recordings${path}`, { method, headers: { "weir-visitor": known() } });
  if (!answer.ok) throw new Error(await problem(answer));
  return answer;
}

/** Shows the list, if there is anything in it. */
export async function showKept() {
  const all = known() ? await (await asked("")).json() : [];
  at("kept").hidden = all.length === 0;
  at("recordings").replaceChildren(...all.map(entry));
}

function entry({ id, transcript, made_s, expires_s, duration_s }) {
  const item = document.createElement("li");
  const words = document.createElement("q");
  words.textContent = transcript || "nothing was heard in it";
  const when = document.createElement("span");
  when.className = "soft";
  when.textContent = ` ${day.format(made_s * 1000)}, ${duration_s.toFixed(1)} s, kept until ${day.format(expires_s * 1000)} `;
  item.append(words, when, button("Play", (self) => play(id, item, self)), button("Delete", () => remove(`/${id}`)));
  return item;
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", () => act(made).catch(({ message }) => {
    at("kept-words").textContent = `That failed: ${message}`;
  }));
  return made;
}

async function play(id, item, asking) {
  asking.disabled = true;
  const sound = document.createElement("audio");
  sound.controls = true;
  sound.src = URL.createObjectURL(await (await asked(`/${id}`)).blob());
  item.append(sound);
  await sound.play();
}

async function remove(path) {
  await asked(path, "DELETE");
  at("kept-words").textContent = "Deleted.";
  await showKept();
}

at("delete-all").addEventListener("click", () => remove("").catch(({ message }) => {
  at("kept-words").textContent = `That failed: ${message}`;
}));

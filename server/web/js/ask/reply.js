/** An answer as it comes: its text with citations that lead to the sources below it. */

import { at } from "../dom.js";
import { ask } from "./stream.js";

const CITATION = /\[(\d+)\]/g;

/** Asks, and shows what comes; gives the text of the answer. */
export async function reply(question, scope) {
  at("answer").hidden = false;
  at("asked").textContent = question;
  for (const id of ["answer-text", "sources", "by"]) at(id).replaceChildren();
  at("aloud").hidden = true;
  let text = "";
  for await (const { event, data } of ask("/api/ask", { question, scope: scope || undefined })) {
    if (event === "sources") showSources(data);
    if (event === "nearest") showNearest(data);
    if (event === "text") {
      text += data.text;
      at("answer-text").replaceChildren(...cited(text));
    }
    if (event === "done") showEnd(data);
  }
  return text;
}

/** The text in pieces; it is text, whatever stands in it. */
function* cited(text) {
  let from = 0;
  for (const { 0: whole, 1: number, index } of text.matchAll(CITATION)) {
    yield text.slice(from, index);
    const link = document.createElement("a");
    link.href = `#source-${number}`;
    link.className = "citation";
    link.textContent = number;
    link.setAttribute("aria-label", `source ${number}`);
    yield link;
    from = index + whole.length;
  }
  yield text.slice(from);
}

function showSources(sources) {
  at("sources").replaceChildren(...sources.map((source) => {
    const item = part(source);
    item.id = `source-${source.number}`;
    item.value = source.number;
    return item;
  }));
}

/** Where nothing answers: what is near, to ask for. */
function showNearest(parts) {
  at("sources").replaceChildren(...parts.map((near) => {
    const item = part(near);
    item.prepend("Perhaps this is near: ");
    return item;
  }));
}

/** A part of a document by its name, and the sentence of it that says most. */
function part({ title, heading, quote }) {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = heading ? `${title}: ${heading}` : title;
  const words = document.createElement("q");
  words.textContent = quote;
  item.append(name, " ", words);
  return item;
}

const ENDINGS = { whole: "", broke_off: " It broke off.", too_long: " It was cut off where it became too long." };

function showEnd({ abstained, by, ending }) {
  const who = by.kind === "model" ? `Worded by ${by.id}, from what is written here.` : "Quoted from what is written here; no language model was asked.";
  at("by").textContent = (abstained ? "Nothing that is written here answers this well enough." : who) + ENDINGS[ending];
  at("aloud").hidden = false;
}

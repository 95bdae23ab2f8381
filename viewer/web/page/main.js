// Fetches the window and the network, and shows how far that is.

import init, { Page, open } from "./weir_viewer_web.js";

const words = document.getElementById("words");
const progress = document.getElementById("progress");

/** Where one part fails, the others need not come. */
const stop = new AbortController();

/** The bytes of `url`; `tell` hears how many have come, and of how many. */
async function fetched(url, tell) {
  const answer = await fetch(url, { signal: stop.signal });
  if (!answer.ok) throw new Error(`${url}: the server answers ${answer.status}`);
  // What is packed is longer once it is unpacked, and nobody says by how much.
  const packed = (answer.headers.get("content-encoding") ?? "identity") !== "identity";
  const length = packed ? NaN : Number(answer.headers.get("content-length") ?? NaN);
  const parts = [];
  let come = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    come += value.length;
    tell(come, length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

const wanted = {
  window: "weir_viewer_web_bg.wasm",
  description: "/api/model/description",
  weights: "/api/model/weights",
  golden: "/api/model/golden",
  atlas: "/api/model",
};

/** Whether the browser has a graphics card to compute with, and the server a module for it. */
async function hasCard() {
  if (!(await navigator.gpu?.requestAdapter())) return false;
  return (await fetch("card/weir_viewer_web.js", { method: "HEAD" })).ok;
}

async function begin() {
  progress.hidden = false;
  const come = new Map();
  const tell = () => {
    const all = [...come.values()];
    const sum = (k) => all.reduce((total, one) => total + one[k], 0);
    words.textContent = `The window and the network are on their way: ${(sum(0) / 1e6).toFixed(1)} MB`;
    const share = all.length === Object.keys(wanted).length ? sum(0) / sum(1) : NaN;
    if (Number.isFinite(share)) progress.value = share;
    else progress.removeAttribute("value");
  };
  const parts = Object.entries(wanted).map(async ([name, url]) => {
    const bytes = await fetched(url, (...one) => {
      come.set(name, one);
      tell();
    });
    return [name, bytes];
  });
  const { window: module, description, weights, golden, atlas } = Object.fromEntries(await Promise.all(parts));
  words.textContent = "The window opens";
  await init({ module_or_path: module });
  const text = (bytes) => new TextDecoder().decode(bytes);
  const page = new Page(location.origin, text(description), weights, text(golden), text(atlas));
  page.has_card = await hasCard();
  // /viewer/#here begins with the network in this browser, /viewer/#card with it on the card.
  page.first = location.hash.slice(1);
  await open(document.getElementById("window"), page);
  document.getElementById("before").hidden = true;
}

begin().catch((error) => {
  stop.abort();
  progress.hidden = true;
  words.textContent = `The window does not open: ${error?.message ?? error}`;
});

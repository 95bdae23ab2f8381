/**
 * Links to a drawing and to a run.
 */

import { at } from "./dom.js";

/** Shows the links; `whole` is the scene with its lines, `run` the name of the run. */
export async function share(whole, run) {
  const words = at("share-words");
  at("share-scene").value = "";
  at("share-live").value = run ? `${location.origin}/?watch=${run}` : "";
  words.textContent = "Keeping the drawing…";
  at("sharing").showModal();
  try {
    const answer = await fetch("/api/drawings", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(whole),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail ?? told.title);
    at("share-scene").value = `${location.origin}/?drawing=${told.id}`;
    words.textContent = "";
  } catch (error) {
    words.textContent = `The drawing could not be kept: ${error.message}`;
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = at(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      at("share-words").textContent = "Copied.";
    } catch {
      // Where pages may not write to the clipboard, what is selected can be copied by hand.
      at("share-words").textContent = "Press Ctrl+C to copy.";
    }
  });
}

/**
 * Keys that work wherever the visitor is on the page, but not in what takes keys itself.
 */

import { at } from "./dom.js";

const TOOLS = { d: "draw", l: "line", e: "erase" };

/**
 * @param {import("./run.js").Run} run
 * @param {import("./sketch.js").Sketch} sketch
 */
export function connectKeys(run, sketch) {
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input:not([type=range]), select, textarea, dialog")) return;
    const pressed = event.key.toLowerCase();
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && pressed === "z") (event.shiftKey ? sketch.redo() : sketch.undo());
    else if (isCommand && pressed === "y") sketch.redo();
    else if (isCommand || event.altKey) return;
    else if (pressed === "p") run.toggle();
    else if (pressed === ".") run.step();
    else if (pressed === "r") run.reset();
    else if (pressed in TOOLS) at(TOOLS[pressed]).click();
    else return;
    event.preventDefault();
  });
}

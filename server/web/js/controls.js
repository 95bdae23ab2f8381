/**
 * Buttons and fields around the stage: what each of them does, and how they show what is so.
 */

import { Choice } from "./choice.js";
import { at } from "./dom.js";
import { Recorder, savePicture } from "./saving.js";
import { BLANK, example } from "./scenes.js";
import { share } from "./sharing.js";

const press = (id, isPressed) => at(id).setAttribute("aria-pressed", String(isPressed));

/** What a new run begins with, as the fields say. */
export const wishes = () => ({ engine: at("engine").value, speed: Number(at("speed").value) });

/** A line of words for the visitor. */
export function showStatus(text, isWrong = false) {
  at("status").textContent = text;
  at("status").classList.toggle("wrong", isWrong);
}

/** Start, step and reset; speed, engine and scene. */
export function connectRun(run) {
  at("start").addEventListener("click", () => {
    run.toggle();
    showStatus("");
  });
  at("step").addEventListener("click", () => run.step());
  at("reset").addEventListener("click", () => run.reset());
  at("speed").addEventListener("change", ({ target }) => run.setSpeed(Number(target.value)));
  at("engine").addEventListener("change", ({ target }) => run.setEngine(target.value));
  at("scenes").addEventListener("change", async ({ target: { value: name } }) => {
    try {
      run.load(name ? await example(name) : BLANK);
      run.open();
    } catch (error) {
      showStatus(`This scene could not be loaded: ${error.message}`, true);
    }
  });
  run.addEventListener("status", ({ detail: { text, isWrong } }) => showStatus(text, isWrong));
  run.addEventListener("place", () => {
    document.body.dataset.run = run.name;
  });
  run.addEventListener("playing", () => {
    at("start").querySelector(".word").textContent = run.isPlaying ? "Pause" : "Start";
    at("start").querySelector("[aria-hidden]").textContent = run.isPlaying ? "❚❚" : "▶";
    if (run.isPlaying) at("hint").classList.add("gone");
  });
  // Who looks away lets the water rest, and others have room.
  let wasPlaying = false;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) wasPlaying = run.isPlaying && run.isMine;
    if (wasPlaying) run.play(!document.hidden);
  });
}

/** Undo, redo and clear, and the hint that there is nothing yet. */
export function connectSketch(sketch, run) {
  for (const id of ["undo", "redo", "clear"]) at(id).addEventListener("click", () => sketch[id]());
  sketch.addEventListener("change", () => {
    at("undo").disabled = !sketch.canUndo;
    at("redo").disabled = !sketch.canRedo;
    at("hint").classList.toggle("gone", sketch.lines.length > 0 || run.isPlaying);
  });
}

/** The pen's tools. One that asks instead of drawing is chosen elsewhere, and has no button here. */
export function connectPen(pen) {
  const choice = new Choice(at("pens"), (tool) => pen.take(tool));
  const show = () => {
    choice.set(pen.tool);
    for (const tool of ["erase", "probe"]) at("ink").classList.toggle(tool, tool === pen.tool);
  };
  pen.addEventListener("tool", show);
  show();
}

/** How two waters are seen; of one there is nothing to choose. */
export function connectLayout(stage, run) {
  const choice = new Choice(at("layout"), (layout) => {
    stage.setSplit(layout === "split");
    choice.set(layout);
  });
  choice.set("beside");
  run.addEventListener("state", ({ detail: { engine } }) => {
    at("layout").hidden = engine !== "both";
  });
}

/** How the water looks, pictures and films of it, and links to it. */
export function connectShowing(stage, recorder, run, sketch) {
  at("look").hidden = stage.view.water.style === "dots";
  at("look").addEventListener("click", ({ currentTarget: button }) => {
    const isDots = button.getAttribute("aria-pressed") !== "true";
    press("look", isDots);
    stage.setStyle(isDots ? "dots" : "water");
  });
  at("picture").addEventListener("click", () => savePicture(stage));
  at("record").hidden = !Recorder.isSupported;
  at("record").addEventListener("click", () => (recorder.isOn ? recorder.stop() : recorder.start(stage)));
  recorder.addEventListener("change", () => press("record", recorder.isOn));
  at("share").addEventListener("click", () => {
    const stroke = sketch.lines.map(({ points }) => ({ points_m: points }));
    share({ ...run.scene, stroke }, run.name);
  });
}

/** The panel beside the water, and its button. */
export function connectPanel(panel) {
  at("inside").addEventListener("click", () => {
    panel.setOpen(!panel.isOpen);
    press("inside", panel.isOpen);
  });
}

/** The menu says that this is the gallery, which is the same page as the first one. */
export function markGallery() {
  for (const item of document.querySelectorAll(".pages a")) {
    if (item.search === "?watch=gallery") item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  }
}

/**
 * The page: what is drawn goes to the server, what flows there is shown.
 *
 * All parts are made here and told of each other; what they do is theirs.
 */

import { Compare } from "./compare.js";
import { connectLayout, connectPanel, connectPen, connectRun, connectShowing, connectSketch, markGallery, showStatus, wishes } from "./controls.js";
import { at } from "./dom.js";
import { connectKeys } from "./keys.js";
import { Learning } from "./learning.js";
import { lessons } from "./lessons.js";
import { Link } from "./link.js";
import { Pace, followPace } from "./pace.js";
import { noticeNetworks } from "./network.js";
import { beginPainting } from "./painting.js";
import { Panel } from "./panel.js";
import { Run } from "./run.js";
import { Recorder } from "./saving.js";
import { drawing, get } from "./scenes.js";
import { Pen, Sketch, draft, keepDraft } from "./sketch.js";
import { Stage } from "./stage.js";
import { Tour } from "./tour.js";

const asked = new URLSearchParams(location.search);
const [watched, wanted] = [asked.get("watch"), asked.get("drawing")];

const stage = new Stage(at("stage"), at("divider"));
const sketch = new Sketch();
const pen = new Pen(sketch, at("ink"), (x, y) => stage.view.toM(x, y), () => stage.view.sizeM);
const link = new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
const run = new Run(link, sketch, watched, wishes);
const pace = new Pace(at("pace"), at("times"));
const compare = new Compare();
const recorder = new Recorder();
/** What the network looks like inside; there is none until its atlas has come. */
let panel = null;

// The water -----------------------------------------------------------------------------

const show = (scene) => {
  stage.setScene(scene);
  compare.begin(scene);
};
show(run.scene);
run.addEventListener("scene", ({ detail: scene }) => show(scene));
run.addEventListener("anew", () => compare.begin(run.scene));
run.addEventListener("state", ({ detail: { engine } }) => {
  stage.setEngine(engine);
  at("compare").hidden = !stage.isTwo;
});
link.addEventListener("frame", ({ detail: { stream, frame } }) => {
  stage.take(stream, frame);
  compare.take(stream, frame);
});
followPace(pace, link, run);
const hand = () => ({ lines: sketch.lines, wet: pen.wet, cursor: pen.cursor, tint: panel?.tint });
beginPainting({ stage, compare, pace, recorder, hand });

// The visitor ---------------------------------------------------------------------------

connectRun(run);
connectSketch(sketch, run);
connectPen(pen);
connectLayout(stage, run);
connectShowing(stage, recorder, run, sketch);
connectKeys(run, sketch);
if (watched === "gallery") markGallery();

const kept = draft(localStorage);
if (kept && !watched && !wanted) sketch.load(kept, "watch");
sketch.addEventListener("change", ({ detail: { why } }) => {
  if (why !== "watch") keepDraft(localStorage, sketch);
});

const dark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = () => {
  const name = dark.matches ? "dark" : "light";
  stage.setTheme(name);
  if (panel) panel.theme = name;
};
dark.addEventListener("change", setTheme);
setTheme();

// What has to be asked for ----------------------------------------------------------------

try {
  const [names, atlas] = await Promise.all([get("/api/scenes"), get("/api/model")]);
  for (const { name, title } of names) at("scenes").add(new Option(title || name, name));
  panel = new Panel(atlas, { link, run, sketch, pen, view: stage.view });
  connectPanel(panel);
  noticeNetworks(run, atlas, () => get("/api/model"), showStatus);
  new Learning({ section: at("learning"), slider: at("learned"), words: at("learned-words") }, atlas.checkpoints, run);
  setTheme();
  if (wanted) {
    run.load(await drawing(wanted));
    run.open();
  }
} catch (error) {
  showStatus(`Not all of this page could be loaded: ${error.message}`, true);
}

const guide = { dialog: "guide", title: "guide-title", words: "guide-words", count: "guide-count", next: "guide-next", end: "guide-end" };
const parts = Object.fromEntries(Object.entries(guide).map(([part, id]) => [part, at(id)]));
const tour = new Tour(parts, lessons(run, panel, stage.view), () => {
  run.silence([]);
  run.setCheckpoint(null);
  panel?.clear();
});
at("tour").addEventListener("click", () => tour.begin());

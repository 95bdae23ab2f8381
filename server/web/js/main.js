/**
 * The page: what is drawn goes to the server, what flows there is shown.
 *
 * The sketch is the visitor's and lives here; a run on the server is only as good as its
 * connection. After a short break the visitor comes back to it, after a long one it is
 * opened anew from the sketch.
 */

import { Compare } from "./compare.js";
import { Link } from "./link.js";
import { Pace } from "./pace.js";
import { Panel } from "./panel.js";
import { Recorder, savePicture } from "./saving.js";
import { share } from "./sharing.js";
import { Pen, Sketch, draft, keepDraft } from "./sketch.js";
import { Tour } from "./tour.js";
import { View } from "./view.js";

const at = (id) => document.getElementById(id);

/** What there is before anybody has drawn: water to fall, and more to come. */
const BLANK = {
  version: 1,
  duration_s: 60,
  domain: { width_m: 1.5, height_m: 1, cell_m: 1 / 64 },
  water: [
    { kind: "block", min_m: [0.125, 0.5625], max_m: [0.5, 0.90625], velocity_m_s: [0, 0] },
    { kind: "emitter", from_m: [0.84375, 0.984375], to_m: [0.765625, 0.984375], speed_m_s: 1.4, start_s: 0.6, stop_s: 3.4 },
  ],
};

const figures = [...document.querySelectorAll("#stage figure")];
const views = figures.map((figure) => new View(figure));
const [view] = views;
const sketch = new Sketch();
const pen = new Pen(sketch, at("ink"), (x, y) => view.toM(x, y), () => view.sizeM);
const link = new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
const pace = new Pace(at("pace"), at("times"));
const compare = new Compare();
const recorder = new Recorder();
const asked = new URLSearchParams(location.search);
const watched = asked.get("watch");

/** The scene without its lines, which are the sketch's. */
let scene = BLANK;
let run = null;
let key = null;
let isMine = false;
let isPlaying = false;
let panel = null;

const status = (text, isWrong = false) => {
  at("status").textContent = text;
  at("status").classList.toggle("wrong", isWrong);
};

function show(next) {
  views.forEach((one) => one.setScene(next));
  compare.begin(next);
}

/** A run of the scene with all lines of the sketch. */
function open() {
  isMine = false;
  key = null;
  link.say({ do: "open", scene, engine: at("engine").value });
  for (const { id, points } of sketch.lines) link.say({ do: "add", line: id, points_m: points });
  link.say({ do: "speed", to: Number(at("speed").value) });
  panel?.look();
}

function play(wanted) {
  link.say({ do: wanted ? "start" : "pause" });
}

function setPlaying(now) {
  isPlaying = now;
  at("start").querySelector(".word").textContent = now ? "Pause" : "Start";
  at("start").querySelector("[aria-hidden]").textContent = now ? "❚❚" : "▶";
  if (now) at("hint").classList.add("gone");
}

const closed = ({ points_m: points, closed: isClosed }) => (isClosed ? [...points, points[0]] : points);

function load(given) {
  const { stroke = [], ...rest } = given;
  scene = rest;
  show(scene);
  sketch.load(stroke.map(closed), "watch");
}

// From the server ---------------------------------------------------------------------

link.addEventListener("up", () => {
  if (watched) link.say({ do: "watch", run: watched });
  else if (key) link.say({ do: "resume", key });
  else {
    status("Ready: draw, then press start.");
    open();
  }
});
link.addEventListener("down", () => {
  setPlaying(false);
  status("The connection is lost. Trying again…", true);
});
link.addEventListener("frame", ({ detail: { stream, frame } }) => {
  views[stream].take(frame);
  compare.take(stream, frame);
});

const hear = {
  run(word) {
    if (word.key && word.key === key) status("Connected again: the water was kept.");
    ({ mine: isMine, run } = word);
    key = word.key ?? null;
    document.body.dataset.run = run;
    panel?.look();
  },
  state(word) {
    setPlaying(word.is_playing);
    const isTwo = word.engine === "both";
    figures[1].hidden = !isTwo;
    at("compare").hidden = !isTwo;
    at("stage").classList.toggle("two", isTwo || word.engine === "reference");
    figures[0].querySelector("figcaption").textContent = word.engine === "reference" ? "the solver" : "the network";
    panel?.ribbon.setSilent(word.silent);
    if (!isMine) {
      show(word.scene);
      sketch.load((word.scene.stroke ?? []).map(closed), "watch");
      status(watched === "gallery" ? `The gallery: ${word.scene.name}` : "You watch somebody's water.");
    }
    if (word.failure) status(`The water stopped: ${word.failure}`, true);
    else if (word.waits) {
      const { before, about_s: about } = word.waits;
      status(`All places are taken: ${before === 0 ? "you are next" : `${before} before you`}, about ${about} s. Your water starts by itself; meanwhile there is the gallery.`);
    } else if (word.is_playing && at("status").textContent.startsWith("All places")) status("");
  },
  pace(word) {
    pace.take(word);
    at("late").hidden = !isPlaying || word.share < 1.1;
    at("late").textContent = `The server is busy: water flows at ${(1 / word.share).toFixed(1)} of its speed.`;
  },
  pong({ at: sent }) {
    pace.take({ transit_ms: (performance.now() - sent) / 2 });
  },
  saliency: ({ lines }) => panel?.takeSaliency(lines),
  refused({ what, why }) {
    if (what === "resume") {
      key = null;
      status("Connected again: the water begins anew.");
      open();
      return;
    }
    status(`Not possible: ${why}`, true);
  },
  ended() {
    if (watched === "gallery") {
      // The next picture hangs already.
      link.say({ do: "watch", run: watched });
      return;
    }
    setPlaying(false);
    isMine = false;
    key = null;
    status(watched ? "This run has ended." : "This run has ended, since nobody touched it. Press start to begin again.");
  },
};
link.addEventListener("word", ({ detail: word }) => hear[word.is]?.(word));

setInterval(() => link.say({ do: "ping", at: performance.now() }), 2000);

// From the visitor --------------------------------------------------------------------

sketch.addEventListener("change", ({ detail: { added, erased, why } }) => {
  at("undo").disabled = !sketch.canUndo;
  at("redo").disabled = !sketch.canRedo;
  at("hint").classList.toggle("gone", sketch.lines.length > 0 || isPlaying);
  panel?.forget();
  if (why === "watch") return;
  for (const { id } of erased) link.say({ do: "erase", line: id });
  for (const { id, points } of added) link.say({ do: "add", line: id, points_m: points });
  keepDraft(localStorage, sketch);
});

at("start").addEventListener("click", () => {
  if (!isMine && !watched && link.isUp && !key) open();
  play(!isPlaying);
  status("");
});
at("step").addEventListener("click", () => link.say({ do: "step" }));
at("reset").addEventListener("click", () => {
  link.say({ do: "reset" });
  compare.begin(scene);
});
at("undo").addEventListener("click", () => sketch.undo());
at("redo").addEventListener("click", () => sketch.redo());
at("clear").addEventListener("click", () => sketch.clear());
at("speed").addEventListener("change", (event) => link.say({ do: "speed", to: Number(event.target.value) }));
at("engine").addEventListener("change", (event) => {
  compare.begin(scene);
  link.say({ do: "engine", to: event.target.value });
});

const TOOLS = ["draw", "line", "erase"];
function take(tool) {
  pen.tool = tool;
  for (const other of TOOLS) at(other).setAttribute("aria-checked", String(other === tool));
  at("ink").classList.toggle("erase", tool === "erase");
  at("ink").classList.toggle("probe", tool === "probe");
}
for (const tool of TOOLS) {
  at(tool).addEventListener("click", () => {
    panel?.ask(false);
    take(tool);
  });
}
pen.addEventListener("probe", ({ detail: place }) => panel?.probe(place));

at("look").addEventListener("click", ({ currentTarget: button }) => {
  const isDots = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isDots));
  for (const one of views) one.water.style = isDots ? "dots" : "water";
});
at("look").hidden = view.water.style === "dots";
at("picture").addEventListener("click", () => savePicture(view));
at("record").hidden = !Recorder.isSupported;
at("record").addEventListener("click", () => (recorder.isOn ? recorder.stop() : recorder.start(view)));
recorder.addEventListener("change", () => at("record").setAttribute("aria-pressed", String(recorder.isOn)));
at("share").addEventListener("click", () => {
  const stroke = sketch.lines.map(({ points }) => ({ points_m: points }));
  share({ ...scene, stroke }, run);
});

at("scenes").addEventListener("change", async (event) => {
  const name = event.target.value;
  load(name ? await (await fetch(`/api/scenes/${name}`)).json() : BLANK);
  open();
});

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, dialog")) return;
  const pressed = event.key.toLowerCase();
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && pressed === "z") (event.shiftKey ? sketch.redo() : sketch.undo());
  else if (isCommand && pressed === "y") sketch.redo();
  else if (isCommand || event.altKey) return;
  else if (pressed === "p") play(!isPlaying);
  else if (pressed === ".") link.say({ do: "step" });
  else if (pressed === "r") link.say({ do: "reset" });
  else if (["d", "l", "e"].includes(pressed)) at({ d: "draw", l: "line", e: "erase" }[pressed]).click();
  else return;
  event.preventDefault();
});

// Who looks away lets the water rest, and others have room.
let wasPlaying = false;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) wasPlaying = isPlaying && isMine;
  if (wasPlaying) play(!document.hidden);
});

// Every frame of the screen -----------------------------------------------------------

const dark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = () => {
  const name = dark.matches ? "dark" : "light";
  views.forEach((one) => one.setTheme(name));
  if (panel) panel.theme = name;
};
dark.addEventListener("change", setTheme);
setTheme();
show(BLANK);

const kept = draft(localStorage);
if (kept && !watched && !asked.has("drawing")) sketch.load(kept, "watch");

/** Colours of cells that are wet in one water only. */
const ONLY = { true: "#c2562f66", false: "#6b6b6b66" };
let frames = 0;
let drawMs = 0;

function paint(now) {
  const isTwo = !figures[1].hidden;
  frames += 1;
  if (isTwo && frames % 6 === 0) {
    const measured = compare.measure();
    view.overlay.mark(measured?.differ.map(([x, y, isNetwork]) => [x, y, ONLY[isNetwork]]) ?? null);
    if (measured) {
      const { overlap, energies } = measured;
      at("common").textContent = `${(100 * overlap).toFixed(0)} % of wet cells in common (orange line); energy ${energies[0].toFixed(2)} J/kg (blue), the solver's ${energies[1].toFixed(2)} (dashed). Cells that differ are marked.`;
      const style = getComputedStyle(document.documentElement);
      const [water, accent, soft] = ["--accent", "--warm", "--soft"].map((name) => style.getPropertyValue(name));
      compare.paint(at("curves"), { water, accent, soft });
    }
  } else if (!isTwo) view.overlay.mark(null);
  const begun = performance.now();
  view.draw(now, { lines: sketch.lines, wet: pen.wet, cursor: pen.cursor, tint: panel?.tint });
  if (isTwo) views[1].draw(now, { lines: sketch.lines, wet: null, cursor: null });
  drawMs += 0.05 * (performance.now() - begun - drawMs);
  if (frames % 30 === 0) pace.take({ draw_ms: drawMs });
  recorder.film(view);
  requestAnimationFrame(paint);
}
requestAnimationFrame(paint);

// What else there is ------------------------------------------------------------------

async function get(path) {
  const answer = await fetch(path);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail ?? told.title);
  return told;
}

try {
  const [names, atlas] = await Promise.all([get("/api/scenes"), get("/api/model")]);
  for (const { name, title } of names) at("scenes").add(new Option(title || name, name));
  panel = new Panel(atlas, link, view);
  panel.addEventListener("probe", ({ detail: isAsking }) => take(isAsking ? "probe" : "draw"));
  at("inside").addEventListener("click", ({ currentTarget: button }) => {
    panel.setOpen(!panel.isOpen);
    button.setAttribute("aria-pressed", String(panel.isOpen));
  });
  setTheme();
  if (run) panel.look();
  const drawing = asked.get("drawing");
  if (drawing) {
    load(await get(`/api/drawings/${encodeURIComponent(drawing)}`));
    open();
  }
} catch (error) {
  status(`Not all of this page could be loaded: ${error.message}`, true);
}

const silence = (skips) => link.say({ do: "silence", skips });
const tour = new Tour(
  { dialog: at("guide"), title: at("guide-title"), words: at("guide-words"), count: at("guide-count"), next: at("guide-next"), end: at("guide-end") },
  [
    {
      title: "Lines and water",
      words: "Two lines make a funnel, and water falls into it. Draw more of them at any time: the water obeys from the next thirtieth of a second on.",
      async act() {
        at("scenes").value = "funnel";
        load(await get("/api/scenes/funnel"));
        open();
        play(true);
      },
    },
    {
      title: "What the network is shown",
      words: "Water and lines are laid onto a grid: how much water is in each cell, how fast it goes, how far the next line is. That is the top row on the left.",
      act: () => panel?.ribbon.choose({ layer: 0, channel: 0 }),
    },
    {
      title: "Smaller and smaller",
      words: "Each level looks at a coarser picture. Far away water pushes too, and on the coarsest level far away is near.",
      act: () => panel && panel.ribbon.choose(deepest(panel.atlas)),
    },
    {
      title: "What it answers",
      words: "On the right the picture grows again, until the last layer says how the motion of the water changes in each cell. Particles fall by themselves; this is the push of all others.",
      act: () => panel && panel.ribbon.choose({ layer: panel.atlas.layers.length - 1, channel: 1 }),
    },
    {
      title: "What a place listens to",
      words: "Followed back through the network, the answer in the middle depends on the dark places.",
      act() {
        panel?.ask(true);
        panel?.probe([view.sizeM[0] / 2, view.sizeM[1] / 2]);
      },
    },
    {
      title: "Without its skip connections",
      words: "The arrows carry fine detail past the coarse levels. Now two of them are silent: the water forgets where its surface is, and goes astray.",
      act() {
        panel?.clear();
        silence(["up0", "up1"]);
      },
    },
    {
      title: "Your turn",
      words: "All connections are back. Erase the lines, draw your own, and press start.",
      act: () => silence([]),
    },
  ],
  () => {
    silence([]);
    panel?.clear();
  },
);
const deepest = ({ layers }) => {
  const cells = Math.max(...layers.map((layer) => layer.cells));
  const layer = layers.findLastIndex((one) => one.cells === cells);
  return { layer, channel: layers[layer].lively[0] };
};
at("tour").addEventListener("click", () => tour.begin());

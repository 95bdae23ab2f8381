// How soon and how smoothly the page shows water: the real program, a real browser, as JSON.
//
//     WEIR=path/to/weir npm run measure

import os from "node:os";

import { Site, launch, until, visit } from "./site.mjs";

const STARTS = 5;
const WATCHED_MS = 10_000;
const LEAST_PARTICLES = 4096;
const VIEWPORT = { width: 1280, height: 860 };
/** Two columns of water that fall and meet: some 4,600 particles, two in a cell's side. */
const SCENE = {
  version: 1,
  name: "two columns",
  duration_s: 60,
  domain: { width_m: 1.5, height_m: 1, cell_m: 1 / 64 },
  water: [
    { kind: "block", min_m: [0.0625, 0.25], max_m: [0.3125, 0.8125] },
    { kind: "block", min_m: [1.1875, 0.25], max_m: [1.4375, 0.8125] },
  ],
  stroke: [{ points_m: [[0.5, 0.2], [0.75, 0.3], [1, 0.2]] }],
};

/** The p-th of a hundred parts of the numbers lies below. */
function percentile(numbers, p) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];
}
const spread = (numbers) => ({
  count: numbers.length,
  median_ms: Number(percentile(numbers, 50).toFixed(2)),
  p95_ms: Number(percentile(numbers, 95).toFixed(2)),
});

/** What a message with a frame says first: its stream, and how many particles there are. */
function headOf(message) {
  const isFrame = message[0] < 2;
  if (!isFrame) return null;
  let at = 3;
  const varint = () => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = message[at];
      at += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
      shift += 7;
    }
  };
  const [, , particles] = [varint(), varint(), varint()];
  return { stream: message[0], particles };
}

/** Runs in the page before it does: callbacks for frames of the screen are timed. */
function timePaint() {
  const real = requestAnimationFrame;
  globalThis.painted = [];
  globalThis.requestAnimationFrame = (paint) => real((now) => {
    const begun = performance.now();
    paint(now);
    globalThis.painted.push({ now, tookMs: performance.now() - begun });
  });
}

/** Runs in the page: from the click on start to the end of the first paint that changes a pixel. */
function firstChange() {
  const water = document.querySelector("canvas.water");
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [water.width, water.height];
  const pen = copy.getContext("2d", { willReadFrequently: true });
  const look = () => {
    pen.drawImage(water, 0, 0);
    return new Uint32Array(pen.getImageData(0, 0, copy.width, copy.height).data.buffer);
  };
  const before = look();
  return new Promise((done) => {
    document.querySelector("#start").addEventListener("click", ({ timeStamp }) => {
      const watch = () => {
        const painted = performance.now();
        const now = look();
        if (now.some((pixel, k) => pixel !== before[k])) done(painted - timeStamp);
        else requestAnimationFrame(watch);
      };
      requestAnimationFrame(watch);
    }, { capture: true, once: true });
  });
}

const isRunning = (page, word) => page.waitForFunction((text) => document.querySelector("#start .word").textContent === text, word);
const picture = (page) => page.evaluate(() => document.querySelector("canvas.water").toDataURL());

async function timeStart(page) {
  let last = "";
  await until("the water is still", async () => {
    const before = last;
    last = await picture(page);
    return before === last;
  });
  const changed = page.evaluate(firstChange);
  await page.click("#start");
  const tookMs = await changed;
  await isRunning(page, "Pause");
  await page.click("#start");
  await isRunning(page, "Start");
  await page.click("#reset");
  return tookMs;
}

async function openScene(page, url) {
  const answer = await fetch(`${url}/api/drawings`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(SCENE) });
  if (!answer.ok) throw new Error(`the scene is refused: ${await answer.text()}`);
  await page.goto(`${url}/?drawing=${(await answer.json()).id}`);
}

function renderer() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return "none: the water is dots on a plain canvas";
  const more = gl.getExtension("WEBGL_debug_renderer_info");
  return gl.getParameter(more ? more.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
}

const site = await Site.start();
const browser = await launch();
try {
  const { page, faults } = await visit(browser, site.url, { viewport: VIEWPORT });
  const frames = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => {
    const head = typeof payload === "string" ? null : headOf(payload);
    if (head?.stream === 0) frames.push({ at: performance.now(), ...head });
  }));
  await page.addInitScript(timePaint);
  await openScene(page, site.url);
  await until("all particles are there", () => frames.at(-1)?.particles >= LEAST_PARTICLES);
  await page.waitForFunction(() => document.querySelectorAll(".thumb").length > 20);

  const starts = [];
  for (let k = 0; k < STARTS; k += 1) starts.push(await timeStart(page));

  await page.click("#start");
  await isRunning(page, "Pause");
  await page.evaluate(() => {
    globalThis.painted = [];
  });
  const first = frames.length;
  await page.waitForTimeout(WATCHED_MS);
  const painted = await page.evaluate(() => globalThis.painted);
  const came = frames.slice(first);
  const gl = await page.evaluate(renderer);
  const isSoftware = /swiftshader|llvmpipe|software/i.test(gl);

  console.log(JSON.stringify({
    machine: { processor: os.cpus()[0].model, threads: os.cpus().length, memory_gib: Math.round(os.totalmem() / 2 ** 30), load_before: Number(os.loadavg()[0].toFixed(1)) },
    browser: `Chromium ${browser.version()}`,
    gl_renderer: gl,
    note: isSoftware ? "WebGL is drawn by the processor, which the server and the network share: a graphics card is faster." : undefined,
    viewport: { ...VIEWPORT, pixels_per_px: await page.evaluate(() => devicePixelRatio), canvas: await page.evaluate(() => [document.querySelector("canvas.water").width, document.querySelector("canvas.water").height]) },
    particles: Math.min(...came.map(({ particles }) => particles)),
    start_to_first_pixel: { each_ms: starts.map(Math.round), median_ms: Math.round(percentile(starts, 50)), ends: "when the paint that changed a pixel is done; the screen shows it with its next frame" },
    screen: {
      watched_s: WATCHED_MS / 1000,
      interval: spread(painted.slice(1).map(({ now }, k) => now - painted[k].now)),
      paint: { ...spread(painted.map(({ tookMs }) => tookMs)), is: "what the page's own script takes; drawing that WebGL puts off is in the intervals" },
    },
    server: { frames: came.length, frames_per_s: Number(((1000 * (came.length - 1)) / (came.at(-1).at - came[0].at)).toFixed(2)), is: "what arrives of thirty a second: a page that shows them slower is sent fewer" },
    faults,
  }, null, 2));
} finally {
  await browser.close();
  await site.stop();
}

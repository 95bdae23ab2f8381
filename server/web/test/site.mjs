// The real program on a port of its own, and a real browser before it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const WEIR = process.env.WEIR;
const CHROMIUM = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** A port that nobody has. */
async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

export class Site {
  static async start(more = []) {
    if (!WEIR) throw new Error("WEIR: takes the path of the program");
    const site = new Site();
    site.more = more;
    site.port = await freePort();
    site.folder = await mkdtemp(join(tmpdir(), "weir-"));
    site.url = `http://127.0.0.1:${site.port}`;
    await site.up();
    return site;
  }

  /** Starts the program, again if it was stopped. */
  async up() {
    this.process = spawn(WEIR, ["serve", "--addr", `127.0.0.1:${this.port}`, "--set", `data_dir=${this.folder}`, ...this.more], { stdio: ["ignore", "inherit", "pipe"] });
    let said = "";
    await new Promise((done, failed) => {
      this.process.stderr.on("data", (bytes) => {
        said += bytes;
        if (said.includes("weir is at")) done();
      });
      this.process.on("exit", (code) => failed(new Error(`weir ended with ${code}: ${said}`)));
    });
  }

  async down() {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    return ended;
  }

  async stop() {
    if (this.process.exitCode === null) await this.down();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function launch(more = []) {
  if (!CHROMIUM) throw new Error("Chromium is missing: install it, or say where it is by CHROMIUM");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", ...(more.length > 0 ? more : ["--enable-unsafe-swiftshader"])] });
}

/** A visitor's page; what goes wrong on it is kept in `faults`, what it says in `said`. */
export async function visit(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const [faults, said, asked] = [[], [], []];
  page.on("console", (message) => {
    // Reading pixels back is what the tests do, and software drivers remark on it.
    if (["error", "warning"].includes(message.type()) && !/GPU stall|GL Driver/.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  page.on("websocket", (socket) => {
    // Sound is bytes.
    socket.on("framesent", ({ payload }) => typeof payload === "string" && said.push(JSON.parse(payload)));
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(url);
  return { page, context, faults, said, asked };
}

/** Draws with the mouse through places in shares of the rectangle, from its upper left corner. */
export async function draw(page, points) {
  const box = await page.locator("#ink").boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points) await page.mouse.move(...at(point), { steps: 4 });
  await page.mouse.up();
}

/** Pixels of the water in shares of the rectangle: how many of them are wet; of the second water if `which` is 1. */
export function wetShare(page, [left, top, right, bottom], which = 0) {
  return page.evaluate(([l, t, r, b, k]) => {
    const canvas = document.querySelectorAll("canvas.water")[k];
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const pen = copy.getContext("2d");
    pen.drawImage(canvas, 0, 0);
    const [x, y] = [Math.floor(l * copy.width), Math.floor(t * copy.height)];
    const { data } = pen.getImageData(x, y, Math.floor((r - l) * copy.width), Math.floor((b - t) * copy.height));
    let wet = 0;
    // Paper is warm, water is blue.
    for (let k = 0; k < data.length; k += 4) if (data[k + 2] > data[k] + 25) wet += 1;
    return wet / (data.length / 4);
  }, [left, top, right, bottom, which]);
}

/**
 * Whose water an image of the stage shows in a part of its width, `[from, to]`: 0 for the first,
 * 1 for the second, or null if neither is much more alike. `apart` is the share of pixels there
 * in which both waters differ. Without an image only that is told.
 */
export function whose(page, base64, part) {
  return page.evaluate(async ([text, [from, to]]) => {
    const figures = [...document.querySelectorAll("#stage figure")];
    // Water may be drawn with fewer pixels than the lines over it.
    const { width, height } = figures[0].querySelector("canvas.ink");
    const pixels = (paint) => {
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [width, height];
      const pen = copy.getContext("2d");
      paint(pen);
      return pen.getImageData(Math.round(from * width), 0, Math.round((to - from) * width), height).data;
    };
    const layers = figures.map((figure) => pixels((pen) => {
      for (const canvas of figure.querySelectorAll("canvas")) pen.drawImage(canvas, 0, 0, width, height);
    }));
    const FAR = 60;
    const apart = (a, b) => {
      let count = 0;
      for (let k = 0; k < a.length; k += 4) {
        if (Math.abs(a[k] - b[k]) + Math.abs(a[k + 1] - b[k + 1]) + Math.abs(a[k + 2] - b[k + 2]) > FAR) count += 1;
      }
      return count / (a.length / 4);
    };
    const between = apart(...layers);
    if (!text) return { apart: between };
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const seen = pixels((pen) => pen.drawImage(image, 0, 0, width, height));
    const [first, second] = layers.map((layer) => apart(layer, seen));
    // What lies over the waters, such as words, is in neither of them: far from both alike.
    const isClear = between > 0.01 && Math.abs(first - second) > between / 2;
    return { apart: between, owner: isClear ? Number(second < first) : null };
  }, [base64, part]);
}

/** The last picture of a film, as an image. */
export function lastPicture(page, base64) {
  return page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const film = document.createElement("video");
    film.muted = true;
    film.src = URL.createObjectURL(new Blob([bytes]));
    const ended = new Promise((done, failed) => {
      film.addEventListener("ended", done);
      film.addEventListener("error", () => failed(new Error(film.error.message)));
    });
    await film.play();
    await ended;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [film.videoWidth, film.videoHeight];
    canvas.getContext("2d").drawImage(film, 0, 0);
    return canvas.toDataURL().split(",")[1];
  }, base64);
}

/** Waits until something holds, asking again and again. */
export async function until(what, holds, patienceMs = 30_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

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
  static async start() {
    if (!WEIR) throw new Error("WEIR: takes the path of the program");
    const site = new Site();
    site.port = await freePort();
    site.folder = await mkdtemp(join(tmpdir(), "weir-"));
    site.url = `http://127.0.0.1:${site.port}`;
    await site.up();
    return site;
  }

  /** Starts the program, again if it was stopped. */
  async up() {
    this.process = spawn(WEIR, ["serve", "--addr", `127.0.0.1:${this.port}`, "--set", `data_dir=${this.folder}`], { stdio: ["ignore", "inherit", "pipe"] });
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
    socket.on("framesent", ({ payload }) => said.push(JSON.parse(payload)));
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

/** Pixels of the water in shares of the rectangle: how many of them are wet. */
export function wetShare(page, [left, top, right, bottom]) {
  return page.evaluate(([l, t, r, b]) => {
    const canvas = document.querySelector("canvas.water");
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
  }, [left, top, right, bottom]);
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

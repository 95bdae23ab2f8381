// The window as a page, in a real browser before the real program: `VIEWER` is the folder that
// viewer/web/build made.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import { Site, launch, until } from "./site.mjs";

const { SHOTS, VIEWER } = process.env;
/** Checking the device takes a second of its time, and a software driver paints slowly. */
const PATIENCE_MS = 120_000;

let site;
let browser;
before(async () => {
  if (!VIEWER) throw new Error("VIEWER: takes the folder that viewer/web/build made");
  site = await Site.start(["--set", `viewer=${VIEWER}`]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** The page, and what the window says of the device. */
async function open(hash = "", prepare = async () => {}, before = browser) {
  const context = await before.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  const page = await context.newPage();
  const [faults, told, sockets] = [[], [], []];
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "info") told.push(text);
    if (["error", "warning"].includes(message.type()) && !/GPU stall|GL Driver|No available adapters/.test(text)) faults.push(text);
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await prepare(page);
  await page.goto(`${site.url}/viewer${hash}`);
  const opens = () => page.evaluate(() => document.querySelector("#before").hidden);
  await until("the window opens", opens, PATIENCE_MS);
  return { page, faults, told, sockets };
}

/** A picture as a browser decodes it: its width, and red, green, blue and more of each pixel. */
function pixels(page, shot) {
  return page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const copy = new OffscreenCanvas(image.width, image.height).getContext("2d");
    copy.drawImage(image, 0, 0);
    // Water is much bluer than red, which nothing else is over so large a part.
    const { data } = copy.getImageData(0, 0, image.width, image.height);
    const wet = [];
    for (let k = 0; k < data.length; k += 16) wet.push(data[k + 2] > data[k] + 40);
    return wet;
  }, shot.toString("base64"));
}

async function look(page, name) {
  const shot = await page.screenshot();
  if (SHOTS) await writeFile(join(SHOTS, `${name}.png`), shot);
  return pixels(page, shot);
}

const share = (wet) => wet.filter(Boolean).length / wet.length;

/** Lets time pass, and sees that water is painted and moves. */
async function flows(page, name) {
  const before = await until("water is painted", async () => {
    const wet = await look(page, `${name}-before`);
    return share(wet) > 0.02 && wet;
  }, PATIENCE_MS);
  await page.locator("#window").press("Space");
  await until("it moves", async () => {
    const now = await look(page, `${name}-flowing`);
    return now.filter((wet, k) => wet !== before[k]).length > now.length / 100;
  }, PATIENCE_MS);
}

test("the window shows the server's water", async () => {
  const { page, faults, told, sockets } = await open();
  await flows(page, "viewer-server");
  assert.equal(sockets.length, 1);
  // The network here is not put to its trial unless somebody wants it.
  assert.deepEqual(told, []);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("the network flows in the browser, and is checked before", async () => {
  const { page, faults, told, sockets } = await open("#here");
  const verdict = await until("the device is checked", () => told.find((words) => words.includes(": checked")), PATIENCE_MS);
  console.log(verdict);
  await flows(page, "viewer-here");
  assert.deepEqual(sockets, [], "nothing is asked of the server");
  assert.deepEqual(faults, []);
  const [module, packed] = await Promise.all([stat(join(VIEWER, "weir_viewer_web_bg.wasm")), readFile(join(VIEWER, "weir_viewer_web_bg.wasm")).then(promisify(gzip))]);
  console.log(`the module: ${(module.size / 1e6).toFixed(2)} MB, ${(packed.length / 1e6).toFixed(2)} MB packed by gzip`);
  await page.context().close();
});

test("the network flows on the browser's card", async (t) => {
  if (!existsSync(join(VIEWER, "card"))) return t.skip("the page was made without --card");
  const before = await launch(["--enable-unsafe-swiftshader", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"]);
  t.after(() => before.close());
  const probe = await before.newPage();
  await probe.goto(site.url);
  const has = await probe.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
  if (!has) return t.skip("this browser has no WebGPU, not even in software");
  const { page, told } = await open("#card", undefined, before);
  const verdict = await until("the card is checked", () => told.find((words) => words.startsWith("network on this device's card")), 2 * PATIENCE_MS);
  console.log(verdict);
  assert.match(verdict, /: checked|too slow/);
  await page.context().close();
});

test("a device that computes something else is not used, and the server's water goes on", async () => {
  const { page, told, sockets } = await open("#here", async (page) => {
    await page.route("**/api/model/golden", async (route) => {
      const golden = await (await route.fetch()).json();
      // As if the server's water had gone elsewhere.
      for (const particle of golden.first_m) particle[1][0] += 0.01;
      await route.fulfill({ json: golden });
    });
  });
  const words = await until("the device is refused", () => told.find((words) => words.includes("something else")), PATIENCE_MS);
  assert.match(words, /cells astray/);
  await until("the server is asked", () => sockets.length > 0);
  await flows(page, "viewer-instead");
  await page.context().close();
});

test("without a network the page says what is lacking", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/api/model/weights", (route) => route.fulfill({ status: 500, body: "no" }));
  await page.goto(`${site.url}/viewer`);
  await page.getByText("/api/model/weights: the server answers 500").waitFor();
  await page.unroute("**/api/model/weights");
  await page.route("**/api/model/weights", (route) => route.fulfill({ body: "these are no weights" }));
  await page.reload();
  await page.getByText(/does not open: the server's network/).waitFor({ timeout: PATIENCE_MS });
  await context.close();
});

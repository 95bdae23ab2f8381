// A page whose water goes on while another network takes over, and the one before comes back.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Site, launch, until, visit, wetShare } from "./site.mjs";

/** What the network that ships was before it had learned all that it has. */
const YOUNGER = fileURLToPath(new URL("../../../surrogate/models/default/checkpoints/step-003162", import.meta.url));

const exec = promisify(execFile);
let registry;
let site;
let browser;

const weir = (...words) => exec(process.env.WEIR, [...words, "--registry", registry]);
const force = ["--force", "--reason", "a test"];

before(async () => {
  registry = await mkdtemp(join(tmpdir(), "weir-registry-"));
  await weir("promote", YOUNGER, ...force);
  site = await Site.start(["--set", `registry.place=${registry}`, "--set", "registry.poll_s=1"]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.stop();
  if (registry) await rm(registry, { recursive: true, force: true });
});

test("water goes on under a network that comes and one that comes back, and the page says so", async () => {
  const { page, faults, said } = await visit(browser, site.url);
  await page.waitForFunction(() => document.body.dataset.run && document.querySelectorAll(".thumb").length > 20);
  await page.selectOption("#scenes", "fountain");
  await page.click("#start");
  await until("water moves", async () => (await wetShare(page, [0, 0, 1, 1])) > 0.02);
  const status = page.locator("#status");
  const forget = () => status.evaluate((element) => { element.textContent = ""; });
  const frames = () => said.filter((word) => word.do === "seen").length;
  const thumbs = () => page.evaluate(() => [...document.querySelectorAll(".thumb")].slice(0, 4).map((thumb) => (thumb.querySelector("canvas") ?? thumb).toDataURL()).join());
  const run = await page.evaluate(() => document.body.dataset.run);
  for (const change of [["promote", "default", ...force], ["rollback"]]) {
    await forget();
    await weir(...change);
    await until(`the page says: ${change[0]}`, async () => (await status.textContent()).startsWith("Another network moves the water"));
    assert.equal(await status.textContent(), "Another network moves the water from now on.", "its insides are shown as before");
    const [seen, inside] = [frames(), await thumbs()];
    await until("water goes on", () => frames() > seen + 30);
    await until("the insides change with it", async () => (await thumbs()) !== inside);
  }
  assert.equal(await page.evaluate(() => document.body.dataset.run), run, "it is the same run");
  assert.ok((await wetShare(page, [0, 0, 1, 1])) > 0.02, "there is water");
  assert.deepEqual(faults, []);
  await page.context().close();
});

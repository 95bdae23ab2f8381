// The page that is asked, with a microphone that hears a file.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Site, launch, visit } from "./site.mjs";

const LIBRARY = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib"];
const has = (program) => spawnSync(program, ["--version"]).error === undefined;
const hears = LIBRARY.some((folder) => existsSync(join(folder, "libpocketsphinx.so.3"))) && has("flite") && has("ffmpeg");

let site, browser, folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-ask-"));
  site = await Site.start();
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A browser whose microphone hears this once; without words, one that hears silence. */
async function hearing(words) {
  const [said, heard] = [join(folder, "said.wav"), join(folder, "heard.wav")];
  if (words) execFileSync("flite", ["-voice", "slt", "-t", words, "-o", said]);
  const source = words ? ["-i", said] : ["-f", "lavfi", "-t", "1", "-i", "anullsrc"];
  execFileSync("ffmpeg", ["-v", "error", "-y", ...source, "-ar", "48000", "-ac", "1", "-af", "adelay=1000,apad=pad_dur=3", heard]);
  await browser?.close();
  browser = await launch(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${heard}%noloop`]);
  const visited = await visit(browser, `${site.url}/ask`, { permissions: ["microphone"] });
  await visited.page.waitForFunction(() => !document.querySelector("#speak").disabled);
  return visited;
}

test("what is typed is drawn, and the water can flow there", async () => {
  browser = await launch();
  const { page, faults } = await visit(browser, `${site.url}/ask?draw`);
  await page.fill("#question", "a funnel and a purple cup under it");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#drawing:not([hidden])");
  assert.match(await page.textContent("#drawn"), /funnel, cup\. Not understood: purple/);
  const isDrawn = await page.evaluate(() => {
    const canvas = document.querySelector("#preview");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
  });
  assert.ok(isDrawn);
  await page.click("#open-drawing");
  await page.waitForSelector("#stage canvas");
  assert.match(page.url(), /drawing=/);
  assert.deepEqual(faults, []);
});

test("a question that is spoken is written while it is heard", { skip: !hears && "PocketSphinx, flite or ffmpeg is missing" }, async () => {
  const { page, faults } = await hearing("two ramps and a bowl below them");
  await page.click("#modes [value=draw]");
  await page.click("#speak");
  await page.waitForSelector("#consent[open]");
  await page.click("#consent [value=no]");
  assert.equal(await page.getAttribute("#speak", "aria-pressed"), "false", "who does not agree is not heard");
  await page.click("#speak");
  await page.check("#keep");
  await page.click("#consent [value=yes]");
  await page.waitForFunction(() => /bowl/.test(document.querySelector("#said").textContent), null, { timeout: 30_000 });
  await page.click("#speak");
  await page.waitForSelector("#drawing:not([hidden])", { timeout: 30_000 });
  assert.match(await page.inputValue("#question"), /ramps.*bowl/);
  assert.match(await page.textContent("#drawn"), /ramp.*bowl/);
  await page.waitForSelector("#recordings li");
  await page.click("#recordings button >> text=Play");
  await page.waitForSelector("#recordings audio");
  await page.click("#delete-all");
  await page.waitForSelector("#kept", { state: "hidden" });
  assert.deepEqual(faults, []);
});

test("silence is said to be silence", { skip: !hears && "PocketSphinx, flite or ffmpeg is missing" }, async () => {
  const { page } = await hearing(null);
  await page.click("#speak");
  await page.click("#consent [value=yes]");
  await page.waitForTimeout(2_000);
  await page.click("#speak");
  await page.waitForFunction(() => /Nothing was heard/.test(document.querySelector("#said").textContent), null, { timeout: 20_000 });
});

// The page as visitors meet it, in a real browser before the real program.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";

import AxeBuilder from "@axe-core/playwright";

import { Site, draw, launch, until, visit, wetShare } from "./site.mjs";

/** Where pictures of pages go, if anybody wants them. */
const SHOTS = process.env.SHOTS;
/** Bytes of all that the page loads, compressed. */
const LIGHT = 150_000;

let site;
let browser;
before(async () => {
  site = await Site.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const ready = (page) => page.waitForFunction(() => document.body.dataset.run && document.querySelectorAll(".thumb").length > 20);

test("what a mouse draws holds the water, and none lies behind a closed line", async () => {
  const { page, faults, said } = await visit(browser, site.url);
  await ready(page);
  // A hut on the floor, and beside it nothing.
  const hut = [[0.55, 0.99], [0.55, 0.7], [0.65, 0.6], [0.75, 0.7], [0.75, 0.99], [0.55, 0.99]];
  await draw(page, hut);
  await until("the line is told", () => said.some((word) => word.do === "add"));
  const begun = Date.now();
  await page.click("#start");
  const before = await wetShare(page, [0, 0, 1, 1]);
  await until("water moves", async () => Math.abs((await wetShare(page, [0, 0.6, 1, 1])) - 0) > 0.005);
  console.log(`first water in the lower part after ${Date.now() - begun} ms; falling there takes some 300`);
  assert.ok(before > 0.05, "there is water from the first moment");
  await until("water lies on the floor", async () => (await wetShare(page, [0, 0.9, 0.5, 1])) > 0.5);
  for (let k = 0; k < 10; k += 1) {
    await page.waitForTimeout(150);
    assert.equal(await wetShare(page, [0.565, 0.74, 0.735, 0.97]), 0, "the hut is dry");
  }
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a finger draws too", async () => {
  const { page, said, faults } = await visit(browser, site.url, { hasTouch: true, viewport: { width: 390, height: 844 } });
  await ready(page);
  const box = await page.locator("#ink").boundingBox();
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, points) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  const at = (t) => ({ x: box.x + (0.2 + 0.6 * t) * box.width, y: box.y + (0.5 + 0.2 * t) * box.height });
  await touch("touchStart", [at(0)]);
  for (let k = 1; k <= 12; k += 1) await touch("touchMove", [at(k / 12)]);
  await touch("touchEnd", []);
  const line = await until("a line", () => said.find((word) => word.do === "add"));
  assert.ok(line.points_m.length > 3);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("keys draw, undo, and start", async () => {
  const { page, said, faults } = await visit(browser, site.url);
  await ready(page);
  await page.focus("#ink");
  for (const key of ["Enter", "ArrowRight", "ArrowRight", "ArrowDown", "Enter", "Escape"]) await page.keyboard.press(key);
  const line = await until("a line", () => said.find((word) => word.do === "add"));
  assert.equal(line.points_m.length, 2);
  await page.keyboard.press("Control+z");
  await until("it is undone", () => said.some((word) => word.do === "erase" && word.line === line.line));
  await page.keyboard.press("p");
  await page.waitForFunction(() => document.querySelector("#start .word").textContent === "Pause");
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("the network's insides change with the water, and can be laid over it", async () => {
  const { page, faults } = await visit(browser, site.url);
  await ready(page);
  const look = () => page.evaluate(() => [...document.querySelectorAll(".thumb canvas")].map((canvas) => canvas.toDataURL()));
  await until("maps are there", async () => new Set(await look()).size > 10);
  const still = await look();
  await page.click("#start");
  await until("most have changed", async () => (await look()).filter((one, k) => one !== still[k]).length > still.length / 2);
  await page.locator(".thumb").first().click();
  assert.match(await page.locator("#lesson").textContent(), /density: one value for each cell/);
  await page.click("#saliency");
  await page.waitForFunction(() => /No line|Red lines/.test(document.querySelector("#lesson").textContent));
  await page.click("#field");
  await page.locator("#ink").click({ position: { x: 200, y: 300 } });
  await page.waitForFunction(() => /darker a place/.test(document.querySelector("#lesson").textContent));
  await page.locator('[data-skip="up0"]').click();
  await page.waitForFunction(() => document.querySelector('[data-skip="up0"]').getAttribute("aria-pressed") === "false");
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a link opens the same drawing, and another shows the water live", async () => {
  const { page, faults } = await visit(browser, site.url);
  await ready(page);
  await draw(page, [[0.1, 0.6], [0.5, 0.7], [0.8, 0.5]]);
  await page.click("#share");
  const link = await until("a link", () => page.locator("#share-scene").inputValue());
  const live = await page.locator("#share-live").inputValue();
  const friend = await visit(browser, link);
  const line = await until("the line", () => friend.said.find((word) => word.do === "add"));
  assert.ok(line.points_m.length > 5);
  assert.deepEqual(friend.faults, []);
  const guest = await visit(browser, live);
  await guest.page.waitForFunction(() => /somebody/.test(document.querySelector("#status").textContent));
  assert.equal(guest.said.some((word) => word.do === "open"), false);
  await page.click(".main[value=done]");
  await page.click("#start");
  await until("the guest sees it", async () => (await wetShare(guest.page, [0, 0.75, 1, 1])) > 0.02);
  assert.deepEqual([...faults, ...guest.faults], []);
  for (const one of [page, friend.page, guest.page]) await one.context().close();
});

test("both engines flow side by side", async () => {
  const { page, faults } = await visit(browser, site.url);
  await ready(page);
  await page.selectOption("#engine", "both");
  await page.click("#start");
  await page.waitForFunction(() => /% of wet cells in common/.test(document.querySelector("#common").textContent));
  assert.equal(await page.locator("#beside").isVisible(), true);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("after the server was away the page comes back by itself, with the lines", async () => {
  const { page, said } = await visit(browser, site.url);
  await ready(page);
  await draw(page, [[0.2, 0.5], [0.6, 0.6]]);
  assert.equal(await site.down(), 0, "it ends in good order");
  await page.waitForFunction(() => /lost/.test(document.querySelector("#status").textContent));
  const before = said.length;
  await site.up();
  await until("the line is drawn again", () => said.slice(before).find((word) => word.do === "add"));
  await page.waitForFunction(() => /again/.test(document.querySelector("#status").textContent));
  await page.click("#start");
  await page.waitForFunction(() => document.querySelector("#start .word").textContent === "Pause");
  await page.context().close();
});

test("where there is no WebGL the water is dots", async () => {
  const plain = await launch(["--disable-3d-apis"]);
  try {
    const { page, faults } = await visit(plain, site.url);
    await ready(page);
    assert.equal(await page.evaluate(() => document.createElement("canvas").getContext("webgl2")), null);
    assert.ok((await wetShare(page, [0.09, 0.1, 0.32, 0.42])) > 0.3, "the block is there");
    await page.click("#start");
    await until("water falls", async () => (await wetShare(page, [0, 0.9, 1, 1])) > 0.05);
    assert.deepEqual(faults, []);
  } finally {
    await plain.close();
  }
});

test("the page is light, and asks nobody else", async () => {
  const { page, asked } = await visit(browser, site.url);
  await ready(page);
  const foreign = asked.filter((url) => !url.startsWith(site.url) && !/^(blob|data):/.test(url));
  assert.deepEqual(foreign, []);
  const bytes = await page.evaluate(() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation")).reduce((sum, { transferSize }) => sum + transferSize, 0));
  console.log(`${bytes} bytes in ${asked.length} requests`);
  assert.ok(bytes > 10_000 && bytes < LIGHT, `${bytes} bytes`);
  await page.context().close();
});

for (const theme of ["light", "dark"]) {
  test(`every page is within reach of everybody: ${theme}`, async () => {
    for (const [name, path] of [["play", "/"], ["how", "/how"], ["projects", "/projects"], ["blog", "/blog"], ["about", "/about"], ["resume", "/resume"]]) {
      const { page, faults } = await visit(browser, site.url + path, { colorScheme: theme });
      if (name === "play") {
        await ready(page);
        // Which parts of the bar are wide enough for a word depends on the machine; here all are.
        await page.waitForFunction(() => /ms$/.test(document.querySelector("#times").textContent));
        await page.evaluate(() => {
          for (const span of document.querySelectorAll("#pace span")) Object.assign(span, { textContent: "way" }).style.minWidth = "3em";
        });
      }
      const { violations } = await new AxeBuilder({ page }).analyze();
      const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      assert.deepEqual(grave.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0].html}`), []);
      assert.deepEqual(faults, [], name);
      if (SHOTS) {
        await mkdir(SHOTS, { recursive: true });
        await page.screenshot({ path: `${SHOTS}/${name}-${theme}.png`, fullPage: true });
      }
      await page.context().close();
    }
  });
}

// The page as visitors meet it, in a real browser before the real program.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import AxeBuilder from "@axe-core/playwright";

import { Site, draw, lastPicture, launch, until, visit, wetShare, whose } from "./site.mjs";

/** Where pictures of pages go, if anybody wants them. */
const SHOTS = process.env.SHOTS;
/** Bytes of all that the page loads, compressed. */
const LIGHT = 150_000;

/** Small, since two waters are drawn by a processor here. */
const SMALL = { viewport: { width: 1100, height: 620 } };

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

test("both waters go on flowing", async () => {
  const { page } = await visit(browser, site.url, SMALL);
  try {
    await ready(page);
    await page.selectOption("#engine", "both");
    await page.locator("#beside").waitFor();
    await page.click("#start");
    for (const which of [0, 1]) {
      await until(`water ${which} lies on the floor`, async () => (await wetShare(page, [0, 0.9, 0.5, 1], which)) > 0.5);
    }
  } finally {
    await page.context().close();
  }
});

test("arrow keys choose how two waters are seen", async () => {
  const { page, faults } = await visit(browser, site.url, SMALL);
  await ready(page);
  await page.selectOption("#engine", "both");
  await page.locator("#layout").waitFor();
  await page.locator("#layout [value=beside]").press("ArrowRight");
  await page.locator("#divider").waitFor();
  assert.equal(await page.locator("#layout [value=split]").getAttribute("aria-checked"), "true");
  assert.equal(await page.evaluate(() => document.activeElement.value), "split");
  await page.keyboard.press("ArrowLeft");
  await page.locator("#divider").waitFor({ state: "hidden" });
  assert.deepEqual(faults, []);
  await page.context().close();
});

/** Opens both engines over each other, and holds them at a moment at which they clearly differ. */
async function split(page) {
  await page.selectOption("#engine", "both");
  await page.locator("#layout [value=split]").click();
  await page.waitForFunction(() => document.querySelector("#stage").classList.contains("split"));
  const differ = async () => {
    const halves = await Promise.all([0, 0.5].map((from) => whose(page, null, [from, from + 0.5])));
    return halves.every(({ apart }) => apart > 0.08);
  };
  // Frames that were under way when it was held may make the waters alike: then they flow on.
  for (let isHeld = false; !isHeld;) {
    await page.click("#start");
    await until("both halves differ", differ);
    await page.click("#start");
    await page.waitForFunction(() => document.querySelector("#start .word").textContent === "Start");
    await page.waitForTimeout(500);
    isHeld = await differ();
  }
}

const shot = async (page) => (await page.locator("#ink").screenshot()).toString("base64");

test("a divider splits both waters in one rectangle, and a mouse and keys move it", async () => {
  const { page, said, faults } = await visit(browser, site.url, SMALL);
  await ready(page);
  assert.equal(await page.locator("#layout").isVisible(), false, "of one water there is nothing to choose");
  await split(page);
  const isOf = (owner, part) => until(`water ${owner} is seen in ${part}`, async () => (await whose(page, await shot(page), part)).owner === owner);
  const box = await page.locator("#ink").boundingBox();
  const cut = () => page.locator("#divider").inputValue().then(Number);
  await isOf(0, [0, 0.45]);
  await isOf(1, [0.55, 1]);

  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.2 * box.width, box.y + 0.3 * box.height, { steps: 5 });
  await page.mouse.up();
  assert.ok(Math.abs((await cut()) - 0.2) < 0.02, `the divider stands at ${await cut()}`);
  await isOf(1, [0.25, 0.45]);
  assert.equal(said.some((word) => word.do === "add"), false, "who moves the divider draws nothing");

  await page.focus("#divider");
  await page.keyboard.press("End");
  assert.match(await page.getAttribute("#divider", "aria-valuetext"), /^100 % network/);
  await isOf(0, [0.55, 0.95]);
  await page.keyboard.press("ArrowLeft");
  assert.ok((await cut()) < 1 && (await cut()) > 0.8, `one step from the edge: ${await cut()}`);
  await page.keyboard.press("Home");
  await isOf(1, [0.05, 0.45]);

  // Beside the divider, and across it, the whole rectangle can be drawn into.
  await draw(page, [[0.1, 0.5], [0.5, 0.55], [0.9, 0.5]]);
  const line = await until("a line", () => said.find((word) => word.do === "add"));
  const ends = [line.points_m[0][0], line.points_m.at(-1)[0]];
  assert.ok(ends[0] < 0.2 && ends[1] > 1.3, `from ${ends[0]} m to ${ends[1]} m`);

  await page.selectOption("#engine", "network");
  await page.waitForFunction(() => !document.querySelector("#stage").classList.contains("split"));
  assert.equal(await page.locator("#divider").isVisible(), false);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a finger moves the divider", async () => {
  const { page, said, faults } = await visit(browser, site.url, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  await ready(page);
  await page.selectOption("#engine", "both");
  await page.locator("#layout [value=split]").tap();
  await page.locator("#divider").waitFor();
  await page.locator("#ink").scrollIntoViewIfNeeded();
  const box = await page.locator("#ink").boundingBox();
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, points) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  const at = (share) => ({ x: box.x + share * box.width, y: box.y + 0.3 * box.height });
  await touch("touchStart", [at(0.5)]);
  for (const share of [0.55, 0.6, 0.7, 0.8]) await touch("touchMove", [at(share)]);
  await touch("touchEnd", []);
  const cut = Number(await page.locator("#divider").inputValue());
  assert.ok(Math.abs(cut - 0.8) < 0.03, `the divider stands at ${cut}`);
  assert.equal(said.some((word) => word.do === "add"), false);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a picture and a film have both sides of the divider", async () => {
  const { page, faults } = await visit(browser, site.url, SMALL);
  await ready(page);
  await split(page);
  const saved = async (name, click) => {
    const [download] = await Promise.all([page.waitForEvent("download"), click()]);
    assert.equal(download.suggestedFilename().split(".")[0], name);
    return (await readFile(await download.path())).toString("base64");
  };
  const hasBoth = async (image, what) => {
    assert.equal((await whose(page, image, [0.02, 0.45])).owner, 0, `${what}: the network's is on the left`);
    assert.equal((await whose(page, image, [0.55, 0.98])).owner, 1, `${what}: the solver's is on the right`);
  };
  await hasBoth(await saved("weir", () => page.click("#picture")), "picture");
  await page.click("#record");
  await page.waitForFunction(() => document.querySelector("#record").getAttribute("aria-pressed") === "true");
  // A film of some pictures: the loop that paints has gone round a few times.
  await page.evaluate(() => new Promise((done) => {
    let left = 10;
    const wait = () => (left-- > 0 ? requestAnimationFrame(wait) : done());
    wait();
  }));
  const film = await saved("weir", () => page.click("#record"));
  await hasBoth(await lastPicture(page, film), "film");
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a slider sets the network back to what it was, and the water goes on", async () => {
  const { page, said, faults } = await visit(browser, site.url);
  await ready(page);
  await page.click("#start");
  await until("water falls", async () => (await wetShare(page, [0, 0.9, 1, 1])) > 0.02);
  const words = () => page.locator("#learned-words").textContent();
  assert.match(await words(), /As it is now/);
  await page.locator("#learned").press("Home");
  await until("it is told", () => said.some((word) => word.do === "checkpoint" && word.to === 0));
  assert.match(await words(), /Untrained/);
  await page.locator("#learned").press("ArrowRight");
  await page.waitForFunction(() => /After [\d,]+ steps of training: \d+ %/.test(document.querySelector("#learned-words").textContent));
  await page.locator("#learned").press("End");
  await until("it is what it is", () => said.some((word) => word.do === "checkpoint" && word.to === null));
  await page.waitForFunction(() => document.querySelector("#start .word").textContent === "Pause");
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
    await until("the block is there", async () => (await wetShare(page, [0.09, 0.1, 0.32, 0.42])) > 0.3);
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
    for (const [name, path] of [["play", "/"], ["how", "/how"], ["projects", "/projects"], ["blog", "/blog"], ["about", "/about"], ["resume", "/resume"], ["ask", "/ask"], ["calls", "/calls"]]) {
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

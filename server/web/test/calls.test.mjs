// The page of live calls, with calls that are taken over the protocol of calls.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { pieces } from "../js/calls/spans.js";
import { Story } from "../js/calls/story.js";
import { Caller, Ears, Wire } from "./calling.mjs";
import { Site, launch, until, visit } from "./site.mjs";

const PASSWORD = "a long password";
const CONSENT = "Just so you know, this call is being recorded, is that okay with you?";

let site, browser, ears;
const callers = [];
before(async () => {
  ears = await Ears.start();
  site = await Site.start([...ears.settings, "--set", "assistant.calls.calls_a_user=3", "--set", "assistant.calls.keep_sound=true", "--set", "assistant.spending.questions_a_minute=1000"]);
  browser = await launch();
});
after(async () => {
  for (const caller of callers) caller.stop();
  await browser?.close();
  await site?.stop();
  ears?.stop();
});

function account(name, role, at = site) {
  const said = spawnSync(process.env.WEIR, ["user", "add", name, "--role", role, "--set", `data_dir=${at.folder}`], { input: `${PASSWORD}\n`, encoding: "utf8" });
  assert.equal(said.status, 0, said.stderr);
}

async function token(name) {
  const answer = await fetch(`${site.url}/api/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name, password: PASSWORD }) });
  assert.equal(answer.status, 200);
  return (await answer.json()).token;
}

async function call(name, title) {
  const caller = await Caller.begin(ears, site.port, { jwt: await token(name), title });
  callers.push(caller);
  return caller;
}

/** The page, with somebody logged in. Refusals that are expected are no faults. */
async function page(name, { at = site.url, ...options } = {}) {
  const visited = await visit(browser, `${at}/calls`, options);
  await logIn(visited.page, name);
  await visited.page.waitForSelector("#list:not([hidden])");
  return { ...visited, real: () => visited.faults.filter((fault) => !/status of (401|404|429)|ERR_/.test(fault)) };
}

async function logIn(page, name, password = PASSWORD) {
  await page.waitForSelector("#login:not([hidden])");
  await page.fill("#name", name);
  await page.fill("#password", password);
  await page.keyboard.press("Enter");
}

const says = (page, selector, words) => page.waitForFunction(([at, words]) => new RegExp(words).test(document.querySelector(at)?.textContent), [selector, words]);
const landmark = (id) => `#landmarks > [data-key="${id}"]`;
const isIn = (page, id, state) => page.waitForSelector(`${landmark(id)}[data-state="${state}"]`);

test("spans are bytes, may overlap, and the pieces are the whole text", () => {
  const text = "Ääh – für 20 € geht’s 🌊 gut";
  const at = (part) => {
    const begin = Buffer.byteLength(text.slice(0, text.indexOf(part)));
    return [begin, begin + Buffer.byteLength(part)];
  };
  const cut = pieces(text, [{ id: "price", span: at("für 20 €") }, { id: "sum", span: at("20 € geht’s 🌊") }]);
  assert.equal(cut.map((piece) => piece.text).join(""), text);
  const of = (wanted) => cut.filter(({ ids }) => ids.includes(wanted)).map((piece) => piece.text).join("");
  assert.deepEqual([of("price"), of("sum")], ["für 20 €", "20 € geht’s 🌊"]);
  assert.deepEqual(pieces("", []), []);
  assert.deepEqual(pieces("a", [{ id: "x", span: [0, 9] }]), [{ text: "a", ids: ["x"] }], "beyond the end is the end");
});

test("a story has words for what is done, and none for what was set otherwise by hand", () => {
  const story = Story.ready({ channels: ["customer", "agent"], landmarks: [{ id: "b", title: "B", required: false, state: "pending" }, { id: "a", title: "A", required: true, state: "pending" }] });
  const event = (state, method, turn = null) => ({ is: "landmark", id: "a", state, method, turn, quote: turn === null ? null : "yes", span: turn === null ? null : [0, 3], score: turn === null ? null : 0.9 });
  assert.deepEqual(story.remains().map(({ id }) => id), ["a", "b"], "what is required comes first");
  story.hear({ is: "partial", channel: 1, text: "yes" });
  assert.deepEqual(story.partials, ["", "yes"]);
  story.hear({ is: "final", turn: 0, role: "agent", text: "yes" });
  assert.deepEqual(story.partials, ["", ""], "its voice is that of its channel");
  story.hear({ ...event("likely", "lexical"), quote: "ye" });
  assert.equal(story.evidence("a").quote, "ye");
  story.hear(event("pending", "unsaid"));
  assert.equal(story.evidence("a"), null, "what the end did not bear out is no evidence");
  story.hear(event("done", "cue", 0));
  assert.deepEqual(story.reached(0), [{ id: "a", title: "A", span: [0, 3] }]);
  story.hear(event("waived", "hand"));
  assert.deepEqual(story.reached(0), []);
  story.hear(event("done", "hand"));
  assert.equal(story.reached(0).length, 1, "who confirms it confirms its words");
  assert.equal(story.evidence("a").method, "hand");
  story.hear({ is: "a word of a later server" });
  assert.deepEqual(story.remains().map(({ id }) => id), ["b"]);
});

test("where nobody has an account it is said how to make one, and who has none is not let in", async () => {
  const { page } = await visit(browser, `${site.url}/calls`);
  await says(page, "#nobody:not([hidden])", "weir user add NAME");
  account("ida", "agent");
  account("bo", "agent");
  account("eve", "supervisor");
  await page.reload();
  await page.waitForSelector("#nobody", { state: "hidden" });
  await logIn(page, "ida", "a wrong password");
  await says(page, "#refused", "no account with this name and this password");
  assert.equal(await page.isVisible("#list"), false);
  await logIn(page, "ida");
  await says(page, "#who", "ida.*your own calls");
  await page.reload();
  await says(page, "#who:not([hidden])", "ida");
  await page.click("#leave");
  await says(page, "#refused", "logged out, everywhere");
  await page.reload();
  await page.waitForSelector("#login:not([hidden])");
  assert.equal(await page.isVisible("#who"), false);
  await page.context().close();
});

test("who tries too often is told for how long to wait", async () => {
  const strict = await Site.start(["--set", "assistant.spending.questions_a_minute=1", "--set", "assistant.transcription.by=off"]);
  try {
    const { page } = await visit(browser, `${strict.url}/calls`);
    account("ida", "agent", strict);
    await logIn(page, "ida", "a wrong password");
    await says(page, "#refused", "no account");
    await logIn(page, "ida");
    await says(page, "#refused", "Too many tries. Come again in \\d+ seconds");
    await page.waitForSelector("#login:not([hidden])");
    await says(page, "#deaf", "No call can be taken on this server");
    await page.context().close();
  } finally {
    await strict.stop();
  }
});

test("a call appears while it goes on, is followed, marked by hand, and becomes the kept one", async () => {
  const { page: shown, real } = await page("ida");
  await says(shown, "#none", "None yet");
  const caller = await call("ida", "<img src=x onerror=alert(1)> pipes");
  const row = await shown.waitForSelector(`#live-calls [data-key="${caller.id}"]`);
  assert.match(await row.textContent(), /^<img src=x onerror=alert\(1\)> pipes live.*0 of 11 required reached/, "a title is text");
  await shown.click(`[data-key="${caller.id}"] a`);
  await says(shown, "#state", "^live$");
  await says(shown, "#facts", "kept with its sound until");
  assert.equal(await shown.isVisible("#sound"), false, "there is nothing to listen to yet");
  assert.equal(await shown.textContent("#title"), "<img src=x onerror=alert(1)> pipes");
  assert.equal(await shown.evaluate(() => document.activeElement.id), "title");

  caller.say("agent", "Just so you know, this call is being recorded", false);
  await says(shown, "#partials", "^Agent Just so you know");
  await isIn(shown, "consent", "likely");
  caller.say("agent", CONSENT);
  await isIn(shown, "consent", "done");
  await says(shown, "#turns mark", "this call is being recorded");
  await says(shown, "#turns .margin", "^Ask about the recording$");
  await says(shown, `${landmark("consent")} .evidence`, "“.*recorded.*”.*by a phrase of the playbook, score \\d\\.\\d\\d");
  assert.equal(await shown.textContent("#partials"), "");
  await says(shown, "#card .card", "^Still to ask: Say who you are");
  caller.say("customer", "<b>Yes</b>, that is fine with me.");
  await says(shown, "#turns > .customer", "<b>Yes</b>, that is fine");
  assert.equal(await shown.locator("#call :is(img, b)").count(), 0, "what was said is text");

  const before = await shown.textContent("#remains");
  await shown.focus(`${landmark("budget")} [value=waived]`);
  await shown.keyboard.press("Enter");
  await isIn(shown, "budget", "waived");
  await says(shown, `${landmark("budget")} .evidence`, "set by hand");
  assert.equal(await shown.evaluate(() => document.activeElement.value), "waived", "the focus stays");
  assert.match(before, /What it may cost/);
  assert.doesNotMatch(await shown.textContent("#remains"), /What it may cost/);
  await shown.click(`${landmark("consent")} [value=pending]`);
  await isIn(shown, "consent", "pending");
  await shown.waitForSelector("#turns mark", { state: "detached" });
  await shown.click(`${landmark("consent")} [value=done]`);
  await shown.waitForSelector("#turns mark");
  await shown.click(`${landmark("consent")} .quote`);
  assert.equal(await shown.evaluate(() => document.activeElement.dataset.key), "0", "a quote leads to its turn");

  await caller.bye();
  await says(shown, "#state", "^ended$");
  await shown.waitForSelector(".by-hand", { state: "hidden" });
  await says(shown, "#turns mark", "recorded");
  await says(shown, "#card-title", "What was suggested");
  await shown.waitForSelector("#sound:not([hidden])");
  await shown.evaluate(() => document.querySelector("#sound").load());
  await shown.waitForFunction(() => document.querySelector("#sound").duration > 0.5);
  await says(shown, `${landmark("budget")} .evidence`, "set by hand");
  await shown.click("#back");
  await says(shown, `#ended-calls [data-key="${caller.id}"]`, "ended.*1 of 10 required reached");
  assert.equal(await shown.evaluate(() => document.activeElement.closest("li")?.dataset.key), caller.id, "back where one was");
  assert.deepEqual(real(), []);
  await shown.context().close();
});

test("a cut is told, and everything is there when the connection is back", async () => {
  const wire = await Wire.to(site.port);
  const { page: shown } = await page("ida", { at: `http://127.0.0.1:${wire.port}` });
  const caller = await call("ida", "A long way");
  await shown.click(`[data-key="${caller.id}"] a`);
  caller.say("agent", "Good morning.");
  await says(shown, "#turns", "Good morning");
  wire.cut();
  await says(shown, "#link", "connection to the server was lost; trying again");
  caller.say("customer", "Good morning to you.");
  await until("it is heard", () => caller.words.find(({ is, turn }) => is === "final" && turn === 1));
  await wire.mend();
  await says(shown, "#turns", "Good morning to you");
  await shown.waitForSelector("#link", { state: "hidden" });
  assert.equal(await shown.locator("#turns > li").count(), 2, "nothing is there twice");
  wire.cut();
  await says(shown, "#link", "trying again");
  await caller.bye();
  await wire.mend();
  await says(shown, "#state", "^ended$");
  wire.cut();
  await shown.context().close();
});

test("calls are searched, seen by whom they concern, taken away as files and deleted", async () => {
  const caller = await call("bo", "About rain");
  caller.say("customer", "It rains into our zanzibarium.");
  await until("it is heard", () => caller.words.find(({ is }) => is === "final"));
  await caller.bye();
  const other = await page("ida");
  await says(other.page, "#ended-calls", "A long way");
  assert.equal(await other.page.locator(`[data-key="${caller.id}"]`).count(), 0, "another agent's call");
  await other.page.context().close();

  const { page: shown, real } = await page("eve", { acceptDownloads: true });
  await says(shown, `#ended-calls [data-key="${caller.id}"]`, "About rain.*bo · ");
  await says(shown, "#ended-calls", "ida · ");
  await shown.fill("#sought", "ZANZIBAR");
  await says(shown, "#found", "^1 call on this page$");
  assert.deepEqual(await shown.locator("#ended-calls strong").allTextContents(), ["About rain"]);
  await shown.fill("#sought", "nobody said this");
  await says(shown, "#none:not([hidden])", "No call that has ended has these words");
  await shown.fill("#sought", "");
  await shown.click(`[data-key="${caller.id}"] a`);
  await says(shown, "#facts", "^bo · ");

  for (const [id, name, words] of [["as-markdown", /^call-.*\.md$/, "- 0:\\d\\d \\*\\*Customer:\\*\\* It rains into our zanzibarium"], ["as-srt", /\.srt$/, "^1\\n00:00:0.*\\nCustomer: It rains"], ["as-json", /\.json$/, '"agent": "bo"']]) {
    const [download] = await Promise.all([shown.waitForEvent("download"), shown.click(`#${id}`)]);
    assert.match(download.suggestedFilename(), name);
    assert.match(await readFile(await download.path(), "utf8"), new RegExp(words), id);
  }

  await shown.click("#delete");
  await says(shown, "#deletion[open]", "About rain");
  await shown.click("#deletion [value=no]");
  assert.equal(await shown.isVisible("#call"), true, "who says no deletes nothing");
  await shown.click("#delete");
  await shown.click("#deletion [value=yes]");
  await says(shown, "#lost", "The call is deleted");
  assert.equal(await shown.locator(`[data-key="${caller.id}"]`).count(), 0);
  // Asked for again by its address: on the page as it is, and on a new one.
  for (const from of [`${site.url}/calls`, "about:blank"]) {
    await shown.goto(from);
    await shown.goto(`${site.url}/calls#${caller.id}`);
    await says(shown, "#lost", "no such call that you may see");
  }
  assert.deepEqual(real(), []);
  await shown.context().close();
});

test("a list that renews itself keeps the focus and the place", async () => {
  const { page: shown } = await page("ida", { viewport: { width: 500, height: 400 } });
  const held = (await shown.waitForSelector("#ended-calls > li:last-child")).asElement();
  const key = await held.getAttribute("data-key");
  const top = () => shown.evaluate((key) => Math.round(document.querySelector(`[data-key="${key}"]`).getBoundingClientRect().top), key);
  // The page scrolls softly to what gets the focus, and would still be on its way.
  await shown.evaluate((key) => {
    const row = document.querySelector(`[data-key="${key}"]`);
    row.querySelector("a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "end", behavior: "instant" });
  }, key);
  /** Where it rests, once it does for some frames. */
  const rest = async () => {
    let [place, times] = [await top(), 0];
    await until("the page rests", async () => {
      const now = await top();
      [place, times] = [now, now === place ? times + 1 : 0];
      return times >= 4;
    });
    return place;
  };
  const before = await rest();
  const caller = await call("ida", "Comes while somebody looks");
  await shown.waitForSelector(`#live-calls [data-key="${caller.id}"]`);
  assert.equal(await shown.evaluate(() => document.activeElement.closest("li")?.dataset.key), key);
  const then = await rest();
  assert.ok(Math.abs(then - before) <= 2, `it was at ${before}, and is at ${then}`);
  await shown.focus(`[data-key="${caller.id}"] a`);
  await caller.bye();
  await shown.waitForSelector(`#ended-calls [data-key="${caller.id}"]`);
  assert.equal(await shown.evaluate(() => document.activeElement.closest("li")?.dataset.key), caller.id, "the focus goes with the call");
  await shown.context().close();
});

test("what does not fit on a page is on the next one, the newest first", async () => {
  account("pat", "agent");
  for (let k = 0; k < 21; k += 1) await (await call("pat", `call ${k}`)).bye();
  const { page: shown } = await page("pat");
  const titles = () => shown.locator("#ended-calls strong").allTextContents();
  await until("a page is full", async () => (await titles()).length === 20);
  const first = await titles();
  assert.equal(await shown.isDisabled("#newer"), true);
  await shown.click("#older");
  await says(shown, "#page", "page 2");
  const last = await titles();
  assert.equal(new Set([...first, ...last]).size, 21);
  assert.equal(last.length, 1);
  assert.equal(await shown.isDisabled("#older"), true);
  // The only call of a page is deleted: the page before it is shown.
  await shown.click("#ended-calls a");
  await shown.click("#delete");
  await shown.click("#deletion [value=yes]");
  await until("the page before", async () => (await titles()).length === 20);
  await shown.waitForSelector("#paging", { state: "hidden" });
  await shown.context().close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`everybody can use it, on narrow screens too: ${colorScheme}`, async () => {
    const { page: shown } = await page("ida", { colorScheme, viewport: { width: 360, height: 740 } });
    const caller = await call("ida", "A-title-without-any-place-to-break-it-".repeat(5));
    const check = async (what) => {
      const { violations } = await new AxeBuilder({ page: shown }).analyze();
      const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      assert.deepEqual(grave.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0].html}`), []);
      assert.equal(await shown.evaluate(() => document.documentElement.scrollWidth), 360, `${what} is as wide as the screen`);
    };
    await shown.waitForSelector(`[data-key="${caller.id}"]`);
    await check("the list");
    await shown.click(`[data-key="${caller.id}"] a`);
    caller.say("agent", CONSENT);
    caller.say("customer", "Yes, that is fine", false);
    await shown.waitForSelector("#turns mark");
    await shown.waitForSelector(".partial");
    await check("a call that goes on");
    await shown.click("#delete");
    await check("the question before it is deleted");
    await shown.click("#deletion [value=no]");
    await caller.bye();
    await says(shown, "#state", "^ended$");
    await check("a call that has ended");
    await shown.context().close();
  });
}

test("who is logged out elsewhere is asked to log in", async () => {
  const { page: shown } = await page("ida");
  const jwt = await token("ida");
  await fetch(`${site.url}/api/logout`, { method: "POST", headers: { authorization: `Bearer ${jwt}` } });
  await says(shown, "#refused", "Your log-in has ended");
  assert.equal(await shown.isVisible("#list"), false);
  await shown.context().close();
});

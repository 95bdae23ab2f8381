// What the page says of a run, as the server tells of it: without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Run } from "../js/run.js";

/** A run that is watched, on a connection that is nobody's: `hear` says a word to it. */
function watch(run) {
  const [said, told] = [[], []];
  const link = Object.assign(new EventTarget(), { say: (wish) => said.push(wish), isUp: true });
  const sketch = Object.assign(new EventTarget(), { lines: [], load: () => {} });
  const page = new Run(link, sketch, run, () => ({ engine: "network", speed: 1 }));
  page.addEventListener("status", ({ detail }) => told.push(detail));
  link.dispatchEvent(new Event("up"));
  const hear = (word) => link.dispatchEvent(new CustomEvent("word", { detail: word }));
  return { page, said, told, hear };
}

test("who watches is told why the water is over, if there is a reason", () => {
  for (const [word, text, isWrong] of [
    [{ is: "ended" }, "This run has ended.", false],
    [{ is: "ended", why: "the server that this water was on has gone" }, "This run has ended: the server that this water was on has gone.", true],
  ]) {
    const { page, said, told, hear } = watch("0123456789abcdef");
    assert.deepEqual(said, [{ do: "watch", run: "0123456789abcdef" }]);
    hear({ is: "run", run: "0123456789abcdef", mine: false });
    page.isPlaying = true;
    hear(word);
    assert.deepEqual(told.at(-1), { text, isWrong });
    assert.equal(page.isPlaying, false);
    // It stays over: nothing is asked for again.
    assert.equal(said.length, 1);
  }
});

test("what cannot be looked into is no fault of the water", () => {
  const { told, hear } = watch("0123456789abcdef");
  hear({ is: "run", run: "0123456789abcdef", mine: false });
  hear({ is: "refused", what: "look", why: "takes a run of this server" });
  assert.deepEqual(told, []);
  hear({ is: "refused", what: "saliency", why: "takes a run of this server" });
  assert.deepEqual(told.at(-1), { text: "Not possible: takes a run of this server", isWrong: true });
});

test("in the gallery the next picture is asked for, whatever the reason", () => {
  const { said, hear } = watch("gallery");
  hear({ is: "ended", why: "the server that this water was on has gone" });
  assert.deepEqual(said, [{ do: "watch", run: "gallery" }, { do: "watch", run: "gallery" }]);
});

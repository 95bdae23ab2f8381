// How sharp water is drawn, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Sharpness } from "../js/sharpness.js";

/** Frames of the screen, each taking so long as `cost` says of the share. */
function watch(seconds, cost) {
  const shares = [];
  const sharpness = new Sharpness((share) => shares.push(share));
  for (let now = 0; now < 1000 * seconds; now += cost(sharpness.share)) sharpness.note(now);
  return { shares, share: sharpness.share };
}

test("a quick screen is as sharp as it can be", () => {
  assert.deepEqual(watch(60, () => 16.7).shares, []);
});

test("where pixels are dear there are fewer of them, soon", () => {
  const { shares, share } = watch(5, (share) => 10 + 150 * share ** 2);
  assert.ok(share < 0.5, `${shares}`);
  assert.ok(10 + 150 * share ** 2 < 41, `${share}`);
});

test("what no sharpness helps is not made worse than it has to be", () => {
  const { share } = watch(60, () => 300);
  assert.equal(share, 0.45);
});

test("after a slow moment the water is sharp again, and it does not flicker", () => {
  let frames = 0;
  assert.equal(watch(120, () => ((frames += 1) < 20 ? 120 : 16.7)).share, 1);
  // Just too much at the next step: tried more and more seldom.
  const { shares } = watch(600, (share) => (share > 0.7 ? 60 : 16.7));
  assert.ok(shares.length < 20, `${shares.length} changes in ten minutes`);
});

test("a page that nobody looked at was not slow", () => {
  assert.deepEqual(watch(600, () => 1500).shares, []);
});

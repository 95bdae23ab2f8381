// The page's decoder against the frames that every decoder has to understand.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Receiver, WireError, WireGap } from "../js/wire.js";

const golden = (await readFile(new URL("../../wire/golden/frames.txt", import.meta.url), "utf8"))
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [hex, number, timeMs, places, speeds, bodies] = line.split(" ");
    const numbers = (text) => (text ? text.split(",").map(Number) : []);
    const bytes = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
    return { bytes, number: Number(number), timeMs: Number(timeMs), places: numbers(places), speeds: numbers(speeds), bodies: numbers(bodies) };
  });
const isAlone = ({ bytes }) => bytes[1] === 0;

function check(picture, told) {
  assert.equal(picture.number, told.number);
  assert.equal(Math.round(1000 * picture.timeS), told.timeMs);
  assert.deepEqual([...picture.places], told.places);
  if (picture.speeds) assert.deepEqual([...picture.speeds], told.speeds);
  assert.equal(picture.bodies.length, told.bodies.length / 3);
}

test("a chain of frames is understood to the last number", () => {
  const receiver = new Receiver();
  const chain = golden.filter((frame) => !isAlone(frame));
  assert.ok(chain.length > 10);
  for (const told of chain) check(receiver.take(told.bytes), told);
});

test("a frame that stands alone needs no other", () => {
  const alone = golden.filter(isAlone);
  assert.ok(alone.length > 0);
  for (const told of alone) check(new Receiver().take(told.bytes), told);
});

test("a frame whose forerunner was missed is a gap, and one that is cut short an error", () => {
  const receiver = new Receiver();
  receiver.take(golden[0].bytes);
  assert.throws(() => receiver.take(golden[2].bytes), (error) => error instanceof WireGap && Number.isInteger(error.number));
  for (let length = 0; length < golden[0].bytes.length - 12; length += 7) {
    assert.throws(() => new Receiver().take(golden[0].bytes.subarray(0, length)), WireError, `${length} bytes`);
  }
});

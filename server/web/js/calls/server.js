/** What the server is asked for. */

import { problem } from "../problem.js";

/** The server said no, or could not be asked: then `status` is 0. */
export class Refusal extends Error {
  constructor(status, words, wait_s = null) {
    super(words);
    this.status = status;
    /** Seconds after which it may be asked again, where it said so. */
    this.wait_s = wait_s;
  }
}

/** Asks, and gives the answer; anything but success is a `Refusal`. */
export async function asked(path, { method = "GET", body } = {}) {
  const said = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, { method, ...said });
  } catch {
    throw new Refusal(0, "the server cannot be reached");
  }
  if (answer.ok) return answer;
  const wait = answer.headers.get("retry-after");
  throw new Refusal(answer.status, await problem(answer), wait === null ? null : Number(wait));
}

/** Where a call is. */
export const pathOf = (id) => `/api/calls/${encodeURIComponent(id)}`;

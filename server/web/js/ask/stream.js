/** Events that a server sends, as they come (the HTML standard's *server-sent events*). */

import { problem } from "../problem.js";

/** Asks, and gives `{event, data}` one by one, the data read as JSON. */
export async function* ask(url, body) {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await problem(answer));
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of pieces(answer.body)) {
    text += decoder.decode(bytes, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const told = read(part);
      if (told) yield told;
    }
  }
}

/** Not every browser lets a stream be gone through. */
async function* pieces(body) {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function read(part) {
  let [event, data] = ["message", ""];
  for (const line of part.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data += line.slice(5).trimStart();
  }
  return data && { event, data: JSON.parse(data) };
}

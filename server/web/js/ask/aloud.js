/** Text read aloud: by the browser, or by the server where it has a voice. */

import { problem } from "../problem.js";

/** Numbers of sources are not read. */
const words = (text) => text.replace(/\s*\[\d+\]/g, "");

/** Reads it; calls `end` when it is read, and throws where it cannot be. Gives what stops it. */
export async function readAloud(text, by, end) {
  if (by === "openai") {
    const answer = await fetch("/api/speak", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: words(text) }) });
    if (!answer.ok) throw new Error(await problem(answer));
    const sound = new Audio(URL.createObjectURL(await answer.blob()));
    sound.addEventListener("ended", end);
    await sound.play();
    return () => sound.pause();
  }
  if (!("speechSynthesis" in window)) throw new Error("this browser does not read aloud");
  const said = new SpeechSynthesisUtterance(words(text));
  said.lang = "en";
  said.addEventListener("end", end);
  said.addEventListener("error", end);
  speechSynthesis.speak(said);
  return () => speechSynthesis.cancel();
}

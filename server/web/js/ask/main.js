/**
 * The page that is asked: a question, typed or spoken, and its answer; or words that become a
 * drawing.
 */

import { Choice } from "../choice.js";
import { at } from "../dom.js";
import { problem } from "../problem.js";
import { readAloud } from "./aloud.js";
import { Hearing } from "./hearing.js";
import { showKept } from "./kept.js";
import { Microphone } from "./microphone.js";
import { preview } from "./preview.js";
import { reply } from "./reply.js";

const say = (words, isWrong = false) => {
  at("said").textContent = words;
  at("said").classList.toggle("wrong", isWrong);
};
const failed = (what) => ({ message }) => say(`${what}: ${message}`, true);

/** What this server can do, once it has said so. */
let about = { speech: "browser", longest_s: 60 };

// Ask or draw ----------------------------------------------------------------------------

let mode = new URLSearchParams(location.search).has("draw") ? "draw" : "ask";
const modes = new Choice(at("modes"), setMode);
function setMode(value) {
  mode = value;
  modes.set(mode);
  document.body.dataset.mode = mode;
  at("go").textContent = mode === "ask" ? "Ask" : "Draw it";
  at("question").placeholder = mode === "ask" ? "What moves the water?" : "A funnel, and a cup under it";
}
setMode(mode);

for (const example of document.querySelectorAll("[data-example]")) {
  example.addEventListener("click", () => {
    setMode(example.dataset.example);
    at("question").value = example.textContent;
    go();
  });
}

let isBusy = false;
async function go() {
  const words = at("question").value.trim();
  if (!words || isBusy) return;
  isBusy = at("go").disabled = true;
  say(mode === "ask" ? "Looking…" : "Drawing…");
  try {
    if (mode === "ask") {
      at("drawing").hidden = true;
      answered = await reply(words, at("scope").value);
    } else {
      await draw(words);
    }
    say("");
  } catch (error) {
    failed("No answer")(error);
  }
  isBusy = at("go").disabled = false;
}
at("asker").addEventListener("submit", (event) => {
  event.preventDefault();
  go();
});
at("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    go();
  }
});

async function draw(words) {
  const post = (url, body) => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const answer = await post("/api/draw", { text: words });
  if (!answer.ok) throw new Error(await problem(answer));
  const { scene, things, unknown } = await answer.json();
  const kept = await post("/api/drawings", scene);
  if (!kept.ok) throw new Error(await problem(kept));
  at("drawing").hidden = false;
  at("answer").hidden = true;
  preview(at("preview"), scene);
  at("drawn").textContent = `${things.join(", ")}.${unknown.length > 0 ? ` Not understood: ${unknown.join(", ")}.` : ""}`;
  at("open-drawing").href = `/?drawing=${(await kept.json()).id}`;
}

// Aloud ----------------------------------------------------------------------------------

let answered = "";
let hush = null;
at("aloud").addEventListener("click", async () => {
  const isReading = hush !== null;
  hush?.();
  const end = () => {
    hush = null;
    at("aloud").textContent = "Read aloud";
  };
  end();
  if (isReading) return;
  at("aloud").textContent = "Be quiet";
  try {
    hush = await readAloud(answered, about.speech, end);
  } catch (error) {
    end();
    failed("It cannot be read aloud")(error);
  }
});

// By voice -------------------------------------------------------------------------------

let visit = null;

at("speak").addEventListener("click", () => {
  if (visit) visit.stop();
  else if (sessionStorage.getItem("weir-consent")) listen();
  else at("consent").showModal();
});
at("consent").addEventListener("close", () => {
  if (at("consent").returnValue !== "yes") return;
  sessionStorage.setItem("weir-consent", "yes");
  listen();
});

async function listen() {
  const microphone = new Microphone();
  try {
    await microphone.open();
  } catch (error) {
    failed("No microphone")(error);
    await microphone.close();
    return;
  }
  hush?.();
  at("speak").setAttribute("aria-pressed", "true");
  at("speak").textContent = "Stop";
  at("playback").hidden = true;
  say("Listening…");
  const began = performance.now();
  const hearing = microphone.isLive ? new Hearing({ keep: at("keep").checked }) : null;
  const heard = hearing && new Promise((done) => follow(hearing, done));
  const stop = async () => {
    if (!visit) return;
    visit = null;
    at("speak").disabled = true;
    const file = await microphone.close();
    hearing?.end();
    say("Thinking about what you said…");
    at("level").value = 0;
    at("playback").src = URL.createObjectURL(file);
    at("playback").hidden = false;
    try {
      take(await (heard ?? sent(file)));
    } catch (error) {
      failed("You were not heard")(error);
    }
    at("speak").disabled = false;
    at("speak").setAttribute("aria-pressed", "false");
    at("speak").textContent = "Speak";
  };
  visit = { stop };
  heard?.then(stop);
  microphone.addEventListener("frame", ({ detail: { samples, peak } }) => {
    at("level").value = peak;
    hearing?.hear(samples);
    const long_s = (performance.now() - began) / 1000;
    at("clock").textContent = `${long_s.toFixed(0)} s`;
    if (hearing?.isLate) say("The connection is slow; nothing is lost.");
    if (long_s > about.longest_s) stop();
  });
}

/** Shows what the server hears; calls `done` with its last word. */
function follow(hearing, done) {
  let text = "";
  hearing.addEventListener("word", ({ detail: word }) => {
    if (word.is === "partial") say([text, word.text].join(" ").trim());
    if (word.is === "final") {
      text = [text, word.text].join(" ").trim();
      say(text);
    }
    if (word.is === "lag") say("The server is behind; nothing is lost.");
    if (word.is === "ended" || word.is === "error") done(word);
  });
}

/** Where a browser gives another rate: the whole file at once. */
async function sent(file) {
  const answer = await fetch("/api/transcribe", { method: "POST", headers: { "content-type": "audio/wav" }, body: file });
  return answer.ok ? { is: "ended", ...(await answer.json()) } : { is: "error", why: await problem(answer) };
}

function take(word) {
  if (word.is === "error") throw new Error(word.why);
  if (!word.text) {
    say("Nothing was heard. Is the right microphone on?", true);
    return;
  }
  at("question").value = word.text;
  say("");
  if (word.recording) showKept().catch(failed("Your recordings"));
  go();
}

showKept().catch(failed("Your recordings"));

// What is there --------------------------------------------------------------------------

try {
  const answer = await fetch("/api/assistant");
  if (!answer.ok) throw new Error(await problem(answer));
  about = await answer.json();
  at("speak").disabled = !about.transcription.is_ready;
  at("transcriber").textContent = about.transcription.is_ready
    ? `Your voice becomes text by ${about.transcription.by}.`
    : `Voice is off: ${about.transcription.why}`;
  for (const element of document.querySelectorAll("[data-days]")) element.textContent = about.recording_days;
} catch (error) {
  failed("What this server can do could not be asked")(error);
}

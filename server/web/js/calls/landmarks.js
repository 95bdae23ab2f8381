/** What is to be reached: how it is, by which words, and buttons to say so by hand. */

import { at } from "../dom.js";
import { made, renew, setText } from "./keyed.js";
import { leadTo } from "./transcript.js";
import { METHODS, ROLES, SIGNS, STATES } from "./wording.js";

const BY_HAND = { done: "Done", waived: "Waive", pending: "Not yet" };

/** Shows all landmarks; while a call goes on, `mark(id, state)` is what its buttons do. */
export function showLandmarks(story, mark) {
  renew(at("landmarks"), story.landmarks, ({ id }) => id, (landmark) => itemOf(landmark, mark), (item, landmark) => {
    fill(item, landmark, story.evidence(landmark.id), mark !== null);
  });
  setText(at("remains"), remaining(story));
}

function remaining(story) {
  const remains = story.remains();
  const required = remains.filter((landmark) => landmark.required).map(({ title }) => title);
  if (remains.length === 0) return "Nothing remains.";
  if (required.length === 0) return "Nothing that is required remains.";
  return `Remains: ${required.join("; ")}.`;
}

function itemOf({ id, title, role, required }, mark) {
  const item = made("li");
  const head = made("p", "head");
  const sign = made("span", "sign");
  sign.setAttribute("aria-hidden", "true");
  head.append(sign, made("strong", "", title), " ", made("span", "badge"));
  const whose = made("p", "soft whose", `${ROLES[role] ?? role}, ${required ? "required" : "optional"}`);
  const evidence = made("p", "evidence");
  const words = made("button", "quote");
  words.type = "button";
  words.title = "Show it where it was said";
  words.addEventListener("click", () => leadTo(words.value));
  evidence.append(words, made("span", "soft"));
  const hands = made("div", "by-hand");
  hands.setAttribute("role", "group");
  hands.setAttribute("aria-label", `${title}, by hand`);
  hands.append(...Object.entries(BY_HAND).map(([state, name]) => {
    const button = made("button", "", name);
    button.type = "button";
    button.value = state;
    button.addEventListener("click", () => mark(id, state));
    return button;
  }));
  item.append(head, whose, hands, evidence);
  return item;
}

function fill(item, { state }, evidence, isLive) {
  const [head, , hands, shown] = item.children;
  item.dataset.state = state;
  setText(head.firstElementChild, SIGNS[state] ?? "");
  setText(head.lastElementChild, STATES[state] ?? state);
  shown.hidden = !evidence;
  if (evidence) {
    const [words, how] = shown.children;
    words.hidden = !evidence.quote;
    setText(words, evidence.quote ? `“${evidence.quote}”` : "");
    // While it is being said there is no turn to lead to.
    words.disabled = evidence.turn === null || evidence.turn === undefined;
    words.value = evidence.turn ?? "";
    const score = typeof evidence.score === "number" ? `, score ${evidence.score.toFixed(2)}` : "";
    setText(how, `${METHODS[evidence.method] ?? evidence.method}${score}`);
  }
  hands.hidden = !isLive;
  for (const button of hands.children) button.setAttribute("aria-pressed", String(button.value === state));
}

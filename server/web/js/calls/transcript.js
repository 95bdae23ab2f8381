/** What was said: turn by turn, with the words that reached something marked. */

import { at } from "../dom.js";
import { made, renew, setText } from "./keyed.js";
import { pieces } from "./spans.js";
import { ROLES, clock } from "./wording.js";

/** Pixels from the end of the transcript within which somebody reads along. */
const NEAR = 40;

/** What stands in the turns that are shown. */
const shown = new WeakMap();

/** Shows what is said so far; where somebody reads its end, the end stays in sight. */
export function showTranscript(story, isLive) {
  const box = at("turns");
  const readsAlong = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  renew(box, story.turns, ({ turn }) => turn, turnOf, (item, turn) => fill(item, turn, story));
  const seems = story.partials.map((text, channel) => ({ channel, text, role: story.channels[channel] }));
  renew(at("partials"), isLive ? seems.filter(({ text }) => text) : [], ({ channel }) => channel, partialOf, (item, { text }) => {
    setText(item.lastElementChild, text);
  });
  at("nothing").hidden = story.turns.length > 0;
  box.hidden = story.turns.length === 0;
  setText(at("nothing"), isLive ? "Nobody has said anything yet." : "Nothing was said.");
  if (isLive && readsAlong) box.scrollTop = box.scrollHeight;
}

/** Leads to a turn. */
export function leadTo(turn) {
  const item = at("turns").querySelector(`[data-key="${turn}"]`);
  if (!item) return;
  item.scrollIntoView({ block: "nearest" });
  item.focus();
}

function turnOf({ role, start_s }) {
  const item = made("li", role);
  item.tabIndex = -1;
  const who = made("p", "speaker");
  who.append(made("strong", "", ROLES[role] ?? role), " ", made("span", "soft", clock(start_s)));
  item.append(who, made("p", "words"), made("ul", "margin"));
  return item;
}

function partialOf({ role }) {
  const item = made("p", "partial");
  item.append(made("strong", "", ROLES[role] ?? ""), " ", made("span"));
  return item;
}

function fill(item, { turn, text }, story) {
  const reached = story.reached(turn);
  const is = JSON.stringify([text, reached]);
  if (shown.get(item) === is) return;
  shown.set(item, is);
  const [, words, margin] = item.children;
  words.replaceChildren(...pieces(text, reached).map(({ text: piece, ids }) => (ids.length > 0 ? made("mark", "", piece) : piece)));
  margin.hidden = reached.length === 0;
  renew(margin, reached, ({ id }) => id, () => made("li"), (name, { title }) => setText(name, title));
}

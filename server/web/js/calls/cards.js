/** What may be said next: the card of now, and the earlier ones folded. */

import { at } from "../dom.js";
import { made, renew, setText } from "./keyed.js";

const WHY = { pushback: "They pushed back", remains: "Still to ask", reached: "Reached meanwhile" };

/** Shows the cards of a call. One that has ended has none of now. */
export function showCards(story, isLive) {
  const cards = story.suggestions.map((card, k) => ({ ...card, k }));
  const now = isLive ? cards.slice(-1) : [];
  const before = cards.slice(0, cards.length - now.length).reverse();
  const fill = (item, card) => fillCard(item, card, story);
  at("suggestion").hidden = !isLive && cards.length === 0;
  setText(at("card-title"), isLive ? "What may be said next" : "What was suggested");
  at("card").hidden = !isLive;
  // One region, whose words change: what is put in anew is not always read aloud.
  renew(at("card"), now.length > 0 ? now : [null], (card) => (card ? "card" : "none"), (card) => (card ? cardOf("div") : made("p", "soft", "A card comes when somebody has spoken.")), (item, card) => {
    if (card) fill(item, card);
  });
  const pushbacks = story.pushbacks().map(({ about, count }) => (count === 1 ? story.titleOf(about) : `${story.titleOf(about)} (${count} times)`));
  at("pushed-back").hidden = pushbacks.length === 0;
  setText(at("pushed-back"), `Pushed back with${isLive ? " so far" : ""}: ${pushbacks.join(", ")}.`);
  at("cards-before").hidden = before.length === 0;
  const summary = before.length === 1 ? "1 card" : `${before.length} cards`;
  setText(at("cards-before").firstElementChild, isLive ? `Earlier: ${summary}` : summary);
  renew(at("earlier"), before, ({ k }) => k, () => cardOf("li"), fill);
}

function cardOf(name) {
  const item = made(name, "card");
  item.append(made("p", "why"), made("p", "reply"), made("p", "soft source"));
  return item;
}

function fillCard(item, { kind, about, text, source }, story) {
  const [why, reply, from] = item.children;
  // It stays until there is another, also when what it asks for is there.
  const is = kind === "remains" && !story.remains().some(({ id }) => id === about) ? "reached" : kind;
  item.dataset.kind = is;
  setText(why, `${WHY[is] ?? is}: ${story.titleOf(about)}`);
  setText(reply, text);
  from.hidden = !source;
  setText(from, source ? `Source: ${source}` : "");
}

/** The page that says how the server is; it renews itself. */

import { at } from "../dom.js";

/** Time between two looks. */
const EVERY_MS = 5_000;

const WORDS = {
  good: "Everything works.",
  busy: "Everything works, but there is much to do: you may have to wait for your water to start.",
  ill: "Something does not work.",
};
const LIMITS = { mass: "came from nowhere or vanished", penetration: "passed a line", energy: "gained energy", nan: "was not a number" };
const FEATURES = {
  water: "how much water",
  water_top: "how high the water is",
  jets: "jets",
  lines: "how many lines",
  line_length: "how long the lines are",
  line_slope: "how steep they are",
  line_height: "how high they are",
};
/** The longest bar. */
const MOST = 4;

function made(name, text, ...children) {
  const element = document.createElement(name);
  if (text !== null) element.textContent = text;
  element.append(...children);
  return element;
}

const whole = new Intl.NumberFormat("en");

function lasted(seconds) {
  const units = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];
  const [size, unit] = units.find(([size]) => seconds >= size) ?? units.at(-1);
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function list(element, facts) {
  element.replaceChildren(...facts.flatMap(([term, text]) => [made("dt", term), made("dd", text)]));
}

function show(status) {
  at("state").textContent = WORDS[status.state] ?? status.state;
  at("state").dataset.state = status.state;
  const [open, moving, waiting] = status.runs;
  list(at("water"), [
    ["visitors", whole.format(status.visitors)],
    ["runs", `${whole.format(open)} open, ${whole.format(moving)} moving${waiting ? `, ${whole.format(waiting)} waiting` : ""}`],
    ["at work", `${Math.round(100 * status.busy)} % of the time`],
    ["came late", `${whole.format(status.late)} times in ${lasted(status.up_s)}`],
    ["weir", status.version],
  ]);
  const head = made("tr", null, ...["for", "name", "version", "numbers learned", "SHA-256 of its weights"].map((text) => made("th", text)));
  const rows = status.networks.map(({ role, name, version, parameters, sha256 }) =>
    made("tr", null, made("td", role), made("td", name), made("td", version === null ? "ships with weir" : String(version)), made("td", whole.format(parameters)), made("td", null, made("code", sha256.slice(0, 16)))),
  );
  at("networks").replaceChildren(made("thead", null, head), made("tbody", null, ...rows));
  const broken = Object.entries(status.violations).filter(([, count]) => count > 0);
  list(at("right"), [
    ["limits broken", broken.length === 0 ? "none" : broken.map(([limit, count]) => `water ${LIMITS[limit] ?? limit} ${whole.format(count)} times`).join(", ")],
    ["runs that the solver took over", whole.format(status.fallbacks)],
    ["runs solved again", whole.format(status.audits)],
    [
      "after a second the network was off by",
      status.error_of_free_fall === null ? "not known yet" : `${Math.round(100 * status.error_of_free_fall)} % of what free fall would be`,
    ],
    ...(status.registry === null ? [] : [["registry", status.registry ? "can be asked" : "cannot be asked; the last good network goes on"]]),
  ]);
  const drift = Object.entries(status.drift);
  at("few").hidden = drift.length > 0;
  at("few").textContent = `${whole.format(status.scenes)} scenes have flowed since the start, which are too few to say.`;
  at("drift").replaceChildren(
    ...drift.map(([feature, ratio]) => {
      const meter = made("meter", null);
      Object.assign(meter, { min: 0, max: MOST, low: 1, high: 1, optimum: 0, value: Math.min(MOST, ratio) });
      meter.ariaLabel = FEATURES[feature] ?? feature;
      return made("li", null, made("span", FEATURES[feature] ?? feature), meter, made("span", ratio.toFixed(2)));
    }),
  );
  at("facts").hidden = false;
}

async function look() {
  try {
    const answer = await fetch("/api/status");
    if (!answer.ok) throw new Error(`the server says ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    at("state").textContent = `The server cannot be asked: ${error.message}. Trying again…`;
    at("state").dataset.state = "ill";
  }
  if (!document.hidden) timer = setTimeout(look, EVERY_MS);
}

let timer = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) look();
});
look();

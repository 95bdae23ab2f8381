/** What people read where programs say a word. */

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export const ROLES = { agent: "Agent", customer: "Customer" };

export const STATES = { pending: "not yet", likely: "seems so", done: "done", waived: "waived" };

/** Drawn beside the word, never instead of it. */
export const SIGNS = { pending: "○", likely: "◐", done: "●", waived: "–" };

export const METHODS = {
  cue: "by a phrase of the playbook",
  lexical: "by words like its examples",
  model: "by a language model",
  hand: "set by hand",
};

const REASONS = {
  bye: "ended",
  idle: "ended: no sound came any more",
  longest: "ended: as long as a call may be",
  cut: "ended: the connection was cut",
  failed: "ended: it could not be heard or kept",
  shutdown: "ended: the server was stopped",
  lost: "ended: the server broke down",
  deleted: "deleted",
};

/** Whether a call goes on, and if not, why. */
export const stateOf = ({ reason }) => (reason === null ? "live" : REASONS[reason] ?? `ended: ${reason}`);

export const momentOf = (seconds) => moment.format(seconds * 1000);
export const dayOf = (seconds) => day.format(seconds * 1000);

/** Minutes and seconds, after hours if there are any. */
export function clock(seconds) {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (number) => String(number).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** How long a call was, or is by now. */
export function lengthOf({ reason, began_s, duration_s }, now_s = Date.now() / 1000) {
  if (reason !== null) return `${clock(duration_s ?? 0)} long`;
  return `for ${clock(Math.max(0, now_s - began_s))} now`;
}

/** What was reached of what is required. */
export function reachedOf({ required, reached }) {
  return required === 0 ? "nothing is required" : `${reached} of ${required} required reached`;
}

/**
 * What a visitor's recordings are kept under: a random word that stays in this browser and says
 * nothing about anybody. It is made when the first recording is kept.
 */

const KEY = "weir-visitor";

/** The word; made if there is none. */
export function visitor() {
  const word = known() ?? crypto.getRandomValues(new Uint8Array(16)).reduce((hex, byte) => hex + byte.toString(16).padStart(2, "0"), "");
  localStorage.setItem(KEY, word);
  return word;
}

/** The word, if there is one. */
export function known() {
  return localStorage.getItem(KEY);
}

/** Lists that are renewed under somebody's eyes: what stays is not touched, nor is the focus. */

/** An element with classes and a text; it is text, whatever stands in it. */
export function made(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  setText(element, text);
  return element;
}

/** Writes a text where it is another: so selections stay, and nothing is read aloud twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the children of `list` those of `items`: `make` makes one, `fill` brings it up to date. */
export function renew(list, items, keyOf, make, fill) {
  const before = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const keys = new Set(items.map((item) => String(keyOf(item))));
  for (const [key, child] of before) if (!keys.has(key)) child.remove();
  let next = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const child = before.get(key) ?? make(item);
    child.dataset.key = key;
    fill(child, item);
    if (child === next) next = next.nextElementSibling;
    else list.insertBefore(child, next);
  }
}

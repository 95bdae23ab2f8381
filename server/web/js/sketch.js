/**
 * The lines that a visitor draws, in metres, with what a drawing program is expected to do:
 * undo, redo, erase, straight lines, the keyboard, and a draft that survives the tab.
 *
 * Nothing here knows of pixels but `Pen`, which turns pointers and keys into lines.
 */

/** Most points that a line keeps, and how far one has to be from the last, metres. */
const MOST_POINTS = 600;
const STEP_M = 0.004;

/** @typedef {{id: number, points: [number, number][]}} Line */

/** Lines with a past. Says `change` with `{added, erased, why}` whenever they change. */
export class Sketch extends EventTarget {
  /** @type {Line[]} */
  lines = [];
  #past = [];
  #future = [];
  #nextId = 1;

  /** Replaces everything by the lines of a scene; the past is kept, so it can be undone. */
  load(lines, why = "load") {
    const fresh = lines.map((points) => ({ id: this.#nextId++, points }));
    this.#do({ added: fresh, erased: [...this.lines] }, why);
  }

  add(points) {
    if (points.length < 2) return null;
    const line = { id: this.#nextId++, points };
    this.#do({ added: [line], erased: [] }, "draw");
    return line;
  }

  erase(ids) {
    const erased = this.lines.filter(({ id }) => ids.includes(id));
    if (erased.length > 0) this.#do({ added: [], erased }, "erase");
  }

  clear() {
    this.erase(this.lines.map(({ id }) => id));
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  undo() {
    const step = this.#past.pop();
    if (!step) return;
    this.#future.push(step);
    this.#apply({ added: step.erased, erased: step.added }, "undo");
  }

  redo() {
    const step = this.#future.pop();
    if (!step) return;
    this.#past.push(step);
    this.#apply(step, "redo");
  }

  /** The line nearest to a point, within so many metres. */
  near([x, y], withinM) {
    let best = null;
    let least = withinM;
    for (const line of this.lines) {
      for (let k = 1; k < line.points.length; k += 1) {
        const off = distance([x, y], line.points[k - 1], line.points[k]);
        if (off < least) [best, least] = [line, off];
      }
    }
    return best;
  }

  #do(step, why) {
    this.#past.push(step);
    this.#future = [];
    this.#apply(step, why);
  }

  #apply({ added, erased }, why) {
    const gone = new Set(erased.map(({ id }) => id));
    this.lines = [...this.lines.filter(({ id }) => !gone.has(id)), ...added];
    this.dispatchEvent(new CustomEvent("change", { detail: { added, erased, why } }));
  }
}

/** Distance of a point from a segment. */
function distance([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy;
  const t = squared > 0 ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / squared)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** How far the keyboard moves the pen at a time, metres; with Shift a fifth of it. */
const KEY_M = 0.05;
/** How near a line has to be to be erased, CSS pixels: a finger is wide. */
const REACH_PX = { mouse: 8, pen: 8, touch: 22 };

/**
 * Draws into a sketch with a pointer or with keys. `element` takes the events; `toM` turns a
 * place in it, CSS pixels, into metres. `tool` is "draw", "line", "erase", or "probe", which
 * draws nothing and says `probe` with the place. Says `tool` when another one is taken.
 */
export class Pen extends EventTarget {
  tool = "draw";
  /** The line that is being drawn, for the painter. */
  wet = null;
  /** Where the keyboard's pen is, or null while nobody uses it. */
  cursor = null;

  constructor(sketch, element, toM, sizeM) {
    super();
    Object.assign(this, { sketch, element, toM, sizeM });
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", () => this.#drop());
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("blur", () => this.#setCursor(null));
  }

  take(tool) {
    this.tool = tool;
    this.dispatchEvent(new Event("tool"));
  }

  #place(event) {
    const box = this.element.getBoundingClientRect();
    return this.#inside(this.toM(event.clientX - box.left, event.clientY - box.top));
  }

  #inside([x, y]) {
    const [width, height] = this.sizeM();
    return [Math.max(0, Math.min(width, x)), Math.max(0, Math.min(height, y))];
  }

  #down(event) {
    if (event.button !== 0 || this.pointer !== undefined) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    if (this.tool === "probe") {
      this.dispatchEvent(new CustomEvent("probe", { detail: this.#place(event) }));
      return;
    }
    this.element.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.#setCursor(null);
    if (this.tool === "erase") this.#rub(event);
    else this.#ink([this.#place(event)]);
  }

  #move(event) {
    if (event.pointerId !== this.pointer) return;
    if (this.tool === "erase") {
      this.#rub(event);
      return;
    }
    const isStraight = this.tool === "line" || event.shiftKey;
    // What the screen did not show between two frames was drawn all the same.
    const all = event.getCoalescedEvents?.() ?? [];
    const places = (all.length > 0 ? all : [event]).map((one) => this.#place(one));
    if (isStraight) {
      this.#ink([this.wet[0], places.at(-1)]);
      return;
    }
    const points = [...this.wet];
    for (const place of places) {
      const last = points.at(-1);
      const far = Math.hypot(place[0] - last[0], place[1] - last[1]) >= STEP_M;
      if (far && points.length < MOST_POINTS) points.push(place);
    }
    this.#ink(points);
  }

  #up(event) {
    if (event.pointerId !== this.pointer) return;
    const points = this.wet;
    this.#drop();
    if (points) this.sketch.add(points);
  }

  #drop() {
    this.pointer = undefined;
    this.#ink(null);
  }

  #rub(event) {
    const place = this.#place(event);
    const [x] = this.toM(REACH_PX[event.pointerType] ?? REACH_PX.mouse, 0);
    const line = this.sketch.near(place, x - this.toM(0, 0)[0]);
    if (line) this.sketch.erase([line.id]);
  }

  #ink(points) {
    this.wet = points;
    this.dispatchEvent(new Event("ink"));
  }

  #setCursor(cursor) {
    this.cursor = cursor;
    this.dispatchEvent(new CustomEvent("cursor", { detail: cursor }));
  }

  /** Arrows move, Enter and Space set a point, Escape ends the line, Delete erases. */
  #key(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = ways[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [width, height] = this.sizeM();
    const at = this.cursor ?? [width / 2, height / 2];
    if (way) {
      const far = event.shiftKey ? KEY_M / 5 : KEY_M;
      this.#setCursor(this.#inside([at[0] + far * way[0], at[1] + far * way[1]]));
      if (this.keyed) this.#ink([...this.keyed, this.cursor]);
    } else if (this.tool === "probe" && event.key === "Enter") {
      this.#setCursor(at);
      this.dispatchEvent(new CustomEvent("probe", { detail: at }));
    } else if (event.key === "Enter" || event.key === " ") {
      this.#setCursor(at);
      this.keyed = [...(this.keyed ?? []), at];
      this.#ink(this.keyed);
    } else if (event.key === "Escape" && this.keyed) {
      const points = this.keyed;
      this.keyed = undefined;
      this.#ink(null);
      this.sketch.add(points);
    } else if ((event.key === "Delete" || event.key === "Backspace") && this.cursor) {
      const line = this.sketch.near(at, KEY_M);
      if (line) this.sketch.erase([line.id]);
    } else {
      return;
    }
    event.preventDefault();
  }
}

const DRAFT = "weir.draft";

/** The lines that were there when the page was closed, or null. */
export function draft(storage) {
  try {
    const lines = JSON.parse(storage.getItem(DRAFT));
    const isPoint = (p) => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite);
    const isLine = (line) => Array.isArray(line) && line.length > 1 && line.every(isPoint);
    return Array.isArray(lines) && lines.every(isLine) ? lines : null;
  } catch {
    // Storage that is switched off, or holds what somebody else wrote: no draft.
    return null;
  }
}

/** Keeps the lines for the next visit. */
export function keepDraft(storage, sketch) {
  try {
    storage.setItem(DRAFT, JSON.stringify(sketch.lines.map(({ points }) => points)));
  } catch {
    // A full or forbidden storage: the drawing itself is not harmed.
  }
}

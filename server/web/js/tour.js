/**
 * A guided tour: some steps, each with words and something that happens on the page.
 */

/** Time that a step stays if nobody presses a button, milliseconds. */
const STAY_MS = 15_000;

export class Tour {
  #step = -1;
  #timer = 0;

  /**
   * @param {{dialog: HTMLDialogElement, title: Element, words: Element, count: Element,
   *   next: Element, end: Element}} parts
   * @param {{title: string, words: string, act: ?function()}[]} steps
   * @param {function()} finish called once when it is over, however it ends
   */
  constructor(parts, steps, finish) {
    Object.assign(this, { parts, steps, finish });
    parts.next.addEventListener("click", () => this.#go());
    parts.end.addEventListener("click", () => this.end());
    parts.dialog.addEventListener("cancel", () => this.end());
  }

  begin() {
    this.#step = -1;
    // It does not cover the page: what it speaks of is to be seen and touched.
    this.parts.dialog.show();
    this.#go();
    this.parts.next.focus();
  }

  end() {
    if (this.#step < 0) return;
    clearTimeout(this.#timer);
    this.#step = -1;
    this.parts.dialog.close();
    this.finish();
  }

  #go() {
    clearTimeout(this.#timer);
    this.#step += 1;
    const step = this.steps[this.#step];
    if (!step) {
      this.end();
      return;
    }
    this.parts.title.textContent = step.title;
    this.parts.words.textContent = step.words;
    this.parts.count.textContent = `${this.#step + 1} of ${this.steps.length}`;
    this.parts.next.textContent = this.#step + 1 < this.steps.length ? "Next" : "Done";
    step.act?.();
    if (this.#step + 1 < this.steps.length) this.#timer = setTimeout(() => this.#go(), STAY_MS);
  }
}

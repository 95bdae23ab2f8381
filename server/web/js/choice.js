/**
 * One of several buttons: a group of radio buttons that the arrow keys move through, as people
 * and screen readers expect it of one.
 */

const WAYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class Choice {
  /**
   * @param {HTMLElement} group with buttons that have a `value`
   * @param {function(string)} choose called with the value that the visitor wants
   */
  constructor(group, choose) {
    this.buttons = [...group.querySelectorAll("[role=radio]")];
    this.buttons.forEach((button, k) => {
      button.addEventListener("click", () => choose(button.value));
      button.addEventListener("keydown", (event) => {
        const way = WAYS[event.key];
        if (!way) return;
        event.preventDefault();
        const next = this.buttons.at((k + way) % this.buttons.length);
        next.focus();
        choose(next.value);
      });
    });
  }

  /** Shows which one is chosen; none is, if none has this value. */
  set(value) {
    const chosen = this.buttons.find((button) => button.value === value);
    for (const button of this.buttons) {
      button.setAttribute("aria-checked", String(button === chosen));
      // One stop of the tab key for the whole group.
      button.tabIndex = button === (chosen ?? this.buttons[0]) ? 0 : -1;
    }
  }
}

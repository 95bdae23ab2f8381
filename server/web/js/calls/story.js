/**
 * A call as far as it is told: from what is kept of it, or word by word while it goes on
 * (server/assistant/live/README.md has the words). It knows nothing of the page.
 */

export class Story {
  constructor({ landmarks = [], turns = [], events = [], suggestions = [] } = {}) {
    /** What is to be reached, what is required first. */
    this.landmarks = [...landmarks].sort((a, b) => b.required - a.required).map((landmark) => ({ ...landmark }));
    this.turns = [...turns];
    this.events = [...events];
    this.suggestions = [...suggestions];
    /** What each channel seems to say. */
    this.partials = ["", ""];
    this.channels = [];
    this.behind_s = 0;
    this.keepsSound = false;
    this.faults = [];
  }

  /** Takes the next word in. */
  hear(word) {
    if (word.is === "partial") this.partials[word.channel] = word.text;
    if (word.is === "lag") this.behind_s = word.behind_s;
    if (word.is === "error") this.faults.push(word.why);
    if (word.is === "suggestion") this.suggestions.push(word);
    if (word.is === "final") {
      this.turns.push(word);
      this.partials[this.channels.indexOf(word.role)] = "";
    }
    if (word.is === "landmark") {
      this.events.push(word);
      const landmark = this.landmarks.find(({ id }) => id === word.id);
      if (landmark) landmark.state = word.state;
    }
  }

  /** A call that is told from its beginning. */
  static ready({ landmarks, channels, keeps_sound = false }) {
    const story = new Story({ landmarks });
    story.channels = channels;
    story.keepsSound = keeps_sound;
    return story;
  }

  /** What made a landmark as it is: `{method, quote, turn, span, score}`, or null. */
  evidence(id) {
    const all = this.events.filter((event) => event.id === id);
    const last = all.at(-1);
    if (!last || last.method === "unsaid") return null;
    if (last.method !== "hand" || last.state !== "done") return last;
    // Who confirms what was found confirms the words, too.
    return { ...all.findLast(({ turn }) => turn !== null), method: "hand", score: null };
  }

  /** Words of a turn that reached what is done: `{id, title, span}`. */
  reached(turn) {
    return this.landmarks.filter(({ state }) => state === "done").flatMap(({ id, title }) => {
      const evidence = this.evidence(id);
      return evidence?.turn === turn && evidence.span ? [{ id, title, span: evidence.span }] : [];
    });
  }

  /** What is neither done nor waived, what is required first. */
  remains() {
    return this.landmarks.filter(({ state }) => state === "pending" || state === "likely");
  }

  /** What was pushed back with, and how many cards replied to it. */
  pushbacks() {
    const counts = new Map();
    for (const { kind, about } of this.suggestions) {
      if (kind === "pushback") counts.set(about, (counts.get(about) ?? 0) + 1);
    }
    return [...counts].map(([about, count]) => ({ about, count }));
  }

  /** What people call what a card is about. */
  titleOf(about) {
    return this.landmarks.find(({ id }) => id === about)?.title ?? about.replaceAll("-", " ");
  }
}

/** A call as it goes on: server-sent events, from the beginning each time the connection is new. */

/** Time before a call that goes on is asked for again, where the browser does not do so. */
const AGAIN_MS = 2_000;

/**
 * Follows a call until `stop()` of what this gives, or until its last word. `hear` is called with
 * each word; `link` with whether there is a connection; `refused`, which says whether to go on
 * trying, when the server knows of no such call that goes on, or cannot be asked.
 */
export function follow(path, { hear, link, refused }) {
  let [source, waits, isOver] = [null, 0, false];
  const stop = () => {
    isOver = true;
    clearTimeout(waits);
    source.close();
  };
  const open = () => {
    source = new EventSource(`${path}/live`);
    source.addEventListener("message", ({ data }) => {
      const word = JSON.parse(data);
      if (word.is === "ready") link(true);
      if (word.is === "ended") stop();
      hear(word);
    });
    source.addEventListener("error", async () => {
      if (isOver) return;
      link(false);
      // Otherwise the browser tries again by itself.
      if (source.readyState !== EventSource.CLOSED) return;
      if ((await refused()) && !isOver) waits = setTimeout(open, AGAIN_MS);
    });
  };
  open();
  return { stop };
}

/** Notices that another network moves the water than before. */

/** Names and sizes of what there is to see inside. */
const shapeOf = ({ layers }) => JSON.stringify(layers.map(({ name, channels }) => [name, channels.length]));

/**
 * @param {import("./run.js").Run} run
 * @param {object} atlas of the network that is shown, as from `/api/model`
 * @param {function(): Promise<object>} ask for the atlas as it is now
 * @param {function(string)} say what has happened, to the visitor
 */
export function noticeNetworks(run, atlas, ask, say) {
  let [before, name] = [null, null];
  run.addEventListener("state", async ({ detail: { model } }) => {
    const isSame = run.name === name && before !== null;
    const isOther = isSame && model && model !== before;
    [before, name] = [model ?? before, run.name];
    if (!isOther) return;
    const now = await ask().catch(() => null);
    const fits = now !== null && shapeOf(now) === shapeOf(atlas);
    say(fits ? "Another network moves the water from now on." : "Another network moves the water from now on. Load the page again to look inside of it.");
  });
}

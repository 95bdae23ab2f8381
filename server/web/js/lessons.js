/**
 * The steps of the guided tour: words, and what happens on the page to show what they mean.
 */

import { at } from "./dom.js";
import { example } from "./scenes.js";

/**
 * @param {import("./run.js").Run} run
 * @param {?import("./panel.js").Panel} panel null if what it takes could not be loaded
 * @param {import("./view.js").View} view
 * @returns {{title: string, words: string, act: function()}[]}
 */
export const lessons = (run, panel, view) => [
  {
    title: "Lines and water",
    words: "Two lines make a funnel, and water falls into it. Draw more of them at any time: the water obeys from the next thirtieth of a second on.",
    async act() {
      at("scenes").value = "funnel";
      run.load(await example("funnel"));
      run.open();
      run.play(true);
    },
  },
  {
    title: "What the network is shown",
    words: "Water and lines are laid onto a grid: how much water is in each cell, how fast it goes, how far the next line is. That is the top row on the left.",
    act: () => panel?.ribbon.choose({ layer: 0, channel: 0 }),
  },
  {
    title: "Smaller and smaller",
    words: "Each level looks at a coarser picture. Far away water pushes too, and on the coarsest level far away is near.",
    act: () => panel?.ribbon.choose(deepest(panel.atlas)),
  },
  {
    title: "What it answers",
    words: "On the right the picture grows again, until the last layer says how the motion of the water changes in each cell. Particles fall by themselves; this is the push of all others.",
    act: () => panel?.ribbon.choose({ layer: panel.atlas.layers.length - 1, channel: 1 }),
  },
  {
    title: "What a place listens to",
    words: "Followed back through the network, the answer in the middle depends on the dark places.",
    act() {
      panel?.ask(true);
      panel?.probe([view.sizeM[0] / 2, view.sizeM[1] / 2]);
    },
  },
  {
    title: "Without its skip connections",
    words: "The arrows carry fine detail past the coarse levels. Now two of them are silent: the water forgets where its surface is, and goes astray.",
    act() {
      panel?.clear();
      run.silence(["up0", "up1"]);
    },
  },
  {
    title: "Before it had learned",
    words: "This is the same network before its training: it has no answer, and particles just fall through each other. Move the slider to watch it learn.",
    act() {
      run.silence([]);
      run.setCheckpoint(0);
    },
  },
  {
    title: "Your turn",
    words: "The network is as it is again. Erase the lines, draw your own, and press start.",
    act: () => run.setCheckpoint(null),
  },
];

/** A map of the coarsest level that has something to show. */
function deepest({ layers }) {
  const cells = Math.max(...layers.map((layer) => layer.cells));
  const layer = layers.findLastIndex((one) => one.cells === cells);
  return { layer, channel: layers[layer].lively[0] };
}

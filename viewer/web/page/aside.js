// The network beside the page: letters in, particles out.

// The card's module is several times as large, and fetched by who asks for it.
const MODULES = { flex: "./weir_viewer_web.js", wgpu: "./card/weir_viewer_web.js" };

const letters = [];
let inside;
let busy = false;

// Between two frames letters are taken in: a message to oneself comes after those that wait.
const { port1, port2 } = new MessageChannel();
const pause = () =>
  new Promise((done) => {
    port1.onmessage = done;
    port2.postMessage(0);
  });

/** Reads letters and makes frames, in turns, until there is nothing to do. */
async function work() {
  busy = true;
  for (let more = true; more || letters.length > 0; ) {
    // None is read amid a frame.
    while (letters.length > 0) inside.hear(letters.shift());
    more = await inside.turn();
    await pause();
  }
  busy = false;
}

onmessage = async ({ data }) => {
  if (typeof data === "string") letters.push(data);
  else {
    const { default: init, Inside } = await import(MODULES[data.device]);
    await init();
    inside = await Inside.open((bytes) => postMessage(bytes, [bytes.buffer]), data.device, data.config, data.weights);
  }
  if (inside && !busy) await work();
};

// What the network does not survive is the page's to tell.
self.addEventListener("unhandledrejection", ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
});

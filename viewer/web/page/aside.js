// The network beside the page: letters in, particles out.

import init, { Inside } from "./weir_viewer_web.js";

const ready = init();
let inside;
let busy = false;
// Between two frames letters are read: a message to oneself comes after those that wait.
const { port1, port2 } = new MessageChannel();

port1.onmessage = () => {
  busy = inside.turn();
  if (busy) port2.postMessage(0);
};

onmessage = async ({ data }) => {
  await ready;
  if (typeof data === "string") inside.hear(data);
  else inside = new Inside((bytes) => postMessage(bytes, [bytes.buffer]), data.config, data.weights);
  if (!busy) {
    busy = true;
    port2.postMessage(0);
  }
};

// What the network does not survive is the page's to tell.
self.addEventListener("unhandledrejection", ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
});

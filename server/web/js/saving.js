/**
 * Pictures and videos of what is seen on the stage, as files for the visitor.
 */

/** Frames of a video in a second, and the longest that one gets, milliseconds. */
const VIDEO_HZ = 30;
const LONGEST_MS = 60_000;
/** Between two rectangles side by side; and the words in the corners, CSS pixels. */
const GAP_PX = 16;
const WORDS_PX = 14;

/** Puts all that is seen into one picture: layers on top of each other, two waters with words. */
function compose(seen, onto) {
  // Lines are always as sharp as the screen.
  const [{ view: { inkCanvas, theme } }] = seen;
  const { width, height } = inkCanvas;
  const px = width / (inkCanvas.clientWidth || width);
  const stride = width + Math.round(GAP_PX * px);
  const whole = seen.at(-1).column * stride + width;
  if (onto.width !== whole || onto.height !== height) [onto.width, onto.height] = [whole, height];
  const brush = onto.getContext("2d");
  brush.fillStyle = theme.paper;
  brush.fillRect(0, 0, whole, height);
  for (const { view, from, to, column } of seen) {
    brush.save();
    brush.beginPath();
    brush.rect(column * stride + from * width, 0, (to - from) * width, height);
    brush.clip();
    brush.drawImage(view.waterCanvas, column * stride, 0, width, height);
    brush.drawImage(view.inkCanvas, column * stride, 0);
    brush.restore();
    brush.fillStyle = theme.ink;
    if (from > 0) brush.fillRect(from * width - px, 0, 2 * px, height);
  }
  if (seen.length < 2) return;
  brush.font = `${WORDS_PX * px}px system-ui, sans-serif`;
  brush.textBaseline = "top";
  seen.forEach(({ words }, k) => {
    const x = k === 0 ? WORDS_PX * px : whole - WORDS_PX * px - brush.measureText(words).width;
    brush.fillText(words, x, WORDS_PX * px);
  });
}

function download(blob, name) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}

/** Saves what is seen now. */
export function savePicture(stage) {
  const whole = document.createElement("canvas");
  compose(stage.seen, whole);
  whole.toBlob((blob) => download(blob, "weir.png"));
}

/** Films the stage until it is told to stop. Says `change` when it begins and ends. */
export class Recorder extends EventTarget {
  #canvas = document.createElement("canvas");
  #recorder = null;
  #timer = 0;

  static get isSupported() {
    return typeof MediaRecorder === "function" && "captureStream" in HTMLCanvasElement.prototype;
  }

  get isOn() {
    return this.#recorder !== null;
  }

  start(stage) {
    compose(stage.seen, this.#canvas);
    const recorder = new MediaRecorder(this.#canvas.captureStream(VIDEO_HZ), { videoBitsPerSecond: 6e6 });
    const parts = [];
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      const kind = recorder.mimeType.split(";")[0];
      download(new Blob(parts, { type: kind }), kind === "video/mp4" ? "weir.mp4" : "weir.webm");
    });
    recorder.start(1000);
    this.#recorder = recorder;
    this.#timer = setTimeout(() => this.stop(), LONGEST_MS);
    this.dispatchEvent(new Event("change"));
  }

  /** Takes a picture for the film; to be called whenever the stage was drawn. */
  film(stage) {
    if (this.#recorder) compose(stage.seen, this.#canvas);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#recorder?.stop();
    this.#recorder = null;
    this.dispatchEvent(new Event("change"));
  }
}

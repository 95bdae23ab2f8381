/**
 * Pictures and videos of a view, as files for the visitor.
 */

/** Frames of a video in a second, and the longest that one gets, milliseconds. */
const VIDEO_HZ = 30;
const LONGEST_MS = 60_000;

/** Lays all layers of a view on top of each other. */
function compose(view, onto) {
  const { width, height } = view.waterCanvas;
  if (onto.width !== width || onto.height !== height) [onto.width, onto.height] = [width, height];
  const brush = onto.getContext("2d");
  brush.drawImage(view.waterCanvas, 0, 0);
  brush.drawImage(view.inkCanvas, 0, 0);
}

function download(blob, name) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}

/** Saves what is seen now. */
export function savePicture(view) {
  const whole = document.createElement("canvas");
  compose(view, whole);
  whole.toBlob((blob) => download(blob, "weir.png"));
}

/** Films a view until it is told to stop. Says `change` when it begins and ends. */
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

  start(view) {
    compose(view, this.#canvas);
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

  /** Takes a picture for the film; to be called whenever the view was drawn. */
  film(view) {
    if (this.#recorder) compose(view, this.#canvas);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#recorder?.stop();
    this.#recorder = null;
    this.dispatchEvent(new Event("change"));
  }
}

/** A small picture of a scene: its lines, and where water comes from. */

const THICK = 4;

/** Draws a scene on a canvas, as large as the canvas is shown. */
export function preview(canvas, scene) {
  const { width_m, height_m } = scene.domain;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = (canvas.width * height_m) / width_m;
  const pen = canvas.getContext("2d");
  const scale = canvas.width / width_m;
  const place = ([x, y]) => [x * scale, canvas.height - y * scale];
  const style = getComputedStyle(canvas);
  pen.lineWidth = THICK * ratio;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = pen.fillStyle = style.getPropertyValue("--accent");
  for (const water of scene.water) {
    pen.beginPath();
    if (water.kind === "block") {
      const [[left, low], [right, high]] = [place(water.min_m), place(water.max_m)];
      pen.fillRect(left, high, right - left, low - high);
    } else {
      pen.moveTo(...place(water.from_m));
      pen.lineTo(...place(water.to_m));
      pen.stroke();
    }
  }
  pen.strokeStyle = style.getPropertyValue("--ink");
  for (const { points_m } of scene.stroke) {
    pen.beginPath();
    points_m.forEach((point, k) => (k === 0 ? pen.moveTo(...place(point)) : pen.lineTo(...place(point))));
    pen.stroke();
  }
}

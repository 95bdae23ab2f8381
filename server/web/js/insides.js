/**
 * Maps of what goes on inside the network: read from the wire, and given colours.
 *
 * Blue is above zero, orange below, nothing is paper. The scale of a map never changes, so a
 * pale map is a quiet one.
 */

/** First bytes of messages with maps, after the streams of frames. */
export const LOOKED_AT = 2;
export const ASKED_FOR = 3;
const VERSION = 1;

/**
 * @typedef {{layer: number, channel: number, width: number, height: number,
 *   values: Int8Array}} Map127 numbers in 127ths of the map's scale, the lowest row first
 */

/**
 * Reads a message of maps.
 * @param {Uint8Array} message
 * @returns {Promise<{kind: number, number: number, grid: [number, number], maps: Map127[]}>}
 */
export async function readMaps(message) {
  const head = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (head.getUint8(1) !== VERSION) throw new Error(`maps of version ${head.getUint8(1)} are not known here`);
  const body = await inflate(message.subarray(10));
  const view = new DataView(body.buffer);
  const maps = [];
  for (let at = 0; at < body.length; ) {
    const [layer, channel] = [body[at], body[at + 1]];
    const [width, height] = [view.getUint16(at + 2, true), view.getUint16(at + 4, true)];
    at += 6;
    maps.push({ layer, channel, width, height, values: new Int8Array(body.buffer, at, width * height) });
    at += width * height;
  }
  const grid = [head.getUint16(6, true), head.getUint16(8, true)];
  return { kind: head.getUint8(0), number: head.getUint32(2, true), grid, maps };
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const ABOVE = { light: [18, 104, 140], dark: [110, 205, 235] };
const BELOW = { light: [194, 86, 32], dark: [255, 160, 96] };

/** Colours for −127 to 127 in a theme, as 32-bit words of an `ImageData`. */
function ramp(theme) {
  const words = new Uint32Array(256);
  const bytes = new Uint8Array(words.buffer);
  for (let v = -127; v <= 127; v += 1) {
    const [r, g, b] = (v < 0 ? BELOW : ABOVE)[theme];
    // Half of the scale is to be seen well: strength grows faster at first.
    const alpha = Math.round(255 * Math.abs(v / 127) ** 0.7);
    bytes.set([r, g, b, alpha], 4 * (v & 255));
  }
  return words;
}

const ramps = { light: ramp("light"), dark: ramp("dark") };

/**
 * Paints a map into a canvas at its own resolution, without what sticks out of the
 * rectangle of water.
 * @param {Map127} map
 * @param {[number, number]} grid cells of the rectangle
 */
export function paintMap(canvas, map, grid, theme) {
  const [columns, rows] = cut(map, grid);
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const colours = ramps[theme];
  for (let y = 0; y < rows; y += 1) {
    const from = y * map.width;
    const to = (rows - 1 - y) * columns;
    for (let x = 0; x < columns; x += 1) words[to + x] = colours[map.values[from + x] & 255];
  }
  pen.putImageData(image, 0, 0);
}

/** Cells along each side that one value of a map stands for. */
export function cellsOf(map, [columns]) {
  let cells = 1;
  while (map.width * cells < columns) cells *= 2;
  return cells;
}

function cut(map, grid) {
  const cells = cellsOf(map, grid);
  return [Math.min(map.width, Math.ceil(grid[0] / cells)), Math.min(map.height, Math.ceil(grid[1] / cells))];
}

/**
 * Water on a canvas, in two passes of WebGL2.
 *
 * First each particle is splatted as a soft disc into a half-size target that adds up how
 * much water there is and how fast it goes. Then every pixel asks that target: where there is
 * enough, it is water; how the amount changes gives the surface a slope, and the slope bends
 * the paper behind it, catches light at the rim, and foams where it is fast and thin.
 *
 * Where there is no WebGL2, particles are drawn as dots on a plain canvas: see `flat.js`.
 */

const SPLAT = /* glsl */ `#version 300 es
precision highp float;
layout(location = 0) in vec2 place;
layout(location = 1) in vec2 went;
layout(location = 2) in float given;
uniform vec2 sizeUnits;
uniform float back, radiusUnits, pxPerUnit, unitsPerSecond;
uniform float stretch;
out float speed;
out vec2 along;
out float reach;
void main() {
  vec2 p = place + 0.5 - back * went;
  gl_Position = vec4(2.0 * p / sizeUnits - 1.0, 0.0, 1.0);
  float far = length(went);
  speed = given >= 0.0 ? given : far * unitsPerSecond;
  along = far > 0.0 ? went / far : vec2(0.0, 1.0);
  reach = far > 0.0 ? 1.0 + stretch * min(speed, 4.0) : 1.0;
  gl_PointSize = 2.0 * radiusUnits * pxPerUnit * reach;
}`;

/** Speeds beyond look alike, m/s. */
const FASTEST = 8;

const SPLAT_PIXEL = /* glsl */ `#version 300 es
precision highp float;
const float FASTEST = ${FASTEST.toFixed(1)};
in float speed;
in vec2 along;
in float reach;
uniform float weight;
out vec4 sum;
void main() {
  // Longer along its way and as much in all: what falls apart in flight is still a jet.
  vec2 d = (2.0 * gl_PointCoord - 1.0) * vec2(1.0, -1.0) * reach;
  vec2 turned = vec2(dot(d, along) / reach, dot(d, vec2(-along.y, along.x)));
  float r2 = dot(turned, turned);
  if (r2 > 1.0) discard;
  float w = weight * (1.0 - r2) * (1.0 - r2) / reach;
  sum = vec4(w, w * min(speed, FASTEST) / FASTEST, 0.0, 0.0);
}`;

const FILL = /* glsl */ `#version 300 es
layout(location = 0) in vec2 corner;
out vec2 at;
void main() {
  at = 0.5 * corner + 0.5;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

const SURFACE = /* glsl */ `#version 300 es
precision highp float;
const float FASTEST = ${FASTEST.toFixed(1)};
in vec2 at;
out vec4 colour;
uniform sampler2D water;
uniform vec2 texel, sizeM;
uniform vec3 paper, ruled, shallow, deep, foam;
uniform float full, fade;

vec3 background(vec2 p) {
  vec2 cell = abs(fract(p * 10.0) - 0.5);
  vec2 wide = fwidth(p * 10.0);
  vec2 line = smoothstep(wide * 1.5, vec2(0.0), 0.5 - cell);
  return mix(paper, ruled, max(line.x, line.y));
}

void main() {
  vec4 here = texture(water, at);
  float east = texture(water, at + vec2(texel.x, 0.0)).r;
  float west = texture(water, at - vec2(texel.x, 0.0)).r;
  float north = texture(water, at + vec2(0.0, texel.y)).r;
  float south = texture(water, at - vec2(0.0, texel.y)).r;
  float much = here.r / full;
  vec2 slope = vec2(east - west, north - south) / full;
  float speed = FASTEST * here.g / max(here.r, 1e-4);
  // Water in flight is thinner than water that lies.
  float least = mix(0.30, 0.17, smoothstep(1.0, 3.0, speed));
  float wet = smoothstep(least, least + 0.12, much);
  // Near the surface the water is thin and its slope steep; inside, particles must not show.
  float rim = 1.0 - smoothstep(0.42, 0.72, much);
  vec2 bend = slope * rim;
  vec2 p = at * sizeM;
  vec3 behind = background(p - 0.02 * bend * wet);
  // How much water there is all around: near the surface less, in the deep all of it.
  float around = textureLod(water, at, 3.5).r / full;
  float depth = 0.55 * smoothstep(0.35, 0.72, much) + 0.45 * smoothstep(0.45, 0.95, around);
  vec3 body = mix(shallow, deep, depth);
  vec3 through = mix(behind * body * 1.25, body, 0.55 + 0.35 * depth);
  vec3 normal = normalize(vec3(-2.2 * bend, 1.0));
  vec3 light = normalize(vec3(-0.35, 0.75, 0.55));
  float shine = pow(max(dot(reflect(-light, normal), vec3(0.0, 0.0, 1.0)), 0.0), 24.0);
  float crest = smoothstep(0.15, 0.0, abs(much - 0.46)) * max(normal.y, 0.0);
  float froth = smoothstep(1.2, 3.0, speed) * smoothstep(1.0, 0.45, much);
  vec3 lit = through + 0.35 * shine + 0.25 * crest * foam;
  lit = mix(lit, foam, 0.65 * froth);
  colour = vec4(mix(background(p), lit, wet * (1.0 - fade)), 1.0);
}`;

const DOTS_PIXEL = /* glsl */ `#version 300 es
precision highp float;
in float speed;
out vec4 colour;
uniform vec3 stops[5];
void main() {
  vec2 d = 2.0 * gl_PointCoord - 1.0;
  float edge = smoothstep(1.0, 0.75, length(d));
  if (edge <= 0.0) discard;
  float t = 4.0 * clamp(speed / 4.0, 0.0, 1.0);
  int k = int(min(floor(t), 3.0));
  colour = vec4(mix(stops[k], stops[k + 1], t - float(k)), edge);
}`;

/** How much longer a splat is for each m/s of its speed. */
const STRETCH = 0.45;
/** Radius of a splat and of a dot, in spacings of particles. */
const SPLAT_RADIUS = 2.1;
const DOT_RADIUS = 0.55;
/** What splats add up to in full water: the disc's weight over the room of a particle. */
const FULL = (Math.PI / 3) * SPLAT_RADIUS ** 2;
/** Blue to red, in steps that differ in lightness too. */
const STOPS = [
  [0.13, 0.35, 0.62], [0.17, 0.6, 0.75], [0.45, 0.76, 0.55], [0.93, 0.74, 0.3], [0.84, 0.27, 0.2],
];

const context = (canvas) =>
  canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: true });

/** Draws water, or says that it cannot. */
export class Water {
  /** Whether it can be drawn on this canvas. */
  static isSupported(canvas) {
    return context(canvas) !== null;
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @throws {Error} there is no WebGL2, or a shader is refused
   */
  constructor(canvas) {
    const gl = context(canvas);
    if (!gl) throw new Error("this browser has no WebGL2");
    this.canvas = canvas;
    this.gl = gl;
    // Half floats add up without steps; where they cannot be drawn to, bytes have to do.
    this.isHalf = gl.getExtension("EXT_color_buffer_float") !== null
      || gl.getExtension("EXT_color_buffer_half_float") !== null;
    this.splat = program(gl, SPLAT, SPLAT_PIXEL);
    this.dots = program(gl, SPLAT, DOTS_PIXEL);
    this.surface = program(gl, FILL, SURFACE);
    this.corners = gl.createVertexArray();
    gl.bindVertexArray(this.corners);
    buffer(gl, new Float32Array([-1, -1, 3, -1, -1, 3]));
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    this.particles = gl.createVertexArray();
    gl.bindVertexArray(this.particles);
    this.buffers = [[2, gl.UNSIGNED_SHORT], [2, gl.SHORT], [1, gl.FLOAT]].map(([size, type], k) => {
      const it = buffer(gl, null);
      gl.enableVertexAttribArray(k);
      gl.vertexAttribPointer(k, size, type, false, 0, 0);
      return it;
    });
    this.target = gl.createTexture();
    this.frame = gl.createFramebuffer();
    this.count = 0;
    this.style = "water";
    this.fade = 0;
    this.setScene({ widthM: 1.5, heightM: 1, spacingM: 1 / 128 });
  }

  /** The rectangle, metres, and how far apart particles lie in rest. */
  setScene({ widthM, heightM, spacingM }) {
    this.sizeM = [widthM, heightM];
    this.unitM = Math.max(widthM, heightM) / 4096;
    this.spacingM = spacingM;
  }

  /** Colours of a theme, each three numbers from 0 to 1. */
  setTheme(theme) {
    this.theme = theme;
  }

  /** Takes a frame as `Receiver.take` gives it; `frameS` is the time from one to the next. */
  setFrame({ places, steps, speeds }, frameS, speedMS) {
    const { gl } = this;
    this.count = places.length / 2;
    const given = new Float32Array(this.count).fill(-1);
    if (speeds) for (let k = 0; k < this.count; k += 1) given[k] = speedMS(speeds[k]);
    const data = [places, steps ?? new Int16Array(places.length), given];
    data.forEach((array, k) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[k]);
      gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
    });
    this.unitsPerSecond = this.unitM / frameS;
  }

  /**
   * Draws. `back` is how much of its last step each particle still has to go, 0 to 1: so
   * thirty frames a second are shown as smoothly as the screen can.
   */
  draw(back = 0) {
    const { gl, canvas, theme } = this;
    const [width, height] = [canvas.width, canvas.height];
    const half = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
    const particles = (shader, size, radius, stretch) => {
      gl.useProgram(shader.it);
      gl.uniform2f(shader.at("sizeUnits"), this.sizeM[0] / this.unitM, this.sizeM[1] / this.unitM);
      gl.uniform1f(shader.at("back"), back);
      gl.uniform1f(shader.at("stretch"), stretch);
      gl.uniform1f(shader.at("unitsPerSecond"), this.unitsPerSecond ?? 0);
      gl.uniform1f(shader.at("radiusUnits"), (radius * this.spacingM) / this.unitM);
      gl.uniform1f(shader.at("pxPerUnit"), (size[0] * this.unitM) / this.sizeM[0]);
      gl.bindVertexArray(this.particles);
      gl.enable(gl.BLEND);
    };
    if (this.style === "dots") {
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.viewport(0, 0, width, height);
      gl.clearColor(...theme.paper, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      particles(this.dots, [width, height], DOT_RADIUS, 0);
      gl.uniform3fv(this.dots.at("stops"), STOPS.flat());
      gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
      gl.drawArrays(gl.POINTS, 0, this.count);
      gl.disable(gl.BLEND);
      return;
    }
    this.resize(half);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.viewport(0, 0, half[0], half[1]);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    particles(this.splat, half, SPLAT_RADIUS, STRETCH);
    // Bytes end at one, which has to be more than the fullest water.
    const weight = this.isHalf ? 1 : 0.4 / FULL;
    gl.uniform1f(this.splat.at("weight"), weight);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.drawArrays(gl.POINTS, 0, this.count);
    gl.disable(gl.BLEND);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    gl.useProgram(this.surface.it);
    gl.bindVertexArray(this.corners);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.target);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.uniform1f(this.surface.at("fade"), this.fade);
    gl.uniform1i(this.surface.at("water"), 0);
    gl.uniform2f(this.surface.at("texel"), 1.5 / half[0], 1.5 / half[1]);
    gl.uniform2f(this.surface.at("sizeM"), ...this.sizeM);
    gl.uniform1f(this.surface.at("full"), weight * FULL);
    for (const name of ["paper", "ruled", "shallow", "deep", "foam"]) {
      gl.uniform3f(this.surface.at(name), ...theme[name]);
    }
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  resize([width, height]) {
    const { gl } = this;
    if (this.targetSize?.[0] === width && this.targetSize?.[1] === height) return;
    this.targetSize = [width, height];
    gl.bindTexture(gl.TEXTURE_2D, this.target);
    const [format, type] = this.isHalf ? [gl.RGBA16F, gl.HALF_FLOAT] : [gl.RGBA8, gl.UNSIGNED_BYTE];
    gl.texImage2D(gl.TEXTURE_2D, 0, format, width, height, 0, gl.RGBA, type, null);
    for (const [key, value] of [
      [gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ]) gl.texParameteri(gl.TEXTURE_2D, key, value);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.target, 0);
  }
}

function buffer(gl, data) {
  const it = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, it);
  if (data) gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
  return it;
}

function program(gl, vertex, fragment) {
  const it = gl.createProgram();
  for (const [type, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
      throw new Error(`a shader is refused: ${gl.getShaderInfoLog(shader)}`);
    }
    gl.attachShader(it, shader);
  }
  gl.linkProgram(it);
  if (!gl.getProgramParameter(it, gl.LINK_STATUS)) {
    throw new Error(`a shader is refused: ${gl.getProgramInfoLog(it)}`);
  }
  const places = new Map();
  const at = (name) => {
    if (!places.has(name)) places.set(name, gl.getUniformLocation(it, name));
    return places.get(name);
  };
  return { it, at };
}

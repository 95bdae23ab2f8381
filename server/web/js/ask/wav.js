/** Sound as a file. */

const HEAD = 44;

/** A WAV file, 16 bit and one channel, of frames that follow each other. */
export function wav(frames, rateHz) {
  const bytes = 2 * frames.reduce((sum, frame) => sum + frame.length, 0);
  const head = new DataView(new ArrayBuffer(HEAD));
  const text = (at, letters) => [...letters].forEach((letter, k) => head.setUint8(at + k, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, HEAD - 8 + bytes, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rateHz, true);
  head.setUint32(28, 2 * rateHz, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, bytes, true);
  return new Blob([head, ...frames], { type: "audio/wav" });
}

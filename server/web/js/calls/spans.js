/** Parts of a text that stand for something. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Cuts a text where a span begins or ends; spans, `{id, span: [from, to]}`, are in bytes of UTF-8
 * and may overlap. Gives `{text, ids}`, which are the whole text together.
 */
export function pieces(text, spans) {
  const bytes = encoder.encode(text);
  const inside = spans.flatMap(({ span }) => span).filter((cut) => cut > 0 && cut < bytes.length);
  const cuts = [...new Set([0, ...inside, bytes.length])].sort((a, b) => a - b);
  return cuts.slice(1).map((end, k) => {
    const begin = cuts[k];
    const over = spans.filter(({ span: [from, to] }) => from < end && begin < to);
    return { text: decoder.decode(bytes.subarray(begin, end)), ids: over.map(({ id }) => id) };
  });
}

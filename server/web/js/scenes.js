/**
 * Where scenes come from: a blank one, examples of the server's, and drawings that it keeps.
 */

/** What there is before anybody has drawn: water to fall, and more to come. */
export const BLANK = {
  version: 1,
  duration_s: 60,
  domain: { width_m: 1.5, height_m: 1, cell_m: 1 / 64 },
  water: [
    { kind: "block", min_m: [0.125, 0.5625], max_m: [0.5, 0.90625], velocity_m_s: [0, 0] },
    { kind: "emitter", from_m: [0.84375, 0.984375], to_m: [0.765625, 0.984375], speed_m_s: 1.4, start_s: 0.6, stop_s: 3.4 },
  ],
};

/** What the server answers at a path; if that is a problem, it is thrown as it says it. */
export async function get(path) {
  const answer = await fetch(path);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail ?? told.title);
  return told;
}

export const example = (name) => get(`/api/scenes/${encodeURIComponent(name)}`);
export const drawing = (id) => get(`/api/drawings/${encodeURIComponent(id)}`);

/** Lines of a scene, as a sketch takes them: who is closed ends where it began. */
export const linesOf = ({ stroke = [] }) =>
  stroke.map(({ points_m: points, closed }) => (closed ? [...points, points[0]] : points));

// Reading velocities at a point, in the open and where lines hide sides or split them.
// Twins: `field.rs`, `stencil.rs`.

struct Reading {
    // Sum of weight times value, and of the weights, unscaled.
    sum: vec4f,
    total: f32,
    // Sums for the slope of the first value, and whether it means anything.
    slope: vec2f,
    weights: vec2f,
    whole: bool,
}

fn corner_slope(way: vec2f) -> vec2f {
    return sign(way) * (vec2f(1.0) - abs(way.yx));
}

// Adds a side, or a piece of one, to a reading at `p`. Says whether it is hidden.
fn add_corner(
    s: Scene, axis: u32, square: u32, p: vec2f, place: Place, node: u32, at: vec2f, share: f32,
    reading: ptr<function, Reading>,
) -> bool {
    let way = at + place.shift - p;
    let size = tent(way) * share;
    if tent(way) <= 0.0 {
        return false;
    }
    if !place.seam && !sees_between(s, axis, square, p, at) {
        return true;
    }
    let value = sides[nodes(s, axis) + node];
    let turned = select(1.0, -1.0, place.mirror);
    (*reading).sum += turned * size * value;
    (*reading).total += size;
    let slope = corner_slope(way);
    (*reading).slope += turned * slope * value.x;
    (*reading).weights += slope;
    if place.mirror {
        (*reading).sum.x += 2.0 * place.wall * size;
        (*reading).slope += 2.0 * place.wall * slope;
    }
    return false;
}

// Reads the sides of an axis at `p` with care.
fn read_with_care(s: Scene, axis: u32, p: vec2f) -> Reading {
    let first = first_side(axis, p);
    let square = square_at(s, axis, p);
    var reading = Reading(vec4f(0.0), 0.0, vec2f(0.0), vec2f(0.0), true);
    for (var k = 0; k < 4; k += 1) {
        let i = first.x + (k & 1);
        let j = first.y + (k >> 1u);
        let place = place_of(s, axis, i, j);
        let face = place.row * face_columns(s, axis) + place.column;
        let pieces = pieces_of(s, axis, face);
        if make_a_whole(pieces) {
            let middle = face_at(axis, i32(place.column), i32(place.row));
            if add_corner(s, axis, square, p, place, face, middle, 1.0, &reading) {
                reading.whole = false;
            }
            continue;
        }
        reading.whole = false;
        for (var n = 0u; n < pieces.y; n += 1u) {
            let at = pieces.x + PIECE_WORDS * n;
            let part = piece(at);
            _ = add_corner(s, axis, square, p, place, ground[at], part.at, part.aperture, &reading);
        }
    }
    return reading;
}

// Reads four sides of an axis that nothing hides: the value, and its first part's slope.
fn read_in_the_open(s: Scene, axis: u32, p: vec2f) -> OpenReading {
    let last = vec2i(i32(face_columns(s, axis)), i32(pick(axis, s.ny, s.ny + 1u))) - 1;
    let x = p - select(vec2f(0.5, 0.0), vec2f(0.0, 0.5), axis == X);
    let first = clamp(vec2i(x), vec2i(0), last - 1);
    let far = x - vec2f(first);
    // At a wall the outer ones mirror the inner ones.
    let share = clamp(far, vec2f(0.0), vec2f(1.0));
    let open = select(vec2f(0.0), vec2f(1.0), far == share);
    let columns = u32(last.x) + 1u;
    let low = nodes(s, axis) + u32(first.y) * columns + u32(first.x);
    let a = sides[low];
    let b = sides[low + 1u];
    let c = sides[low + columns];
    let d = sides[low + columns + 1u];
    let below = a + share.x * (b - a);
    let above = c + share.x * (d - c);
    let value = below + share.y * (above - below);
    let left = a.x + share.y * (c.x - a.x);
    let right = b.x + share.y * (d.x - b.x);
    return OpenReading(value, open * vec2f(right - left, above.x - below.x));
}

struct OpenReading {
    value: vec4f,
    slope: vec2f,
}

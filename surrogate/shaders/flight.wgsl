// Where particles would go if they were alone. Twin: `flight.rs`.

// Farthest that a particle goes in one leg: lists of lines reach one cell far.
const LEG: f32 = 0.98;

// Takes a particle the `way` past all lines, in legs. A way that is not a number is left for who
// checks the water.
fn go(s: Scene, p: vec2f, way: vec2f, velocity: vec2f) -> Move {
    let far = length(way);
    if !is_number(far) {
        return Move(way, velocity);
    }
    let legs = max(ceil(far / LEG), 1.0);
    var gone = Move(p, velocity);
    for (var leg = 0u; leg < u32(legs); leg += 1u) {
        gone = past_lines(s, cell_at(s, gone.p), gone.p, gone.p + way / legs, gone.velocity);
    }
    return gone;
}

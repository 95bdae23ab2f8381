//! The paper that everything is drawn on, and the marks that stay on it.

use weir_scene::{Domain, Scene, Water};

use super::camera::Camera;
use super::canvas::{Bounds, Canvas, centre, coverage};
use super::colour::{hex, mix, smoothstep};

/// Paper with a faint grid and a frame for the walls.
pub fn paper(domain: &Domain, camera: Camera) -> Canvas {
    let mut canvas = Canvas::new(camera.size_px(), hex(0xefeae0));
    let (top, bottom, line) = (hex(0xfcf9f3), hex(0xf3efe6), hex(0x8fb0bd));
    let [columns, rows] = camera.inner_px;
    let (stride, margin) = (canvas.size_px[0], camera.margin_px);
    let decimetre = camera.px_per_m * grid_step_m(domain);
    // Distance to the nearest grid line, and whether that is a fifth one.
    let ruled = |c: f32| {
        let nearest = (c / decimetre).round();
        let strong = nearest.rem_euclid(5.0) == 0.0;
        coverage((c - nearest * decimetre).abs() - 0.1) * if strong { 0.30 } else { 0.15 }
    };
    for y in 0..rows {
        for x in 0..columns {
            let [px, py] = centre(x, y);
            let (u, v) = (px / columns as f32 - 0.5, py / rows as f32 - 0.5);
            let mut colour = mix(top, bottom, v + 0.5);
            colour = mix(colour, line, ruled(px).max(ruled(rows as f32 - py)));
            let corner = smoothstep(0.35, 0.75, u.hypot(v));
            canvas.pixels[(y + margin) * stride + x + margin] =
                mix(colour, hex(0xd9d2c2), 0.35 * corner);
        }
    }
    frame(&mut canvas, domain, camera);
    canvas
}

/// A decimetre, or a tenth to a thousand times that for rectangles of other sizes.
fn grid_step_m(domain: &Domain) -> f32 {
    let target = domain.width_m.max(domain.height_m) / 10.0;
    10.0_f64.powf(target.log10().round()) as f32
}

fn frame(canvas: &mut Canvas, domain: &Domain, camera: Camera) {
    let (low, pen) = (camera.margin_px as f32, camera.pen(1.0));
    let high = camera.inner_px.map(|n| n as f32 + low);
    let corners = [[low, low], [high[0], low], high, [low, high[1]]];
    let outset = 1.5 * pen;
    for side in 0..4 {
        // Periodic sides are open: no wall, no line.
        if domain.periodic_x && side % 2 == 1 {
            continue;
        }
        let (mut a, mut b) = (corners[side], corners[(side + 1) % 4]);
        for p in [&mut a, &mut b] {
            for c in p {
                *c += if *c > low { outset } else { -outset };
            }
        }
        canvas.pen(&[a, b], 3.0 * pen, hex(0x4a4a55), 0.9);
    }
}

/// Marks emitters with a bar and arrowheads, drains with a hatched box.
pub fn paint_marks(canvas: &mut Canvas, scene: &Scene, camera: Camera) {
    for water in &scene.water {
        if let Water::Emitter { from_m, to_m, .. } = water {
            paint_emitter(canvas, *from_m, *to_m, camera);
        }
    }
    for drain in &scene.drains {
        paint_drain(canvas, drain.min_m, drain.max_m, camera);
    }
}

fn paint_emitter(canvas: &mut Canvas, from_m: [f64; 2], to_m: [f64; 2], camera: Camera) {
    let (colour, pen) = (hex(0x14708c), camera.pen(1.0));
    let [from, to] = [from_m, to_m].map(|p| camera.px_from_world(p.map(|c| c as f32)));
    canvas.pen(&[from, to], 3.0 * pen, colour, 0.8);
    let length = (to[0] - from[0]).hypot(to[1] - from[1]).max(1e-3);
    // Right of from → to, with y down.
    let along = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    let out = [-along[1], along[0]];
    let wing = 4.0 * pen;
    let heads = (length / (16.0 * pen)).clamp(1.0, 3.0) as u8;
    for head in 1..=heads {
        let share = f32::from(head) / f32::from(heads + 1);
        let root = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
        let tip = [root[0] + out[0] * 2.2 * wing, root[1] + out[1] * 2.2 * wing];
        let barb =
            |sign: f32| [0, 1].map(|k| tip[k] - out[k] * wing + sign * along[k] * 0.7 * wing);
        canvas.pen(&[barb(1.0), tip, barb(-1.0)], 1.6 * pen, colour, 0.7);
    }
}

fn paint_drain(canvas: &mut Canvas, min_m: [f64; 2], max_m: [f64; 2], camera: Camera) {
    let (colour, pen) = (hex(0x6b6a75), camera.pen(1.0));
    let a = camera.px_from_world([min_m[0] as f32, max_m[1] as f32]);
    let b = camera.px_from_world([max_m[0] as f32, min_m[1] as f32]);
    let period = 9.0 * pen;
    let size = canvas.size_px;
    canvas.paint(Bounds::around(&[a, b], 0.0, size), |p| {
        let inside = p[0] > a[0] && p[0] < b[0] && p[1] > a[1] && p[1] < b[1];
        let hatch = ((p[0] + p[1]) / period).rem_euclid(1.0) * period;
        (
            colour,
            if inside { 0.30 * coverage((hatch - period / 2.0).abs() - 0.8 * pen) } else { 0.0 },
        )
    });
    canvas.pen(&[a, [b[0], a[1]], b, [a[0], b[1]], a], 1.2 * pen, colour, 0.45);
}

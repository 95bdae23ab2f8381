//! Pictures of made-up water, to judge the drawing without a solver, and the
//! laws that any picture keeps.

use std::f32::consts::PI;
use std::path::Path;
use std::time::Instant;

use weir_scene::{Frame, Pose, Scene, Shape};

use super::{Painter, Style};

/// A repeatable number in `0..1`.
fn noise(seed: &mut u32) -> f32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*seed >> 8) as f32 / 16_777_216.0
}

fn scene() -> Scene {
    Scene::from_json(include_str!("gallery.json")).expect("the gallery's scene")
}

/// Adds jittered particles on the lattice of the scene wherever `inside` says so.
fn fill(
    frame: &mut Frame,
    scene: &Scene,
    inside: impl Fn([f32; 2]) -> bool,
    velocity: impl Fn([f32; 2]) -> [f32; 2],
) {
    let mut seed = 7;
    let h = scene.domain.cell_m as f32 / 2.0;
    let (nx, ny) = (scene.domain.width_m as f32 / h, scene.domain.height_m as f32 / h);
    for j in 0..ny as usize {
        for i in 0..nx as usize {
            let p = [(i as f32 + 0.5) * h, (j as f32 + 0.5) * h];
            let p = p.map(|c| c + 0.7 * h * (noise(&mut seed) - 0.5));
            if inside(p) {
                frame.ids.push(frame.ids.len() as u32);
                frame.positions_m.push(p);
                frame.velocities_m_s.push(velocity(p));
            }
        }
    }
}

fn pool_and_splash(scene: &Scene) -> Frame {
    let mut frame = Frame::default();
    let surface = |x: f32| 0.26 + 0.05 * (6.0 * x).sin() + 0.02 * (17.0 * x).sin();
    fill(&mut frame, scene, |p| p[1] < surface(p[0]), |p| [0.6 * (6.0 * p[0]).cos(), 0.0]);
    // Water held by the cup of zero-thickness lines, and a sheet running down the ramp.
    fill(
        &mut frame,
        scene,
        |p| p[0] > 0.952 && p[0] < 1.248 && p[1] > 0.452 && p[1] < 0.56,
        |_| [0.0; 2],
    );
    let ramp = |x: f32| 0.8 - 0.35 * (x - 0.1) / 0.6;
    let on_ramp =
        |p: [f32; 2]| p[0] > 0.1 && p[0] < 0.7 && p[1] > ramp(p[0]) && p[1] < ramp(p[0]) + 0.06;
    fill(&mut frame, scene, on_ramp, |_| [1.4, -0.9]);
    let jet = |p: [f32; 2]| {
        let t = (p[0] - 0.7) / 1.6;
        t > 0.0 && (p[1] - (0.48 - 0.9 * t - 4.9 * t * t)).abs() < 0.028 && p[1] > 0.2
    };
    fill(&mut frame, scene, jet, |p| [1.6, -2.0 - (0.45 - p[1])]);
    let mut seed = 3;
    for _ in 0..260 {
        let (angle, r) = (noise(&mut seed) * PI, noise(&mut seed).sqrt() * 0.22);
        frame.ids.push(frame.ids.len() as u32);
        frame.positions_m.push([0.83 + r * angle.cos(), 0.27 + r * angle.sin()]);
        frame.velocities_m_s.push([2.0 * angle.cos(), 2.5 * angle.sin()]);
    }
    let poses = scene.bodies.iter();
    frame.body_poses = poses
        .map(|b| Pose { position_m: b.position_m.map(|c| c as f32), angle_rad: b.angle_rad as f32 })
        .collect();
    without_water_in_bodies(&frame, scene)
}

fn without_water_in_bodies(frame: &Frame, scene: &Scene) -> Frame {
    let inside = |p: [f32; 2]| {
        scene.bodies.iter().any(|body| {
            let d = [0, 1].map(|k| f64::from(p[k]) - body.position_m[k]);
            match body.shape {
                Shape::Ball { radius_m } => d[0].hypot(d[1]) < radius_m,
                Shape::Box { half_extents_m: [x, y] } => d[0].abs() < x && d[1].abs() < y,
                Shape::Polygon { .. } => false,
            }
        })
    };
    let mut dry = Frame { body_poses: frame.body_poses.clone(), ..Frame::default() };
    for (i, &position) in frame.positions_m.iter().enumerate() {
        if !inside(position) {
            dry.positions_m.push(position);
            dry.velocities_m_s.push(frame.velocities_m_s[i]);
            dry.ids.push(frame.ids[i]);
        }
    }
    dry
}

#[test]
#[ignore = "writes pictures to look at, into the folder WEIR_GALLERY"]
fn gallery() {
    let folder = std::env::var("WEIR_GALLERY").unwrap_or_else(|_| ".".into());
    let scene = scene();
    let frame = pool_and_splash(&scene);
    for (style, name) in [(Style::Water, "water"), (Style::Speed, "speed")] {
        let mut painter = Painter::new(&scene, style, 1200);
        let mut srgb = Vec::new();
        painter.paint(&frame, &mut srgb);
        let start = Instant::now();
        for _ in 0..20 {
            painter.paint(&frame, &mut srgb);
        }
        let per_frame = start.elapsed() / 20;
        let [width, height] = painter.size_px().map(|n| n as u32);
        let path = Path::new(&folder).join(format!("{name}.png"));
        image::save_buffer(&path, &srgb, width, height, image::ColorType::Rgb8)
            .expect("a folder to write to");
        let report = format!("{name}: {per_frame:?} a frame, {} particles\n", frame.ids.len());
        std::fs::write(path.with_extension("txt"), report).expect("a folder to write to");
    }
}

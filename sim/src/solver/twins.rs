//! The card's stages against the processor's, from the same state.

use std::ops::Range;

use weir_ground::Axis;
use weir_scene::{Scene, Stagger};

use super::processor::Processor;
use super::water::Water;
use crate::SolverConfig;
use crate::gpu::layout::{Particle, Tag};
use crate::gpu::{Batch, Gpu};

/// A scene with lines in all directions, joints, a closed shape, an emitter and a drain.
const TANGLE: &str = r#"
    version = 1
    domain = { width_m = 0.75, height_m = 0.5, cell_m = 0.015625 }
    [[water]]
    kind = "block"
    min_m = [0.02, 0.1]
    max_m = [0.3, 0.42]
    velocity_m_s = [0.6, 0.2]
    [[water]]
    kind = "emitter"
    from_m = [0.5, 0.45]
    to_m = [0.6, 0.45]
    speed_m_s = 1.2
    [[stroke]]
    points_m = [[0.05, 0.12], [0.31, 0.083], [0.33, 0.2], [0.44, 0.21]]
    [[stroke]]
    points_m = [[0.4, 0.1], [0.5, 0.16], [0.45, 0.3], [0.36, 0.26]]
    closed = true
    [[stroke]]
    points_m = [[0.1, 0.3], [0.17, 0.36], [0.22, 0.29], [0.222, 0.2]]
    [[drain]]
    min_m = [0.7, 0.0]
    max_m = [0.75, 0.05]
"#;

/// Bodies that float, sink and lean on each other, one of them pinned.
const BODIES: &str = r#"
    version = 1
    domain = { width_m = 0.75, height_m = 0.5, cell_m = 0.015625 }
    [[water]]
    kind = "block"
    min_m = [0.0, 0.0]
    max_m = [0.75, 0.2]
    velocity_m_s = [0.3, 0.0]
    [[stroke]]
    points_m = [[0.3, 0.12], [0.45, 0.1]]
    [[body]]
    position_m = [0.2, 0.22]
    angle_rad = 0.3
    density_kg_m3 = 500.0
    shape = { kind = "box", half_extents_m = [0.06, 0.04] }
    [[body]]
    position_m = [0.5, 0.28]
    density_kg_m3 = 2000.0
    velocity_m_s = [0.0, -1.0]
    shape = { kind = "ball", radius_m = 0.05 }
    [[body]]
    position_m = [0.62, 0.1]
    density_kg_m3 = 800.0
    shape = { kind = "box", half_extents_m = [0.05, 0.03] }
"#;

/// Gives the batch, of one scene, the water of the solver and all that its next step depends on.
fn copy(solver: &Processor, batch: &mut Batch) {
    let own = &solver.particles;
    let particles: Vec<Particle> = own
        .all
        .iter()
        .map(|p| {
            let [[a, b], [c, d]] = p.gradient;
            Particle { position: p.position, velocity: p.velocity, gradient: [a, b, c, d] }
        })
        .collect();
    let tag = |(&id, p): (&u32, &Particle)| Tag { id, scene: 0, before: p.velocity };
    let tags: Vec<Tag> = own.id.iter().zip(&particles).map(tag).collect();
    batch.replace(particles, &tags).expect("room");
    let (host, other) = (&solver.host, batch.host_mut(0));
    (other.diagnostics, other.bulk_speed) = (host.diagnostics, host.bulk_speed);
    (other.time_s, other.next_id) = (host.time_s, host.next_id);
    other.emitters.clone_from(&host.emitters);
}

fn read<T: bytemuck::Pod>(batch: &Batch, name: &str, count: usize) -> Vec<T> {
    batch.read(name, count).expect("what the card has")
}

/// Root mean square of differences and of the first values.
fn rms(pairs: impl Iterator<Item = (f32, f32)>) -> (f64, f64) {
    let (mut off, mut size, mut count) = (0.0, 0.0, 0.0);
    for (a, b) in pairs.map(|(a, b)| (f64::from(a), f64::from(b))) {
        off += (a - b) * (a - b);
        size += a * a;
        count += 1.0;
    }
    let count: f64 = f64::max(count, 1.0);
    ((off / count).sqrt(), (size / count).sqrt())
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn each_stage_does_what_its_twin_does_between_lines() {
    compare(TANGLE, 60);
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn each_stage_does_what_its_twin_does_beside_bodies() {
    // rapier2d moves each solver's bodies for itself: after a while they are not the same.
    compare(BODIES, 20);
}

fn compare(scene: &str, steps: usize) {
    let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
    let scene = Scene::from_toml(scene).expect("a scene");
    let config =
        SolverConfig { pressure_tolerance: 1e-6, density_tolerance: 1e-6, ..Default::default() };
    let mut solver = Processor::new(&scene, config.clone()).expect("a solver");
    let mut batch = Batch::new(&gpu, &[scene], &config).expect("a batch");
    for step in 0..steps {
        copy(&solver, &mut batch);
        let limit_s = 0.004;
        solver.step(limit_s).expect("finite");
        batch.step(&[limit_s]).expect("finite");
        assert_eq!(solver.host.diagnostics.dt_s, batch.diagnostics(0).dt_s);
        let at = |what: &str| format!("{what}, step {step}");

        // Who lies where, in which order.
        let count = solver.particles.len();
        let tags: Vec<Tag> = read(&batch, "tags", count);
        assert!(
            tags.iter().map(|tag| tag.id).eq(solver.particles.id.iter().copied()),
            "{}",
            at("order")
        );

        // Where water is.
        let components = solver.host.topology.component_count();
        let density: Vec<f32> = read(&batch, "density", components);
        let (off, size) = rms(solver.density.iter().copied().zip(density));
        assert!(off <= 1e-5 * size, "{}: {off} of {size}", at("density"));
        let fluid: Vec<u32> = read(&batch, "fluid", components);
        let off =
            fluid.iter().zip(&solver.surface.fluid).filter(|(a, b)| (**a != 0) != **b).count();
        assert_eq!(off, 0, "{}", at("fluid"));
        let pressure: Vec<f32> = read(&batch, "unknown", 2 * components);
        let (off, size) = rms(solver.pressure.value.iter().copied().zip(pressure.iter().copied()));
        let shift = solver.pressure.shift.iter().copied();
        let (shift_off, shift_size) = rms(shift.zip(pressure[components..].iter().copied()));
        assert!(off <= 1e-4 * size, "{}: {off} of {size}", at("pressure"));
        assert!(shift_off <= 1e-4 * shift_size, "{}: {shift_off} of {shift_size}", at("shift"));

        // Velocities on the sides, before forces and after.
        let mut base = 0;
        for axis in Axis::BOTH {
            let nodes = solver.host.topology.node_count(axis);
            let before: Vec<f32> = read(&batch, "before", base + nodes);
            let known: Vec<u32> = read(&batch, "known", base + nodes);
            let own = &solver.transfer.velocity[axis as usize];
            let off = known[base..].iter().zip(&solver.known[axis as usize]);
            let off = off.filter(|(a, b)| (**a != 0) != **b).count();
            assert_eq!(off, 0, "{}", at("known"));
            let (off, size) = rms(own.iter().copied().zip(before[base..].iter().copied()));
            assert!(off <= 1e-5 * size, "{} {axis:?}: {off} of {size}", at("particle to grid"));
            let sides: Vec<[f32; 4]> = read(&batch, "sides", base + nodes);
            for (k, name) in ["velocity", "change", "displacement", "known"].into_iter().enumerate()
            {
                // Beyond what particles may read the processor leaves what was there.
                let Range { start, end } = solver.reach;
                let ny = solver.host.grid.ny;
                let rows =
                    if start == 0 { 0 } else { start + 2 }..if end == ny { ny } else { end - 2 };
                let pairs =
                    solver.host.topology.nodes_in(axis, &rows).into_iter().flatten().map(|node| {
                        (solver.sides[axis as usize][node].to_array()[k], sides[base + node][k])
                    });
                let (off, size) = rms(pairs);
                assert!(off <= 2e-3 * size + 1e-7, "{} {axis:?}: {off} of {size}", at(name));
            }
            base += nodes;
        }

        // Where the particles come to.
        let particles: Vec<Particle> = read(&batch, "particles", count);
        let far = |k: usize| {
            let (p, q) = (solver.particles.all[k].position, particles[k].position);
            f64::from((p[0] - q[0]).hypot(p[1] - q[1]))
        };
        let mut distances: Vec<f64> = (0..count).map(far).collect();
        distances.sort_by(f64::total_cmp);
        assert!(distances[count / 2] < 1e-4, "{}: {}", at("median distance"), distances[count / 2]);
        assert!(
            distances[count * 99 / 100] < 1e-2,
            "{}: {}",
            at("99 %"),
            distances[count * 99 / 100]
        );
        let (a, b) = (&solver.host.diagnostics, batch.diagnostics(0));
        assert_eq!((a.particles, a.full_cells), (b.particles, b.full_cells), "{}", at("counts"));
        for (name, a, b, tolerance) in [
            ("kinetic", a.kinetic_j, b.kinetic_j, 1e-3),
            ("potential", a.potential_j, b.potential_j, 1e-4),
            ("speed", a.max_speed_m_s, b.max_speed_m_s, 1e-2),
            ("density", 1.0 + a.density_signed_err, 1.0 + b.density_signed_err, 1e-4),
            ("volume", 1.0 + a.volume_drift, 1.0 + b.volume_drift, 1e-3),
        ] {
            assert!((a - b).abs() <= tolerance * a.abs(), "{}: {a} and {b}", at(name));
        }
        if step == 0 {
            assert_eq!(solver.host.grid.len(Stagger::Centre), 48 * 32);
        }
    }
}

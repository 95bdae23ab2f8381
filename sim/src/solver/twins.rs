//! The card's stages against the processor's, from the same state.

use std::ops::Range;

use weir_ground::Axis;
use weir_scene::Scene;

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

/// A closed box whose lid drags water around a plate and past a crack; walls and lines drag too.
const CAVITY: &str = r#"
    version = 1
    viscosity_m2_s = 0.01
    domain = { width_m = 0.375, height_m = 0.5, cell_m = 0.015625, walls = "no-slip", lid_speed_m_s = 1.5 }
    [[water]]
    kind = "block"
    min_m = [0.0, 0.0]
    max_m = [0.375, 0.5]
    [[stroke]]
    points_m = [[0.1, 0.31], [0.2, 0.331], [0.24, 0.29]]
    [[stroke]]
    points_m = [[0.0, 0.12], [0.26, 0.105]]
"#;

/// A channel without ends, half full, that water flows along over a bump and under it.
const CHANNEL: &str = r#"
    version = 1
    gravity_m_s2 = [3.0, -9.81]
    viscosity_m2_s = 0.005
    domain = { width_m = 0.5, height_m = 0.3125, cell_m = 0.015625, walls = "no-slip", periodic_x = true }
    [[water]]
    kind = "block"
    min_m = [0.0, 0.0]
    max_m = [0.5, 0.17]
    velocity_m_s = [0.8, 0.0]
    [[stroke]]
    points_m = [[0.19, 0.012], [0.24, 0.041], [0.3, 0.012]]
"#;

/// A scene, and how many of its steps are compared.
struct Twin {
    name: &'static str,
    steps: usize,
    solver: Processor,
}

/// Where the fields of a scene begin in those of a batch.
#[derive(Clone, Copy, Default)]
struct First {
    particles: usize,
    components: usize,
    /// In the half of `unknown` that holds the displacement's potential.
    shifts: usize,
    nodes: usize,
}

/// A body in a blob of water that flies, and nothing around.
const FLIGHT: &str = r#"
    version = 1
    gravity_m_s2 = [0.0, -2.0]
    domain = { width_m = 0.890625, height_m = 0.8125, cell_m = 0.015625 }
    [[water]]
    kind = "block"
    min_m = [0.3, 0.3]
    max_m = [0.6, 0.5]
    velocity_m_s = [0.5, 1.0]
    [[body]]
    position_m = [0.45, 0.41]
    density_kg_m3 = 1500.0
    velocity_m_s = [-0.5, 0.5]
    shape = { kind = "ball", radius_m = 0.05 }
"#;

/// Gives the batch the water of the solvers and all that its next step depends on.
fn copy(twins: &[Twin], batch: &mut Batch) {
    let (mut particles, mut tags) = (Vec::new(), Vec::new());
    for (scene, Twin { solver, .. }) in (0..).zip(twins) {
        let own = &solver.particles;
        for (&id, p) in own.id.iter().zip(&own.all) {
            let [[a, b], [c, d]] = p.gradient;
            let (position, velocity) = (p.position, p.velocity);
            particles.push(Particle { position, velocity, gradient: [a, b, c, d] });
            tags.push(Tag { id, scene, before: velocity });
        }
    }
    batch.replace(particles, &tags).expect("room");
    for (scene, twin) in twins.iter().enumerate() {
        let (host, other) = (&twin.solver.host, batch.host_mut(scene));
        (other.diagnostics, other.bulk_speed) = (host.diagnostics, host.bulk_speed);
        (other.time_s, other.next_id) = (host.time_s, host.next_id);
        other.emitters.clone_from(&host.emitters);
    }
}

/// `count` values of a field from one on.
fn read<T: bytemuck::Pod>(batch: &Batch, name: &str, first: usize, count: usize) -> Vec<T> {
    batch.read(name, first + count).expect("what the card has").split_off(first)
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
fn each_stage_does_what_its_twin_does() {
    let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
    let scene = |text| Scene::from_toml(text).expect("a scene");
    let scenes = [
        ("tangle", 60, scene(TANGLE)),
        // rapier2d moves each solver's bodies for itself: after a while they are not the same.
        ("bodies", 20, scene(BODIES)),
        ("syrup", 30, Scene { viscosity_m2_s: 0.02, ..scene(TANGLE) }),
        // Then a bubble opens, and the pressure of a closed box hangs on its last bits.
        ("cavity", 20, scene(CAVITY)),
        ("channel", 30, scene(CHANNEL)),
        ("flight", 20, scene(FLIGHT)),
    ];
    let config =
        SolverConfig { pressure_tolerance: 1e-6, density_tolerance: 1e-6, ..Default::default() };
    let all: Vec<Scene> = scenes.iter().map(|(.., scene)| scene.clone()).collect();
    let mut batch = Batch::new(&gpu, &all, &config).expect("a batch");
    let mut twins = scenes.map(|(name, steps, scene)| {
        let solver = Processor::new(&scene, config.clone()).expect("a solver");
        Twin { name, steps, solver }
    });
    let longest = twins.iter().map(|twin| twin.steps).max().unwrap_or(0);
    for step in 0..longest {
        copy(&twins, &mut batch);
        let limits_s: Vec<f64> =
            twins.iter().map(|twin| if step < twin.steps { 0.004 } else { 0.0 }).collect();
        batch.step(&limits_s).expect("finite");
        for (twin, &limit_s) in twins.iter_mut().zip(&limits_s).filter(|(_, s)| **s > 0.0) {
            twin.solver.step(limit_s).expect("finite");
        }
        let mut particles = 0;
        for (scene, Twin { name, steps, solver }) in twins.iter().enumerate() {
            let [components, nodes, all] = batch.places(scene);
            let first = First { particles, components, shifts: all + components, nodes };
            if step < *steps {
                compare(solver, &batch, scene, first, |what| {
                    format!("{what}, {name}, step {step}")
                });
            }
            particles += solver.particles.len();
        }
    }
}

/// Compares a step from the same state. `at` says what it is about.
fn compare(
    solver: &Processor,
    batch: &Batch,
    scene: usize,
    first: First,
    at: impl Fn(&str) -> String,
) {
    let (a, b) = (&solver.host.diagnostics, batch.diagnostics(scene));
    assert_eq!(a.dt_s, b.dt_s, "{}", at("length"));

    // Who lies where, in which order.
    let count = solver.particles.len();
    let tags: Vec<Tag> = read(batch, "tags", first.particles, count);
    assert!(
        tags.iter().map(|tag| tag.id).eq(solver.particles.id.iter().copied()),
        "{}",
        at("order")
    );

    // Where water is.
    let components = solver.host.topology.component_count();
    let density: Vec<f32> = read(batch, "density", first.components, components);
    let (off, size) = rms(solver.density.iter().copied().zip(density));
    assert!(off <= 1e-5 * size, "{}: {off} of {size}", at("density"));
    let fluid: Vec<u32> = read(batch, "fluid", first.components, components);
    let off = fluid.iter().zip(&solver.surface.fluid).filter(|(a, b)| (**a != 0) != **b).count();
    assert_eq!(off, 0, "{}", at("fluid"));
    let pressure: Vec<f32> = read(batch, "unknown", first.components, components);
    let shift: Vec<f32> = read(batch, "unknown", first.shifts, components);
    // With no air anywhere both are free by a constant.
    let is_brimful = solver.surface.fluid.iter().all(|wet| *wet);
    for (name, own, other) in
        [("pressure", &solver.pressure.value, &pressure), ("shift", &solver.pressure.shift, &shift)]
    {
        let mean = |values: &[f32]| values.iter().sum::<f32>() / components as f32;
        let free = if is_brimful { mean(other) - mean(own) } else { 0.0 };
        let (off, size) = rms(own.iter().copied().zip(other.iter().map(|x| x - free)));
        assert!(off <= 1e-4 * size, "{}: {off} of {size}", at(name));
    }

    // Velocities on the sides, before forces and after.
    let mut base = first.nodes;
    for axis in Axis::BOTH {
        let nodes = solver.host.topology.node_count(axis);
        let before: Vec<f32> = read(batch, "before", base, nodes);
        let known: Vec<u32> = read(batch, "known", base, nodes);
        let own = &solver.transfer.velocity[axis as usize];
        let off = known.iter().zip(&solver.known[axis as usize]);
        let off = off.filter(|(a, b)| (**a != 0) != **b).count();
        assert_eq!(off, 0, "{}", at("known"));
        let (off, size) = rms(own.iter().copied().zip(before.iter().copied()));
        assert!(off <= 1e-5 * size, "{} {axis:?}: {off} of {size}", at("particle to grid"));
        let sides: Vec<[f32; 4]> = read(batch, "sides", base, nodes);
        for (k, name) in ["velocity", "change", "displacement", "known"].into_iter().enumerate() {
            // Beyond what particles may read the processor leaves what was there.
            let Range { start, end } = solver.reach;
            let ny = solver.host.grid.ny;
            let rows = if start == 0 { 0 } else { start + 2 }..if end == ny { ny } else { end - 2 };
            let pairs = solver
                .host
                .topology
                .nodes_in(axis, &rows)
                .into_iter()
                .flatten()
                .map(|node| (solver.sides[axis as usize][node].to_array()[k], sides[node][k]));
            let (off, size) = rms(pairs);
            assert!(off <= 2e-3 * size + 1e-7, "{} {axis:?}: {off} of {size}", at(name));
        }
        base += nodes;
    }

    // Where the particles come to.
    let particles: Vec<Particle> = read(batch, "particles", first.particles, count);
    let far = |k: usize| {
        let (p, q) = (solver.particles.all[k].position, particles[k].position);
        f64::from((p[0] - q[0]).hypot(p[1] - q[1]))
    };
    let mut distances: Vec<f64> = (0..count).map(far).collect();
    distances.sort_by(f64::total_cmp);
    assert!(distances[count / 2] < 1e-4, "{}: {}", at("median distance"), distances[count / 2]);
    assert!(distances[count * 99 / 100] < 1e-2, "{}: {}", at("99 %"), distances[count * 99 / 100]);
    assert_eq!((a.particles, a.full_cells), (b.particles, b.full_cells), "{}", at("counts"));
    for k in 0..2 {
        let (a, b) = (a.water_momentum_kg_m_s[k], b.water_momentum_kg_m_s[k]);
        assert!(
            (a - b).abs() <= 1e-4 * solver.host.particle_kg() * count as f64,
            "{}: {a} and {b}",
            at("momentum")
        );
    }
    for (name, a, b, tolerance) in [
        ("kinetic", a.kinetic_j, b.kinetic_j, 1e-3),
        ("potential", a.potential_j, b.potential_j, 1e-4),
        ("speed", a.max_speed_m_s, b.max_speed_m_s, 1e-2),
        ("density", 1.0 + a.density_signed_err, 1.0 + b.density_signed_err, 1e-4),
        ("volume", 1.0 + a.volume_drift, 1.0 + b.volume_drift, 1e-3),
    ] {
        assert!((a - b).abs() <= tolerance * a.abs(), "{}: {a} and {b}", at(name));
    }
}

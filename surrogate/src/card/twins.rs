//! The card's stages against the processor's, from the same water.

use std::collections::{BTreeMap, BTreeSet};

use weir_gpu::Gpu;
use weir_scene::Scene;

use super::batch::Batch;
use super::layout::{Particle, Sizes, Tag};
use crate::bed::MAPS;
use crate::encode::{INPUTS, WATER_MAPS, Water};
use crate::surrogate::Asking;
use crate::{Model, Surrogate, device};

/// A scene with lines in all directions, a closed shape, an emitter and a drain.
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
    points_m = [[0.1013, 0.3], [0.17, 0.36], [0.22, 0.29], [0.222, 0.2]]
    [[drain]]
    min_m = [0.7, 0.0]
    max_m = [0.75, 0.05]
"#;

/// A basin at rest beside a column that falls, of another size.
const COLUMN: &str = r#"
    version = 1
    domain = { width_m = 0.5, height_m = 0.40625, cell_m = 0.015625 }
    [[water]]
    kind = "block"
    min_m = [0.0, 0.0]
    max_m = [0.12, 0.3]
    [[stroke]]
    points_m = [[0.3, 0.0], [0.3, 0.2]]
    [[drain]]
    min_m = [0.24, 0.0]
    max_m = [0.28, 0.03]
    [[water]]
    kind = "block"
    min_m = [0.3, 0.0]
    max_m = [0.5, 0.1]
"#;

fn open() -> (Gpu, Model, Model) {
    let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
    let shared = device::on(&gpu).expect("burn on the same card");
    let model = |device| Model::open("default", &device).expect("the shipped model");
    (gpu, model(shared), model(device::open("flex").expect("a processor")))
}

fn scene(text: &str) -> Scene {
    Scene::from_toml(text).expect("a scene")
}

/// The water of each scene on the card, in its order there.
fn waters(batch: &Batch) -> Vec<Water> {
    let count = batch.read::<Sizes>("batch", 1).expect("sizes")[0].particles as usize;
    let particles: Vec<Particle> = batch.read("particles", count).expect("particles");
    let tags: Vec<Tag> = batch.read("tags", count).expect("tags");
    let mut waters = vec![Water::default(); batch.len()];
    for (particle, tag) in particles.iter().zip(&tags).filter(|(_, tag)| tag.is_gone == 0) {
        waters[tag.scene as usize].push(tag.id, particle.position, particle.velocity);
    }
    waters
}

/// Root mean square of the differences, and the largest.
fn off(pairs: impl Iterator<Item = (f32, f32)>) -> (f64, f64) {
    let (mut squares, mut most, mut count) = (0.0, 0.0_f64, 0.0);
    for (a, b) in pairs {
        let off = f64::from(a - b);
        squares += off * off;
        most = most.max(off.abs());
        count += 1.0;
    }
    ((squares / f64::max(count, 1.0)).sqrt(), most)
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn each_stage_does_what_its_twin_does() {
    let (gpu, model, plain) = open();
    let scenes = [TANGLE, COLUMN].map(scene);
    let mut batch = Batch::new(&gpu, &model, &scenes).expect("a batch");
    let twin = |scene| Surrogate::new(plain.clone(), scene).expect("a surrogate");
    let mut twins = scenes.iter().map(twin).collect::<Vec<_>>();
    let (mut born, mut gone) = (0, 0);
    for call in 0..40 {
        let is_birth = batch.begin().expect("room");
        batch.look();
        let answers = batch.ask().expect("an answer");
        let before = waters(&batch);
        for (k, twin) in twins.iter_mut().enumerate() {
            let name = format!("call {call}, scene {k}");
            // From here on both go on from the card's water.
            twin.pour(before[k].clone());
            let Asking { canvas, input, shown } = twin.ask();
            let drawn = batch.easel(k).drawn_now();
            for map in 0..INPUTS {
                let area = map * canvas.area()..(map + 1) * canvas.area();
                let own = input[area.clone()].iter().copied().zip(drawn[area].iter().copied());
                let (rms, most) = off(own);
                let map = WATER_MAPS.iter().chain(&MAPS).nth(map).expect("a map");
                assert!(rms < 2e-3 && most < 0.2, "{name}: {map} is off by {rms:e}, {most:e}");
            }
            let answer = plain.answer(input, 1, &canvas, &mut ()).expect("an answer");
            let given = batch.easel(k).answered_now(&model);
            let (rms, most) = off(answer.iter().copied().zip(given));
            assert!(rms < 2e-3 && most < 0.2, "{name}: the answer is off by {rms:e}, {most:e}");
            twin.take(&canvas, &shown, &answer).expect("motion");
        }
        batch.flow(&answers, &is_birth);
        for ((k, twin), water) in twins.iter().enumerate().zip(waters(&batch)) {
            agree(&format!("call {call}, scene {k}"), twin.water(), &water);
        }
        for (was, is) in before.iter().zip(waters(&batch)) {
            let [was, is] = [was, &is].map(|water| water.id.iter().collect::<BTreeSet<_>>());
            born += is.difference(&was).count();
            gone += was.difference(&is).count();
        }
    }
    assert!(born > 100 && gone > 10, "{born} came in and {gone} left");
}

/// Whether the same particles are at the same places and as fast, but for a few: what grazes the
/// end of a line in one precision may pass it in another.
fn agree(name: &str, one: &Water, other: &Water) {
    let by_id = |water: &Water| -> BTreeMap<u32, [f32; 4]> {
        let states =
            water.position.iter().zip(&water.velocity).map(|(p, v)| [p[0], p[1], v[0], v[1]]);
        water.id.iter().copied().zip(states).collect()
    };
    let (one, other) = (by_id(one), by_id(other));
    assert!(one.keys().eq(other.keys()), "{name}: {} and {} particles", one.len(), other.len());
    for (k, what, near) in [(0, "x", 1e-3), (1, "y", 1e-3), (2, "u", 1e-2), (3, "v", 1e-2)] {
        let pairs = one.values().zip(other.values());
        let far = pairs.filter(|(a, b)| (a[k] - b[k]).abs() > near).count();
        assert!(100 * far <= one.len(), "{name}: {far} of {} are off in {what}", one.len());
    }
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_one_that_is_lost_is_an_error_and_frames_before_stand() {
    let (gpu, model, _) = open();
    let mut batch = Batch::new(&gpu, &model, &[scene(COLUMN)]).expect("a batch");
    let mut shown = [weir_scene::Frame::default()];
    batch.advance().expect("a frame");
    batch.snapshot(&mut shown).expect("a frame");
    let before = shown.clone();
    gpu.device().destroy();
    let lost = (0..4).find_map(|_| batch.advance().and_then(|()| batch.snapshot(&mut shown)).err());
    assert!(lost.is_some(), "nobody noticed");
    assert_eq!(shown, before);
}

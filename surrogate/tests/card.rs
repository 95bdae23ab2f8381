//! Many rectangles of water on one card.
#![cfg(feature = "wgpu")]

#[allow(dead_code, reason = "others use the rest")]
mod common;

use common::{CELL_M, card, on_card, scene};
use weir_scene::{Domain, Frame, Scene, Stroke};
use weir_surrogate::card::Batch;
use weir_surrogate::{Model, device};

/// The shipped model, whose cells are a quarter of those here.
fn model() -> Model {
    let mut model = Model::open("default", &device::open("flex").expect("a processor"));
    if let Ok(model) = &mut model {
        model.config.scales.cell_m = CELL_M;
    }
    on_card(card(), &model.expect("the shipped model"))
}

fn scenes() -> [Scene; 3] {
    let small = "water = [{ kind = \"block\", min_m = [0.1, 0.55], max_m = [0.4, 0.8] }]";
    let jet = "water = [{ kind = \"emitter\", from_m = [0.1, 0.5], to_m = [0.1, 0.75], \
               speed_m_s = 1.0 }]\nstroke = [{ points_m = [[0.0, 0.3], [1.0, 0.2]] }]\n\
               drain = [{ min_m = [0.5, 0.0], max_m = [1.0, 0.4] }]";
    let wide = Scene { domain: Domain { width_m: 2.0, ..scene(small).domain }, ..scene(small) };
    [scene(small), wide, scene(jet)]
}

fn run(batch: &mut Batch, frames: usize) -> Vec<Frame> {
    let mut shown = vec![Frame::default(); batch.len()];
    for _ in 0..frames {
        batch.advance().expect("a frame");
    }
    batch.snapshot(&mut shown).expect("frames");
    shown
}

const NEEDS: &str = "a batch";

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_each_flows_as_if_alone_to_the_last_bit() {
    let model = model();
    let mut together = Batch::new(card(), &model, &scenes()).expect(NEEDS);
    let together = run(&mut together, 40);
    for (scene, together) in scenes().iter().zip(together) {
        let mut alone = Batch::new(card(), &model, std::slice::from_ref(scene)).expect(NEEDS);
        let alone = run(&mut alone, 40).remove(0);
        assert!(!alone.ids.is_empty());
        assert_eq!(together, alone);
    }
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_what_is_drawn_in_one_does_not_touch_the_others() {
    let model = model();
    let mut batch = Batch::new(card(), &model, &scenes()).expect(NEEDS);
    let mut other = Batch::new(card(), &model, &scenes()).expect(NEEDS);
    // Many lines, so that tables move house.
    let stroke = |k: usize| {
        let y = 0.02 + 0.05 * k as f64;
        Stroke { points_m: vec![[0.0, y], [0.9, y + 0.01]], ..Stroke::default() }
    };
    run(&mut batch, 4);
    run(&mut other, 4);
    for k in 0..10 {
        batch.add_stroke(0, &stroke(k)).expect("a line");
    }
    let (changed, same) = (run(&mut batch, 30), run(&mut other, 30));
    assert_ne!(changed[0], same[0]);
    assert_eq!(changed[1..], same[1..]);
    assert!((0..3).all(|scene| batch.totals(scene).line_crossings == 0));
    assert!(batch.add_stroke(1, &Stroke::default()).is_err(), "no points");
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_a_model_that_is_elsewhere_is_refused() {
    let elsewhere = Model::open("default", &device::open("flex").expect("a processor"));
    let error = Batch::new(card(), &elsewhere.expect("the shipped model"), &scenes());
    assert!(error.is_err());
}

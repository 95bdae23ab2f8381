//! What holds whatever a network has learned, and wherever it computes.

#[allow(dead_code, reason = "others use the rest")]
mod common;

use common::{CELL_M, config, rest, scene};
use weir_scene::{Advance, Domain, Frame, Scene, Stroke, rollout};
use weir_surrogate::bed::Sight;
use weir_surrogate::train::{TrainConfig, Trainer};
use weir_surrogate::{Model, Rollout, Surrogate, call_together, device, network::UNet};

/// What moves the water.
#[derive(Clone, Copy)]
enum Place {
    Processor,
    #[cfg(feature = "wgpu")]
    Card,
}

impl Place {
    /// A model's water at time zero.
    fn start(self, model: &Model, scene: &Scene) -> Box<dyn Rollout> {
        match self {
            Self::Processor => Box::new(Surrogate::new(model.clone(), scene).expect("a surrogate")),
            #[cfg(feature = "wgpu")]
            Self::Card => {
                let gpu = common::card();
                let model = common::on_card(gpu, model);
                Box::new(weir_surrogate::card::Card::new(gpu, &model, scene).expect("a card"))
            }
        }
    }
}

macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        mod on_the_processor {
            $(#[test]
            fn $law() {
                super::$law(super::Place::Processor);
            })*
        }

        #[cfg(feature = "wgpu")]
        mod on_a_card {
            $(#[test]
            #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers; slow there"]
            fn $law() {
                super::$law(super::Place::Card);
            })*
        }
    };
}

laws!(
    what_nothing_touches_falls_on_a_parabola,
    no_answer_takes_water_through_a_line_or_out_of_the_rectangle,
    a_line_drawn_while_it_runs_counts_from_the_next_call_on,
    emitters_let_in_what_their_speed_says_and_drains_let_it_out,
    a_run_goes_on_from_a_frame_as_if_nothing_had_been,
    what_a_drain_has_swallowed_does_not_come_back,
    water_on_one_point_comes_apart_and_not_through_lines,
    no_answer_gives_water_energy,
);

/// A network that knows nothing: its answer is zero everywhere.
fn ignorant() -> Model {
    let device = device::open("flex").expect("a processor");
    let config = config().describe();
    let net = UNet::new(&config.shape, &device);
    Model::new(config, net, device)
}

/// A network that learned far too fast, and answers nonsense.
fn wild() -> Model {
    let device = device::open("flex").expect("a processor");
    let folder = tempfile::tempdir().expect("a folder");
    let config = TrainConfig { learning_rate: 0.3, warm_up: 1, ema: 0.0, ..config() };
    let mut trainer = Trainer::new(config, &device, folder.path()).expect("a trainer");
    for _ in 0..4 {
        trainer.step(&[rest()]).expect("a step");
    }
    trainer.model().clone()
}

fn what_nothing_touches_falls_on_a_parabola(place: Place) {
    let water = "water = [{ kind = \"block\", min_m = [0.3, 0.7], max_m = [0.5, 0.9], \
                 velocity_m_s = [0.5, 0.2] }]";
    let mut surrogate = place.start(&ignorant(), &scene(water));
    let run = rollout(&mut *surrogate, 12).expect("frames");
    let (first, last) = (&run.frames[0], &run.frames[12]);
    let t = 12.0 / 60.0;
    let fallen = [0.5 * t, 0.2 * t - 0.5 * 9.81 * t * t];
    for (id, p) in last.ids.iter().zip(&last.positions_m) {
        let born = first.ids.iter().position(|other| other == id).expect("the same water");
        let p0 = first.positions_m[born];
        for k in 0..2 {
            let off = f64::from(p[k] - p0[k]) - fallen[k];
            assert!(off.abs() < 2e-3 * CELL_M, "{k}: {off}");
        }
    }
}

fn no_answer_takes_water_through_a_line_or_out_of_the_rectangle(place: Place) {
    for sees in [true, false] {
        let mut model = wild();
        model.config.sight = Sight { apertures: sees, line_aware: sees, flights: sees };
        // Or nothing would be left of its nonsense.
        model.config.motion.lossy = false;
        holds(place, &model);
    }
}

fn holds(place: Place, model: &Model) {
    let drawn = "water = [{ kind = \"block\", min_m = [0.1, 0.55], max_m = [0.9, 0.95] }]\n\
                 stroke = [{ points_m = [[0.0, 0.3], [0.4, 0.52], [1.0, 0.28]] },\n\
                 { points_m = [[0.6, 0.6], [0.8, 0.75], [0.6, 0.9]], closed = true }]";
    let mut surrogate = place.start(model, &scene(drawn));
    let mut frame = Frame::default();
    surrogate.snapshot(&mut frame);
    let in_it =
        |p: &[f32; 2]| p[0] > 0.6 && p[0] < 0.8 && (p[1] - 0.75).abs() < 0.75 * (0.8 - p[0]);
    let before = (frame.ids.len(), frame.positions_m.iter().filter(|p| in_it(p)).count());
    let mut fastest = 0.0_f32;
    for _ in 0..60 {
        surrogate.advance(&mut frame).expect("a frame");
        fastest = frame.velocities_m_s.iter().fold(fastest, |f, v| f.max(v[0].hypot(v[1])));
        assert_eq!(frame.ids.len(), before.0, "all water is there");
        assert!(frame.positions_m.iter().all(|p| (0..2).all(|k| (0.0..=1.0).contains(&p[k]))));
        // Below the first line nothing ever was.
        let below = |p: &&[f32; 2]| p[1] < 0.27;
        assert_eq!(frame.positions_m.iter().filter(below).count(), 0);
    }
    assert!(fastest > 5.0, "nonsense was answered: {fastest} m/s");
    assert_eq!(frame.positions_m.iter().filter(|p| in_it(p)).count(), before.1);
    assert_eq!(surrogate.totals().line_crossings, 0);
}

fn a_line_drawn_while_it_runs_counts_from_the_next_call_on(place: Place) {
    let water = "water = [{ kind = \"block\", min_m = [0.3, 0.7], max_m = [0.6, 0.9] }]";
    let mut surrogate = place.start(&ignorant(), &scene(water));
    let mut frame = Frame::default();
    surrogate.advance(&mut frame).expect("a frame");
    let shelf = Stroke { points_m: vec![[0.0, 0.5], [1.0, 0.5]], ..Stroke::default() };
    let id = surrogate.add_stroke(&shelf).expect("a line");
    let lowest = |frame: &Frame| frame.positions_m.iter().map(|p| p[1]).fold(1.0, f32::min);
    (0..60).for_each(|_| surrogate.advance(&mut frame).expect("a frame"));
    assert!(lowest(&frame) >= 0.5, "{}", lowest(&frame));
    surrogate.erase_stroke(id).expect("the line");
    assert!(surrogate.erase_stroke(id).is_err(), "it is gone");
    (0..60).for_each(|_| surrogate.advance(&mut frame).expect("a frame"));
    assert!(lowest(&frame) < 0.1, "{}", lowest(&frame));
}

fn emitters_let_in_what_their_speed_says_and_drains_let_it_out(place: Place) {
    let jet = "water = [{ kind = \"emitter\", from_m = [0.1, 0.5], to_m = [0.1, 0.75], \
               speed_m_s = 1.0, stop_s = 0.25 }]";
    let mut surrogate = place.start(&ignorant(), &scene(jet));
    let run = rollout(&mut *surrogate, 20).expect("frames");
    let cells = 0.25 * 0.25 / (CELL_M * CELL_M);
    assert_eq!(run.frames[20].ids.len(), (4.0 * cells) as usize);
    let drained = format!("{jet}\ndrain = [{{ min_m = [0.0, 0.0], max_m = [1.0, 0.2] }}]");
    let mut surrogate = place.start(&ignorant(), &scene(&drained));
    let run = rollout(&mut *surrogate, 60).expect("frames");
    assert_eq!(run.frames[60].ids.len(), 0, "all fell into the drain");
}

fn a_run_goes_on_from_a_frame_as_if_nothing_had_been(place: Place) {
    let drawn = "water = [{ kind = \"block\", min_m = [0.1, 0.55], max_m = [0.4, 0.8] },\n\
                 { kind = \"emitter\", from_m = [0.9, 0.9], to_m = [0.9, 0.8], speed_m_s = 1.0 }]\n\
                 stroke = [{ points_m = [[0.0, 0.3], [0.4, 0.5], [1.0, 0.28]] }]";
    let mut whole = place.start(&wild(), &scene(drawn));
    let run = rollout(&mut *whole, 20).expect("frames");
    let mut second = place.start(&wild(), &scene(drawn));
    second.resume(&run.frames[10]).expect("room");
    let rest = rollout(&mut *second, 10).expect("frames");
    assert!(run.frames[20].ids.len() > run.frames[10].ids.len(), "the emitter is open");
    assert_eq!(rest.frames[..], run.frames[10..]);
}

fn what_a_drain_has_swallowed_does_not_come_back(place: Place) {
    // Fast water that is through the drain within a call of the network.
    let drawn = "water = [{ kind = \"block\", min_m = [0.3, 0.55], max_m = [0.6, 0.9], \
                 velocity_m_s = [0.0, -4.0] }]\n\
                 drain = [{ min_m = [0.0, 0.42], max_m = [1.0, 0.48] }]";
    let trained = TrainConfig { shape: weir_surrogate::network::Shape::small(8), ..config() };
    let device = device::open("flex").expect("a processor");
    let net = UNet::new(&trained.shape, &device);
    let model = Model::new(trained.describe(), net, device);
    let mut surrogate = place.start(&model, &scene(drawn));
    let run = rollout(&mut *surrogate, 16).expect("frames");
    for pair in run.frames.windows(2) {
        let back = pair[1].ids.iter().filter(|id| !pair[0].ids.contains(id));
        assert_eq!(back.count(), 0, "at {} s", pair[1].time_s);
    }
    assert!(run.frames[16].ids.len() < run.frames[0].ids.len());
}

fn water_on_one_point_comes_apart_and_not_through_lines(place: Place) {
    let cup = "gravity_m_s2 = [0.0, 0.0]\n\
               stroke = [{ points_m = [[0.1, 0.8], [0.5, 0.3], [0.9, 0.8]] }]";
    let mut frame = Frame::default();
    for id in 0..64 {
        frame.ids.push(id);
        frame.positions_m.push([0.5, 0.31 + 1e-5 * id as f32]);
        frame.velocities_m_s.push([0.0; 2]);
    }
    let crowded = |apart: f32| {
        let mut model = ignorant();
        (model.config.motion.apart, model.config.motion.relax_rate) = (apart, 0.0);
        let mut surrogate = place.start(&model, &scene(cup));
        surrogate.resume(&frame).expect("room");
        let run = rollout(&mut *surrogate, 120).expect("frames");
        assert_eq!(surrogate.totals().line_crossings, 0);
        let last = &run.frames[120].positions_m;
        let in_it = |p: &&[f32; 2]| p[1] >= 0.3 + 1.25 * (p[0] - 0.5).abs() - 1e-3;
        assert_eq!(last.iter().filter(in_it).count(), 64, "all are in the cup");
        let near = |p: &[f32; 2], q: &[f32; 2]| {
            (p[0] - q[0]).hypot(p[1] - q[1]) < 0.5 * 0.45 * CELL_M as f32
        };
        last.iter().filter(|p| last.iter().filter(|q| near(p, q)).count() > 1).count()
    };
    assert_eq!(crowded(0.0), 64, "left alone, they stay");
    let apart = crowded(0.45);
    assert!(apart < 4, "{apart} of 64 are nearer to another than half of the distance");
}

fn no_answer_gives_water_energy(place: Place) {
    let block = "kind = \"block\", min_m = [0.3, 0.4], max_m = [0.7, 0.8], \
                 velocity_m_s = [0.5, -0.5]";
    // So slow that nothing comes out of it while the test looks.
    let emitter = "kind = \"emitter\", from_m = [0.5, 0.5], to_m = [0.5, 0.7], speed_m_s = 0.01";
    // Times the energy it began with: the most that it has at the end of any call.
    let most = |lossy: bool, water: &str| {
        let mut model = wild();
        model.config.motion.lossy = lossy;
        let drawn = format!("gravity_m_s2 = [0.0, 0.0]\nwater = [{water}]");
        let mut surrogate = place.start(&model, &scene(&drawn));
        let run = rollout(&mut *surrogate, 30).expect("frames");
        let energy = |frame: &Frame| {
            let squared = frame.velocities_m_s.iter().map(|v| f64::from(v[0] * v[0] + v[1] * v[1]));
            squared.sum::<f64>()
        };
        let first = energy(&run.frames[0]);
        run.frames.iter().map(energy).fold(0.0, f64::max) / first
    };
    let (alone, fed) = (format!("{{ {block} }}"), format!("{{ {block} }}, {{ {emitter} }}"));
    assert!(most(false, &alone) > 4.0, "it would");
    assert!(most(true, &alone) < 1.0 + 1e-4);
    assert!(most(true, &fed) > 2.0, "an open emitter works on what lies before it");
}

#[test]
fn called_together_each_flows_as_if_alone() {
    let small = "water = [{ kind = \"block\", min_m = [0.1, 0.55], max_m = [0.4, 0.8] }]";
    let jet = "water = [{ kind = \"emitter\", from_m = [0.1, 0.5], to_m = [0.1, 0.75], \
               speed_m_s = 1.0 }]\nstroke = [{ points_m = [[0.0, 0.3], [1.0, 0.2]] }]";
    let wide = Scene { domain: Domain { width_m: 2.0, ..scene(small).domain }, ..scene(small) };
    let model = wild();
    let make = |scene: &Scene| Surrogate::new(model.clone(), scene).expect("a surrogate");
    let scenes = [scene(small), wide, scene(jet)];
    let mut together: Vec<Surrogate> = scenes.iter().map(make).collect();
    for _ in 0..10 {
        let mut all: Vec<&mut Surrogate> = together.iter_mut().filter(|w| w.is_due()).collect();
        assert!(call_together(&model, &mut all, &mut ()).results.iter().all(Result::is_ok));
        together.iter_mut().for_each(|w| w.advance(&mut Frame::default()).expect("a frame"));
    }
    for (scene, together) in scenes.iter().zip(&together) {
        let mut alone = make(scene);
        (0..10).for_each(|_| alone.advance(&mut Frame::default()).expect("a frame"));
        assert!(!alone.water().is_empty());
        assert_eq!(together.water(), alone.water());
    }
}

//! What holds for looks into a network, whatever it has learned.

#[allow(dead_code, reason = "others use the rest")]
mod common;

use common::{CELL_M, config, rest, scene};
use weir_scene::Grid;
use weir_surrogate::encode::Canvas;
use weir_surrogate::internals::{
    Question, Silence, Silenced, Watch, ablate, disagreement, layers, reach_cells, receptive_field,
    saliency, skips,
};
use weir_surrogate::network::Shape;
use weir_surrogate::train::{TrainConfig, Trainer};
use weir_surrogate::{Model, Surrogate, device};

/// A network that has learned a little.
fn model(seed: u64) -> Model {
    let shape = Shape { channels: vec![6, 8], convolutions: 1, residual: vec![], sub_frames: 2 };
    let config = TrainConfig { seed, shape, learning_rate: 0.01, warm_up: 1, ema: 0.0, ..config() };
    let folder = tempfile::tempdir().expect("a folder");
    let device = device::open("flex").expect("a processor");
    let mut trainer = Trainer::new(config, &device, folder.path()).expect("a trainer");
    for _ in 0..4 {
        trainer.step(&[rest()]).expect("a step");
    }
    trainer.model().clone()
}

const DRAWN: &str = "water = [{ kind = \"block\", min_m = [0.1, 0.1], max_m = [0.5, 0.5] }]\n\
                     stroke = [{ points_m = [[0.55, 0.0], [0.55, 0.6]] },\n\
                     { points_m = [[0.95, 0.9], [0.9, 0.95]] }]";

fn surrogate(model: &Model) -> Surrogate {
    Surrogate::new(model.clone(), &scene(DRAWN)).expect("a surrogate")
}

#[test]
fn a_watch_sees_what_it_was_asked_for_and_changes_nothing() {
    let model = model(1);
    let all = layers(&model).expect("layers");
    let names: Vec<&str> = all.iter().map(|layer| &*layer.name).collect();
    assert_eq!((names[0], names[1], names[names.len() - 1]), ("input", "down0.0", "answer"));
    let (mut one, mut other) = (surrogate(&model), surrogate(&model));
    let mut watch = Watch::new(names.clone());
    one.call(&mut watch).expect("a call");
    other.call(&mut ()).expect("a call");
    assert_eq!(one.water(), other.water());
    let maps = watch.maps().expect("maps");
    for layer in &all {
        let seen: Vec<_> = maps.iter().filter(|map| map.layer == layer.name).collect();
        assert_eq!(seen.len(), layer.channels, "{}", layer.name);
        assert!(seen.iter().all(|map| map.width == 16 / layer.cells), "{}", layer.name);
        assert!(seen.iter().all(|map| map.values.len() == map.width * map.height));
    }
    watch.clear();
    let mut few = Watch::new(["down1.0", "no such layer"]).every(4);
    one.call(&mut few).expect("a call");
    assert!(watch.maps().expect("maps").is_empty());
    assert!(few.maps().expect("maps").iter().all(|map| (map.width, map.height) == (2, 2)));
}

#[test]
fn what_is_asked_is_what_the_network_answers() {
    let model = model(1);
    let mut surrogate = surrogate(&model);
    let question = Question::of(&surrogate);
    let asked = question.ask(&model, &mut ()).expect("an answer");
    let mut watch = Watch::new(["answer"]);
    surrogate.call(&mut watch).expect("a call");
    let unit = model.config.scales.change_m_s as f32;
    for (map, change) in watch.maps().expect("maps").iter().zip(&asked.change_m_s) {
        let scaled: Vec<f32> = map.values.iter().map(|v| v * unit).collect();
        assert_eq!(&scaled, change);
    }
    let shown = question.shown(&model).expect("maps");
    assert_eq!((&*shown[0].layer, &shown[0].values), ("density", &asked.density));
}

#[test]
fn an_answer_depends_on_what_is_near_and_on_nothing_beyond_reach() {
    let model = model(1);
    let question = Question::of(&surrogate(&model));
    let reach = reach_cells(&model.config.shape) as i64;
    assert_eq!(reach, 5);
    let [columns, rows] = question.size();
    for cell in [[8, 8], [0, 0], [15, 3]] {
        let map = receptive_field(&model, &question, cell).expect("a map");
        let mut farthest = 0;
        for j in 0..rows {
            for i in 0..columns {
                let away = (i as i64 - cell[0] as i64).abs().max((j as i64 - cell[1] as i64).abs());
                if map.values[j * columns + i] > 0.0 {
                    farthest = farthest.max(away);
                }
            }
        }
        assert!(map.values[cell[1] * columns + cell[0]] > 0.0, "{cell:?}");
        assert!((2..=reach).contains(&farthest), "{cell:?}: {farthest}");
    }
    assert!(receptive_field(&model, &question, [16, 0]).is_err());
}

#[test]
fn a_dependence_is_what_small_changes_do() {
    let model = model(1);
    let question = Question::of(&surrogate(&model));
    let [columns, rows] = question.size();
    let grid = Grid { nx: columns, ny: rows, cell_m: CELL_M };
    // The grid fills the canvas, so maps one after another are what the network is shown.
    let canvas = Canvas::new(&grid, model.config.shape.coarsest());
    assert_eq!(canvas.area(), columns * rows);
    let shown = question.shown(&model).expect("maps");
    let input: Vec<f32> = shown.iter().flat_map(|map| map.values.clone()).collect();
    let (cell, place) = (4 * columns + 4, 5 * columns + 3);
    let answer = |channel: usize, by: f32| -> Vec<f32> {
        let mut input = input.clone();
        input[channel * canvas.area() + place] += by;
        let answer = model.answer(input, 1, &canvas, &mut ()).expect("an answer");
        answer.chunks(canvas.area()).map(|map| map[cell]).collect()
    };
    let step = 1e-2;
    let mut sum = 0.0;
    for channel in 0..shown.len() {
        let pairs = answer(channel, step).into_iter().zip(answer(channel, -step));
        sum += pairs.map(|(more, less)| ((more - less) / (2.0 * step)).abs()).sum::<f32>();
    }
    let map = receptive_field(&model, &question, [4, 4]).expect("a map");
    assert!((map.values[place] / sum - 1.0).abs() < 0.02, "{} {sum}", map.values[place]);
}

#[test]
fn a_line_beside_water_matters_more_than_one_far_away() {
    let model = model(1);
    let question = Question::of(&surrogate(&model));
    let all = saliency(&model, &question).expect("saliency");
    let ids: Vec<u32> = all.iter().map(|one| one.stroke.0).collect();
    assert_eq!(ids, [0, 1], "the wall of the basin first");
    assert!(all[0].change.over_water_m_s > 0.0);
    // Beyond its reach a line changes nothing at all.
    let far = &all[1].change.map;
    assert!((0..4).all(|j| (0..4).all(|i| far.values[j * far.width + i] == 0.0)));
    assert!(far.values.iter().any(|v| *v > 0.0));
}

#[test]
fn a_silent_skip_is_missed_and_an_unknown_one_is_named() {
    let model = model(1);
    let question = Question::of(&surrogate(&model));
    assert_eq!(skips(&model).expect("names"), ["up0"]);
    let [zero, mean] = [Silence::Zero, Silence::Mean]
        .map(|by| ablate(&model, &question, "up0", by).expect("a difference"));
    assert!(zero.over_water_m_s > 0.0 && mean.over_water_m_s > 0.0);
    assert_ne!(zero.map.values, mean.map.values);
    let error = ablate(&model, &question, "up7", Silence::Zero).expect_err("no such skip");
    assert!(error.to_string().contains("up7") && error.to_string().contains("up0"), "{error}");
}

#[test]
fn water_that_flows_on_without_a_skip_goes_elsewhere() {
    let model = model(1);
    let by = |skips: &[&str]| {
        let mut water = surrogate(&model);
        let skips = skips.iter().map(|&name| (name.to_owned(), Silence::Zero)).collect();
        let mut watch = Watch::new(["up0.0"]);
        let mut tap = Silenced { skips: &skips, inner: &mut watch };
        water.call(&mut tap).expect("a call");
        (water.water().clone(), watch.maps().expect("maps"))
    };
    let mut plain = surrogate(&model);
    plain.call(&mut ()).expect("a call");
    let (same, seen) = by(&[]);
    assert_eq!(&same, plain.water());
    assert_eq!(by(&["no such skip"]), (same, seen.clone()));
    let (other, missed) = by(&["up0"]);
    assert_ne!(&other, plain.water());
    assert_ne!(missed, seen, "who looks on sees what the silence makes");
}

#[test]
fn a_model_agrees_with_itself_and_not_with_others() {
    let (one, other) = (model(1), model(2));
    let question = Question::of(&surrogate(&one));
    let same = disagreement(&[one.clone(), one.clone()], &question).expect("a difference");
    assert_eq!(same.over_water_m_s, 0.0);
    let pair = disagreement(&[one.clone(), other.clone()], &question).expect("a difference");
    assert!(pair.over_water_m_s > 0.0);
    // The order of models says nothing.
    let turned = disagreement(&[other, one.clone()], &question).expect("a difference");
    assert!((pair.over_water_m_s - turned.over_water_m_s).abs() < 1e-6 * pair.over_water_m_s);
    assert!(disagreement(std::slice::from_ref(&one), &question).is_err());
    let mut coarse = one.clone();
    coarse.config.scales.cell_m *= 2.0;
    let error = disagreement(&[one, coarse], &question).expect_err("other cells").to_string();
    assert!(error.contains("cell_m"), "{error}");
}
